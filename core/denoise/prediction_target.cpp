// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/prediction_target.h"

#include "core/base/error.h"

namespace diffuscope::denoise {

const std::vector<PredictionTarget>& predictionTargets()
{
    static const std::vector<PredictionTarget> all{PredictionTarget::eps, PredictionTarget::x0,
                                                   PredictionTarget::v, PredictionTarget::flow,
                                                   PredictionTarget::edm};
    return all;
}

std::string toString(PredictionTarget target)
{
    switch (target) {
        case PredictionTarget::eps:
            return "eps";
        case PredictionTarget::x0:
            return "x0";
        case PredictionTarget::v:
            return "v";
        case PredictionTarget::flow:
            return "flow";
        case PredictionTarget::edm:
            return "edm";
    }
    throw Error(ErrorCode::internal, "There is no such prediction target.");
}

PredictionTarget predictionTarget(const std::string& name)
{
    std::string names;
    for (const PredictionTarget target : predictionTargets()) {
        if (toString(target) == name)
            return target;
        names += (names.empty() ? "" : ", ") + toString(target);
    }
    throw Error(ErrorCode::invalidOption,
                "There is no prediction target \"" + name + "\"; the targets are " + names + ".",
                "Use one of " + names + ".");
}

}  // namespace diffuscope::denoise
