// SPDX-License-Identifier: GPL-3.0-or-later
// Each direction of the measurement by how well it is known.
#include "core/edit/methods/heeding.h"

#include <cmath>

namespace diffuscope::edit {

namespace {

/// Kawar et al. 2022, DDRM, eq. 7 and 8, in sigma/alpha: each direction of Vᵀ x by what is known of it.
class Ddrm final : public Heeding
{
public:
    Ddrm(std::unique_ptr<Sampler> inner, Known known, double eta, double etaB)
        : Heeding(std::move(inner), std::move(known)), m_eta(eta), m_etaB(etaB)
    {
    }

    Tensor step(const Tensor& x, const StepContext& context) override
    {
        const Prediction prediction = context.denoise(x, context.level);
        const double next = context.next.noiseToSignal();
        // Of s: the weights of x0Hat, of the noise in x_t, of y and of fresh noise, each in units of x/alpha.
        const auto isKnownWorse = [&](double s) { return s > 0 && next < noise() / s; };
        const auto ofEstimate = [&](double s) {
            if (s <= 0)
                return 1.0;
            return isKnownWorse(s) ? 1 - std::sqrt(1 - m_eta * m_eta) * next * s / noise() : 1 - m_etaB;
        };
        const auto ofNoise = [&](double s) { return s <= 0 ? std::sqrt(1 - m_eta * m_eta) * next : 0.0; };
        const auto ofKnown = [&](double s) {
            if (s <= 0)
                return 0.0;
            return isKnownWorse(s) ? std::sqrt(1 - m_eta * m_eta) * next * s / noise() : m_etaB;
        };
        const auto ofFresh = [&](double s) {
            if (s <= 0 || isKnownWorse(s))
                return m_eta * next;
            const double taken = noise() / s * m_etaB;
            return std::sqrt(std::max(0.0, next * next - taken * taken));
        };
        const Tensor fresh = context.next.isClean() ? torch::zeros_like(x) : context.noise();
        const Tensor sum = a().weighted(prediction.x0Hat, ofEstimate) +
                           a().weighted(prediction.epsHat, ofNoise) + a().weighted(seen(x), ofKnown) +
                           a().weighted(fresh, ofFresh);
        return context.next.alpha * sum;
    }

private:
    double m_eta, m_etaB;
};

}  // namespace

Method ddrmMethod()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    return {.id = "ddrm",
            .displayName = "DDRM",
            .source = "Kawar et al. 2022, Denoising Diffusion Restoration Models, eq. 7 and 8",
            .description =
                "Moves each direction of the measurement by how well it is known. It makes its own step, "
                "whatever the sampler.",
            .options = {base::Option::number("eta", "η", 0.85, 0, 1,
                                             "Share of fresh noise where nothing is known.", 2),
                        base::Option::number("eta_b", "η_b", 1, 0, 1,
                                             "How far the measurement replaces the estimate.", 2)},
            .make = [](Inner inner, const Known& known, const Values& values) {
                return std::make_unique<Ddrm>(std::move(inner), known, base::number(values, "eta"),
                                              base::number(values, "eta_b"));
            }};
}

}  // namespace diffuscope::edit
