// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/reference_setup.h"

namespace diffuscope::verify {

using denoise::PredictionTarget;

PredictionTarget referenceTarget(ReferenceOptionReader& config, bool isFlow)
{
    const std::string name = config.text("prediction_type", "epsilon");
    if (name == "epsilon")
        return PredictionTarget::eps;
    if (name == "sample")
        return PredictionTarget::x0;
    // The other program takes a velocity for what it is on its own kind of schedule alone.
    if (name == "v_prediction" && !isFlow)
        return PredictionTarget::v;
    if (name == "flow_prediction" && isFlow)
        return PredictionTarget::flow;
    config.refuse("prediction_type");
}

recipe::ClippingSpec referenceClipping(ReferenceOptionReader& config, bool clipDefault,
                                       const std::string& range, bool keepEps)
{
    const bool dynamic = config.flag("thresholding", false);
    const bool fixed = config.flag("clip_sample", clipDefault);
    const double limit = config.number(range, 1);
    const double percentile = config.number("dynamic_thresholding_ratio", 0.995);
    const double maximum = config.number("sample_max_value", 1);
    if (dynamic)
        return {"dynamic", {{"percentile", percentile}, {"maximum", maximum}, {"keep_eps", keepEps}}};
    if (fixed)
        return {"fixed", {{"limit", limit}, {"keep_eps", keepEps}}};
    return {"none", {}};
}

ReferenceSetup referenceSetup(const ReferenceCase& reference)
{
    CaseReader reader(reference);
    for (const auto* group : {&timeSpaceSetups(), &sigmaSpaceSetups(), &solverSetups(), &flowSetups()}) {
        const auto found = group->find(reference.reference);
        if (found == group->end())
            continue;
        ReferenceSetup setup = found->second(reader);
        reader.config.finish();
        reader.step.finish();
        return setup;
    }
    throw UnsupportedOption("reference=" + reference.reference);
}

}  // namespace diffuscope::verify
