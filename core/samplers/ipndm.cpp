// iPNDM: Zhang & Chen 2023, DEIS, section 3.2 (improved PNDM): Adams–Bashforth on the noise, low orders to
// warm up.
#include "core/samplers/history.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_checks.h"
#include "core/samplers/sampler_entry.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class Ipndm final : public Sampler
{
public:
    explicit Ipndm(int order) : m_history(order) {}

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        m_history.add(step.level, step.denoise(x, step.level).epsHat);
        return movedAlong(extrapolated(), x, step.level, step.next);
    }

private:
    /// The Adams–Bashforth mean of the remembered estimates.
    Tensor extrapolated() const
    {
        const auto e = [&](int i) { return m_history[i].value; };
        switch (m_history.size()) {
            case 1:
                return e(0);
            case 2:
                return (3 * e(0) - e(1)) / 2;
            case 3:
                return (23 * e(0) - 16 * e(1) + 5 * e(2)) / 12;
            default:
                return (55 * e(0) - 59 * e(1) + 37 * e(2) - 9 * e(3)) / 24;
        }
    }

    History m_history;
};

}  // namespace

SamplerEntry ipndm()
{
    return {
        {.id = "ipndm",
         .displayName = "iPNDM",
         .family = "DDIM",
         .source = "Zhang & Chen 2023, DEIS, section 3.2 (iPNDM), after Liu et al. 2022, eq. 12",
         .description =
             "PLMS with a plain start: the first steps use the few estimates there are. Good at 8 to 20 "
             "steps, one evaluation each.",
         .order = 4,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::integer("order", "Order", 4, 1, 4,
                                     "How many past estimates are combined: 1 is DDIM.")}},
        [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid& grid) {
            const int order = base::integer(values, "order");
            requireFallingNoise("iPNDM", grid);
            requireStepsForOrder("iPNDM", order, grid, true);
            requireSignal("iPNDM", grid);
            return std::make_unique<Ipndm>(order);
        }};
}

}  // namespace diffuscope::samplers
