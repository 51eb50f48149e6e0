// SPDX-License-Identifier: GPL-3.0-or-later
// The terms that a step is said to be made of add up to the state that the sampler made.
#include "core/samplers/step_terms.h"
#include "core/schedule/schedule_registry.h"
#include "tests/golden/mixture_fixture.h"

#include <QTest>

#include <map>

using namespace diffuscope;
using recipe::SamplerSpec;
using samplers::StepQuantity;
using std::string_literals::operator""s;

Q_DECLARE_METATYPE(diffuscope::recipe::SamplerSpec)

namespace {

constexpr int steps = 12;

schedule::NoiseSchedule linear()
{
    return schedule::makeSchedule({"linear", {}});
}

/// Which quantity: kind, step, index.
using Key = std::tuple<StepQuantity::Kind, int, int>;

/// Keeps every value that passes through a run.
class Witness final : public denoise::Denoiser, public run::NoiseSource
{
public:
    denoise::Prediction predict(const torch::Tensor& x, const schedule::NoiseLevel& level,
                                const recipe::Condition& condition) override
    {
        auto prediction = m_oracle.predict(x, level, condition);
        values[{StepQuantity::Kind::x0Hat, step, evaluations}] = prediction.x0Hat;
        // Samplers that mix the estimates themselves are shown two that differ.
        prediction.x0HatUnconditional = 0.5 * prediction.x0Hat + 0.1;
        values[{StepQuantity::Kind::x0Unconditional, step, evaluations}] = prediction.x0HatUnconditional;
        values[{StepQuantity::Kind::epsHat, step, evaluations++}] = prediction.epsHat;
        return prediction;
    }
    torch::Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) override
    {
        return m_noise.initial(shape, options);
    }
    torch::Tensor draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int at,
                       int index) override
    {
        return values[{StepQuantity::Kind::noise, at, index}] = m_noise.draw(shape, options, at, index);
    }
    void begin(int index, const torch::Tensor& x)
    {
        step = index;
        evaluations = 0;
        values[{StepQuantity::Kind::state, index, 0}] = x;
    }

    int step = 0;
    int evaluations = 0;
    std::map<Key, torch::Tensor> values;

private:
    denoise::GaussianMixtureDenoiser m_oracle{golden::mixture()};
    run::SeededNoise m_noise{5};
};

}  // namespace

class StepTermsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void termsAddUpToTheNextState_data();
    void termsAddUpToTheNextState();
    void ddimIsTheCleanEstimateAndTheNoiseEstimate();
    void multistepTermsReachBack();
    void adaptiveSamplersHaveNone();
};

void StepTermsTest::termsAddUpToTheNextState_data()
{
    QTest::addColumn<SamplerSpec>("spec");
    for (const auto& info : samplers::samplers()) {
        if (info.adaptive)
            continue;
        QTest::addRow("%s", info.id.c_str()) << SamplerSpec{info.id, {}};
        // Every value of every choice, and both ends of every numeric range that is small enough to be one.
        for (const auto& option : info.options) {
            for (const auto& choice : option.choices)
                if (choice.id != "learned_range" && choice.id != "learned")
                    QTest::addRow("%s %s=%s", info.id.c_str(), option.id.c_str(), choice.id.c_str())
                        << SamplerSpec{info.id, {{option.id, choice.id}}};
            if (option.id == "order" || option.id == "predictor_order" || option.id == "corrector_order")
                for (double order = option.minimum; order <= option.maximum; ++order)
                    QTest::addRow("%s %s=%g", info.id.c_str(), option.id.c_str(), order)
                        << SamplerSpec{info.id, {{option.id, order}}};
            if (option.id == "eta")
                QTest::addRow("%s eta=0.7", info.id.c_str()) << SamplerSpec{info.id, {{"eta", 0.7}}};
            if (option.id == "churn")
                QTest::addRow("%s churn", info.id.c_str()) << SamplerSpec{info.id, {{"churn", 5.0}}};
        }
    }
}

void StepTermsTest::termsAddUpToTheNextState()
{
    QFETCH(SamplerSpec, spec);
    const bool inverse = samplers::samplerInfo(spec.id).inverse;
    const auto schedule = linear();
    auto grid =
        schedule::makeTimeGrid(schedule, {"log_snr", {{"sigma_max", 20.0}, {"sigma_min", 0.05}}}, steps);
    if (inverse)
        std::reverse(grid.levels.begin(), grid.levels.end());

    const auto terms = samplers::stepTerms(spec, schedule, grid);
    QCOMPARE(int(terms.size()), grid.steps());

    Witness witness;
    const auto sampler = samplers::makeSampler(spec, schedule, grid);
    const auto start = witness.initial({8, 2}, torch::TensorOptions(torch::kDouble));
    run::SamplingLoop loop({witness, *sampler, schedule, grid, witness, {}}, start);
    while (!loop.isDone()) {
        const int index = loop.index();
        witness.begin(index, loop.state());
        loop.advance();
        torch::Tensor sum = torch::zeros_like(start);
        for (const auto& [quantity, coefficient] : terms[std::size_t(index)]) {
            const auto found = witness.values.find({quantity.kind, quantity.step, quantity.index});
            QVERIFY2(found != witness.values.end(), "a term of something that was not in the run");
            sum += coefficient * found->second;
        }
        const double error = (sum - loop.state()).abs().max().item<double>();
        QVERIFY2(error <= 1e-11 * std::max(1.0, loop.state().abs().max().item<double>()),
                 qPrintable(QString("step %1: the terms are off by %2").arg(index).arg(error)));
    }
}

void StepTermsTest::ddimIsTheCleanEstimateAndTheNoiseEstimate()
{
    const auto schedule = linear();
    const auto grid = schedule::makeTimeGrid(schedule, {"leading", {}}, 10);
    const auto terms = samplers::stepTerms({"ddim", {}}, schedule, grid);
    for (int step = 0; step + 1 < grid.steps(); ++step) {
        const auto& made = terms[std::size_t(step)];
        QCOMPARE(made.size(), std::size_t(2));
        QVERIFY(made[0].quantity.kind == StepQuantity::Kind::x0Hat);
        QCOMPARE(made[0].coefficient, grid[step + 1].alpha);
        QVERIFY(made[1].quantity.kind == StepQuantity::Kind::epsHat);
        QCOMPARE(made[1].coefficient, grid[step + 1].sigma);
    }
}

void StepTermsTest::multistepTermsReachBack()
{
    const auto schedule = linear();
    const auto grid = schedule::makeTimeGrid(schedule, {"leading", {}}, 10);
    const auto terms = samplers::stepTerms({"dpmpp_2m", {}}, schedule, grid);
    // A second-order step in the middle: x, this step's estimate, and the one before's.
    QCOMPARE(terms[5].size(), std::size_t(3));
    QCOMPARE(terms[5].back().quantity.step, 4);
    QVERIFY(terms[5].back().quantity.kind == StepQuantity::Kind::x0Hat);
    QVERIFY(terms[5].back().coefficient * terms[5][1].coefficient < 0);
}

void StepTermsTest::adaptiveSamplersHaveNone()
{
    const auto schedule = linear();
    const auto grid = schedule::makeTimeGrid(schedule, {"leading", {}}, 10);
    for (const auto& info : samplers::samplers())
        if (info.adaptive)
            QVERIFY2(samplers::stepTerms({info.id, {}}, schedule, grid).empty(), info.id.c_str());
}

QTEST_GUILESS_MAIN(StepTermsTest)
#include "step_terms_test.moc"
