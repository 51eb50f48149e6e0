// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "tests/ui/window_fixture.h"
#include "ui/plots/curves_view.h"
#include "ui/session/export_dialog.h"
#include "ui/stage/image_grid.h"
#include "ui/stage/stage_view.h"
#include "ui/widgets/failure_banner.h"
#include "ui/widgets/value_slider.h"
#include "ui/window/action_registry.h"
#include "ui/window/docks.h"

#include <QAccessible>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QElapsedTimer>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

#include <functional>
#include <new>
#include <stdexcept>

namespace diffuscope::test {

class MainWindowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFailureIsShownWithItsHintAndTheLastRunStays();
    void aDismissedFailureComesBackWithTheNextOne();
    void aRecipeFileThatIsNoneIsRefusedInTheBanner();
    void aRecipeSurvivesSavingAndOpening();
    void aRunThatLacksMemorySaysSoAndTheNextOneGoesWell_data();
    void aRunThatLacksMemorySaysSoAndTheNextOneGoesWell();
    void aDroppedPictureBringsItsRecipeBack();
    void aDroppedPictureWithoutARecipeIsRefusedInTheBanner();
    void whatIsNoRecipeCannotBeDropped();
    void theExportDialogTellsTheSizeAndWritesTheFile();
    void anExportThatFailsSaysWhyAndTheDialogStays();
    void everyKindCanBeExportedFromTheMenu();
    void imagesAreSavedAsOneSheet();
    void closingInMidRunEndsItsThreadAfterOneEvaluation();
    void layoutThemeAndRecipeSurviveARestart();
    void theUsualLayoutCanBeRestored();
    void docksAreKnownByTheirIds();
    void everyActionHasAnIdAndCanBeTriggeredByIt();
    void viewStateAndWindowFollowEachOther();
    void aRecipeThatWasEditedAndNotSampledIsSaidToBe();
    void anAnswerFromMemoryIsSaidToBe();
    void tooltipsAreDescribedWithoutMarkup();
    void thePlotOfTheStepsIsNotCutOff_data();
    void thePlotOfTheStepsIsNotCutOff();
    void theLargestTextFitsAProjector();
    void aRestoredRecipeOfAModelThatIsGoneUsesAnother();
    void withoutModelsTheStageSaysWhatToDo();
    void theStatusLineTellsWhatARunCosts();
};

namespace {

void raiseNotFinite()
{
    throw Error(ErrorCode::notFinite, "The network returned NaN.", "Lower the guidance scale.");
}

void writeFile(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

}  // namespace

void MainWindowTest::aFailureIsShownWithItsHintAndTheLastRunStays()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    auto& banner = fixture.get<ui::FailureBanner>("failureBanner");
    QVERIFY(!banner.isVisible());
    const auto shown = fixture.document->shownRun().run;
    fixture.sampling.failToStart(raiseNotFinite);
    QTest::mouseClick(&fixture.get<QToolButton>("class.4"), Qt::LeftButton);
    QTRY_VERIFY(banner.isVisible());
    QCOMPARE(fixture.get<QLabel>("failureMessage").text(), QString("The network returned NaN."));
    QVERIFY(fixture.get<QLabel>("failureHint").text().startsWith("Lower the guidance scale."));
    QCOMPARE(fixture.document->shownRun().run, shown);
    fixture.press(Qt::Key_Home);
    QCOMPARE(fixture.document->playhead(), 0);

    fixture.sampling.clearFailures();
    QTest::mouseClick(&fixture.get<QToolButton>("class.5"), Qt::LeftButton);
    QTRY_VERIFY(!banner.isVisible());
}

void MainWindowTest::aDismissedFailureComesBackWithTheNextOne()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    auto& banner = fixture.get<ui::FailureBanner>("failureBanner");
    fixture.sampling.failToStart(raiseNotFinite);
    QTest::mouseClick(&fixture.get<QToolButton>("class.4"), Qt::LeftButton);
    QTRY_VERIFY(banner.isVisible());
    QTest::mouseClick(&fixture.get<QToolButton>("failureDismiss"), Qt::LeftButton);
    QVERIFY(!banner.isVisible());
    QTest::mouseClick(&fixture.get<QToolButton>("class.6"), Qt::LeftButton);
    QTRY_VERIFY(banner.isVisible());
}

void MainWindowTest::aRecipeFileThatIsNoneIsRefusedInTheBanner()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    const recipe::Recipe before = fixture.recipe();
    const QString path = fixture.folder.filePath("broken.json");
    writeFile(path, R"({"version": 1, "steps": "many"})");
    QVERIFY(!fixture.window->openRecipe(path));
    QVERIFY(fixture.get<ui::FailureBanner>("failureBanner").isVisible());
    const QString message = fixture.get<QLabel>("failureMessage").text();
    QVERIFY2(message.contains("broken.json") && message.contains("steps"), qPrintable(message));
    QCOMPARE(fixture.recipe(), before);
    QVERIFY(!fixture.window->openRecipe(fixture.folder.filePath("nowhere.json")));
    QVERIFY(fixture.get<QLabel>("failureMessage").text().contains("nowhere.json"));
}

void MainWindowTest::aRunThatLacksMemorySaysSoAndTheNextOneGoesWell_data()
{
    QTest::addColumn<std::function<void()>>("raise");
    QTest::newRow("the standard library's") << std::function<void()>([] { throw std::bad_alloc(); });
    QTest::newRow("LibTorch's") << std::function<void()>([] {
        throw std::runtime_error(
            "[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't "
            "allocate memory: you tried to allocate 123456789012 bytes.");
    });
}

void MainWindowTest::aRunThatLacksMemorySaysSoAndTheNextOneGoesWell()
{
    QFETCH(std::function<void()>, raise);
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    auto& banner = fixture.get<ui::FailureBanner>("failureBanner");
    fixture.sampling.failAtFrame(2, raise);
    QTest::mouseClick(&fixture.get<QToolButton>("class.4"), Qt::LeftButton);
    QTRY_VERIFY(banner.isVisible());
    QCOMPARE(fixture.get<QLabel>("failureMessage").text(),
             QString("There is not enough memory for this run."));
    QVERIFY(fixture.get<QLabel>("failureHint").text().contains("fewer images"));
    fixture.sampling.clearFailures();
    QTest::mouseClick(&fixture.get<QToolButton>("class.5"), Qt::LeftButton);
    QTRY_VERIFY(!banner.isVisible());
    QTRY_VERIFY(fixture.document->trajectory().isComplete());
}

namespace {

/// Whether the window takes it.
bool dropFile(QWidget& window, const QString& path)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enter);
    if (!enter.isAccepted())
        return false;
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &drop);
    return drop.isAccepted();
}

/// The dialog of the menu's entry.
ui::ExportDialog& openExport(WindowFixture& fixture, const char* action)
{
    fixture.get<QAction>(action).trigger();
    return fixture.get<ui::ExportDialog>("exportDialog");
}

}  // namespace

void MainWindowTest::aDroppedPictureBringsItsRecipeBack()
{
    WindowFixture fixture;
    auto recipe = fakeRecipe(3.5, 5, 3);
    recipe.seed = 4711;
    fixture.showSampled(recipe);
    const QString path = fixture.folder.filePath("images.png");
    QVERIFY(fixture.window->saveImages(path));
    fixture.document->setRecipe(fakeRecipe(1.0));
    QVERIFY(dropFile(*fixture.window, path));
    QTRY_COMPARE(fixture.recipe(), recipe);
}

void MainWindowTest::aDroppedPictureWithoutARecipeIsRefusedInTheBanner()
{
    WindowFixture fixture;
    fixture.showSampled();
    const auto before = fixture.recipe();
    const QString path = fixture.folder.filePath("holiday.png");
    QImage image(4, 4, QImage::Format_RGB32);
    image.fill(Qt::red);
    QVERIFY(image.save(path));
    QVERIFY(dropFile(*fixture.window, path));
    QTRY_VERIFY(fixture.get<ui::FailureBanner>("failureBanner").isVisible());
    const QString message = fixture.get<QLabel>("failureMessage").text();
    QVERIFY2(message.contains("holds no recipe"), qPrintable(message));
    QCOMPARE(fixture.recipe(), before);
}

void MainWindowTest::whatIsNoRecipeCannotBeDropped()
{
    WindowFixture fixture;
    fixture.showSampled();
    QVERIFY(!dropFile(*fixture.window, fixture.folder.filePath("song.mp3")));
}

void MainWindowTest::theExportDialogTellsTheSizeAndWritesTheFile()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    auto& dialog = openExport(fixture, "action.export.1");
    const QSize size = [&] {
        const auto numbers = dialog.findChild<QLabel*>("export.size")->text().split(' ');
        return QSize(QLocale().toInt(numbers.at(0)), QLocale().toInt(numbers.at(2)));
    }();
    const QString path = fixture.folder.filePath("strip.png");
    QSignalSpy exported(&dialog, &ui::ExportDialog::exported);
    dialog.exportTo(path);
    QTRY_COMPARE(exported.size(), 1);
    QCOMPARE(QImage(path).size(), size);
    QTRY_VERIFY(!fixture.window->findChild<ui::ExportDialog*>());
}

void MainWindowTest::anExportThatFailsSaysWhyAndTheDialogStays()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    auto& dialog = openExport(fixture, "action.export.1");
    dialog.exportTo(fixture.folder.filePath("no/such/folder/strip.png"));
    auto* message = dialog.findChild<QLabel*>("export.message");
    QTRY_VERIFY(message->isVisible());
    QVERIFY2(message->text().contains("Cannot write"), qPrintable(message->text()));
    QVERIFY(dialog.isVisible());
    QVERIFY(dialog.findChild<QPushButton*>("export.export")->isEnabled());
    dialog.close();
}

void MainWindowTest::everyKindCanBeExportedFromTheMenu()
{
    WindowFixture fixture;
    fixture.show();
    QVERIFY(!fixture.get<QAction>("action.export.1").isEnabled());
    fixture.showSampled(fakeRecipe(2.0));
    for (int i = 1; i <= ui::exportEntries().size(); ++i) {
        auto& dialog = openExport(fixture, qPrintable(QStringLiteral("action.export.%1").arg(i)));
        QCOMPARE(dialog.kind(), ui::exportEntries().at(i - 1).kind);
        const auto suffixes = diffuscope::exports::suffixesOf(dialog.kind());
        QCOMPARE(dialog.findChild<QPushButton*>("export.export")->isEnabled(), !suffixes.empty());
        if (!suffixes.empty()) {
            const QString path = fixture.folder.filePath("export" + QString::fromStdString(suffixes.front()));
            QSignalSpy exported(&dialog, &ui::ExportDialog::exported);
            dialog.exportTo(path);
            QTRY_COMPARE(exported.size(), 1);
            QVERIFY(QFileInfo(path).size() > 0);
            QFile::remove(path);
        }
        if (auto* open = fixture.window->findChild<ui::ExportDialog*>())
            open->close();
        QTRY_VERIFY(!fixture.window->findChild<ui::ExportDialog*>());
    }
}

void MainWindowTest::aRecipeSurvivesSavingAndOpening()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(3.25, 6, 5));
    const recipe::Recipe saved = fixture.recipe();
    const QString path = fixture.folder.filePath("mine.json");
    QVERIFY(fixture.window->saveRecipe(path));
    fixture.document->setRecipe(fakeRecipe(1.0));
    QVERIFY(fixture.window->openRecipe(path));
    QCOMPARE(fixture.recipe(), saved);
    QVERIFY(!fixture.window->saveRecipe(fixture.folder.filePath("no/such/folder/mine.json")));
    QVERIFY(fixture.get<ui::FailureBanner>("failureBanner").isVisible());
}

void MainWindowTest::imagesAreSavedAsOneSheet()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 9));
    const QString path = fixture.folder.filePath("sheet.png");
    QVERIFY(fixture.window->saveImages(path));
    const QImage sheet(path);
    QCOMPARE(sheet.size(), QSize(4 * (3 * 30 - 2), 4 * (3 * 30 - 2)));
}

void MainWindowTest::closingInMidRunEndsItsThreadAfterOneEvaluation()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0));
    fixture.sampling.block();
    fixture.document->setRecipe(fakeRecipe(4.0, 500));
    QTRY_VERIFY(fixture.sampling.isEvaluating());
    fixture.window->close();
    QVERIFY(!fixture.window->isVisible());
    fixture.sampling.allow(1);
    QTRY_COMPARE(fixture.document->state(), ui::RunState::cancelled);
    QVERIFY(!fixture.sampling.isEvaluating());
}

void MainWindowTest::layoutThemeAndRecipeSurviveARestart()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(3.5, 7));
    fixture.theme->setMode(ui::Theme::Mode::dark);
    fixture.get<QDockWidget>("curvesDock").close();
    fixture.window->addDockWidget(Qt::RightDockWidgetArea, &fixture.get<QDockWidget>("recipeDock"));
    fixture.press(Qt::Key_1);
    fixture.player->setLooping(true);
    const recipe::Recipe recipe = fixture.recipe();

    fixture.restart();
    fixture.show();
    fixture.window->restoreRecipe();
    QVERIFY(fixture.theme->isDark());
    QVERIFY(!fixture.get<QDockWidget>("curvesDock").isVisible());
    QCOMPARE(fixture.window->dockWidgetArea(&fixture.get<QDockWidget>("recipeDock")),
             Qt::RightDockWidgetArea);
    QCOMPARE(fixture.document->layer(), record::Layer::xt);
    QVERIFY(fixture.player->isLooping());
    QCOMPARE(fixture.recipe(), recipe);
    QTRY_COMPARE(fixture.document->state(), ui::RunState::finished);
}

void MainWindowTest::theUsualLayoutCanBeRestored()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& dock = fixture.get<QDockWidget>("recipeDock");
    dock.setFloating(true);
    dock.close();
    fixture.get<QAction>("action.resetLayout").trigger();
    QVERIFY(dock.isVisible());
    QVERIFY(!dock.isFloating());
    QCOMPARE(fixture.window->dockWidgetArea(&dock), Qt::LeftDockWidgetArea);
}

void MainWindowTest::docksAreKnownByTheirIds()
{
    WindowFixture fixture;
    fixture.showSampled();
    ui::Docks& docks = fixture.window->docks();
    for (const ui::DockSpec& spec : docks.table()) {
        QCOMPARE(docks.dock(spec.id).objectName(), spec.id);
        QVERIFY2(fixture.window->actions().find("action.dock." + spec.id), qPrintable(spec.id));
        QVERIFY(docks.bringUp(spec.id));
        QTRY_VERIFY2(docks.dock(spec.id).widget()->visibleRegion().isEmpty() == false, qPrintable(spec.id));
    }
    QVERIFY(!docks.bringUp("noDock"));
    docks.setOpen({"recipeDock", "pathDock", "noDock"});
    QCOMPARE(docks.open(), QStringList({"recipeDock", "pathDock"}));
}

void MainWindowTest::everyActionHasAnIdAndCanBeTriggeredByIt()
{
    WindowFixture fixture;
    fixture.showSampled();
    const ui::ActionRegistry& actions = fixture.window->actions();
    for (const QAction* menu : fixture.window->menuBar()->actions())
        for (QAction* action : menu->menu()->actions())
            if (!action->isSeparator() && !action->menu())
                QVERIFY2(actions.find(action->objectName()) == action, qPrintable(action->text()));
    QSignalSpy chosen(&actions, &ui::ActionRegistry::triggered);
    QVERIFY(actions.trigger("action.layer.1"));
    QCOMPARE(fixture.document->layer(), record::Layer::xt);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.front().front().toString(), QString("action.layer.1"));
    QVERIFY(!actions.trigger("action.noSuchThing"));
    QVERIFY(!actions.trigger("action.stop"));  // nothing runs
}

void MainWindowTest::viewStateAndWindowFollowEachOther()
{
    WindowFixture fixture;
    fixture.showSampled();
    ui::ViewState& view = fixture.document->view();
    view.setCurve("snr");
    auto& curves = fixture.get<ui::CurvesView>("curvesView");
    QVERIFY(curves.curveSet() == ui::CurveSet::snr);
    curves.setCurveSet(ui::CurveSet::beta);
    QCOMPARE(view.curve(), QString("beta"));
    view.setShowsAllLayers(true);
    QVERIFY(fixture.window->stage().showsAllLayers());
    fixture.window->stage().setShowsAllLayers(false);
    QVERIFY(!view.showsAllLayers());
    view.setEnlarged(true);
    QVERIFY(fixture.window->stage().grid().isEnlarged());
    fixture.press(Qt::Key_Escape);
    QVERIFY(!view.isEnlarged());
    fixture.window->stage().setRangeMode(ui::RangeMode::wide);
    const QString wide = view.ranges();
    fixture.window->stage().setRangeMode(ui::RangeMode::data);
    view.setRanges(wide);
    QVERIFY(fixture.window->stage().rangeMode() == ui::RangeMode::wide);
    view.setOpenDocks({"recipeDock", "curvesDock"});
    QVERIFY(fixture.get<QDockWidget>("pathDock").isHidden());
    fixture.get<QDockWidget>("curvesDock").close();
    QCOMPARE(view.openDocks(), QStringList("recipeDock"));
}

void MainWindowTest::aRecipeThatWasEditedAndNotSampledIsSaidToBe()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 4));
    const auto& subject = fixture.get<QWidget>("stageSubject");
    QVERIFY(!subject.isVisible());
    fixture.document->setAutoRun(false);
    fixture.document->setRecipe(fakeRecipe(3.0, 4, 4));
    QVERIFY(subject.isVisible());
    const auto& text = fixture.get<QLabel>("stageSubjectText");
    QVERIFY2(text.text().contains("guidance 2"), qPrintable(text.text()));
    QTest::mouseClick(&fixture.get<QToolButton>("stageSubjectButton"), Qt::LeftButton);
    QTRY_VERIFY(!subject.isVisible());  // it runs, or has run
    QTRY_COMPARE(fixture.document->state(), ui::RunState::finished);
    QVERIFY(fixture.document->shownRun().plan() == fixture.document->plan());
    // A branch says from where its recipe holds, and leads back.
    fixture.document->setAutoRun(true);
    fixture.document->commitFrame(1);
    fixture.document->branchHere();
    QVERIFY(subject.isVisible());
    QVERIFY2(text.text().contains("step 2 of 4"), qPrintable(text.text()));
    QTest::mouseClick(&fixture.get<QToolButton>("stageSubjectButton"), Qt::LeftButton);
    QCOMPARE(fixture.document->currentRun(), 1);
    QTRY_VERIFY(!subject.isVisible());
}

void MainWindowTest::anAnswerFromMemoryIsSaidToBe()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4, 4));
    const auto& state = fixture.get<QLabel>("statusState");
    QVERIFY2(state.text().startsWith("Finished"), qPrintable(state.text()));
    fixture.document->setRecipe(fakeRecipe(3.0, 4, 4));
    QTRY_COMPARE(fixture.document->shownRun().recipe->guidance.scale, 3.0);
    QTRY_COMPARE(fixture.document->state(), ui::RunState::finished);
    QVERIFY2(state.text().startsWith("Finished"), qPrintable(state.text()));
    fixture.document->setRecipe(fakeRecipe(2.0, 4, 4));
    QTRY_VERIFY2(state.text().startsWith("From memory"), qPrintable(state.text()));
    QVERIFY(state.accessibleName().contains("From memory"));
}

void MainWindowTest::tooltipsAreDescribedWithoutMarkup()
{
    WindowFixture fixture;
    fixture.showSampled();
    int rich = 0;
    for (const QWidget* widget : fixture.window->findChildren<QWidget*>()) {
        rich += Qt::mightBeRichText(widget->toolTip()) ? 1 : 0;
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
        if (!spoken)
            continue;
        const QString text = spoken->text(QAccessible::Description);
        QVERIFY2(!text.contains('<'), qPrintable(widget->objectName() + ": " + text));
    }
    QVERIFY(rich > 5);
    const auto& steps = fixture.get<ui::ValueSlider>("stepsSlider");
    QAccessibleInterface* spoken =
        QAccessible::queryAccessibleInterface(const_cast<ui::ValueSlider*>(&steps));
    QVERIFY(spoken && spoken->valueInterface());
    QCOMPARE(spoken->valueInterface()->currentValue().toInt(), fixture.recipe().steps);
}

void MainWindowTest::thePlotOfTheStepsIsNotCutOff_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(1280, 720), QSize(1440, 900), QSize(1920, 1080), QSize(2560, 1440)})
        QTest::addRow("%d × %d", size.width(), size.height()) << size;
}

void MainWindowTest::thePlotOfTheStepsIsNotCutOff()
{
    QFETCH(QSize, size);
    WindowFixture fixture;
    fixture.showSampled();
    fixture.window->resize(size);
    fixture.get<QAction>("action.resetLayout").trigger();
    const QWidget& steps = *fixture.get<QDockWidget>("stepDock").widget();
    const auto needed = [&] {
        const QLayout& layout = *steps.layout();
        return layout.hasHeightForWidth() ? layout.minimumHeightForWidth(steps.width())
                                          : layout.minimumSize().height();
    };
    QTRY_COMPARE(fixture.window->size(), size);
    QTRY_VERIFY2(steps.height() >= needed(),
                 qPrintable(QStringLiteral("%1 of %2 pixels").arg(steps.height()).arg(needed())));
}

void MainWindowTest::theLargestTextFitsAProjector()
{
    WindowFixture fixture;
    fixture.showSampled();
    fixture.window->resize(1280, 720);
    const auto sharePlace = [&] {
        return fixture.window->tabifiedDockWidgets(&fixture.get<QDockWidget>("curvesDock"))
            .contains(&fixture.get<QDockWidget>("stepDock"));
    };
    fixture.theme->setTextScale(ui::Theme::textScales().back());
    QTRY_VERIFY(sharePlace());
    QTRY_COMPARE(fixture.window->size(), QSize(1280, 720));
    fixture.theme->setTextScale(1);
    QTRY_VERIFY(!sharePlace());
}

void MainWindowTest::aRestoredRecipeOfAModelThatIsGoneUsesAnother()
{
    WindowFixture fixture;
    recipe::Recipe recipe = fakeRecipe(2.0);
    recipe.model = "fashion-mnist";
    recipe.condition = recipe::Condition::classLabel(1);
    fixture.showSampled(recipe);
    fixture.restart();
    fixture.window->setModels({twoModels().front()}, {});
    fixture.show();
    fixture.window->restoreRecipe();
    QCOMPARE(fixture.recipe().model, std::string("mnist"));
    QTRY_COMPARE(fixture.document->state(), ui::RunState::finished);
}

void MainWindowTest::withoutModelsTheStageSaysWhatToDo()
{
    WindowFixture fixture;
    fixture.window->setModels({}, "Put a model there.");
    fixture.show();
    const QImage said = fixture.picture();
    fixture.window->restoreRecipe();
    QCOMPARE(fixture.document->state(), ui::RunState::idle);
    QCOMPARE(fixture.sampling.runsStarted(), 0);
    QVERIFY(!fixture.get<QWidget>("recipePanel").isEnabled());
    auto& grid = fixture.get<ui::ImageGrid>("imageGrid");
    QCOMPARE(grid.accessibleDescription(), QString("Put a model there."));
    fixture.window->setModels({}, {});
    QVERIFY(fixture.picture() != said);
}

void MainWindowTest::theStatusLineTellsWhatARunCosts()
{
    WindowFixture fixture;
    fixture.show();
    fixture.sampling.block();
    fixture.document->loadRecipe(fakeRecipe(2.0, 4));
    fixture.sampling.allow(2);
    QTRY_COMPARE(fixture.get<QLabel>("statusState").text(), QString("Sampling 2 / 4"));
    fixture.sampling.unblock();
    QTRY_VERIFY(fixture.get<QLabel>("statusState").text().startsWith("Finished"));
    QCOMPARE(fixture.get<QLabel>("statusEvaluations").text(), QString("NFE 4"));
    QCOMPARE(fixture.get<QLabel>("statusCost").text(),
             "1" + QString(QLocale().decimalPoint()) + "5 ms/evaluation");
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::MainWindowTest)
#include "main_window_test.moc"
