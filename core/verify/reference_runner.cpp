// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/reference_runner.h"

#include "core/base/error.h"
#include "core/denoise/gaussian_mixture.h"
#include "core/denoise/guidance.h"
#include "core/denoise/target_adapter.h"
#include "core/run/sampling_loop.h"
#include "core/verify/reference_setup.h"
#include "core/verify/sigma_lists.h"
#include "core/verify/sigma_runner.h"

#include <torch/types.h>

#include <cmath>
#include <cstdio>

namespace diffuscope::verify {

using denoise::Prediction;
using schedule::NoiseLevel;
using torch::Tensor;

namespace {

Tensor tensor(const ReferenceBatch& batch)
{
    return torch::tensor(batch.values, torch::kDouble).view({batch.rows, batch.columns});
}

/// The same but for the last digits of the logarithms by which times are found.
bool isSameTime(double t, double recorded)
{
    return std::abs(t - recorded) <= 1e-6 * std::max(1.0, std::abs(recorded));
}

denoise::GaussianMixture oracle(const ReferenceMixture& mixture)
{
    std::vector<Tensor> means;
    for (const auto& mean : mixture.means)
        means.push_back(torch::tensor(mean, torch::kDouble));
    return {.means = torch::stack(means),
            .weights = torch::tensor(mixture.weights, torch::kDouble),
            .std = mixture.std};
}

/// A network as the other program sees it: it is told a time alone, knows the level that this time means, and
/// outputs its target; the sampler's level then turns this into x0Hat and epsHat. What a time means was
/// recorded with each evaluation; where the run comes to another time than recorded, it is the level of the
/// training schedule.
class OracleNetwork final : public denoise::Denoiser
{
public:
    OracleNetwork(denoise::GaussianMixture mixture, const ReferenceCase& reference,
                  const ReferenceSetup& setup)
        : m_mixture(std::move(mixture)), m_reference(reference), m_setup(setup)
    {
    }

    Prediction predict(const Tensor& x, const NoiseLevel& level, const recipe::Condition& condition) override
    {
        const std::size_t index = levels.size();
        const NoiseLevel told = meaning(level.t, index);
        inputs.push_back(x);
        levels.push_back(level);
        const Prediction exact = m_mixture.predict(x, told, condition);
        const Tensor output = denoise::targetOutput(m_setup.target, exact.x0Hat, exact.epsHat, told);
        Prediction prediction = denoise::predictionFrom(m_setup.target, output, x, level);
        if (m_setup.learnsVariance && index < m_reference.evaluations.size())
            // A network of learned_range says 2f − 1 (Nichol & Dhariwal 2021, eq. 15).
            prediction.varianceFraction =
                (tensor(m_reference.evaluations[index].output).chunk(2, 1)[1] + 1) / 2;
        return prediction;
    }

    std::vector<Tensor> inputs{};
    std::vector<NoiseLevel> levels{};

private:
    NoiseLevel meaning(double t, std::size_t index) const
    {
        if (index < m_reference.evaluations.size() && isSameTime(t, m_reference.evaluations[index].t))
            return {t, m_reference.evaluations[index].alpha, m_reference.evaluations[index].sigma};
        if (m_setup.flowTime > 0)
            return {t, 1 - t / m_setup.flowTime, t / m_setup.flowTime};
        return m_setup.schedule.levelAt(t);
    }

    denoise::GaussianMixtureDenoiser m_mixture;
    const ReferenceCase& m_reference;
    const ReferenceSetup& m_setup;
};

/// The recorded draws. Some references draw at every evaluation and use what they drew at some of them only:
/// where there are as many draws as evaluations, a draw belongs to the evaluation before it.
class CaseNoise final : public run::NoiseSource
{
public:
    CaseNoise(const ReferenceCase& reference, const OracleNetwork& network)
        : m_reference(reference),
          m_network(network),
          m_onePerEvaluation(reference.noise.size() == reference.evaluations.size())
    {
    }

    Tensor initial(torch::IntArrayRef, const torch::TensorOptions& options) override
    {
        return tensor(m_reference.initialNoise).to(options);
    }

    Tensor draw(torch::IntArrayRef, const torch::TensorOptions& options, int, int) override
    {
        const std::size_t index = m_onePerEvaluation ? m_network.inputs.size() - 1 : m_next++;
        if (index >= m_reference.noise.size())
            throw Error(ErrorCode::invalidOption, "draws more noise than the reference did");
        return tensor(m_reference.noise[index]).to(options);
    }

private:
    const ReferenceCase& m_reference;
    const OracleNetwork& m_network;
    bool m_onePerEvaluation;
    std::size_t m_next = 0;
};

struct Comparison
{
    double largestDifference = 0;
    double largestState = 0;

    void add(const Tensor& x, const NoiseLevel& level, bool overAlpha, const ReferenceBatch& expected)
    {
        const Tensor state = overAlpha ? x / level.alpha : x;
        const Tensor wanted = tensor(expected);
        const double difference = (state - wanted).abs().max().item<double>();
        // A NaN must not pass a comparison with a maximum.
        largestDifference = std::isnan(difference) ? INFINITY : std::max(largestDifference, difference);
        largestState = std::max(largestState, wanted.abs().max().item<double>());
    }
    double error() const { return largestState > 0 ? largestDifference / largestState : largestDifference; }
};

/// What is wrong with the visited times, or nothing.
std::string wrongVisits(const ReferenceCase& reference, const OracleNetwork& network)
{
    const std::size_t count = network.levels.size();
    if (count != reference.evaluations.size())
        return "evaluated the network " + std::to_string(count) + " times instead of " +
               std::to_string(reference.evaluations.size());
    for (std::size_t i = 0; i < count; ++i) {
        const double wanted = reference.evaluations[i].t;
        if (!isSameTime(network.levels[i].t, wanted)) {
            char text[120];
            std::snprintf(text, sizeof text, "told the network time %.6f instead of %.6f at evaluation %zu",
                          network.levels[i].t, wanted, i);
            return text;
        }
    }
    return {};
}

/// The other program's states, one a call of its step, lie between our evaluations: state i is what
/// evaluation i + 1 gets, and the last one is the result. (At the end of a step the sampler's own state is
/// compared, since churn may still change what is evaluated.)
void run(const ReferenceMixture& mixture, const ReferenceCase& reference, const ReferenceSetup& setup,
         ReferenceReport& report)
{
    auto owned = std::make_unique<OracleNetwork>(oracle(mixture), reference, setup);
    OracleNetwork& network = *owned;
    const auto denoiser = denoise::clipped(std::move(owned), setup.clipping);
    const auto sampler = samplers::makeSampler(setup.sampler, setup.schedule, setup.grid);
    CaseNoise noise(reference, network);
    const double scale = reference.initNoiseSigma * (setup.stateOverAlpha ? setup.grid[0].alpha : 1.0);
    run::SamplingLoop loop({*denoiser, *sampler, setup.schedule, setup.grid, noise, {}},
                           scale * tensor(reference.initialNoise));

    Comparison comparison;
    std::size_t compared = 0;
    const auto compare = [&](const Tensor& x, const NoiseLevel& level) {
        if (compared < reference.states.size())
            comparison.add(x, level, setup.stateOverAlpha, reference.states[compared]);
        ++compared;
    };
    while (!loop.isDone()) {
        const std::size_t first = network.inputs.size();
        loop.advance();
        for (std::size_t i = first + 1; i < network.inputs.size(); ++i)
            compare(network.inputs[i], network.levels[i]);
        compare(loop.state(), setup.grid[loop.index()]);
    }
    report.largestError = comparison.error();
    report.detail = wrongVisits(reference, network);
    if (report.detail.empty() && compared != reference.states.size())
        report.detail = "has " + std::to_string(compared) + " states instead of " +
                        std::to_string(reference.states.size());
    const bool holds = report.detail.empty() && report.largestError <= referenceTolerance;
    report.outcome = holds ? ReferenceReport::Outcome::ok : ReferenceReport::Outcome::notOk;
}

}  // namespace

std::string shown(const recipe::SamplerSpec& spec)
{
    std::string text = spec.id;
    for (const auto& [key, value] : spec.options) {
        text += " " + key + "=";
        if (const bool* flag = std::get_if<bool>(&value))
            text += *flag ? "true" : "false";
        else if (const double* number = std::get_if<double>(&value)) {
            char digits[32];
            std::snprintf(digits, sizeof digits, "%.6g", *number);
            text += digits;
        } else {
            text += std::get<std::string>(value);
        }
    }
    return text;
}

ReferenceReport verifyCase(const ReferenceMixture& mixture, const ReferenceCase& reference)
{
    const at::NoGradGuard noGradients;
    ReferenceReport report;
    report.reference = reference.reference;
    report.sampler = reference.sampler;
    report.options = "steps=" + std::to_string(reference.steps) + " " + shown(reference.config);
    if (!reference.stepOptions.empty())
        report.options += " " + shown(reference.stepOptions);
    try {
        const ReferenceSetup setup = referenceSetup(reference);
        report.sampler = shown(setup.sampler);
        run(mixture, reference, setup, report);
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

void verifyFile(const std::filesystem::path& file, const std::function<void(const ReferenceReport&)>& report)
{
    const ReferenceFile content = readReferenceFile(file);
    for (std::size_t i = 0; i < content.cases.size(); ++i) {
        ReferenceReport result = verifyCase(content.mixture, content.cases[i]);
        result.file = file;
        result.index = int(i);
        report(result);
    }
    int index = int(content.cases.size());
    const auto add = [&](ReferenceReport result) {
        result.file = file;
        result.index = index++;
        report(result);
    };
    for (const SigmaCase& each : content.sigmaCases)
        add(verifySigmaCase(content.mixture, each));
    for (const SigmaList& each : content.sigmaLists)
        add(verifyList(each));
}

std::string reportLine(const ReferenceReport& report)
{
    char error[32];
    std::snprintf(error, sizeof error, "%8.1e", report.largestError);
    std::string line = report.file.filename().string() + " #" + std::to_string(report.index) + "  " +
                       report.sampler + "  [" + report.options + "]  ";
    switch (report.outcome) {
        case ReferenceReport::Outcome::ok:
            return line + error + "  ok";
        case ReferenceReport::Outcome::notSupported:
            return line + "     -    not supported: " + report.detail;
        case ReferenceReport::Outcome::notOk:
            break;
    }
    return line + error + "  NOT OK" + (report.detail.empty() ? "" : ": " + report.detail);
}

}  // namespace diffuscope::verify
