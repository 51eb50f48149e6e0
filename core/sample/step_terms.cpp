#include "core/sample/step_terms.h"

#include "core/sample/sampler.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::sample {

namespace {

using Kind = StepQuantity::Kind;

/// Sums of basis vectors leave residues of this size, relative to the step's largest coefficient.
constexpr double rounding = 1e-14;

/// Sends basis vectors through a sampler. The number of quantities is not known before the first pass, which
/// is made with zeros.
class Probe
{
public:
    Probe(const schedule::NoiseSchedule& schedule, const schedule::TimeGrid& grid)
        : m_schedule(schedule), m_grid(grid)
    {
    }

    /// One pass over the grid; `size` basis vectors, or 0 to count them. Each step gets a state of its own
    /// instead of the last step's sum.
    std::vector<StepTerms> pass(Sampler& sampler, std::int64_t size)
    {
        m_size = size;
        m_quantities.clear();
        std::vector<StepTerms> result;
        for (int index = 0; index < m_grid.steps(); ++index) {
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
            const Tensor next = sampler.step(state, context);
            result.push_back(size > 0 ? terms(next, index) : StepTerms{});
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

    StepTerms terms(const Tensor& sum, int step) const
    {
        const Tensor coefficients = sum.contiguous();
        const double* values = coefficients.data_ptr<double>();
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
    std::int64_t m_size = 0;
    std::vector<StepQuantity> m_quantities;
};

bool dependsOnValues(const SamplerSpec& spec)
{
    const SamplerInfo& info = samplerInfo(spec.id);
    const auto variance = spec.options.find("variance");
    return info.family == "Adaptive" ||
           (variance != spec.options.end() && variance->second == registry::OptionValue("learned_range"));
}

}  // namespace

std::vector<StepTerms> stepTerms(const SamplerSpec& spec, const schedule::NoiseSchedule& schedule,
                                 const schedule::TimeGrid& grid)
{
    const at::NoGradGuard noGrad;
    Probe probe(schedule, grid);
    const auto counting = makeSampler(spec, schedule, grid);  // refuses what cannot run
    if (dependsOnValues(spec))
        return {};
    probe.pass(*counting, 0);
    return probe.pass(*makeSampler(spec, schedule, grid), probe.quantities());
}

}  // namespace diffuscope::sample
