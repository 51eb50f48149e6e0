// The session in the window: its tree, branches by key, comparing, files, and recipes as text.
#include "tests/ui/session_window.h"
#include "ui/panels/error_window.h"
#include "ui/panels/grid_window.h"

#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScopeGuard>

using namespace diffuscope;
using test::fakeRecipe;
using test::SessionWindow;

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

    void theTreeSaysWhatABranchChanged()
    {
        SessionWindow bench;
        bench.branch();
        const QTreeWidgetItem* item = bench.tree().topLevelItem(0)->child(0);
        QCOMPARE(item->text(0), QStringLiteral("Branch 2"));
        QCOMPARE(item->data(0, ui::SessionTreeView::detailsRole).toString(),
                 QStringLiteral("from frame 6: guidance 4"));
        QVERIFY(!item->data(0, ui::SessionTreeView::pictureRole).value<QImage>().isNull());
    }

    void selectingARunShowsItAndItsRecipe()
    {
        SessionWindow bench;
        bench.branch();
        bench.tree().setCurrentItem(bench.tree().topLevelItem(0));
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

    void aGridSaysWhatItCostsAndSamplesItInTheBackground()
    {
        SessionWindow bench;
        bench.action("action.grid").trigger();
        auto& grid = bench.fixture.get<ui::GridWindow>("gridWindow");
        grid.findChild<QLineEdit*>(QStringLiteral("acrossValues"))->setText(QStringLiteral("2, 4, 8"));
        auto* down = grid.findChild<QComboBox*>(QStringLiteral("downField"));
        down->setCurrentIndex(down->findText(QStringLiteral("Guidance scale")));
        grid.findChild<QLineEdit*>(QStringLiteral("downValues"))->setText(QStringLiteral("1, 3"));
        QVERIFY2(grid.costText().startsWith(QStringLiteral("6 runs, 28 network evaluations")),
                 qPrintable(grid.costText()));
        QVERIFY(grid.start());
        QTRY_COMPARE(grid.finishedCells(), 6);
        QVERIFY(!grid.isSampling());
        QVERIFY(!grid.sheet().isNull());
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(1));
        // A cell opens as a run of the session.
        auto* canvas = grid.findChild<ui::GridCanvas*>();
        QTest::keyClick(canvas, Qt::Key_Right);
        QTest::keyClick(canvas, Qt::Key_Return);
        QCOMPARE(bench.fixture.recipe().steps, 4);
        QCOMPARE(bench.fixture.recipe().guidance.scale, 1.0);
        // What cannot be is said in place of a cost.
        grid.findChild<QLineEdit*>(QStringLiteral("acrossValues"))->setText(QStringLiteral("2, many"));
        QVERIFY(grid.costText().contains(QStringLiteral("“many”")));
        QVERIFY(!grid.start());
    }

    void aGridCanBeCancelled()
    {
        SessionWindow bench;
        bench.action("action.grid").trigger();
        auto& grid = bench.fixture.get<ui::GridWindow>("gridWindow");
        bench.fixture.sampling.block();
        const auto goOn = qScopeGuard([&sampling = bench.fixture.sampling] { sampling.unblock(); });
        QVERIFY(grid.start());
        QTRY_VERIFY(bench.fixture.sampling.isEvaluating());
        grid.findChild<QPushButton*>(QStringLiteral("gridStart"))->click();
        QVERIFY(!grid.isSampling());
        QCOMPARE(bench.background.waiting(), 0);
    }

    void errorsAreTakenFromTheReferenceOverEvaluations()
    {
        SessionWindow bench;
        bench.action("action.errors").trigger();
        auto& errors = bench.fixture.get<ui::ErrorWindow>("errorWindow");
        errors.findChild<QLineEdit*>(QStringLiteral("errorSamplers"))->setText(QStringLiteral("ddim, heun"));
        errors.findChild<QLineEdit*>(QStringLiteral("errorSteps"))->setText(QStringLiteral("2, 4"));
        errors.findChild<QLineEdit*>(QStringLiteral("errorReference"))->setText(QStringLiteral("heun, 20"));
        QVERIFY2(errors.costText().startsWith(QStringLiteral("5 runs, 58 network evaluations")),
                 qPrintable(errors.costText()));
        QVERIFY(errors.start());
        QTRY_VERIFY(!errors.isSampling());
        QCOMPARE(errors.points().size(), std::size_t(4));
        for (const auto& point : errors.points()) {
            QVERIFY(point.error.has_value());
            QCOMPARE(point.evaluations, point.recipe.steps);  // the fake makes one a step
        }
        QCOMPARE(errors.table().count(QLatin1Char('\n')), 5);
        errors.findChild<QLineEdit*>(QStringLiteral("errorReference"))->setText(QStringLiteral("heun"));
        QVERIFY(!errors.start());
        QVERIFY(errors.costText().contains(QStringLiteral("heun, 100")));
    }

    void aRecipeIsCopiedAsTextAndPasted()
    {
        SessionWindow bench;
        bench.action("action.copyRecipe").trigger();
        const QString text = QGuiApplication::clipboard()->text();
        QVERIFY(session::recipeFromJson(text.toStdString()) == bench.fixture.recipe());
        QGuiApplication::clipboard()->setText(QString::fromStdString(session::toJson(fakeRecipe(7, 5))));
        bench.action("action.pasteRecipe").trigger();
        QCOMPARE(bench.fixture.recipe().guidance.scale, 7.0);
        bench.action("action.undo").trigger();
        QCOMPARE(bench.fixture.recipe().guidance.scale, 2.0);
        QGuiApplication::clipboard()->setText(QStringLiteral("not a recipe"));
        bench.action("action.pasteRecipe").trigger();
        QCOMPARE(bench.fixture.recipe().guidance.scale, 2.0);
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
