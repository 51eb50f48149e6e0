// SPDX-License-Identifier: GPL-3.0-or-later
// Runs compared in the window: what stands beside what, what differs from which run, and what is drawn.
#include "core/exports/picture.h"
#include "tests/ui/session_window.h"
#include "ui/compare/compare_panes.h"
#include "ui/compare/compare_view.h"
#include "ui/compare/comparison.h"
#include "ui/stage/run_view.h"

#include <QComboBox>
#include <QLabel>
#include <QToolButton>

using namespace diffuscope;
using test::fakeRecipe;
using test::SessionWindow;
using ui::ComparePanes;

namespace {

/// A run and its branch side by side, at a frame where they differ; both are there.
struct ComparedWindow : SessionWindow
{
    ComparedWindow() : panes(fixture.get<ComparePanes>("comparePanes"))
    {
        branch();
        compareBoth();
        if (!QTest::qWaitFor([this] { return panes.paneCount() == 2 && !panes.atlas(1).isNull(); }))
            qFatal("The runs are not shown.");
        fixture.document->commitFrame(8);
    }
    ui::Comparison& comparison() { return *fixture.window->findChild<ui::Comparison*>(); }
    /// How red less how blue a pixel of a pane's pictures is.
    int redness(std::size_t pane, QPoint at) const
    {
        const QColor color = panes.atlas(pane).pixelColor(at);
        return color.red() - color.blue();
    }
    /// Where a pane is the furthest from colourless.
    QPoint strongest(std::size_t pane) const
    {
        QPoint found;
        for (int y = 0; y < panes.atlas(pane).height(); ++y)
            for (int x = 0; x < panes.atlas(pane).width(); ++x)
                if (std::abs(redness(pane, {x, y})) > std::abs(redness(pane, found)))
                    found = {x, y};
        return found;
    }

    ComparePanes& panes;
};

}  // namespace

class CompareTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoRunsAreComparedOnOnePlayhead()
    {
        SessionWindow bench;
        bench.branch();
        bench.compareBoth();
        auto& panes = bench.fixture.get<ComparePanes>("comparePanes");
        QVERIFY(panes.isVisible());
        QTRY_COMPARE(panes.paneCount(), 2);
        QTRY_VERIFY(!panes.atlas(1).isNull());
        bench.fixture.get<QToolButton>("compareDifference").click();
        bench.fixture.document->commitFrame(2);
        QCOMPARE(panes.largestDifference(1), 0.0);  // the frames before the branch are the same
        bench.fixture.document->commitFrame(8);
        QVERIFY(panes.largestDifference(1) > 0.01);
        bench.fixture.press(Qt::Key_Escape);
        QVERIFY(!panes.isVisible());
    }

    void theDivergenceIsZeroBeforeTheBranchAndNotAfterIt()
    {
        SessionWindow bench;
        bench.branch();
        ui::Comparison comparison(*bench.fixture.document, bench.background);
        comparison.setRuns({1, 2});
        QTRY_VERIFY(comparison.entries()[0].hasFrames() && comparison.entries()[1].hasFrames());
        const auto& divergence = comparison.entries()[1].divergence;
        QTRY_COMPARE(divergence.size(), std::size_t(11));
        for (int i = 0; i < 6; ++i)
            QCOMPARE(divergence[std::size_t(i)], 0.0);
        for (std::size_t i = 6; i < divergence.size(); ++i)
            QVERIFY(divergence[i] > 0.01);
    }

    void runsOfDifferentLengthAreAlignedByNoiseOrStep()
    {
        SessionWindow bench;
        bench.fixture.document->addRun(fakeRecipe(2, 20), QStringLiteral("New Run"));
        QVERIFY(bench.waitForRun());
        ui::Comparison comparison(*bench.fixture.document, bench.background);
        comparison.setRuns({1, 2});
        QTRY_VERIFY(comparison.entries()[0].hasFrames() && comparison.entries()[1].hasFrames());
        QVERIFY(bench.waitForRun());
        bench.fixture.document->commitFrame(5);
        comparison.setAlignment(ui::Alignment::step);
        QCOMPARE(comparison.frameOf(1), 5);
        QVERIFY(comparison.showsUnlikeLevels());
        comparison.setAlignment(ui::Alignment::noiseLevel);
        QVERIFY(!comparison.showsUnlikeLevels());
        const double wanted = comparison.framePtr(0)->level.t;
        const double found = comparison.framePtr(1)->level.t;
        QVERIFY2(std::abs(wanted - found) <= 50, qPrintable(QStringLiteral("%1 %2").arg(wanted).arg(found)));
        QVERIFY(comparison.frameOf(1) >= 9 && comparison.frameOf(1) <= 11);
        // The end is every run's end, whatever they are aligned by.
        bench.fixture.document->commitFrame(10);
        for (const auto alignment :
             {ui::Alignment::noiseLevel, ui::Alignment::step, ui::Alignment::evaluations}) {
            comparison.setAlignment(alignment);
            QCOMPARE(comparison.frameOf(1), 20);
            QVERIFY(!comparison.showsUnlikeLevels());
        }
    }

    void twiceTheStepsStandBesideAtTheSameNoise()
    {
        SessionWindow bench;
        bench.action("action.compareTwice").trigger();
        QCOMPARE(bench.fixture.document->session().runs().back().recipe.steps, 20);
        QCOMPARE(bench.fixture.document->currentRun(), 1);
        auto& panes = bench.fixture.get<ComparePanes>("comparePanes");
        QTRY_VERIFY(panes.paneCount() == 2 && !panes.atlas(1).isNull());
        QVERIFY(panes.caption(0).contains(QStringLiteral("result of 10 steps")));
        // At the end both are results.
        QTRY_VERIFY2(panes.caption(1).contains(QStringLiteral("result of 20 steps")),
                     qPrintable(panes.caption(1)));
        // In the middle they are at the same noise, or as many steps from the start, and then that is said.
        bench.fixture.document->commitFrame(5);
        const auto& shared = bench.fixture.get<QLabel>("compareShared");
        QVERIFY(panes.caption(0).contains(QStringLiteral("step 6 of 10")));
        QVERIFY2(!panes.caption(1).contains(QStringLiteral("step 6 of 20")), qPrintable(panes.caption(1)));
        QVERIFY(!shared.text().contains(QStringLiteral("different noise levels")));
        auto& align = bench.fixture.get<QComboBox>("compareAlign");
        align.setFocus();
        QTest::keyClick(&align, Qt::Key_Down);
        QVERIFY2(panes.caption(1).contains(QStringLiteral("step 6 of 20")), qPrintable(panes.caption(1)));
        QVERIFY(shared.text().contains(QStringLiteral("different noise levels")));
        // Undone, there is nothing to compare with.
        bench.action("action.undo").trigger();
        QVERIFY(!panes.isVisible());
    }

    void theSwipeDrawsTheSecondRunRightOfTheLine()
    {
        SessionWindow bench;
        bench.branch();
        bench.fixture.document->commitFrame(9);
        bench.compareBoth();
        auto& panes = bench.fixture.get<ComparePanes>("comparePanes");
        QTRY_VERIFY(panes.paneCount() == 2 && !panes.atlas(1).isNull());
        bench.fixture.get<QToolButton>("compareSwipe").click();
        panes.setSwipe(1);
        const QImage left = panes.grab().toImage();
        panes.setSwipe(0);
        const QImage right = panes.grab().toImage();
        const QPoint middle(panes.width() / 2 - 3, panes.height() / 2 + 20);
        QVERIFY(left != right);
        QVERIFY(left.rect().contains(middle));
        // Dragged by the mouse, and by the keys of the slider.
        const QRect pictures = panes.geometryOfPanes().pictures(0);
        QTest::mouseClick(&panes, Qt::LeftButton, {},
                          {pictures.left() + pictures.width() / 4, pictures.center().y()});
        QVERIFY(std::abs(panes.swipe() - 0.25) < 0.01);
        QTest::keyClick(&bench.fixture.get<QSlider>("compareSwipePlace"), Qt::Key_Right);
        QVERIFY(panes.swipe() > 0.26);
    }

    void aClickOnARunsNameMakesItTheReference()
    {
        ComparedWindow bench;
        bench.fixture.get<QToolButton>("compareDifference").click();
        QCOMPARE(bench.comparison().reference(), std::size_t(0));
        QCOMPARE(bench.panes.largestDifference(0), 0.0);
        const double apart = bench.panes.largestDifference(1);
        QVERIFY(apart > 0.01);
        const QPoint place = bench.strongest(1);
        const int redness = bench.redness(1, place);
        QVERIFY(std::abs(redness) > 50);

        QTest::mouseClick(&bench.panes, Qt::LeftButton, {}, bench.panes.geometryOfPanes().head(1).center());
        QCOMPARE(bench.comparison().reference(), std::size_t(1));
        QCOMPARE(bench.panes.largestDifference(1), 0.0);
        QCOMPARE(bench.panes.largestDifference(0), apart);
        // A − B is B − A in the other colour.
        QVERIFY(bench.redness(0, place) * redness < 0);
        QVERIFY(bench.panes.caption(0).contains(QStringLiteral("apart")));
        QVERIFY(!bench.panes.caption(1).contains(QStringLiteral("apart")));
    }

    void theReferenceIsChosenByKeysToo()
    {
        ComparedWindow bench;
        auto& box = bench.fixture.get<QComboBox>("compareReference");
        QCOMPARE(box.count(), 2);
        QCOMPARE(box.currentIndex(), 0);
        bench.fixture.press(Qt::Key_R);
        QCOMPARE(bench.comparison().reference(), std::size_t(1));
        QCOMPARE(box.currentIndex(), 1);
        bench.fixture.press(Qt::Key_R);
        QCOMPARE(bench.comparison().reference(), std::size_t(0));
        box.setFocus();
        QTest::keyClick(&box, Qt::Key_Down);
        QCOMPARE(bench.comparison().reference(), std::size_t(1));
        // Without a comparison there is nothing to choose.
        bench.action("action.back").trigger();
        QVERIFY(!bench.action("action.nextReference").isEnabled());
    }

    void theDivergenceIsTakenFromTheReference()
    {
        ComparedWindow bench;
        const auto& entries = bench.comparison().entries();
        QTRY_COMPARE(entries[1].divergence.size(), std::size_t(11));
        QVERIFY(entries[0].divergence.empty());
        const std::vector<double> before = entries[1].divergence;
        bench.comparison().setReference(1);
        QTRY_COMPARE(entries[0].divergence.size(), std::size_t(11));
        QVERIFY(entries[1].divergence.empty());
        QVERIFY(entries[0].divergence == before);  // both runs have the same steps
    }

    void theDivergenceIsOfTheSelectedImage()
    {
        ComparedWindow bench;
        const auto& divergence = bench.comparison().entries()[1].divergence;
        QTRY_COMPARE(divergence.size(), std::size_t(11));
        const double ofAll = divergence[8];
        bench.fixture.document->selectImage(1);
        const record::FramePtr a = bench.comparison().framePtr(0), b = bench.comparison().framePtr(1);
        double sum = 0;
        const auto left = a->layer(record::Layer::x0Hat, 1), right = b->layer(record::Layer::x0Hat, 1);
        for (std::size_t i = 0; i < left.size(); ++i)
            sum += std::pow(double(left[i]) - double(right[i]), 2);
        const double ofOne = std::sqrt(sum / double(left.size()));
        QVERIFY(std::abs(ofOne - ofAll) > 1e-9);
        QTRY_VERIFY(divergence.size() == 11 && std::abs(divergence[8] - ofOne) < 1e-9);
    }

    void aReferenceThatIsDeletedGivesWayToTheFirst()
    {
        ComparedWindow bench;
        bench.action("action.newRun").trigger();
        recipe::Recipe other = bench.fixture.recipe();
        other.guidance.scale = 7;
        bench.fixture.document->setRecipe(other);
        QVERIFY(bench.waitForRun());
        bench.compareBoth();
        QTRY_COMPARE(bench.panes.paneCount(), 3);
        const auto& entries = bench.comparison().entries();
        const auto branch = std::ranges::find(entries, 2, &ui::Comparison::Entry::run);
        QVERIFY(branch != entries.end() && branch != entries.begin());
        bench.comparison().setReference(std::size_t(branch - entries.begin()));
        QVERIFY(bench.comparison().reference() > 0);
        bench.fixture.document->deleteRun(2);
        QCOMPARE(bench.panes.paneCount(), 2);
        QCOMPARE(bench.comparison().reference(), std::size_t(0));
    }

    void theComparisonIsSavedAsItIsShown()
    {
        ComparedWindow bench;
        const QString path = bench.fixture.folder.filePath(QStringLiteral("both.png"));
        QVERIFY(bench.fixture.window->saveImages(path));
        const QImage shown = bench.panes.grab().toImage().convertToFormat(QImage::Format_RGB32);
        QCOMPARE(QImage(path).convertToFormat(QImage::Format_RGB32), shown);
        const recipe::RunPlan plan = recipe::planFromJson(exports::readRecipeOfPicture(path.toStdString()));
        QVERIFY(plan == bench.fixture.document->plan());
        // Without the comparison it is the run's images again.
        bench.action("action.back").trigger();
        QVERIFY(bench.fixture.window->saveImages(path));
        QVERIFY(QImage(path).size() != shown.size());
    }

    void aComparisonNeedsNoMoreRoomThanARun()
    {
        ComparedWindow bench;
        for (const double points : {bench.fixture.window->font().pointSizeF(), 16.0}) {
            QFont large = bench.fixture.window->font();
            large.setPointSizeF(points);
            bench.fixture.window->setFont(large);
            const int ofRun = bench.fixture.window->findChild<ui::RunView*>()->minimumSizeHint().width();
            const int ofBoth = bench.fixture.window->findChild<ui::CompareView*>()->minimumSizeHint().width();
            QVERIFY2(ofBoth <= ofRun, qPrintable(QStringLiteral("%1 > %2").arg(ofBoth).arg(ofRun)));
        }
    }

    void everyLayerIsComparedAndItsAbsenceSaid()
    {
        ComparedWindow bench;
        bench.fixture.document->setLayer(record::Layer::guidanceDifference);
        QVERIFY(!bench.panes.atlas(0).isNull());
        QVERIFY(bench.panes.scale().isDiverging);
        QVERIFY(
            bench.fixture.get<QLabel>("compareLayer").accessibleName().contains(QStringLiteral("Guidance")));
        bench.fixture.document->commitFrame(10);  // the result, of which nothing is predicted
        QVERIFY(bench.panes.atlas(0).isNull());
        QVERIFY(bench.panes.note(0).contains(QStringLiteral("result")));
        bench.fixture.document->setLayer(record::Layer::x0Hat);
        QVERIFY(bench.panes.note(0).isEmpty());
    }
};

QTEST_MAIN(CompareTest)
#include "compare_test.moc"
