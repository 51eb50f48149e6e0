// SPDX-License-Identifier: GPL-3.0-or-later
// The image that alone is in view comes first: before the rest of its batch, and shown as soon as it is
// there.
#include "tests/ui/window_fixture.h"
#include "ui/engine/sampling_service.h"

#include <QSignalSpy>

namespace diffuscope::test {

using record::Layer;
using ui::RunState;
using ui::RunUpdate;
using ui::SamplingService;

namespace {

constexpr int steps = 5, batch = 8;

/// A service that is asked for one image of eight.
struct Looking
{
    FakeSampling fake;
    SamplingService service{fake.factory()};
    QSignalSpy advanced{&service, &SamplingService::runAdvanced};
    QSignalSpy finished{&service, &SamplingService::runFinished};
    QSignalSpy started{&service, &SamplingService::runStarted};

    explicit Looking(int image = 3) { service.setLookedAt(image); }
    ~Looking() { fake.unblock(); }
    const RunUpdate& newest() const { return service.newest(); }
    int lookFrames() const { return newest().hasFirstLook() ? newest().firstLook.trajectory->size() : 0; }
};

std::vector<float> imageOf(const record::FramePtr& frame, int k)
{
    return frame->layer(Layer::xt, k);
}

/// A window in which image 3 of eight is enlarged, with a finished run.
struct Enlarged : WindowFixture
{
    Enlarged()
    {
        showSampled(fakeRecipe(2.0, steps, batch));
        document->selectImage(3);
        window->stage().toggleEnlarged();
        sampling.block();
    }
    ~Enlarged() { sampling.unblock(); }
    QImage picture() { return window->stage().visibleGrid().grab().toImage(); }
};

}  // namespace

class FirstLookTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theImageComesToItsEndBeforeTheOthersBegin()
    {
        Looking test;
        test.fake.block();
        test.service.request(fakeRecipe(2, steps, batch));
        test.fake.allow(steps);
        QTRY_COMPARE(test.lookFrames(), steps + 1);
        QVERIFY(test.newest().firstLook.trajectory->isComplete());
        QCOMPARE(test.newest().firstLook.image, 3);
        QVERIFY(test.newest().trajectory->frames.empty());
        QVERIFY(test.newest().terms);
        test.fake.unblock();
        QTRY_COMPARE(test.finished.size(), 1);
        QCOMPARE(test.newest().trajectory->size(), steps + 1);
        QCOMPARE(test.newest().evaluations, steps);
        QVERIFY(!test.newest().hasFirstLook());
    }

    void itIsTheImageThatTheBatchHas()
    {
        Looking test;
        test.fake.block();
        test.service.request(fakeRecipe(2, steps, batch));
        std::vector<std::vector<float>> alone;
        connect(&test.service, &SamplingService::runAdvanced, this, [&alone](const RunUpdate& update) {
            if (update.hasFirstLook() && update.firstLook.trajectory->isComplete()) {
                alone.clear();
                for (const record::FramePtr& frame : update.firstLook.trajectory->frames)
                    alone.push_back(imageOf(frame, 0));
            }
        });
        test.fake.allow(steps);
        QTRY_COMPARE(int(alone.size()), steps + 1);
        test.fake.unblock();
        QTRY_COMPARE(test.finished.size(), 1);
        for (int i = 0; i <= steps; ++i)
            QCOMPARE(alone[std::size_t(i)], imageOf(test.newest().trajectory->frames[std::size_t(i)], 3));
    }

    void nothingComesFirstWhereItIsOfNoUse_data()
    {
        QTest::addColumn<int>("image");
        QTest::addColumn<int>("images");
        QTest::addColumn<QString>("sampler");
        QTest::newRow("all are in view") << -1 << batch << "ddim";
        QTest::newRow("the batch is small") << 1 << 2 << "ddim";
        QTest::newRow("the batch has no such image") << batch << batch << "ddim";
        QTest::newRow("all images choose the steps") << 3 << batch << "dpm_adaptive";
    }
    void nothingComesFirstWhereItIsOfNoUse()
    {
        QFETCH(int, image);
        QFETCH(int, images);
        QFETCH(QString, sampler);
        Looking test(image);
        recipe::Recipe recipe = fakeRecipe(2, steps, images);
        recipe.sampler.id = sampler.toStdString();
        test.service.request(recipe);
        QTRY_COMPARE(test.finished.size(), 1);
        QCOMPARE(test.fake.evaluationsBegun(), steps);
    }

    void aNewerRecipeWaitsForTheEndOfAShortFirstLook()
    {
        Looking test;
        test.service.setFirstLookPatience(std::chrono::minutes(1));
        test.fake.block();
        test.service.request(fakeRecipe(2, steps, batch));
        int whole = 0;
        connect(&test.service, &SamplingService::runAdvanced, this, [&whole](const RunUpdate& update) {
            whole += update.hasFirstLook() && update.firstLook.trajectory->isComplete();
        });
        test.fake.allow(1);
        QTRY_COMPARE(test.lookFrames(), 1);
        test.service.request(fakeRecipe(3, steps, batch));
        test.fake.allow(steps - 1);
        QTRY_VERIFY(whole > 0 || test.started.size() > 1);
        QVERIFY(whole > 0);
        test.fake.unblock();
        QTRY_COMPARE(test.finished.size(), 1);
        QCOMPARE(*test.newest().recipe, fakeRecipe(3, steps, batch));
    }

    void aLongFirstLookGivesWay()
    {
        Looking test;
        test.service.setFirstLookPatience(std::chrono::milliseconds(0));
        test.fake.block();
        test.service.request(fakeRecipe(2, steps, batch));
        test.fake.allow(1);
        QTRY_COMPARE(test.lookFrames(), 1);
        test.service.request(fakeRecipe(3, steps, batch));
        QTRY_COMPARE(test.started.size(), 2);
        test.fake.unblock();
        QTRY_COMPARE(test.finished.size(), 1);
        QCOMPARE(*test.newest().recipe, fakeRecipe(3, steps, batch));
    }

    void theStageShowsItWhileTheOthersAreAwaited()
    {
        Enlarged test;
        const QImage before = test.picture();
        const ui::RunId shown = test.document->shownRun().run;
        test.document->setRecipe(fakeRecipe(4.0, steps, batch));
        test.sampling.allow(steps);
        QTRY_VERIFY(test.document->firstLook() &&
                    test.document->firstLook()->firstLook.trajectory->isComplete());
        QCOMPARE(test.document->shownRun().run, shown);
        const QImage first = test.picture();
        QVERIFY(first != before);
        test.sampling.unblock();
        QTRY_COMPARE(test.document->state(), RunState::finished);
        QVERIFY(!test.document->firstLook());
        QCOMPARE(test.picture(), first);
    }

    void allItsLayersAreShownToo()
    {
        Enlarged test;
        test.window->stage().setShowsAllLayers(true);
        test.document->setRecipe(fakeRecipe(4.0, steps, batch));
        test.sampling.allow(steps);
        QTRY_VERIFY(test.document->firstLook() &&
                    test.document->firstLook()->firstLook.trajectory->isComplete());
        const QImage first = test.picture();
        test.sampling.unblock();
        QTRY_COMPARE(test.document->state(), RunState::finished);
        QCOMPARE(test.picture(), first);
    }

    void whatIsHoveredOverIsOfTheRunThatIsShown()
    {
        Enlarged test;
        const QImage before = test.picture();
        test.document->setRecipe(fakeRecipe(4.0, steps, batch));
        test.sampling.allow(steps);
        QTRY_VERIFY(test.document->firstLook() &&
                    test.document->firstLook()->firstLook.trajectory->isComplete());
        test.document->previewFrame(steps);
        QCOMPARE(test.picture(), before);
        test.document->leavePreview();
        QVERIFY(test.picture() != before);
    }

    void whoLooksAtAllImagesHasNoneFirst()
    {
        Enlarged test;
        test.window->stage().toggleEnlarged();
        const int before = test.sampling.evaluationsBegun();
        test.sampling.unblock();
        test.document->setRecipe(fakeRecipe(4.0, steps, batch));
        QTRY_VERIFY(test.document->state() == RunState::finished &&
                    *test.document->shownRun().recipe == fakeRecipe(4.0, steps, batch));
        QCOMPARE(test.sampling.evaluationsBegun() - before, steps);
    }
};

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::FirstLookTest)
#include "first_look_test.moc"
