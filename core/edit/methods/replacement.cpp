// SPDX-License-Identifier: GPL-3.0-or-later
// The known part is put back after each step.
#include "core/edit/methods/replacement.h"

namespace diffuscope::edit {

Tensor Replacement::step(const Tensor& x, const StepContext& context)
{
    const Tensor next = inner().step(x, context);
    Tensor knownState = context.next.alpha * seen(next);
    if (!context.next.isClean())
        knownState = knownState + context.next.sigma * context.noise();
    const auto isSeen = [](double s) { return s > 0 ? 1.0 : 0.0; };
    return next + a().weighted(knownState - next, isSeen);
}

Method replacementMethod()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    return {.id = "replacement",
            .displayName = "Replacement",
            .source = "Song et al. 2021, Score-Based Generative Modeling through SDEs, appendix I.2",
            .description =
                "After each step the known part is put back with the noise of its level. The rest "
                "is not asked to fit it, and edges can show.",
            .options = {},
            .wantsPart = true,
            .make = [](Inner inner, const Known& known, const Values&) {
                return std::make_unique<Replacement>(std::move(inner), known);
            }};
}

}  // namespace diffuscope::edit
