// SPDX-License-Identifier: GPL-3.0-or-later
// The ten layers on the stage: keys, buttons, colours, ranges, all of one image, zoom, values under the
// cursor.
#include "core/explain/run_reader.h"
#include "tests/ui/window_fixture.h"
#include "ui/document/run_facts.h"
#include "ui/stage/grid_geometry.h"
#include "ui/widgets/layer_ranges.h"
#include "ui/widgets/scale_bar.h"

#include <QComboBox>
#include <QLabel>
#include <QToolButton>
#include <QWheelEvent>

namespace diffuscope::test {

using record::Layer;

namespace {

/// A run whose playhead is at step 3 of 6, where every layer but the noise exists.
struct InMidRun : WindowFixture
{
    InMidRun()
    {
        showSampled(fakeRecipe(2.0, 6, 4));
        document->commitFrame(2);
    }
    explain::RunReader reader() const { return explain::RunReader(ui::factsOf(document->shownRun())); }
    ui::ImageGrid& grid() { return window->stage().visibleGrid(); }
    QPoint pixelOf(ui::ImageGrid& grid, int image, int x, int y) const
    {
        const QRectF cell = grid.imageRect(image);
        return (cell.topLeft() + QPointF(x + 0.5, y + 0.5) * cell.width() / 28).toPoint();
    }
    QColor colorAt(ui::ImageGrid& grid, int image, int x, int y) const
    {
        return grid.grab().toImage().pixelColor(pixelOf(grid, image, x, y) * grid.devicePixelRatio());
    }
};

void turnWheel(QWidget& widget, QPoint position, int notches)
{
    QWheelEvent event(position, widget.mapToGlobal(position), {}, QPoint(0, 120 * notches), Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
}

}  // namespace

class StageLayersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void digitsChooseTheTenLayers();
    void buttonsChooseLayersAndKeepTheDigitInTheirTip();
    void aLayerThatTheRunHasNotIsDisabledAndSaysWhy();
    void aLayerThatComesBackIsEnabledAgain();
    void signedLayersAreColouredAroundZero();
    void aFrameWithoutTheLayerSaysSo();
    void eachLayerKeepsItsRange();
    void theRangeOverTheRunHoldsInEveryFrame();
    void theColourBarShowsTheEndsOfTheScale();
    void allLayersOfOneImageStandSideBySide();
    void theStageFollowsThePlayheadInAllLayers();
    void theCursorReadsEveryLayer();
    void theWheelZoomsWhereTheCursorIs();
    void draggingMovesAndADoubleClickShowsAll();
    void keysZoomMoveAndFit();
    void escapeLeavesOneThingAtATime();
    void zoomingKeepsWholePixels();
    void rangesSurviveARestart();
    void everyControlIsNamed();
};

void StageLayersTest::digitsChooseTheTenLayers()
{
    InMidRun fixture;
    const QList<std::pair<Qt::Key, Layer>> keys{
        {Qt::Key_1, Layer::xt},
        {Qt::Key_2, Layer::x0Hat},
        {Qt::Key_3, Layer::epsHat},
        {Qt::Key_4, Layer::epsConditional},
        {Qt::Key_5, Layer::epsUnconditional},
        {Qt::Key_6, Layer::guidanceDifference},
        {Qt::Key_7, Layer::mean},
        {Qt::Key_8, Layer::noise},
        {Qt::Key_9, Layer::x0HatChange},
        {Qt::Key_0, Layer::score},
    };
    for (const auto& [key, layer] : keys) {
        fixture.press(key);
        QCOMPARE(int(fixture.document->layer()), int(layer));
    }
}

void StageLayersTest::buttonsChooseLayersAndKeepTheDigitInTheirTip()
{
    InMidRun fixture;
    for (const Layer layer : ui::allLayers()) {
        auto& button = fixture.get<QToolButton>(qPrintable("layer." + ui::layerId(layer)));
        QVERIFY(button.toolTip().contains("(" + ui::layerShortcut(layer).toString() + ")"));
        if (!button.isEnabled())
            continue;
        QTest::mouseClick(&button, Qt::LeftButton);
        QCOMPARE(int(fixture.document->layer()), int(layer));
        QVERIFY(button.isChecked());
    }
}

void StageLayersTest::aLayerThatTheRunHasNotIsDisabledAndSaysWhy()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(1.0, 4));
    for (const char* name : {"layer.guidanceDifference", "layer.epsConditional", "layer.epsUnconditional"}) {
        auto& button = fixture.get<QToolButton>(name);
        QVERIFY2(!button.isEnabled(), name);
        QVERIFY2(button.toolTip().contains("not guided"), qPrintable(button.toolTip()));
    }
    auto& noise = fixture.get<QToolButton>("layer.noise");
    QVERIFY(!noise.isEnabled());
    QVERIFY2(noise.toolTip().contains("adds no noise"), qPrintable(noise.toolTip()));
    for (const char* name : {"layer.xt", "layer.epsHat", "layer.mean", "layer.x0HatChange", "layer.score"})
        QVERIFY2(fixture.get<QToolButton>(name).isEnabled(), name);
}

void StageLayersTest::aLayerThatComesBackIsEnabledAgain()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(1.0, 4));
    auto& button = fixture.get<QToolButton>("layer.guidanceDifference");
    QVERIFY(!button.isEnabled());
    fixture.document->setRecipe(fakeRecipe(3.0, 4));
    QTRY_VERIFY(button.isEnabled());
}

void StageLayersTest::signedLayersAreColouredAroundZero()
{
    InMidRun fixture;
    fixture.press(Qt::Key_3);
    fixture.window->stage().setRangeMode(ui::RangeMode::fit);
    const auto values = fixture.reader().read(2, Layer::epsHat, 1);
    const auto largest = [](float a, float b) { return a < b; };
    const auto at = std::max_element(values.begin(), values.end(), largest) - values.begin();
    const auto least = std::min_element(values.begin(), values.end(), largest) - values.begin();
    const QColor positive = fixture.colorAt(fixture.grid(), 1, int(at % 28), int(at / 28));
    const QColor negative = fixture.colorAt(fixture.grid(), 1, int(least % 28), int(least / 28));
    QVERIFY2(positive.red() > positive.blue() + 60, qPrintable(positive.name()));
    QVERIFY2(negative.blue() > negative.red() + 60, qPrintable(negative.name()));
}

void StageLayersTest::aFrameWithoutTheLayerSaysSo()
{
    InMidRun fixture;
    fixture.press(Qt::Key_3);
    const QImage shown = fixture.picture();
    fixture.press(Qt::Key_End);
    QVERIFY(fixture.picture() != shown);
    QVERIFY(fixture.window->stage().sheet().isNull());  // nothing is passed off as the layer
    fixture.press(Qt::Key_Left);
    QVERIFY(!fixture.window->stage().sheet().isNull());
}

void StageLayersTest::eachLayerKeepsItsRange()
{
    InMidRun fixture;
    auto& stage = fixture.window->stage();
    QCOMPARE(stage.rangeMode(), ui::RangeMode::data);
    fixture.press(Qt::Key_3);
    QCOMPARE(stage.rangeMode(), ui::RangeMode::wide);
    auto& box = fixture.get<QComboBox>("rangeBox");
    QCOMPARE(box.currentData().toInt(), int(ui::RangeMode::wide));
    box.setFocus();
    QTest::keyClick(&box, Qt::Key_End);
    QCOMPARE(stage.rangeMode(), ui::RangeMode::fit);
    stage.focusPicture();
    fixture.press(Qt::Key_2);
    QCOMPARE(stage.rangeMode(), ui::RangeMode::data);
    fixture.press(Qt::Key_3);
    QCOMPARE(stage.rangeMode(), ui::RangeMode::fit);
}

void StageLayersTest::theRangeOverTheRunHoldsInEveryFrame()
{
    InMidRun fixture;
    fixture.press(Qt::Key_3);
    auto& stage = fixture.window->stage();
    stage.setRangeMode(ui::RangeMode::run);
    float largest = 0;
    for (int frame = 0; frame < 6; ++frame)
        for (const float value : fixture.reader().read(frame, Layer::epsHat).values)
            largest = std::max(largest, std::abs(value));
    auto& bar = fixture.get<ui::ScaleBar>("scaleBar");
    QTRY_COMPARE(bar.scale().range.high, largest);
    QTRY_VERIFY(stage.findChild<ui::LayerRanges*>()->isUpToDate());
    for (const int frame : {0, 1, 4, 5}) {
        fixture.document->commitFrame(frame);
        QCOMPARE(bar.scale().range, (ui::ValueRange{-largest, largest}));
    }
}

void StageLayersTest::theColourBarShowsTheEndsOfTheScale()
{
    InMidRun fixture;
    auto& bar = fixture.get<ui::ScaleBar>("scaleBar");
    QCOMPARE(bar.accessibleDescription(), QStringLiteral("−1 to 1"));
    QVERIFY(!bar.scale().isDiverging);
    fixture.press(Qt::Key_3);
    QCOMPARE(bar.accessibleDescription(), QStringLiteral("−3 to 3"));
    const QImage picture = bar.grab().toImage();
    const int middle = picture.height() / 2;
    const QColor left = picture.pixelColor(picture.width() * 2 / 5, middle);
    const QColor right = picture.pixelColor(picture.width() * 3 / 5, middle);
    QVERIFY(left.blue() > left.red() && right.red() > right.blue());
}

void StageLayersTest::allLayersOfOneImageStandSideBySide()
{
    InMidRun fixture;
    fixture.document->selectImage(1);
    fixture.press(Qt::Key_A);
    QVERIFY(fixture.window->stage().showsAllLayers());
    auto& sheet = fixture.get<ui::ImageGrid>("layerGrid");
    QVERIFY(sheet.isVisible() && !fixture.get<ui::ImageGrid>("imageGrid").isVisible());
    QCOMPARE(sheet.imageCount(), 10);
    for (std::size_t cell = 0; cell < 10; ++cell) {
        QVERIFY(QRectF(sheet.rect()).contains(sheet.imageRect(int(cell))));
        QVERIFY(sheet.captions().at(int(cell)).startsWith(ui::layerSymbol(ui::allLayers()[cell])));
    }
    const auto x0Hat = fixture.reader().read(2, Layer::x0Hat, 1);
    const QColor pixel = fixture.colorAt(sheet, 1, 5, 20);
    const int grey = int(std::lround((double(x0Hat[20 * 28 + 5]) + 1) * 127.5));
    QVERIFY2(std::abs(pixel.red() - grey) <= 1, qPrintable(pixel.name()));

    QTest::mouseClick(&sheet, Qt::LeftButton, {}, sheet.imageRect(3).center().toPoint());
    QVERIFY(!fixture.window->stage().showsAllLayers());
    QCOMPARE(int(fixture.document->layer()), int(Layer::epsConditional));
    auto& button = fixture.get<QToolButton>("allLayersButton");
    QTest::mouseClick(&button, Qt::LeftButton);
    QVERIFY(sheet.isVisible() && button.isChecked());
    QCOMPARE(sheet.selected(), 3);
}

void StageLayersTest::theStageFollowsThePlayheadInAllLayers()
{
    InMidRun fixture;
    fixture.press(Qt::Key_A);
    auto& sheet = fixture.get<ui::ImageGrid>("layerGrid");
    const QImage before = sheet.grab().toImage();
    fixture.press(Qt::Key_Right);
    QCOMPARE(fixture.document->playhead(), 3);
    QVERIFY(sheet.grab().toImage() != before);
    const QImage ofFirst = sheet.grab().toImage();
    fixture.press(Qt::Key_BracketRight);
    fixture.press(Qt::Key_BracketRight);
    QCOMPARE(fixture.document->selectedImage(), 1);
    QVERIFY(sheet.grab().toImage() != ofFirst);
}

void StageLayersTest::theCursorReadsEveryLayer()
{
    InMidRun fixture;
    fixture.document->selectImage(2);
    fixture.press(Qt::Key_A);
    auto& sheet = fixture.get<ui::ImageGrid>("layerGrid");
    auto& readout = fixture.get<QLabel>("pixelReadout");
    for (std::size_t cell = 0; cell < 10; ++cell) {
        QTest::mouseMove(&sheet, fixture.pixelOf(sheet, int(cell), 9, 17));
        const Layer layer = ui::allLayers()[cell];
        const QString symbol = ui::layerSymbol(layer);
        QString value = QStringLiteral("–");
        if (fixture.reader().has(2, layer))
            value = QLocale().toString(double(fixture.reader().read(2, layer, 2)[17 * 28 + 9]), 'f', 3);
        const QString expected = QStringLiteral("image 3 · x 9, y 17 · %1 %2").arg(symbol, value);
        QTRY_COMPARE(readout.text(), expected);
    }
}

void StageLayersTest::theWheelZoomsWhereTheCursorIs()
{
    InMidRun fixture;
    auto& grid = fixture.grid();
    QPoint place = grid.rect().center();
    while (!grid.pixelAt(place))
        place += QPoint(3, 3);
    const ui::ImagePixel pixel = *grid.pixelAt(place);
    const double before = grid.magnification();
    turnWheel(grid, place, 3);
    QVERIFY(grid.isZoomed());
    QVERIFY(grid.magnification() > 1.5 * before);
    const auto there = grid.pixelAt(place);
    QVERIFY(there && there->image == pixel.image);
    QVERIFY(std::abs(there->x - pixel.x) <= 1 && std::abs(there->y - pixel.y) <= 1);
    turnWheel(grid, place, -8);
    QVERIFY(!grid.isZoomed());
    QCOMPARE(grid.magnification(), before);
}

void StageLayersTest::draggingMovesAndADoubleClickShowsAll()
{
    InMidRun fixture;
    auto& grid = fixture.grid();
    const QPoint middle = grid.rect().center();
    turnWheel(grid, middle, 5);
    const QRectF before = grid.imageRect(0);
    QTest::mousePress(&grid, Qt::LeftButton, {}, middle);
    for (const int step : {12, 24, 40})
        QTest::mouseMove(&grid, middle + QPoint(step, step / 2));
    QTest::mouseRelease(&grid, Qt::LeftButton, {}, middle + QPoint(40, 20));
    QTRY_VERIFY(grid.imageRect(0).left() > before.left() + 20);
    QVERIFY(grid.isZoomed() && !grid.isEnlarged());
    QTest::mouseDClick(&grid, Qt::LeftButton, {}, middle);
    QVERIFY(!grid.isZoomed() && !grid.isEnlarged());
}

void StageLayersTest::keysZoomMoveAndFit()
{
    InMidRun fixture;
    auto& grid = fixture.grid();
    grid.setFocus();
    fixture.press(Qt::Key_Plus);
    QVERIFY(grid.isZoomed());
    while (grid.imageRect(0).width() < grid.width())  // so that there is something to move to
        fixture.press(Qt::Key_Plus);
    const QRectF before = grid.imageRect(0);
    fixture.press(Qt::Key_Right, Qt::ControlModifier);
    QVERIFY(grid.imageRect(0).left() < before.left());
    QCOMPARE(fixture.document->playhead(), 2);
    fixture.press(Qt::Key_Minus);
    QVERIFY(grid.imageRect(0).width() < before.width());
    fixture.press(Qt::Key_Z);
    QVERIFY(!grid.isZoomed());
}

void StageLayersTest::escapeLeavesOneThingAtATime()
{
    InMidRun fixture;
    auto& stage = fixture.window->stage();
    fixture.document->selectImage(1);
    stage.grid().setEnlarged(true);
    fixture.press(Qt::Key_A);
    fixture.press(Qt::Key_Plus);
    QVERIFY(stage.visibleGrid().isZoomed());
    fixture.press(Qt::Key_Escape);
    QVERIFY(!stage.visibleGrid().isZoomed() && stage.showsAllLayers());
    fixture.press(Qt::Key_Escape);
    QVERIFY(!stage.showsAllLayers() && stage.grid().isEnlarged());
    fixture.press(Qt::Key_Escape);
    QVERIFY(!stage.grid().isEnlarged());
    QCOMPARE(fixture.document->selectedImage(), 1);
    fixture.press(Qt::Key_Escape);
    QCOMPARE(fixture.document->selectedImage(), -1);
}

void StageLayersTest::zoomingKeepsWholePixels()
{
    ui::GridGeometry geometry;
    geometry.arrange(4, QSize(28, 28), {.size = QSize(700, 500), .ratio = 1.5, .captionPx = 14});
    for (const double factor : {1.25, 1.25, 1.05, 2.0, 0.9, 1.25}) {
        geometry.zoomAt(QPointF(311, 207), factor);
        QCOMPARE(geometry.magnification(), std::round(geometry.magnification()));
    }
    QVERIFY(geometry.isZoomed());
    geometry.panBy(QPointF(-1e6, -1e6));
    const QRectF last = geometry.cell(3);
    QVERIFY(last.right() > 500 && last.right() < 700);  // it cannot be lost
    geometry.zoomAt(QPointF(311, 207), 1e9);
    QVERIFY(geometry.magnification() <= ui::GridGeometry::mostMagnification);
    geometry.zoomAt(QPointF(311, 207), 1e-9);
    QVERIFY(!geometry.isZoomed());
    QVERIFY(QRectF(0, 0, 700, 500).contains(geometry.cell(0)));
}

void StageLayersTest::rangesSurviveARestart()
{
    InMidRun fixture;
    fixture.press(Qt::Key_3);
    fixture.window->stage().setRangeMode(ui::RangeMode::run);
    fixture.restart();
    QCOMPARE(int(fixture.document->layer()), int(Layer::epsHat));
    QCOMPARE(fixture.window->stage().rangeMode(), ui::RangeMode::run);
    fixture.window->stage().restoreRangeModes(QStringLiteral("9 x"));  // of a damaged file
    QCOMPARE(fixture.window->stage().rangeMode(), ui::RangeMode::run);
}

void StageLayersTest::everyControlIsNamed()
{
    WindowFixture fixture;
    fixture.show();
    for (auto* button : fixture.window->stage().findChildren<QToolButton*>()) {
        QVERIFY(!button->accessibleName().isEmpty());
        QVERIFY(!button->toolTip().isEmpty());
        QVERIFY(button->focusPolicy() & Qt::TabFocus);
    }
    // At the least size of a projector all ten buttons are in the window.
    for (const Layer layer : ui::allLayers()) {
        auto& button = fixture.get<QToolButton>(qPrintable("layer." + ui::layerId(layer)));
        QVERIFY(fixture.window->stage().rect().contains(
            QRect(button.mapTo(&fixture.window->stage(), QPoint()), button.size())));
    }
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::StageLayersTest)
#include "stage_layers_test.moc"
