// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/step_terms.h"

#include "core/base/error.h"
#include "core/samplers/sampler.h"
#include "core/schedule/schedule_registry.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

namespace diffuscope::samplers {

namespace {

using Kind = StepQuantity::Kind;

/// Sums of basis vectors leave residues of this size, relative to the step's largest coefficient.
constexpr double rounding = 1e-14;

/// Sends basis vectors through a sampler. The number of quantities is not known before the first pass, which
/// is made with zeros.
class Probe
{
public:
    Probe(const schedule::NoiseSchedule& schedule, const schedule::TimeGrid& grid, const SamplerInfo& info)
        : m_schedule(schedule), m_grid(grid), m_corrects(info.correctsState), m_mixes(info.usesUnconditional)
    {
    }

    /// One pass over the grid; `size` basis vectors, or 0 to count them. Each step gets a state of its own
    /// instead of the last step's sum.
    std::vector<StepTerms> pass(Sampler& sampler, std::int64_t size)
    {
        m_size = size;
        m_quantities.clear();
        std::vector<StepTerms> result;
        Tensor last;
        for (int index = 0; index < m_grid.steps(); ++index) {
            const auto place = m_quantities.size();
            const Tensor state = unit({Kind::state, index, 0, m_grid[index]});
            int evaluations = 0, draws = 0;
            const StepContext context{
                .level = m_grid[index],
                .next = m_grid[index + 1],
                .index = index,
                .grid = m_grid,
                .schedule = m_schedule,
                .denoise =
                    [&](const Tensor&, const NoiseLevel& level) {
                        Prediction prediction{unit({Kind::x0Hat, index, evaluations, level}),
                                              unit({Kind::epsHat, index, evaluations, level})};
                        if (m_mixes)
                            prediction.x0HatUnconditional =
                                unit({Kind::x0Unconditional, index, evaluations, level});
                        ++evaluations;
                        return prediction;
                    },
                .noise =
                    [&] {
                        return unit({Kind::noise, index, draws++, m_grid[index + 1]});
                    },
            };
            const Tensor next = sampler.step(state, context).contiguous();
            if (size == 0)
                continue;
            const bool isLocal = !m_corrects || !last.defined();
            result.push_back(terms(isLocal ? next : fromRecorded(next, last, state, place), index));
            last = next;
        }
        return result;
    }

    std::int64_t quantities() const { return std::int64_t(m_quantities.size()); }

private:
    Tensor unit(const StepQuantity& quantity)
    {
        Tensor vector = torch::zeros({1, std::max<std::int64_t>(m_size, 1)}, torch::kDouble);
        if (m_size > 0)
            vector.data_ptr<double>()[m_quantities.size()] = 1;
        m_quantities.push_back(quantity);
        return vector;
    }

    /// `next` in the recorded state in place of the states before it: next + p·(state − last), where `last`
    /// is what the state is the sum of, and p takes the oldest state out.
    Tensor fromRecorded(const Tensor& next, const Tensor& last, const Tensor& state, std::size_t place) const
    {
        const double* now = next.data_ptr<double>();
        const double* before = last.data_ptr<double>();
        if (now[place] != 0)
            return next;
        std::size_t oldest = 0;
        while (oldest < place && (m_quantities[oldest].kind != Kind::state || before[oldest] == 0))
            ++oldest;
        return oldest < place ? next + (now[oldest] / before[oldest]) * (state - last) : next;
    }

    StepTerms terms(const Tensor& sum, int step) const
    {
        const double* values = sum.data_ptr<double>();
        const auto count = m_quantities.size();
        double largest = 0;
        for (std::size_t i = 0; i < count; ++i)
            largest = std::max(largest, std::abs(values[i]));
        StepTerms found;
        for (std::size_t i = 0; i < count; ++i)
            if (std::abs(values[i]) > rounding * largest)
                found.push_back({m_quantities[i], values[i]});
        std::stable_sort(found.begin(), found.end(), [step](const StepTerm& a, const StepTerm& b) {
            const auto rank = [step](const StepQuantity& q) {
                return std::tuple(step - q.step, int(q.kind), q.index);
            };
            return rank(a.quantity) < rank(b.quantity);
        });
        return found;
    }

    const schedule::NoiseSchedule& m_schedule;
    const schedule::TimeGrid& m_grid;
    bool m_corrects;  ///< the sampler goes on from corrected states
    bool m_mixes;     ///< it reads the estimate without the condition
    std::int64_t m_size = 0;
    std::vector<StepQuantity> m_quantities;
};

/// A run of a few steps that every sampler can make: from more noise than most grids have to little, of which
/// what a sampler uses of its evaluations can be seen.
std::vector<StepTerms> termsOfShortRun(const recipe::SamplerSpec& spec, const SamplerInfo& info)
{
    constexpr int shortSteps = 8;
    const schedule::NoiseSchedule schedule = schedule::makeSchedule({"linear", {}});
    auto grid =
        schedule::makeTimeGrid(schedule, {"log_snr", {{"final", std::string("sigma_min")}}}, shortSteps);
    if (info.inverse)
        std::reverse(grid.levels.begin(), grid.levels.end());
    return stepTerms(spec, schedule, grid);
}

FurtherValues furtherValuesOf(const std::vector<StepTerms>& terms)
{
    FurtherValues used;
    for (const StepTerms& step : terms)
        for (const StepTerm& term : step) {
            const StepQuantity& quantity = term.quantity;
            if (quantity.index == 0)
                continue;
            used.x0Hat |= quantity.kind == Kind::x0Hat;
            used.epsHat |= quantity.kind == Kind::epsHat;
            used.x0Unconditional |= quantity.kind == Kind::x0Unconditional;
        }
    return used;
}

}  // namespace

std::vector<StepTerms> stepTerms(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                 const schedule::TimeGrid& grid)
{
    const at::NoGradGuard noGrad;
    const SamplerInfo& info = samplerInfo(spec.id);
    Probe probe(schedule, grid, info);
    const auto counting = makeSampler(spec, schedule, grid);  // refuses what cannot run
    if (info.coefficientsDependOnValues(withDefaults(info, spec.options)))
        return {};
    probe.pass(*counting, 0);
    return probe.pass(*makeSampler(spec, schedule, grid), probe.quantities());
}

FurtherValues furtherValues(const recipe::SamplerSpec& spec)
{
    const SamplerInfo& info = samplerInfo(spec.id);
    if (info.coefficientsDependOnValues(withDefaults(info, spec.options)))
        return {};
    static std::mutex guard;
    static std::map<std::pair<std::string, base::OptionValues>, FurtherValues> known;
    const std::lock_guard lock(guard);
    const auto found = known.find({info.id, spec.options});
    if (found != known.end())
        return found->second;
    FurtherValues used;
    try {
        used = furtherValuesOf(termsOfShortRun(spec, info));
    } catch (const Error&) {
        // Not on such a schedule; its own run refuses it too, or keeps whatever it may need.
        used = {.x0Hat = info.evaluationsPerStep > 1, .epsHat = info.evaluationsPerStep > 1};
    }
    constexpr std::size_t mostKnown = 1000;
    if (known.size() >= mostKnown)
        known.clear();
    known.emplace(std::pair(info.id, spec.options), used);
    return used;
}

}  // namespace diffuscope::samplers
