// Setups of the reference classes that keep x/alpha, and of the flow-matching classes.
#include "core/sample/reference_grid.h"
#include "core/sample/reference_setup.h"

namespace diffuscope::sample {

namespace {

struct SigmaSpaceDefaults
{
    double betaStart = 1e-4;
    double betaEnd = 0.02;
    bool roundKarras = false;
};

ReferenceSetup sigmaSpaceSetup(CaseReader& reader, const SigmaSpaceDefaults& defaults)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule =
                             referenceSchedule(config, defaults.betaStart, defaults.betaEnd, "linear", true)};
    const std::string end = config.text("final_sigmas_type", "zero");
    if (end != "zero" && end != "sigma_min")
        config.refuse("final_sigmas_type");
    if (config.text("interpolation_type", "linear") != "linear")
        config.refuse("interpolation_type");
    if (config.text("timestep_type", "discrete") != "discrete")
        config.refuse("timestep_type");
    setup.grid = sigmaSpacedGrid(config, setup.schedule, reader.steps, end == "zero", defaults.roundKarras);
    setup.target = referenceTarget(config);
    setup.clipping = referenceClipping(config, false, "clip_sample_range", false);
    setup.stateOverAlpha = true;
    return setup;
}

ReferenceSetup eulerSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {});
    auto& step = reader.step;
    const double churn = step.number("s_churn", 0);
    // With noise added late, what the network said of the state before has to be taken over: known for eps
    // alone.
    if (churn > 0 && setup.target != denoise::PredictionTarget::eps)
        step.refuse("s_churn");
    const double to = step.number("s_tmax", 0);
    setup.sampler = {"euler",
                     {{"churn", churn},
                      {"churn_from", step.number("s_tmin", 0)},
                      {"churn_to", to},
                      {"churn_noise", step.number("s_noise", 1)},
                      {"late_churn", churn > 0}}};
    return setup;
}

ReferenceSetup eulerAncestralSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {});
    setup.sampler = {"euler_a", {}};
    return setup;
}

ReferenceSetup heunSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {.betaStart = 0.00085, .betaEnd = 0.012});
    setup.sampler = {"heun", {}};
    return setup;
}

ReferenceSetup dpm2Setup(CaseReader& reader)
{
    ReferenceSetup setup =
        sigmaSpaceSetup(reader, {.betaStart = 0.00085, .betaEnd = 0.012, .roundKarras = true});
    setup.sampler = {"dpm2", {}};
    return setup;
}

ReferenceSetup dpm2AncestralSetup(CaseReader& reader)
{
    ReferenceSetup setup =
        sigmaSpaceSetup(reader, {.betaStart = 0.00085, .betaEnd = 0.012, .roundKarras = true});
    setup.sampler = {"dpm2_a", {}};
    return setup;
}

ReferenceSetup lmsSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {});
    setup.sampler = {"lms", {{"order", reader.step.number("order", 4)}}};
    return setup;
}

ReferenceSetup flowSetup(CaseReader& reader)
{
    auto& config = reader.config;
    const int levels = config.integer("num_train_timesteps", 1000);
    ReferenceSetup setup{.schedule =
                             schedule::makeSchedule({"rectified_flow", {{"levels", double(levels)}}})};
    setup.grid = flowSpacedGrid(config, reader.steps);
    setup.target = denoise::PredictionTarget::flow;
    setup.flowTime = levels;
    return setup;
}

ReferenceSetup flowEulerSetup(CaseReader& reader)
{
    ReferenceSetup setup = flowSetup(reader);
    setup.sampler = {"flow_euler", {{"stochastic", reader.config.flag("stochastic_sampling", false)}}};
    for (const char* unused :
         {"base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len", "time_shift_type"})
        reader.config.ignore(unused);  // these matter with use_dynamic_shifting alone
    return setup;
}

ReferenceSetup flowHeunSetup(CaseReader& reader)
{
    ReferenceSetup setup = flowSetup(reader);
    setup.sampler = {"flow_heun", {}};
    return setup;
}

}  // namespace

const std::map<std::string, MakeReferenceSetup>& sigmaSpaceSetups()
{
    static const std::map<std::string, MakeReferenceSetup> setups{
        {"EulerDiscreteScheduler", eulerSetup},
        {"EulerAncestralDiscreteScheduler", eulerAncestralSetup},
        {"HeunDiscreteScheduler", heunSetup},
        {"KDPM2DiscreteScheduler", dpm2Setup},
        {"KDPM2AncestralDiscreteScheduler", dpm2AncestralSetup},
        {"LMSDiscreteScheduler", lmsSetup},
        {"FlowMatchEulerDiscreteScheduler", flowEulerSetup},
        {"FlowMatchHeunDiscreteScheduler", flowHeunSetup}};
    return setups;
}

}  // namespace diffuscope::sample
