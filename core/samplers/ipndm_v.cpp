// SPDX-License-Identifier: GPL-3.0-or-later
// iPNDM-V: Adams–Bashforth on the noise with steps of any length, low orders to warm up (Zhang & Chen 2023,
// DEIS, section 3.2; zju-pi/diff-sampler, ipndm_v_sampler).
#include "core/samplers/equation_letters.h"
#include "core/samplers/lagrange.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/slope_history.h"

namespace diffuscope::samplers {

namespace {

using base::Option;

class IpndmV final : public Sampler
{
public:
    IpndmV(int order, bool published, Coordinate coordinate)
        : m_order(order), m_published(published), m_slopes(coordinate, order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const Prediction prediction = step.denoise(x, step.level);
        m_slopes.add(step.level, prediction);
        if (step.next.isClean())
            return step.next.alpha * prediction.x0Hat;
        const auto nodes = m_slopes.nodes(std::min(m_order, m_slopes.size()));
        const double next = m_slopes.coordinate().k(step.next);
        return m_slopes.summed(m_published ? publishedWeights(nodes, next) : exactWeights(nodes, next), x,
                               step.level, step.next);
    }

private:
    static std::vector<double> exactWeights(const std::vector<double>& nodes, double next)
    {
        std::vector<double> weights;
        for (std::size_t j = 0; j < nodes.size(); ++j)
            weights.push_back(lagrangeIntegral(nodes, j, nodes[0], next));
        return weights;
    }

    /// Those of the published program, in which a bracket, a sign and a factor slipped from order 3 on.
    static std::vector<double> publishedWeights(const std::vector<double>& nodes, double next)
    {
        const std::size_t order = nodes.size();
        const double h0 = next - nodes[0];
        std::vector<double> c(order, 0.0);
        c[0] = 1;
        if (order >= 2) {
            const double h1 = nodes[0] - nodes[1];
            c[0] += h0 / (2 * h1);
            c[1] -= h0 / (2 * h1);
        }
        if (order >= 3) {
            const double h1 = nodes[0] - nodes[1], h2 = nodes[1] - nodes[2];
            const double bend = 0.5 * (1 - h0 / (3 * (h0 + h1)) * (h0 * (h0 + h1)) / (h1 * (h1 + h2)));
            c[0] += bend;
            c[1] -= (1 + h1 / h2) * bend;
            c[2] += h1 / h2 * bend;
        }
        if (order >= 4) {
            const double h1 = nodes[0] - nodes[1], h2 = nodes[1] - nodes[2], h3 = nodes[2] - nodes[3];
            const double ratio = h1 * (h1 + h2) / (h2 * (h2 + h3));
            const double twist =
                (0.5 * (1 - h0 / (3 * (h0 + h1))) + (1 - h0 / (2 * (h0 + h1))) * h0 / (6 * (h0 + h1 + h2))) *
                (h0 * (h0 + h1) * (h0 + h1 + h2)) / (h1 * (h1 + h2) * (h1 + h2 + h3));
            c[0] += twist;
            c[1] -= (1 + h1 / h2 + ratio) * twist;
            c[2] += (h1 / h2 + ratio * (1 + h2 / h3)) * twist;
            c[3] -= ratio * (h1 / h2) * twist;
        }
        for (double& weight : c)
            weight *= h0;
        return c;
    }

    int m_order;
    bool m_published;
    SlopeHistory m_slopes;
};

SamplerEquation ipndmVEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + R"( + α_{t−1} ∑_{j} (∫_{k_{t}}^{k_{t−1}} ℓ_{j} dk) )" +
                R"(\ep{\hat{ε}_{t+j}})",
            {ratioOfNoise, R"(ℓ_{j}\rm{: the Lagrange polynomials over the last levels})",
             R"(\rm{the step to the image takes }\xo{\hat{x}_{0}}\rm{ as it is})", earlierSteps},
            "Zhang & Chen 2023, DEIS, section 3.2, on steps of any length"};
}

}  // namespace

SamplerEntry ipndmV()
{
    return {
        {.id = "ipndm_v",
         .displayName = "iPNDM-V",
         .family = "DDIM",
         .source = "Zhang & Chen 2023, DEIS, section 3.2; zju-pi/diff-sampler, ipndm_v_sampler",
         .description =
             "iPNDM with weights that fit steps of any length, so it suits grids that shorten towards the "
             "image. The last step takes the estimated image as it is.",
         .order = 4,
         .evaluationsPerStep = 1,
         .stochastic = false,
         .options = {Option::integer("order", "Order", 4, 1, 4,
                                     "How many past estimates are combined: 1 is DDIM."),
                     Option::choice("weights", "Weights", "exact",
                                    {{"exact", "Exact"}, {"published", "As published"}},
                                    "Exact weights, or those of the published program, in which slips "
                                    "leave orders 3 and 4 less accurate.")
                         .forCompatibility(),
                     variableOption()},
         .needs = [](const auto& values) { return GridNeeds{.signal = dividesBySignal(values)}; },
         .equation = ipndmVEquation},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<IpndmV>(base::integer(values, "order"),
                                            base::text(values, "weights") == "published",
                                            coordinateFrom(values, schedule));
        }};
}

}  // namespace diffuscope::samplers
