// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes sampled in the background: the grid of runs, the plot of errors, and the files that both write.
#include "core/base/error.h"
#include "core/exports/picture.h"
#include "tests/ui/session_window.h"
#include "ui/experiments/error_window.h"
#include "ui/experiments/grid_canvas.h"
#include "ui/experiments/grid_window.h"
#include "ui/experiments/recipe_batch.h"

#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScopeGuard>
#include <QToolButton>

using namespace diffuscope;
using test::fakeRecipe;
using test::SessionWindow;

namespace {

QString textOf(const QWidget& window, const char* label)
{
    return window.findChild<QLabel*>(QLatin1String(label))->text();
}

void type(const QWidget& window, const char* field, const QString& text)
{
    window.findChild<QLineEdit*>(QLatin1String(field))->setText(text);
}

/// The recipe in a PNG that was written.
recipe::Recipe recipeIn(const QString& path)
{
    return recipe::recipeFromJson(exports::readRecipeOfPicture(path.toStdString()));
}

/// A window with its grid of runs, whose sampling is held up.
struct GridHeldUp : SessionWindow
{
    GridHeldUp()
    {
        action("action.grid").trigger();
        fixture.sampling.block();
    }
    ~GridHeldUp() { fixture.sampling.unblock(); }
    ui::GridWindow& grid() { return fixture.get<ui::GridWindow>("gridWindow"); }
};

}  // namespace

class GridWindowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
        // A cell opens as a run of the session; looking at one does not.
        auto* canvas = grid.findChild<ui::GridCanvas*>();
        QTest::mouseClick(canvas, Qt::LeftButton, {}, canvas->cellRect(0).center());
        QTest::keyClick(canvas, Qt::Key_Right);
        QVERIFY(textOf(grid, "gridDetail").contains(QStringLiteral("4 steps")));
        QVERIFY(textOf(grid, "gridDetail").contains(QStringLiteral("NFE 4")));
        QCOMPARE(bench.fixture.document->session().runs().size(), std::size_t(1));
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
        GridHeldUp bench;
        ui::GridWindow& grid = bench.grid();
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

    void aSheetHoldsTheRecipeThatTheGridWasMadeFrom()
    {
        SessionWindow bench;
        bench.action("action.grid").trigger();
        auto& grid = bench.fixture.get<ui::GridWindow>("gridWindow");
        type(grid, "acrossValues", QStringLiteral("2, 3"));
        type(grid, "downValues", QStringLiteral("ddim"));
        const recipe::Recipe base = bench.fixture.recipe();
        QVERIFY(grid.start());
        QTRY_COMPARE(grid.finishedCells(), 2);
        recipe::Recipe edited = base;
        edited.guidance.scale = 9;
        bench.fixture.document->setRecipe(edited);  // the grid stays what it was
        QVERIFY(bench.waitForRun());
        const QString path = bench.fixture.folder.filePath(QStringLiteral("grid.png"));
        QVERIFY(grid.saveSheet(path));
        QCOMPARE(QImage(path), grid.sheet());
        QVERIFY(recipeIn(path) == base);
        // Dropped onto the window it comes back as another run.
        QVERIFY(bench.fixture.window->openFile(path));
        QVERIFY(bench.fixture.recipe() == base);
        // Where it cannot be written the old file stays, and the window says so.
        const QString nowhere = bench.fixture.folder.filePath(QStringLiteral("no/such/grid.png"));
        QVERIFY(!grid.saveSheet(nowhere));
        QVERIFY(textOf(grid, "gridCost").contains(nowhere));
    }

    void thePictureOfTheErrorsHoldsTheirRecipe()
    {
        SessionWindow bench;
        bench.action("action.errors").trigger();
        auto& errors = bench.fixture.get<ui::ErrorWindow>("errorWindow");
        QVERIFY(errors.findChild<QLabel*>(QStringLiteral("errorEmpty"))->isVisible());
        type(errors, "errorSamplers", QStringLiteral("ddim"));
        type(errors, "errorSteps", QStringLiteral("2, 4"));
        type(errors, "errorReference", QStringLiteral("heun, 20"));
        QVERIFY(errors.start());
        QTRY_VERIFY(!errors.isSampling());
        QVERIFY(!errors.findChild<QLabel*>(QStringLiteral("errorEmpty"))->isVisible());
        const QString picture = bench.fixture.folder.filePath(QStringLiteral("error.png"));
        QVERIFY(errors.saveTo(picture));
        QVERIFY(recipeIn(picture) == bench.fixture.recipe());
        QVERIFY(QImage(picture).width() >= 640);
        const QString table = bench.fixture.folder.filePath(QStringLiteral("error.csv"));
        QVERIFY(errors.saveTo(table));
        QFile file(table);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()), errors.table());
    }

    void promptsAndTimeGridsAreSetAgainstEachOther()
    {
        const recipe::Recipe base = fakeRecipe(2);
        const auto all =
            ui::gridRecipes(base, {ui::GridField::prompt, ui::parsedGridValues("a cat, red; a dog ; ", 12)},
                            {ui::GridField::grid, ui::parsedGridValues("trailing, karras", 12)});
        QCOMPARE(all.size(), std::size_t(4));
        QCOMPARE(all[0].condition.text.prompt, std::string("a cat, red"));
        QCOMPARE(all[1].condition.text.prompt, std::string("a dog"));
        QCOMPARE(all[1].grid.rule, std::string("trailing"));
        QCOMPARE(all[2].grid.rule, std::string("karras"));
        QVERIFY(all[3].sampler == base.sampler && all[3].seed == base.seed);
        QVERIFY_EXCEPTION_THROWN(ui::withField(base, ui::GridField::grid, "nonsense"), Error);
    }

    void samplersAreTickedInAList()
    {
        SessionWindow bench;
        bench.action("action.grid").trigger();
        auto& grid = bench.fixture.get<ui::GridWindow>("gridWindow");
        type(grid, "downValues", QStringLiteral("ddim, heun"));
        auto* choose = grid.findChild<QToolButton*>(QStringLiteral("downValuesChoose"));
        QVERIFY(choose->isVisible());
        QVERIFY(!grid.findChild<QToolButton*>(QStringLiteral("acrossValuesChoose"))->isVisible());  // steps
        choose->click();
        auto* menu = grid.findChild<QMenu*>(QStringLiteral("downValuesMenu"));
        QTRY_VERIFY(menu->isVisible());
        const auto ticked = [menu] {
            return std::ranges::count_if(menu->actions(),
                                         [](QAction* action) { return action->isChecked(); });
        };
        QCOMPARE(ticked(), 2);
        for (QAction* action : menu->actions())
            if (action->toolTip() == QStringLiteral("heun")) {
                menu->setActiveAction(action);
                QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
            } else if (action->toolTip() == QStringLiteral("unipc")) {
                menu->setActiveAction(action);
                QTest::keyClick(menu, Qt::Key_Space);
            }
        QVERIFY(menu->isVisible());
        QCOMPARE(ticked(), 2);
        menu->close();
        QCOMPARE(grid.findChild<QLineEdit*>(QStringLiteral("downValues"))->text(),
                 QStringLiteral("ddim, unipc"));
    }

    void twoBatchesThatShareARunBothGetIt()
    {
        SessionWindow bench;
        ui::RecipeBatch one(bench.background), other(bench.background);
        int ofOne = 0, ofOther = 0;
        connect(&one, &ui::RecipeBatch::finished, this, [&ofOne] { ++ofOne; });
        connect(&other, &ui::RecipeBatch::finished, this, [&ofOther] { ++ofOther; });
        bench.fixture.sampling.block();
        const auto goOn = qScopeGuard([&sampling = bench.fixture.sampling] { sampling.unblock(); });
        one.start({fakeRecipe(3), fakeRecipe(4), fakeRecipe(5)});
        other.start({fakeRecipe(4), fakeRecipe(4)});
        QTRY_VERIFY(bench.fixture.sampling.isEvaluating());
        one.cancel();  // what the other one wants goes on
        QVERIFY(!one.isSampling());
        QCOMPARE(bench.background.waiting(), 1);
        bench.fixture.sampling.unblock();
        QTRY_COMPARE(ofOther, 2);  // a recipe that is in the list twice is told of twice
        QCOMPARE(ofOne, 0);
        QVERIFY(!other.isSampling());
    }

    void aFreshSessionEndsABatch()
    {
        GridHeldUp bench;
        ui::GridWindow& grid = bench.grid();
        QVERIFY(grid.start());
        QTRY_VERIFY(bench.fixture.sampling.isEvaluating());
        bench.action("action.newSession").trigger();
        QVERIFY(!grid.isSampling());
        QVERIFY(grid.findChild<QPushButton*>(QStringLiteral("gridStart"))
                    ->text()
                    .contains(QStringLiteral("Sample")));
    }
};

QTEST_MAIN(GridWindowTest)
#include "grid_window_test.moc"
