#include "core/samplers/step_terms.h"

#include "core/samplers/sampler.h"

#include <algorithm>
#include <cmath>

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
    /// `corrects`: the sampler goes on from corrected states.
    Probe(const schedule::NoiseSchedule& schedule, const schedule::TimeGrid& grid, bool corrects)
        : m_schedule(schedule), m_grid(grid), m_corrects(corrects)
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
                        const Tensor x0Hat = unit({Kind::x0Hat, index, evaluations, level});
                        return Prediction{x0Hat, unit({Kind::epsHat, index, evaluations++, level})};
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
    bool m_corrects;
    std::int64_t m_size = 0;
    std::vector<StepQuantity> m_quantities;
};

bool dependsOnValues(const recipe::SamplerSpec& spec)
{
    const SamplerInfo& info = samplerInfo(spec.id);
    const auto variance = spec.options.find("variance");
    return info.family == "Adaptive" ||
           (variance != spec.options.end() && variance->second == base::OptionValue("learned_range"));
}

}  // namespace

std::vector<StepTerms> stepTerms(const recipe::SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                 const schedule::TimeGrid& grid)
{
    const at::NoGradGuard noGrad;
    Probe probe(schedule, grid, samplerInfo(spec.id).family == "Predictor-corrector");
    const auto counting = makeSampler(spec, schedule, grid);  // refuses what cannot run
    if (dependsOnValues(spec))
        return {};
    probe.pass(*counting, 0);
    return probe.pass(*makeSampler(spec, schedule, grid), probe.quantities());
}

FurtherValues furtherValues(const recipe::SamplerSpec& spec)
{
    const std::string id = samplerInfo(spec.id).id;
    if (id == "dpmpp_2s" || id == "dpmpp_3s")
        return {.x0Hat = true, .epsHat = false};
    if (id == "heun" || id == "dpm2" || id == "dpm2_a" || id == "restart" || id == "dpm_solver_2" ||
        id == "dpm_solver_3")
        return {.x0Hat = false, .epsHat = true};
    if (id == "flow_heun")
        return {.x0Hat = true, .epsHat = true};
    if (id == "pndm") {
        const auto extrapolated = spec.options.find("extrapolate");
        const bool ofV =
            extrapolated != spec.options.end() && extrapolated->second == base::OptionValue(std::string("v"));
        return {.x0Hat = ofV, .epsHat = true};
    }
    return {};
}

}  // namespace diffuscope::samplers
