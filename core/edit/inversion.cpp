// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/inversion.h"

#include "core/base/error.h"
#include "core/samplers/sampler_registry.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::edit {

namespace {

using schedule::NoiseLevel;

/// The step of DDIM that leads from the level `noisy` to `clean`, and the way back.
class BackwardStep
{
public:
    BackwardStep(const InversionParts& parts, NoiseLevel clean, NoiseLevel noisy, int& evaluations)
        : m_parts(parts), m_clean(clean), m_noisy(noisy), m_evaluations(evaluations)
    {
    }

    denoise::Prediction predict(const Tensor& x, const NoiseLevel& level) const
    {
        if (m_parts.stop.stop_requested())
            throw Cancelled();
        ++m_evaluations;
        return m_parts.denoiser.predict(x, level, m_parts.condition);
    }

    /// The noisy state from the clean one and the noise: eq. 13 of Song et al. 2021 solved for it.
    Tensor noisyState(const Tensor& x, const Tensor& eps) const
    {
        const double scale = m_noisy.alpha / m_clean.alpha;
        return scale * x + (m_noisy.sigma - scale * m_clean.sigma) * eps;
    }

    /// Where DDIM leads from the noisy state.
    Tensor cleanState(const denoise::Prediction& prediction) const
    {
        return m_clean.alpha * prediction.x0Hat + m_clean.sigma * prediction.epsHat;
    }

    const NoiseLevel& clean() const { return m_clean; }
    const NoiseLevel& noisy() const { return m_noisy; }

private:
    const InversionParts& m_parts;
    NoiseLevel m_clean, m_noisy;
    int& m_evaluations;
};

/// [B] of [B, …].
Tensor meanSquareOfEach(const Tensor& values)
{
    return values.flatten(1).to(torch::kDouble).square().mean(1);
}

/// Solves step.cleanState(predict(x')) = x for x', image by image, from the guess `start`.
Tensor solved(const BackwardStep& step, const Tensor& x, const Tensor& start, double& missed)
{
    constexpr int mostIterations = 40;
    constexpr double closeEnough = 1e-6;
    Tensor guess = start, best = start, before, residualBefore;
    Tensor least = torch::full({x.size(0)}, INFINITY, torch::kDouble);
    const auto wide = [&x](const Tensor& one) {
        std::vector<std::int64_t> shape(std::size_t(x.dim()), 1);
        shape[0] = x.size(0);
        return one.view(shape);
    };
    for (int iteration = 0; iteration < mostIterations; ++iteration) {
        const auto prediction = step.predict(guess, step.noisy());
        const Tensor error = meanSquareOfEach(step.cleanState(prediction) - x);
        // A sample that is there stays as it is: its result must not depend on how long others take.
        const Tensor isBetter = (error < least).logical_and(least >= closeEnough * closeEnough);
        best = torch::where(wide(isBetter), guess, best);
        least = torch::where(isBetter, error, least);
        if (std::sqrt(least.max().item<double>()) < closeEnough)
            break;
        // The fixed-point map, and Anderson's combination of its last two values.
        const Tensor mapped = step.noisyState(x, prediction.epsHat);
        const Tensor residual = mapped - guess;
        Tensor next = mapped;
        if (residualBefore.defined()) {
            const Tensor change = (residual - residualBefore).flatten(1).to(torch::kDouble);
            const Tensor along = (residual.flatten(1).to(torch::kDouble) * change).sum(1);
            const Tensor share = (along / (change.square().sum(1) + 1e-30)).clamp(-2, 2).to(x.scalar_type());
            next = mapped - wide(share) * (mapped - (before + residualBefore));
        }
        before = guess;
        residualBefore = residual;
        guess = next;
    }
    missed = std::max(missed, std::sqrt(least.max().item<double>()));
    return best;
}

}  // namespace

Inversion inversionNamed(const std::string& name, const recipe::SamplerSpec& sampler)
{
    const samplers::SamplerInfo& info = samplers::samplerInfo(sampler.id);
    if (name == "ddpm") {
        if (!info.isDdpmStep && !info.isDdimStep)
            throw Error(ErrorCode::invalidOption, "The inversion \"ddpm\" is of the sampler DDPM.",
                        "Choose DDPM.");
        return Inversion::ddpm;
    }
    if (name != "ddim" && name != "exact")
        throw Error(ErrorCode::invalidOption, "There is no inversion \"" + name.substr(0, 40) + "\".",
                    "There are: ddim, exact, ddpm.");
    const bool isDdim =
        info.isDdimStep && base::number(samplers::withDefaults(info, sampler.options), "eta") == 0;
    if (!isDdim)
        throw Error(ErrorCode::invalidOption,
                    "The inversion \"" + name + "\" is of DDIM with η = 0, and leads back through it alone.",
                    "Choose the sampler DDIM, or the inversion \"ddpm\" with DDPM.");
    return name == "ddim" ? Inversion::ddim : Inversion::exact;
}

Inverted invertByDdim(const InversionParts& parts, const Tensor& x0)
{
    Inverted result{.x = x0};
    for (int k = parts.grid.steps(); k > 0; --k) {
        const BackwardStep step(parts, parts.grid[k], parts.grid[k - 1], result.evaluations);
        result.x = step.noisyState(result.x, step.predict(result.x, step.noisy()).epsHat);
    }
    return result;
}

Inverted invertExactly(const InversionParts& parts, const Tensor& x0)
{
    Inverted result{.x = x0};
    for (int k = parts.grid.steps(); k > 0; --k) {
        const BackwardStep step(parts, parts.grid[k], parts.grid[k - 1], result.evaluations);
        const NoiseLevel& told = step.clean().isClean() ? step.noisy() : step.clean();
        const Tensor guess = step.noisyState(result.x, step.predict(result.x, told).epsHat);
        result.x = solved(step, result.x, guess, result.missed);
    }
    return result;
}

Inverted invertByDdpm(const InversionParts& parts, samplers::Sampler& sampler, const Tensor& x0,
                      const std::function<Tensor(int k)>& noise)
{
    const schedule::TimeGrid& grid = parts.grid;
    const auto stateAt = [&](int k) {
        return grid[k].isClean() ? x0 : grid[k].alpha * x0 + grid[k].sigma * noise(k);
    };
    Inverted result{.x = stateAt(0)};
    Tensor state = result.x;
    for (int k = 0; k < grid.steps(); ++k) {
        const Tensor next = stateAt(k + 1);
        // The step is a mean plus a spread times its one draw: two passes with the same prediction show both.
        denoise::Prediction prediction;
        const auto stepWith = [&](double draw) {
            const samplers::StepContext context{
                .level = grid[k],
                .next = grid[k + 1],
                .index = k,
                .grid = grid,
                .schedule = parts.schedule,
                .denoise =
                    [&](const Tensor& x, const NoiseLevel& level) {
                        if (!prediction.x0Hat.defined()) {
                            if (parts.stop.stop_requested())
                                throw Cancelled();
                            prediction = parts.denoiser.predict(x, level, parts.condition);
                            ++result.evaluations;
                        }
                        return prediction;
                    },
                .noise = [&] { return torch::full_like(state, draw); },
            };
            return sampler.step(state, context);
        };
        const Tensor mean = stepWith(0);
        const Tensor spread = stepWith(1) - mean;  // of each value, where a network says how much
        const bool draws = spread.abs().min().item<double>() > 1e-12;
        if (draws)
            result.draws.push_back((next - mean) / spread);
        else if (k + 1 < grid.steps())
            throw Error(ErrorCode::invalidOption,
                        "This sampler draws no noise, so that no noise can lead it to a picture.",
                        "Invert with \"exact\" or \"ddim\", or take the sampler DDPM.");
        state = next;
    }
    return result;
}

}  // namespace diffuscope::edit
