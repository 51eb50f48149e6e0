// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/target_info.h"

#include "core/denoise/prediction_target.h"
#include "core/denoise/rule_registry.h"

namespace diffuscope::denoise {

namespace {

RuleInfo describe(PredictionTarget target)
{
    const std::string id = toString(target);
    switch (target) {
        case PredictionTarget::eps:
            return {
                id,
                "Noise ε",
                "The noise that was added (Ho 2020). It says nothing of the image where no signal is left, "
                "so a schedule with zero terminal SNR needs another target.",
                {}};
        case PredictionTarget::x0:
            return {id,
                    "Clean image x0",
                    "The clean image itself. It is safe at every level, and weakest where almost no noise is "
                    "left.",
                    {}};
        case PredictionTarget::v:
            return {
                id,
                "Velocity v = α·ε − σ·x0",
                "A mixture of noise and image that is equally hard at all levels (Salimans & Ho 2022). It "
                "works with zero terminal SNR.",
                {}};
        case PredictionTarget::flow:
            return {id,
                    "Flow velocity ε − x0",
                    "The direction from image to noise of rectified flow (Liu 2022, Lipman 2022). Stable "
                    "Diffusion 3 and Flux predict it.",
                    {}};
        case PredictionTarget::edm:
            break;
    }
    return {
        id,
        "EDM preconditioning",
        "The network's share of a preconditioned estimate, with skip and output scales that depend on the "
        "noise (Karras 2022, eq. 7, for data of standard deviation 0.5). The scales keep inputs and "
        "outputs at unit size at every level.",
        {}};
}

}  // namespace

const std::vector<RuleInfo>& targetInfos()
{
    static const std::vector<RuleInfo> infos = [] {
        std::vector<RuleInfo> all;
        for (const PredictionTarget target : predictionTargets())
            all.push_back(describe(target));
        return all;
    }();
    return infos;
}

}  // namespace diffuscope::denoise
