// SPDX-License-Identifier: GPL-3.0-or-later
// A run that is cancelled in the middle of an evaluation does not wait for its end.
#include "core/base/error.h"
#include "core/model/unet/parallel_forward.h"
#include "core/run/sampled_run.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/tiny_model.h"

#include <torch/types.h>

#include <QTest>

using namespace diffuscope;

namespace {

/// Is cancelled by somebody while it computes, and looks whether it is to stop.
class InterruptedDenoiser final : public denoise::Denoiser
{
public:
    InterruptedDenoiser(std::stop_source& source, std::shared_ptr<std::stop_token> stop)
        : m_source(source), m_stop(std::move(stop))
    {
    }

    denoise::Prediction predict(const torch::Tensor& x, const schedule::NoiseLevel&,
                                const recipe::Condition&) override
    {
        m_source.request_stop();
        if (m_stop->stop_requested())
            throw Cancelled();
        return {.x0Hat = x, .epsHat = x};
    }

private:
    std::stop_source& m_source;
    std::shared_ptr<std::stop_token> m_stop;
};

}  // namespace

class CancelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aNetworkLooksAtTheTokenInMidEvaluation()
    {
        model::UNet net(test::plannableConfig());
        for (const int threads : {1, 2}) {
            model::ParallelForward forward(net, threads);
            if (!forward.plan())
                QSKIP(forward.reasonForNoPlan().c_str());
            const auto ask = [&](const std::stop_token& stop) {
                return forward.forward(torch::randn({40, 1, 8, 8}), torch::zeros({40}),
                                       torch::zeros({40}, torch::kLong), stop);
            };
            std::stop_source source;
            QCOMPARE(ask(source.get_token()).size(0), 40);
            source.request_stop();
            QVERIFY_EXCEPTION_THROWN(ask(source.get_token()), Cancelled);
            QCOMPARE(ask({}).size(0), 40);  // and is as good as new
        }
    }

    void aRunTellsItsDenoiserWhetherToStop()
    {
        std::stop_source source;
        auto stop = std::make_shared<std::stop_token>();
        schedule::NoiseSchedule schedule = schedule::makeSchedule({});
        schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, {}, 3);
        auto sampler = samplers::makeSampler({}, schedule, grid);
        run::SampledRun run({.schedule = std::move(schedule),
                             .grid = std::move(grid),
                             .denoiser = std::make_unique<InterruptedDenoiser>(source, stop),
                             .sampler = std::move(sampler),
                             .noise = std::make_unique<run::SeededNoise>(1),
                             .shape = {2, 1, 4, 4},
                             .stop = stop});
        QVERIFY_EXCEPTION_THROWN(run.advance(source.get_token()), Cancelled);
        QVERIFY(!run.advance(source.get_token()));
    }
};

QTEST_GUILESS_MAIN(CancelTest)
#include "cancel_test.moc"
