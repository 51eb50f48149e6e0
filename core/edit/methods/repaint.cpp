// SPDX-License-Identifier: GPL-3.0-or-later
// Replacement that goes back up and down again.
#include "core/edit/methods/replacement.h"

#include <cmath>

namespace diffuscope::edit {

namespace {

/// Lugmayr et al. 2022, algorithm 1: after `jump` steps back up to the level they began at and down again,
/// `resample` times in all.
class RePaint final : public Replacement
{
public:
    RePaint(std::unique_ptr<Sampler> inner, Known known, int jump, int resample)
        : Replacement(std::move(inner), std::move(known)), m_jump(jump), m_resample(resample)
    {
    }

    Tensor step(const Tensor& x, const StepContext& context) override
    {
        Tensor next = Replacement::step(x, context);
        const bool jumps = (context.index + 1) % m_jump == 0 || context.isLast();
        if (!jumps || context.next.isClean())
            return next;
        const int first = context.index - context.index % m_jump;
        for (int again = 1; again < m_resample; ++again) {
            Tensor state = noisier(next, context.next, context.grid[first], context);
            for (int index = first; index <= context.index; ++index)
                state = Replacement::step(state, {.level = context.grid[index],
                                                  .next = context.grid[index + 1],
                                                  .index = index,
                                                  .grid = context.grid,
                                                  .schedule = context.schedule,
                                                  .denoise = context.denoise,
                                                  .noise = context.noise});
            next = state;
        }
        return next;
    }

private:
    /// The forward process from one level to a noisier one.
    static Tensor noisier(const Tensor& x, const NoiseLevel& from, const NoiseLevel& to,
                          const StepContext& context)
    {
        const double scale = to.alpha / from.alpha;
        const double added =
            std::sqrt(std::max(0.0, to.sigma * to.sigma - scale * scale * from.sigma * from.sigma));
        return scale * x + added * context.noise();
    }

    int m_jump, m_resample;
};

}  // namespace

Method repaintMethod()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    return {.id = "repaint",
            .displayName = "RePaint",
            .source = "Lugmayr et al. 2022, RePaint, algorithm 1",
            .description =
                "Replacement that goes some steps back up and down again, so that the rest has the time to "
                "fit what is known.",
            .options = {base::Option::integer("jump", "Jump", 1, 1, 100,
                                              "So many steps are gone back at a time."),
                        base::Option::integer("resample", "Resample", 10, 1, 100,
                                              "So often each of them is made.")},
            .goesBack = true,
            .wantsPart = true,
            .make = [](Inner inner, const Known& known, const Values& values) {
                return std::make_unique<RePaint>(std::move(inner), known, base::integer(values, "jump"),
                                                 base::integer(values, "resample"));
            }};
}

}  // namespace diffuscope::edit
