#include "core/sample/reference_setup.h"

#include "core/sample/reference_grid.h"

namespace diffuscope::sample {

namespace {

using denoise::ClippingSpec;
using denoise::PredictionTarget;

struct CaseReader
{
    ReferenceOptionReader config;
    ReferenceOptionReader step;
    int steps;
};

PredictionTarget target(ReferenceOptionReader& config)
{
    const std::string name = config.text("prediction_type", "epsilon");
    if (name == "epsilon")
        return PredictionTarget::eps;
    if (name == "sample")
        return PredictionTarget::x0;
    if (name == "v_prediction")
        return PredictionTarget::v;
    if (name == "flow_prediction")
        return PredictionTarget::flow;
    config.refuse("prediction_type");
}

/// thresholding and clip_sample; `clipDefault` and the name of the range differ between the classes.
ClippingSpec clipping(ReferenceOptionReader& config, bool clipDefault, const std::string& range, bool keepEps)
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

ReferenceSetup ddpmSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, true);
    setup.target = target(config);
    setup.clipping = clipping(config, true, "clip_sample_range", true);
    std::string variance = config.text("variance_type", "fixed_small");
    if (variance == "fixed_small_log")
        variance = "fixed_small";
    if (variance != "fixed_small" && variance != "fixed_large")
        config.refuse("variance_type");
    setup.sampler = {"ddpm", {{"variance", variance}, {"noise_in_last_step", true}}};
    return setup;
}

ReferenceSetup ddimSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, config.flag("set_alpha_to_one", true));
    setup.target = target(config);
    const bool deriveEps = reader.step.flag("use_clipped_model_output", false);
    setup.clipping = clipping(config, true, "clip_sample_range", !deriveEps);
    setup.sampler = {"ddim",
                     {{"eta", reader.step.number("eta", 0)}, {"previous_time", std::string("stride")}}};
    return setup;
}

using MakeSetup = ReferenceSetup (*)(CaseReader&);

MakeSetup setupOf(const std::string& reference)
{
    static const std::map<std::string, MakeSetup> known{
        {"DDPMScheduler", ddpmSetup},
        {"DDIMScheduler", ddimSetup},
    };
    const auto found = known.find(reference);
    if (found == known.end())
        throw UnsupportedOption("reference=" + reference);
    return found->second;
}

}  // namespace

ReferenceSetup referenceSetup(const ReferenceCase& reference)
{
    CaseReader reader{ReferenceOptionReader(reference.config), ReferenceOptionReader(reference.stepOptions),
                      reference.steps};
    const MakeSetup make = setupOf(reference.reference);
    ReferenceSetup setup = make(reader);
    reader.config.finish();
    reader.step.finish();
    return setup;
}

}  // namespace diffuscope::sample
