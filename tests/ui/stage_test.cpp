// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_fixture.h"
#include "ui/stage/film_strip.h"
#include "ui/stage/image_grid.h"
#include "ui/stage/timeline.h"

#include <QComboBox>
#include <QLabel>
#include <QScrollBar>
#include <QToolButton>

namespace diffuscope::test {

class StageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aClickEnlargesAnImageAndEscapeGoesBack();
    void returnAndTheArrowsWorkInTheGrid();
    void aHiDpiStageMagnifiesByWholePixels();
    void sixtyFourImagesFitWithoutOverlap();
    void theCursorReadsTheRecordedValue();
    void captionsNameTheClassOfEachImage();
    void theLastPictureStaysUntilTheNewOneArrives();
    void hoveringTheStripPreviewsAndAClickCommits();
    void aFrameThatHasNotArrivedCannotBeChosen();
    void theStripMakesThumbnailsOfVisibleFramesOnly();
    void draggingTheTimelineScrubs();
    void theRangeIsStretchedOnlyWhenChosen();
};

void StageTest::aClickEnlargesAnImageAndEscapeGoesBack()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 16));
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    const QSizeF small = grid.imageRect(5).size();
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.imageRect(5).center().toPoint());
    QVERIFY(grid.isEnlarged());
    QCOMPARE(fixture.document->selectedImage(), 5);
    QVERIFY(grid.imageRect(5).width() > 2 * small.width());
    QVERIFY(grid.imageRect(4).isEmpty());
    fixture.press(Qt::Key_Escape);
    QVERIFY(!grid.isEnlarged());
    QCOMPARE(fixture.document->selectedImage(), 5);
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.imageRect(2).center().toPoint());
    QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.imageRect(2).center().toPoint());
    QVERIFY(!grid.isEnlarged());
}

void StageTest::returnAndTheArrowsWorkInTheGrid()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 16));
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    grid.setFocus();
    fixture.press(Qt::Key_Return);
    QVERIFY(grid.isEnlarged());
    QCOMPARE(fixture.document->selectedImage(), 0);
    fixture.press(Qt::Key_Down);
    QCOMPARE(fixture.document->selectedImage(), 1);
    fixture.press(Qt::Key_BracketRight);
    QCOMPARE(fixture.document->selectedImage(), 2);
    fixture.press(Qt::Key_Up);
    QCOMPARE(fixture.document->selectedImage(), 1);
    fixture.press(Qt::Key_F);
    QVERIFY(!grid.isEnlarged());
}

void StageTest::aHiDpiStageMagnifiesByWholePixels()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 4));
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    const double devicePixels = grid.imageRect(0).width() * grid.devicePixelRatioF();
    const double magnification = devicePixels / 28;
    QVERIFY2(magnification > 2, qPrintable(QString::number(magnification)));
    QCOMPARE(magnification, std::round(magnification));
    const double x = grid.imageRect(0).x() * grid.devicePixelRatioF();
    QCOMPARE(x, std::round(x));
}

void StageTest::sixtyFourImagesFitWithoutOverlap()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 2, 64));
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    for (const QSize size : {QSize(400, 300), QSize(1200, 700), QSize(500, 900)}) {
        grid.setMinimumSize(1, 1);
        grid.resize(size);
        for (int a = 0; a < 64; ++a) {
            QVERIFY(QRectF(grid.rect()).contains(grid.imageRect(a)));
            for (int b = 0; b < a; ++b)
                QVERIFY(!grid.imageRect(a).intersects(grid.imageRect(b)));
        }
    }
}

void StageTest::theCursorReadsTheRecordedValue()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 4));
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    const QRectF cell = grid.imageRect(1);
    const QPointF place = cell.topLeft() + QPointF(14.5, 3.5) * cell.width() / 28;
    QTest::mouseMove(&grid, place.toPoint());
    const auto values = fixture.document->frame()->layer(record::Layer::x0Hat, 1);
    const QString expected = QLocale().toString(double(values[3 * 28 + 14]), 'f', 3);
    auto& readout = fixture.get<QLabel>("pixelReadout");
    QTRY_VERIFY2(readout.text().endsWith(expected), qPrintable(readout.text() + " / " + expected));
    QVERIFY2(readout.text().contains("x 14, y 3"), qPrintable(readout.text()));
}

void StageTest::captionsNameTheClassOfEachImage()
{
    WindowFixture fixture;
    recipe::Recipe recipe = fakeRecipe(2.0, 4, 3);
    recipe.model = "fashion-mnist";
    recipe.condition.classes = {2, 0};
    fixture.showSampled(recipe);
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    QCOMPARE(grid.captions(), QStringList({"Pullover", "T-shirt", "Pullover"}));
    recipe.condition = recipe::Condition::none();
    fixture.document->setRecipe(recipe);
    QTRY_COMPARE(grid.captions(), QStringList());
}

void StageTest::theLastPictureStaysUntilTheNewOneArrives()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4));
    const QImage before = fixture.picture();
    fixture.sampling.block();
    fixture.document->setRecipe(fakeRecipe(5.0, 4));
    QTRY_VERIFY(fixture.sampling.isEvaluating());
    QCOMPARE(fixture.picture(), before);
    fixture.sampling.allow(1);
    QTRY_VERIFY(fixture.picture() != before);
}

void StageTest::hoveringTheStripPreviewsAndAClickCommits()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 12));
    auto& strip = fixture.get<ui::FilmStrip>("filmStrip");
    QTest::mouseMove(strip.viewport(), strip.frameRect(3).center());
    QTRY_COMPARE(fixture.document->playhead(), 3);
    QCOMPARE(fixture.document->committedFrame(), 12);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(strip.viewport(), &leave);
    QCOMPARE(fixture.document->playhead(), 12);
    QTest::mouseClick(strip.viewport(), Qt::LeftButton, {}, strip.frameRect(5).center());
    QCOMPARE(fixture.document->committedFrame(), 5);
    QApplication::sendEvent(strip.viewport(), &leave);
    QCOMPARE(fixture.document->playhead(), 5);
}

void StageTest::aFrameThatHasNotArrivedCannotBeChosen()
{
    WindowFixture fixture;
    fixture.show();
    fixture.sampling.block();
    fixture.document->loadRecipe(fakeRecipe(2.0, 10));
    fixture.sampling.allow(4);
    QTRY_COMPARE(fixture.document->trajectory().size(), 4);
    auto& strip = fixture.get<ui::FilmStrip>("filmStrip");
    QCOMPARE(strip.frameAt(strip.frameRect(3).center()), 3);
    QCOMPARE(strip.frameAt(strip.frameRect(4).center()), -1);
    QTest::mouseClick(strip.viewport(), Qt::LeftButton, {}, strip.frameRect(7).center());
    QCOMPARE(fixture.document->playhead(), 3);
    auto& slider = fixture.get<ui::TimelineSlider>("timelineSlider");
    QCOMPARE(slider.maximum(), 10);
    QTest::mouseClick(&slider, Qt::LeftButton, {}, QPoint(int(slider.positionOf(9)), slider.height() / 2));
    QCOMPARE(fixture.document->playhead(), 3);
    QTest::mouseClick(&slider, Qt::LeftButton, {}, QPoint(int(slider.positionOf(1)), slider.height() / 2));
    QCOMPARE(fixture.document->playhead(), 1);
}

void StageTest::theStripMakesThumbnailsOfVisibleFramesOnly()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 1000, 1));
    auto& strip = fixture.get<ui::FilmStrip>("filmStrip");
    strip.grab();
    QVERIFY2(strip.thumbnailCount() > 5, qPrintable(QString::number(strip.thumbnailCount())));
    QVERIFY2(strip.thumbnailCount() < 100, qPrintable(QString::number(strip.thumbnailCount())));
    QVERIFY(strip.viewport()->rect().contains(strip.frameRect(1000)));
    fixture.press(Qt::Key_Home);
    QVERIFY(strip.viewport()->rect().contains(strip.frameRect(0)));
    QCOMPARE(strip.horizontalScrollBar()->value(), 0);
}

void StageTest::draggingTheTimelineScrubs()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 20));
    auto& slider = fixture.get<ui::TimelineSlider>("timelineSlider");
    const auto at = [&](int frame) {
        return QPoint(int(std::lround(slider.positionOf(frame))), slider.height() / 2);
    };
    QTest::mousePress(&slider, Qt::LeftButton, {}, at(20));
    for (const int frame : {15, 8, 2}) {
        QTest::mouseMove(&slider, at(frame));
        QTRY_COMPARE(fixture.document->playhead(), frame);
    }
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(2));
    QCOMPARE(fixture.document->committedFrame(), 2);
}

void StageTest::theRangeIsStretchedOnlyWhenChosen()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(1.0, 4, 1));
    QCOMPARE(fixture.window->stage().rangeMode(), ui::RangeMode::data);
    const QImage honest = fixture.picture();
    auto& list = fixture.get<QComboBox>("rangeBox");
    list.setFocus();
    QTest::keyClick(&list, Qt::Key_Down);
    QCOMPARE(fixture.window->stage().rangeMode(), ui::RangeMode::wide);
    QVERIFY(fixture.picture() != honest);
    QTest::keyClick(&list, Qt::Key_Up);
    QCOMPARE(fixture.picture(), honest);
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::StageTest)
#include "stage_test.moc"
