// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/sigma_runner.h"

#include "core/base/error.h"
#include "core/denoise/gaussian_mixture.h"
#include "core/denoise/target_adapter.h"
#include "core/run/sampling_loop.h"
#include "core/verify/sigma_setup.h"

#include <torch/types.h>

#include <cmath>
#include <cstdio>

namespace diffuscope::verify {

namespace {

denoise::GaussianMixture mixtureOf(const ReferenceMixture& mixture)
{
    std::vector<torch::Tensor> means;
    for (const auto& mean : mixture.means)
        means.push_back(torch::tensor(mean, torch::kDouble));
    return {.means = torch::stack(means),
            .weights = torch::tensor(mixture.weights, torch::kDouble),
            .std = mixture.std};
}

torch::Tensor batchTensor(const ReferenceBatch& batch)
{
    return torch::tensor(batch.values, torch::kDouble).view({batch.rows, batch.columns});
}

/// The exact network of a case, with and without its condition, which remembers what it was asked.
class SigmaOracle final : public denoise::Denoiser
{
public:
    SigmaOracle(const ReferenceMixture& mixture, const SigmaCase& reference, const SigmaSetup& setup)
        : m_mixture(mixtureOf(mixture)), m_reference(reference), m_setup(setup)
    {
    }

    denoise::Prediction predict(const torch::Tensor& x, const schedule::NoiseLevel& level,
                                const recipe::Condition&) override
    {
        inputs.push_back(x);
        levels.push_back(level);
        const schedule::NoiseLevel told = m_reference.nearestTime ? nearest(level) : level;
        const denoise::Prediction without = answer(x, level, told, {});
        if (!m_reference.guidance)
            return without;
        const auto condition = recipe::Condition::classLabel(m_reference.guidance->conditionClass);
        const torch::Tensor with = answer(x, level, told, condition).x0Hat;
        denoise::Prediction guided;
        guided.x0Hat = without.x0Hat + m_reference.guidance->scale * (with - without.x0Hat);
        guided.epsHat = denoise::noiseIn(x, guided.x0Hat, level);
        guided.x0HatUnconditional = without.x0Hat;
        guided.x0HatConditional = with;
        return guided;
    }

    std::vector<torch::Tensor> inputs{};
    std::vector<schedule::NoiseLevel> levels{};

private:
    /// What the network outputs when it is told another level, taken for an output at this one.
    denoise::Prediction answer(const torch::Tensor& x, const schedule::NoiseLevel& level,
                               const schedule::NoiseLevel& told, const recipe::Condition& condition)
    {
        const denoise::Prediction exact = m_mixture.predict(x, told, condition);
        if (told == level)
            return exact;
        const auto target = m_setup.isFlow ? denoise::PredictionTarget::flow : denoise::PredictionTarget::eps;
        const torch::Tensor output = denoise::targetOutput(target, exact.x0Hat, exact.epsHat, told);
        return denoise::predictionFrom(target, output, x, level);
    }

    schedule::NoiseLevel nearest(const schedule::NoiseLevel& level) const
    {
        const double wanted = std::log(level.noiseToSignal());
        schedule::NoiseLevel found = m_setup.schedule.level(0);
        for (int t = 1; t < m_setup.schedule.levels(); ++t) {
            const schedule::NoiseLevel candidate = m_setup.schedule.level(t);
            if (std::abs(std::log(candidate.noiseToSignal()) - wanted) <
                std::abs(std::log(found.noiseToSignal()) - wanted))
                found = candidate;
        }
        return found;
    }

    denoise::GaussianMixtureDenoiser m_mixture;
    const SigmaCase& m_reference;
    const SigmaSetup& m_setup;
};

/// The recorded draws in their order.
class SigmaNoise final : public run::NoiseSource
{
public:
    explicit SigmaNoise(const SigmaCase& reference) : m_reference(reference) {}

    torch::Tensor initial(torch::IntArrayRef, const torch::TensorOptions& options) override
    {
        return batchTensor(m_reference.initialState).to(options);
    }
    torch::Tensor draw(torch::IntArrayRef, const torch::TensorOptions& options, int, int) override
    {
        if (m_next >= m_reference.noise.size())
            throw Error(ErrorCode::invalidOption, "draws more noise than the reference did");
        return batchTensor(m_reference.noise[m_next++]).to(options);
    }

private:
    const SigmaCase& m_reference;
    std::size_t m_next = 0;
};

class SigmaComparison
{
public:
    explicit SigmaComparison(bool overAlpha) : m_overAlpha(overAlpha) {}

    void add(const torch::Tensor& x, const schedule::NoiseLevel& level, const ReferenceBatch& expected)
    {
        const torch::Tensor wanted = batchTensor(expected);
        const torch::Tensor state = m_overAlpha ? x / level.alpha : x;
        const double difference = (state - wanted).abs().max().item<double>();
        m_difference = std::isnan(difference) ? INFINITY : std::max(m_difference, difference);
        m_largest = std::max(m_largest, wanted.abs().max().item<double>());
    }
    double error() const { return m_largest > 0 ? m_difference / m_largest : m_difference; }

private:
    bool m_overAlpha;
    double m_difference = 0;
    double m_largest = 0;
};

/// What is wrong with the visited levels, or nothing.
std::string wrongSigmas(const SigmaCase& reference, const SigmaSetup& setup, const SigmaOracle& oracle)
{
    const std::size_t count = oracle.levels.size();
    if (count != reference.evaluations.size())
        return "evaluated the network " + std::to_string(count) + " times instead of " +
               std::to_string(reference.evaluations.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto& given = reference.evaluations[i].sigmaGiven;
        const double found = setup.isFlow ? oracle.levels[i].sigma : oracle.levels[i].noiseToSignal();
        if (!given || std::abs(found - *given) <= setup.tolerance * 10 * std::abs(*given))
            continue;
        char text[120];
        std::snprintf(text, sizeof text, "asked at sigma %.9g instead of %.9g at evaluation %zu", found,
                      *given, i);
        return text;
    }
    return {};
}

void runCase(const ReferenceMixture& mixture, const SigmaCase& reference, const SigmaSetup& setup,
             ReferenceReport& report)
{
    SigmaOracle oracle(mixture, reference, setup);
    const auto sampler = samplers::makeSampler(setup.sampler, setup.schedule, setup.grid);
    SigmaNoise noise(reference);
    const torch::Tensor start = batchTensor(reference.initialState);
    run::SamplingLoop loop({oracle, *sampler, setup.schedule, setup.grid, noise, {}},
                           setup.stateOverAlpha ? setup.grid[0].alpha * start : start);
    SigmaComparison comparison(setup.stateOverAlpha);
    const bool hasStates = setup.comparesStates && int(reference.states.size()) == setup.grid.steps();
    while (!loop.isDone()) {
        loop.advance();
        if (hasStates)
            comparison.add(loop.state(), setup.grid[loop.index()],
                           reference.states[std::size_t(loop.index()) - 1]);
    }
    comparison.add(loop.state(), setup.grid.levels.back(), reference.result);
    for (std::size_t i = 0; i < std::min(oracle.inputs.size(), reference.evaluations.size()); ++i)
        comparison.add(oracle.inputs[i], oracle.levels[i], reference.evaluations[i].input);
    report.largestError = comparison.error();
    report.detail = wrongSigmas(reference, setup, oracle);
    const bool holds = report.detail.empty() && report.largestError <= setup.tolerance;
    report.outcome = holds ? ReferenceReport::Outcome::ok : ReferenceReport::Outcome::notOk;
}

}  // namespace

ReferenceReport verifySigmaCase(const ReferenceMixture& mixture, const SigmaCase& reference)
{
    const at::NoGradGuard noGradients;
    ReferenceReport report;
    report.reference = reference.reference;
    report.sampler = reference.reference;
    report.options = "steps=" + std::to_string(reference.steps) + " " + reference.scheduler + " " +
                     shown(reference.config);
    if (!reference.options.empty())
        report.options += " " + shown(reference.options);
    try {
        const SigmaSetup setup = sigmaSetup(reference);
        report.sampler = shown(setup.sampler);
        runCase(mixture, reference, setup, report);
    } catch (const UnsupportedOption& option) {
        report.outcome = ReferenceReport::Outcome::notSupported;
        report.detail = option.what();
    } catch (const std::exception& error) {
        report.outcome = ReferenceReport::Outcome::notOk;
        report.largestError = INFINITY;
        report.detail = error.what();
    }
    return report;
}

}  // namespace diffuscope::verify
