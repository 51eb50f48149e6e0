// SPDX-License-Identifier: GPL-3.0-or-later
// The document: undo, what is shown while runs come and go, and the playhead through it.
#include "tests/support/fake_run.h"
#include "ui/document/recipe_difference.h"
#include "ui/document/session_document.h"
#include "ui/engine/sampling_service.h"

#include <QSignalSpy>
#include <QTest>

using namespace diffuscope;
using namespace std::chrono_literals;
using test::fakeRecipe;
using test::FakeSampling;
using ui::RunState;
using ui::SamplingService;
using ui::SessionDocument;

namespace {

struct Bench
{
    FakeSampling fake;
    SamplingService service{fake.factory()};
    SessionDocument document{service};

    Bench() { document.setMergeWindow(1h); }
    ~Bench() { fake.unblock(); }

    recipe::Recipe withScale(double scale) const
    {
        recipe::Recipe recipe = document.recipe();
        recipe.guidance.scale = scale;
        return recipe;
    }
    recipe::Recipe withSteps(int steps) const
    {
        recipe::Recipe recipe = document.recipe();
        recipe.steps = steps;
        return recipe;
    }
};

}  // namespace

class SessionDocumentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void quickEditsOfOnePartUndoAsOne()
    {
        Bench bench;
        const recipe::Recipe first = bench.document.recipe();
        for (int i = 1; i <= 50; ++i)
            bench.document.setRecipe(bench.withScale(2 + i * 0.1));
        QCOMPARE(bench.document.undoStack().count(), 1);
        QCOMPARE(bench.document.undoStack().undoText(), QStringLiteral("Change guidance scale"));
        bench.document.undoStack().undo();
        QCOMPARE(bench.document.recipe(), first);
        bench.document.undoStack().redo();
        QCOMPARE(bench.document.recipe().guidance.scale, 7.0);
    }

    void editsOfDifferentPartsUndoOneByOne()
    {
        Bench bench;
        bench.document.setRecipe(bench.withScale(3));
        bench.document.setRecipe(bench.withSteps(7));
        bench.document.setRecipe(bench.withScale(4));
        QCOMPARE(bench.document.undoStack().count(), 3);
        bench.document.undoStack().undo();
        QCOMPARE(bench.document.recipe().guidance.scale, 3.0);
        QCOMPARE(bench.document.recipe().steps, 7);
    }

    void slowEditsOfOnePartUndoOneByOne()
    {
        Bench bench;
        bench.document.setMergeWindow(0ms);
        bench.document.setRecipe(bench.withScale(3));
        bench.document.setRecipe(bench.withScale(4));
        QCOMPARE(bench.document.undoStack().count(), 2);
    }

    void editsThatLeadBackLeaveNothingToUndo()
    {
        Bench bench;
        const double scale = bench.document.recipe().guidance.scale;
        bench.document.setRecipe(bench.withScale(scale + 1));
        bench.document.setRecipe(bench.withScale(scale));
        QCOMPARE(bench.document.undoStack().count(), 0);
    }

    void settingTheSameRecipeIsNoEdit()
    {
        Bench bench;
        QSignalSpy changed(&bench.document, &SessionDocument::recipeChanged);
        bench.document.setRecipe(bench.document.recipe());
        QCOMPARE(changed.size(), 0);
        QCOMPARE(bench.document.undoStack().count(), 0);
    }

    void differencesAreNamedByPart()
    {
        recipe::Recipe before;
        recipe::Recipe after = before;
        QVERIFY(ui::differingParts(before, after).empty());
        after.sampler.options["eta"] = 0.5;
        after.schedule = schedule::ScheduleSpec{};
        QCOMPARE(ui::differingParts(before, after),
                 (std::vector<std::string>{"schedule", "sampler.options.eta"}));
        before = after;
        after.schedule->options["beta_end"] = 0.03;
        QCOMPARE(ui::differingParts(before, after), (std::vector<std::string>{"schedule.options.beta_end"}));
        QCOMPARE(ui::editName({"schedule.options.beta_end"}), QStringLiteral("Change beta end"));
        after = before;
        after.sampler.id = "ddpm";
        after.sampler.options.clear();
        QCOMPARE(ui::differingParts(before, after), (std::vector<std::string>{"sampler"}));
    }

    void anEditSamplesAndUndoSamplesAgain()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        bench.document.setRecipe(bench.withScale(3));
        QTRY_COMPARE(bench.document.shownRun().recipe->guidance.scale, 3.0);
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        bench.document.undoStack().undo();
        QTRY_COMPARE(bench.document.shownRun().recipe->guidance.scale, 2.0);
    }

    void withoutAutoRunAnEditWaitsToBeSampled()
    {
        Bench bench;
        bench.document.setAutoRun(false);
        QSignalSpy started(&bench.service, &SamplingService::runStarted);
        bench.document.setRecipe(fakeRecipe(3));
        bench.document.setRecipe(fakeRecipe(4, 2));
        bench.document.sample();
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        QCOMPARE(started.size(), 1);
        QCOMPARE(*bench.document.shownRun().recipe, fakeRecipe(4, 2));
        bench.document.setRecipe(fakeRecipe(5));
        bench.document.setAutoRun(true);
        QTRY_COMPARE(*bench.document.shownRun().recipe, fakeRecipe(5));
    }

    void theOldRunIsShownUntilTheNewOnesFirstFrameCame()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        bench.fake.block();
        QSignalSpy shown(&bench.document, &SessionDocument::trajectoryChanged);
        bench.document.setRecipe(bench.withSteps(9));
        QTRY_COMPARE(bench.document.state(), RunState::running);
        QTRY_VERIFY(bench.fake.isEvaluating());
        QCOMPARE(shown.size(), 0);
        QCOMPARE(bench.document.trajectory().size(), 5);
        QCOMPARE(bench.document.playhead(), 4);
        bench.fake.allow(1);
        QTRY_COMPARE(bench.document.trajectory().plannedFrames, 10);
        QCOMPARE(bench.document.playhead(), 0);
        QCOMPARE(bench.document.frame(), bench.document.trajectory().frames.front());
        bench.fake.unblock();
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        QCOMPARE(bench.document.playhead(), 9);
    }

    void aFailureIsKnownUntilARunShowsAFrameAndThePictureStays()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        QSignalSpy failures(&bench.document, &SessionDocument::failureChanged);
        bench.document.setRecipe(bench.withSteps(0));
        QTRY_COMPARE(failures.size(), 1);
        QCOMPARE(bench.document.failure()->message, QStringLiteral("Steps must be between 1 and 1000."));
        QCOMPARE(bench.document.failure()->hint, QStringLiteral("Enter a number of steps."));
        QCOMPARE(bench.document.state(), RunState::failed);
        QCOMPARE(bench.document.trajectory().size(), 5);
        bench.document.setRecipe(bench.withSteps(3));
        QTRY_COMPARE(failures.size(), 2);
        QVERIFY(!bench.document.failure());
    }

    void aCancelledRunKeepsTheFramesThatCame()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(2);
        bench.document.loadRecipe(fakeRecipe(2, 10));
        QTRY_COMPARE(bench.document.trajectory().size(), 2);
        bench.document.cancelSampling();
        bench.fake.unblock();
        QTRY_COMPARE(bench.document.state(), RunState::cancelled);
        QVERIFY(bench.document.trajectory().size() >= 2);
        QVERIFY(!bench.document.trajectory().isComplete());
        QVERIFY(!bench.document.failure());
        QCOMPARE(bench.document.playhead(), bench.document.trajectory().size() - 1);
    }

    void framesThatCameCanBeScrubbedWhileTheRestIsComputed()
    {
        Bench bench;
        bench.fake.block();
        bench.fake.allow(4);
        bench.document.loadRecipe(fakeRecipe(2, 10));
        QTRY_COMPARE(bench.document.trajectory().size(), 4);
        QCOMPARE(bench.document.playhead(), 3);
        QSignalSpy moved(&bench.document, &SessionDocument::playheadChanged);
        bench.document.commitFrame(1);
        QCOMPARE(moved.size(), 1);
        QCOMPARE(bench.document.frame()->index, 1);
        bench.fake.unblock();
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        QCOMPARE(bench.document.playhead(), 1);
        QCOMPARE(moved.size(), 1);
    }

    void hoveringShowsAFrameAndLeavingRestoresTheCommittedOne()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2, 10));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        bench.document.commitFrame(4);
        QSignalSpy moved(&bench.document, &SessionDocument::playheadChanged);
        bench.document.previewFrame(8);
        QCOMPARE(bench.document.playhead(), 8);
        QCOMPARE(bench.document.committedFrame(), 4);
        bench.document.moveCommittedFrame(5);  // playback goes on beneath
        QCOMPARE(bench.document.playhead(), 8);
        bench.document.leavePreview();
        QCOMPARE(bench.document.playhead(), 5);
        bench.document.previewFrame(2);
        bench.document.commitFrame(2);
        QVERIFY(!bench.document.isPreviewing());
        QCOMPARE(bench.document.playhead(), 2);
        QCOMPARE(moved.size(), 3);
    }

    void aSelectedImageThatIsNotInANewRunIsDeselected()
    {
        Bench bench;
        bench.document.loadRecipe(fakeRecipe(2, 3, 4));
        QTRY_COMPARE(bench.document.state(), RunState::finished);
        QSignalSpy selected(&bench.document, &SessionDocument::selectionChanged);
        bench.document.selectImage(3);
        bench.document.setRecipe(fakeRecipe(3, 3, 4));
        QTRY_COMPARE(bench.document.shownRun().recipe->guidance.scale, 3.0);
        QCOMPARE(bench.document.selectedImage(), 3);
        bench.document.setRecipe(fakeRecipe(3, 3, 2));
        QTRY_COMPARE(bench.document.selectedImage(), -1);
        QCOMPARE(selected.size(), 2);
    }

    void theLayerIsChosenOnce()
    {
        Bench bench;
        QSignalSpy chosen(&bench.document, &SessionDocument::layerChanged);
        bench.document.setLayer(record::Layer::xt);
        bench.document.setLayer(record::Layer::xt);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(bench.document.layer(), record::Layer::xt);
    }

    void closingWhileRunningLeavesNothingBehind()
    {
        FakeSampling fake;
        fake.block();
        auto service = std::make_unique<SamplingService>(fake.factory());
        auto document = std::make_unique<SessionDocument>(*service);
        document->loadRecipe(fakeRecipe(2));
        QTRY_VERIFY(fake.isEvaluating());
        document.reset();
        service->cancel();
        fake.unblock();
        service.reset();
        QCOMPARE(fake.evaluationsBegun(), 1);
        QCOMPARE(fake.liveObjects(), 0);
    }
};

QTEST_GUILESS_MAIN(SessionDocumentTest)
#include "session_document_test.moc"
