// SPDX-License-Identifier: GPL-3.0-or-later
// The session in the window: its tree, branches by key, files, and recipes as text.
#include "core/base/tensor_pack.h"
#include "tests/ui/session_window.h"

#include <QBuffer>
#include <QClipboard>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QToolButton>

using namespace diffuscope;
using test::fakeRecipe;
using test::SessionWindow;
using test::WindowFixture;

namespace {

/// A file that begins as sessions do.
QByteArray sessionBytes(const std::string& text)
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a"));
    diffuscope::base::TensorPack pack;
    pack.texts["diffuscope.session"] = text;
    diffuscope::base::writePack(path.toStdString(), pack);
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class SessionWindowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theKeyBBranchesAtThePlayhead()
    {
        SessionWindow bench;
        bench.fixture.document->commitFrame(6);
        bench.fixture.press(Qt::Key_B);
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(2));
        QCOMPARE(bench.tree().topLevelItem(0)->childCount(), 1);
        QVERIFY(bench.waitForRun());
        QCOMPARE(bench.fixture.document->playhead(), 6);
        // At the end there is nothing to go on with.
        bench.fixture.document->commitFrame(10);
        QVERIFY(!bench.action("action.branch").isEnabled());
    }

    void aHeldRunSaysSoAndGoesOnByItsKeyOrAsABranchByAnEdit()
    {
        SessionWindow bench;
        auto& state = bench.fixture.get<QLabel>("statusState");
        bench.fixture.sampling.block();
        const auto goOn = qScopeGuard([&sampling = bench.fixture.sampling] { sampling.unblock(); });
        bench.fixture.document->setRecipe(fakeRecipe(3, 10));
        bench.fixture.sampling.allow(4);
        QTRY_COMPARE(bench.fixture.document->trajectory().size(), 4);
        bench.fixture.press(Qt::Key_Space, Qt::ShiftModifier);
        QVERIFY(bench.fixture.document->isSamplingPaused());
        QVERIFY2(state.text().startsWith(QStringLiteral("Held at step 4 / 10")), qPrintable(state.text()));
        bench.fixture.press(Qt::Key_Space, Qt::ShiftModifier);
        QVERIFY(state.text().startsWith(QStringLiteral("Sampling")));
        bench.fixture.sampling.allow(1);
        bench.fixture.press(Qt::Key_Space, Qt::ShiftModifier);
        QTRY_VERIFY(bench.fixture.document->isSamplingPaused());
        const int held = bench.fixture.document->trajectory().size() - 1;
        bench.fixture.press(Qt::Key_5, Qt::ControlModifier);  // another class
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(2));
        QCOMPARE(bench.fixture.document->session().runs().back().frame, held);
        bench.fixture.sampling.unblock();
        QVERIFY(bench.waitForRun());
        QVERIFY(state.text().startsWith(QStringLiteral("Finished")));
    }

    void thePlaceOfThePlayheadDoesNotWidenTheWindow()
    {
        SessionWindow bench;
        auto& label = bench.fixture.get<QLabel>("timelineLabel");
        const int least = bench.fixture.window->minimumSizeHint().width();
        bench.fixture.document->commitFrame(3);
        QVERIFY(label.text().startsWith(QStringLiteral("step 4 / 10 · t = ")));
        QVERIFY(label.text().contains(QStringLiteral("SNR")));
        QVERIFY(bench.fixture.window->minimumSizeHint().width() <= least);
        auto& timeline = bench.fixture.get<QWidget>("timeline");
        timeline.setFixedWidth(timeline.minimumSizeHint().width() +
                               label.fontMetrics().averageCharWidth() * 14);
        QTRY_COMPARE(label.text(), QStringLiteral("step 4 / 10"));
    }

    void theTreeSaysWhatABranchChanged()
    {
        SessionWindow bench;
        bench.branch();
        const QTreeWidgetItem* item = bench.tree().topLevelItem(0)->child(0);
        QCOMPARE(item->text(0), QStringLiteral("Branch 2"));
        QCOMPARE(item->data(0, ui::SessionTreeView::detailsRole).toString(),
                 QStringLiteral("from step 7: guidance 4"));
        QVERIFY(!item->data(0, ui::SessionTreeView::pictureRole).value<QImage>().isNull());
    }

    void theSelectionFollowsShortcutsWithCtrl()
    {
        SessionWindow bench;
        bench.fixture.press(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(bench.fixture.document->currentRun(), 2);
        QCOMPARE(bench.tree().selectedRuns(), std::vector<int>{2});
        bench.fixture.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(bench.tree().selectedRuns(), std::vector<int>{1});
        bench.fixture.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(bench.tree().selectedRuns(), std::vector<int>{2});
    }

    void selectingARunShowsItAndItsRecipe()
    {
        SessionWindow bench;
        bench.branch();
        bench.tree().setCurrentItem(bench.tree().topLevelItem(0), 0, QItemSelectionModel::ClearAndSelect);
        QCOMPARE(bench.fixture.document->currentRun(), 1);
        QCOMPARE(bench.fixture.recipe().guidance.scale, 2.0);
        QVERIFY(bench.waitForRun());
    }

    void aRunIsRenamedInTheTreeAndUndoTakesItBack()
    {
        SessionWindow bench;
        bench.tree().setFocus();
        bench.tree().rename(1);
        auto* editor = bench.tree().findChild<QLineEdit*>();
        QVERIFY(editor);
        editor->setText(QStringLiteral("the first"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(bench.fixture.document->session().run(1).name, std::string("the first"));
        QCOMPARE(bench.tree().topLevelItem(0)->text(0), QStringLiteral("the first"));
        bench.action("action.undo").trigger();
        QCOMPARE(bench.tree().topLevelItem(0)->text(0), QStringLiteral("Run 1"));
    }

    void aNoteIsKeptWithItsRun()
    {
        SessionWindow bench;
        auto& note = bench.fixture.get<QPlainTextEdit>("sessionNote");
        note.setFocus();
        QTest::keyClicks(&note, QStringLiteral("look here"));
        QCOMPARE(bench.fixture.document->session().run(1).note, std::string("look here"));
        bench.action("action.newRun").trigger();
        QCOMPARE(note.toPlainText(), QString());
    }

    void deleteTakesARunWithItsBranchesAndUndoBringsThemBack()
    {
        SessionWindow bench;
        bench.branch();
        bench.action("action.newRun").trigger();
        bench.fixture.document->selectRun(1);
        bench.action("action.deleteRun").trigger();
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(1));
        bench.action("action.undo").trigger();
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(3));
    }

    void aRecipeIsCopiedAsTextAndPasted()
    {
        SessionWindow bench;
        bench.action("action.copyRecipe").trigger();
        const QString text = QGuiApplication::clipboard()->text();
        QVERIFY(recipe::recipeFromJson(text.toStdString()) == bench.fixture.recipe());
        QGuiApplication::clipboard()->setText(QString::fromStdString(recipe::toJson(fakeRecipe(7, 5))));
        bench.action("action.pasteRecipe").trigger();
        QCOMPARE(bench.fixture.recipe().guidance.scale, 7.0);
        bench.action("action.undo").trigger();
        QCOMPARE(bench.fixture.recipe().guidance.scale, 2.0);
        QGuiApplication::clipboard()->setText(QStringLiteral("not a recipe"));
        bench.action("action.pasteRecipe").trigger();
        QCOMPARE(bench.fixture.recipe().guidance.scale, 2.0);
    }

    void aBranchIsCopiedIntoAnotherWindowWithTheRunsThatItLeaves()
    {
        SessionWindow first;
        first.branch();
        first.fixture.document->commitFrame(8);
        first.action("action.branch").trigger();
        recipe::Recipe recipe = first.fixture.recipe();
        recipe.seed = 99;
        first.fixture.document->setRecipe(recipe);
        QVERIFY(first.waitForRun());
        first.action("action.copyRecipe").trigger();
        const auto copied = first.fixture.document->plan();
        const QString text = QGuiApplication::clipboard()->text();

        SessionWindow second;
        second.fixture.document->setRecipe(fakeRecipe(7, 3));
        QVERIFY(second.waitForRun());
        const session::Session before = second.fixture.document->session();
        QGuiApplication::clipboard()->setText(text);
        second.action("action.pasteRecipe").trigger();
        QVERIFY(second.fixture.document->plan() == copied);
        QCOMPARE(second.fixture.document->session().runs().size(), std::size_t(4));
        QCOMPARE(second.tree().topLevelItemCount(), 2);
        QVERIFY(second.waitForRun());
        const auto& made = second.fixture.document->trajectory().frames;
        const auto& wanted = first.fixture.document->trajectory().frames;
        QCOMPARE(made.size(), wanted.size());
        for (std::size_t i = 0; i < made.size(); ++i)
            QVERIFY(made[i]->layer(record::Layer::xt).values == wanted[i]->layer(record::Layer::xt).values);
        // All of it is one step; what is pasted again shares the runs above.
        const session::Session after = second.fixture.document->session();
        second.action("action.undo").trigger();
        QVERIFY(second.fixture.document->session() == before);
        second.action("action.redo").trigger();
        QVERIFY(second.fixture.document->session() == after);
        recipe.seed = 100;
        QGuiApplication::clipboard()->setText(
            QString::fromStdString(recipe::toJson(recipe::RunPlan{recipe, copied.from})));
        second.action("action.pasteRecipe").trigger();
        QCOMPARE(second.fixture.document->session().runs().size(), std::size_t(5));
        // A recipe that is pasted into a branch begins from noise, as its text says.
        QGuiApplication::clipboard()->setText(QString::fromStdString(recipe::toJson(fakeRecipe(3, 4))));
        second.action("action.pasteRecipe").trigger();
        QVERIFY(!second.fixture.document->plan().from);
        QCOMPARE(second.fixture.document->session().runs().size(), std::size_t(6));
    }

    void aBranchComesBackOutOfItsPictureAndItsFile()
    {
        SessionWindow bench;
        bench.branch();
        const auto plan = bench.fixture.document->plan();
        const QString picture = bench.fixture.folder.filePath(QStringLiteral("branch.png"));
        const QString file = bench.fixture.folder.filePath(QStringLiteral("branch.json"));
        QVERIFY(bench.fixture.window->saveImages(picture));
        QVERIFY(bench.fixture.window->saveRecipe(file));
        for (const QString& path : {picture, file}) {
            SessionWindow other;
            other.action("action.newRun").trigger();  // something to undo: not a fresh window
            QVERIFY(other.fixture.window->openFile(path));
            QVERIFY(other.fixture.document->plan() == plan);
            QVERIFY(other.waitForRun());
        }
    }

    void whatIsPastedAndIsNoRecipeIsSaidAndChangesNothing_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("prose") << QStringLiteral("hello") << QStringLiteral("not JSON at line 1");
        QTest::newRow("empty") << QString() << QStringLiteral("no recipe");
        QTest::newRow("newer") << QStringLiteral("{\"version\": 7}") << QStringLiteral("recipe.version");
        QTest::newRow("half a branch")
            << QStringLiteral("{\"version\": 1, \"from\": {\"frame\": 2}}") << QStringLiteral("from.run");
        QTest::newRow("nested") << QStringLiteral("{\"from\":{\"run\":").repeated(9000)
                                << QStringLiteral("nested more than");
    }
    void whatIsPastedAndIsNoRecipeIsSaidAndChangesNothing()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        SessionWindow bench;
        bench.branch();
        const session::Session before = bench.fixture.document->session();
        QGuiApplication::clipboard()->setText(text);
        bench.action("action.pasteRecipe").trigger();
        QVERIFY(bench.fixture.document->session() == before);
        const auto& message = bench.fixture.get<QLabel>("failureMessage");
        QVERIFY(message.isVisible());
        QVERIFY2(message.text().contains(says), qPrintable(message.text()));
    }

    void whatIsWrongWithAFileIsSaidUntilOneEditsOrDismissesIt_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("says");
        QTest::newRow("newer") << QStringLiteral("newer.diffuscope")
                               << sessionBytes(R"({"version":9,"runs":[]})")
                               << QStringLiteral("newer Diffuscope");
        QTest::newRow("cut off") << QStringLiteral("cut.diffuscope")
                                 << sessionBytes(R"({"version":1,"runs":[]})").left(40)
                                 << QStringLiteral("cut off");
        QTest::newRow("no session") << QStringLiteral("a.diffuscope") << QByteArray("hello, world, hello")
                                    << QStringLiteral("no session");
        QTest::newRow("no recipe") << QStringLiteral("a.json") << QByteArray("[1]")
                                   << QStringLiteral("no recipe");
        QByteArray png;
        QBuffer buffer(&png);
        buffer.open(QIODevice::WriteOnly);
        QImage(8, 8, QImage::Format_RGB32).save(&buffer, "PNG");
        QTest::newRow("a picture") << QStringLiteral("a.png") << png << QStringLiteral("holds no recipe");
    }
    void whatIsWrongWithAFileIsSaidUntilOneEditsOrDismissesIt()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QString, says);
        SessionWindow bench;
        const session::Session before = bench.fixture.document->session();
        const QString path = bench.fixture.folder.filePath(name);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        file.close();
        QVERIFY(!bench.fixture.window->openFile(path));
        auto& message = bench.fixture.get<QLabel>("failureMessage");
        auto& hint = bench.fixture.get<QLabel>("failureHint");
        QVERIFY2(message.isVisible() && message.text().contains(says), qPrintable(message.text()));
        QVERIFY(!message.text().contains(QLatin1Char('\n')) && hint.text().size() > 8);
        QVERIFY(!hint.text().contains(QStringLiteral("still shown")));  // that is said of runs
        QVERIFY(bench.fixture.document->session() == before);
        // As at the start of the program, where the last recipe is sampled after the file was refused.
        bench.fixture.document->service().forgetFinishedRuns();
        const int runs = bench.fixture.sampling.runsStarted();
        bench.fixture.document->sample();
        QTRY_VERIFY(bench.fixture.sampling.runsStarted() > runs);
        QVERIFY(bench.waitForRun());
        QVERIFY(message.isVisible());
        bench.fixture.press(Qt::Key_D);
        QVERIFY(!message.isVisible());
        QVERIFY(!bench.fixture.window->openFile(path));
        QVERIFY(message.isVisible());
        bench.fixture.get<QToolButton>("failureDismiss").click();
        QVERIFY(!message.isVisible());
    }

    void aRunThatCannotBeSampledShowsItsStoredResult()
    {
        SessionWindow saved;
        saved.branch();
        const QString file = saved.fixture.folder.filePath(QStringLiteral("a.diffuscope"));
        saved.keeper.saveAs(file);
        saved.keeper.flush();
        const auto result = saved.fixture.document->trajectory().frames.back();

        WindowFixture fixture;
        ui::BackgroundRuns background(*fixture.service);
        ui::SessionKeeper keeper({.document = *fixture.document,
                                  .background = background,
                                  .settings = *fixture.settings,
                                  .autosaveFolder = {},
                                  .program = {},
                                  .hashModel = {}});
        fixture.window->offerSession(keeper);
        fixture.sampling.failToStart([] { throw Error(ErrorCode::missingFile, "The model is gone."); });
        fixture.show();
        QVERIFY(fixture.window->openFile(file));
        QTRY_VERIFY(fixture.document->showsStoredResult());
        QCOMPARE(fixture.get<QLabel>("failureMessage").text(), QStringLiteral("The model is gone."));
        QVERIFY(fixture.get<QLabel>("failureHint").text().contains(QStringLiteral("stored result")));
        QCOMPARE(fixture.document->trajectory().size(), 1);
        QVERIFY(fixture.document->frame()->layer(record::Layer::xt).values ==
                result->layer(record::Layer::xt).values);
        saved.fixture.document->commitFrame(10);
        fixture.get<QToolButton>("failureDismiss").click();
        QTRY_COMPARE(fixture.picture(), saved.fixture.picture());
        // All that reads runs finds one frame, of no known level.
        for (QDockWidget* dock : fixture.window->findChildren<QDockWidget*>()) {
            dock->show();
            dock->raise();
            QCoreApplication::processEvents();
        }
        for (const Qt::Key key :
             {Qt::Key_Left, Qt::Key_Home, Qt::Key_End, Qt::Key_A, Qt::Key_A, Qt::Key_M, Qt::Key_N, Qt::Key_P,
              Qt::Key_B, Qt::Key_F, Qt::Key_Escape, Qt::Key_1, Qt::Key_3, Qt::Key_8, Qt::Key_0, Qt::Key_2}) {
            fixture.press(key);
            QVERIFY(!fixture.window->grab().isNull());
        }
        QCOMPARE(fixture.document->session().runs().size(), std::size_t(2));  // nothing to branch from
        // The other run too; and once the model is back, it is sampled.
        fixture.document->selectRun(1);
        QTRY_COMPARE(*fixture.document->shownRun().recipe, fixture.recipe());
        QVERIFY(fixture.document->showsStoredResult());
        fixture.sampling.clearFailures();
        fixture.document->sample();
        QTRY_COMPARE(fixture.document->state(), ui::RunState::finished);
        QVERIFY(!fixture.document->showsStoredResult());
        QCOMPARE(fixture.document->trajectory().size(), 11);
    }

    void aFailedRunAndWhatIsWrongWithAFileAreBothSaid()
    {
        SessionWindow bench;
        QVERIFY(!bench.fixture.window->openFile(QStringLiteral("/nowhere/at-all.diffuscope")));
        bench.fixture.sampling.failToStart([] { throw Error(ErrorCode::invalidOption, "No such model."); });
        bench.fixture.document->service().forgetFinishedRuns();
        bench.fixture.document->sample();
        auto& first = bench.fixture.get<QLabel>("failureMessage");
        auto& second = bench.fixture.get<QLabel>("failureMessage.1");
        QTRY_COMPARE(first.text(), QStringLiteral("No such model."));
        QVERIFY(second.isVisible());
        QVERIFY2(second.text().contains(QStringLiteral("at-all")), qPrintable(second.text()));
        bench.fixture.sampling.clearFailures();
        bench.fixture.document->sample();
        QVERIFY(bench.waitForRun());
        QTRY_VERIFY(first.text().contains(QStringLiteral("at-all")) && !second.isVisible());
    }

    void aFileOpensAsWhatItIs()
    {
        SessionWindow bench;
        bench.branch();
        const QString file = bench.fixture.folder.filePath(QStringLiteral("a.diffuscope"));
        bench.keeper.saveAs(file);
        bench.keeper.flush();
        QCOMPARE(bench.fixture.window->windowTitle(), QStringLiteral("a[*] – Diffuscope"));
        bench.action("action.newSession").trigger();
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(1));
        QVERIFY(bench.fixture.window->openFile(file));
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(2));
        const QString recipe = bench.fixture.folder.filePath(QStringLiteral("mine.json"));
        QVERIFY(bench.fixture.window->saveRecipe(recipe));
        bench.fixture.document->selectRun(1);
        QVERIFY(bench.fixture.window->openFile(recipe));  // as another run: nothing is lost
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(3));
        QVERIFY(
            !bench.fixture.window->openFile(bench.fixture.folder.filePath(QStringLiteral("no.diffuscope"))));
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(3));
    }
};

QTEST_MAIN(SessionWindowTest)
#include "session_window_test.moc"
