// SPDX-License-Identifier: GPL-3.0-or-later
// What is known goes into every estimate.
#include "core/edit/methods/heeding.h"

#include <algorithm>

namespace diffuscope::edit {

namespace {

/// Wang et al. 2023, DDNM, eq. 13. With noise in the measurement the share of DDNM+ (eq. 19): only so much of
/// what is seen is put in as the noise of the next level covers. DDNM+ takes the noise that comes with it off
/// the step's fresh noise as well, which a sampler inside does not allow.
class Ddnm final : public Heeding
{
public:
    using Heeding::Heeding;
    Tensor step(const Tensor& x, const StepContext& context) override
    {
        const auto share = [&](double s) {
            if (s <= 0)
                return 0.0;
            return noise() == 0 ? 1.0 : std::min(1.0, context.next.noiseToSignal() * s / noise());
        };
        const auto estimate = [&](const Prediction& prediction, const Tensor& state, const NoiseLevel&) {
            return prediction.x0Hat + a().weighted(seen(state) - prediction.x0Hat, share);
        };
        return stepWith(estimate, x, context);
    }
};

}  // namespace

Method ddnmMethod()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    return {.id = "ddnm",
            .displayName = "DDNM",
            .source = "Wang et al. 2023, Zero-Shot Image Restoration Using the Null-Space, eq. 13",
            .description =
                "Puts what is known into every estimate of the clean picture, and leaves to the "
                "network what the measurement does not see.",
            .options = {},
            .make = [](Inner inner, const Known& known, const Values&) {
                return std::make_unique<Ddnm>(std::move(inner), known);
            }};
}

}  // namespace diffuscope::edit
