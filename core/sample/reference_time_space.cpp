// Setups of the reference classes that count in training times.
#include "core/sample/reference_grid.h"
#include "core/sample/reference_setup.h"

#include <algorithm>

namespace diffuscope::sample {

namespace {

using std::string_literals::operator""s;

ReferenceSetup ddpmSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, true);
    setup.target = referenceTarget(config);
    setup.clipping = referenceClipping(config, true, "clip_sample_range", true);
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
    setup.target = referenceTarget(config);
    const bool deriveEps = reader.step.flag("use_clipped_model_output", false);
    setup.clipping = referenceClipping(config, true, "clip_sample_range", !deriveEps);
    setup.sampler = {"ddim", {{"eta", reader.step.number("eta", 0)}, {"previous_time", "stride"s}}};
    return setup;
}

ReferenceSetup ddimInverseSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    const bool cleanStart = config.flag("set_alpha_to_one", true);
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, cleanStart);
    std::reverse(setup.grid.levels.begin(), setup.grid.levels.end());
    setup.target = referenceTarget(config);
    setup.clipping = referenceClipping(config, true, "clip_sample_range", true);
    setup.sampler = {"ddim_inverse", {{"network_time", "next"s}}};
    return setup;
}

ReferenceSetup pndmSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, config.flag("set_alpha_to_one", false));
    setup.target = referenceTarget(config);
    const bool v = setup.target == denoise::PredictionTarget::v;
    setup.sampler = {"pndm",
                     {{"warm_up", config.flag("skip_prk_steps", false) ? "plms"s : "runge_kutta"s},
                      {"extrapolate", v ? "v"s : "eps"s},
                      {"previous_time", "stride"s}}};
    return setup;
}

/// LCM and TCD: the schedule, the grid of the students, clipping.
ReferenceSetup studentSetup(CaseReader& reader, bool cleanEnd)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 0.00085, 0.012, "scaled_linear", false)};
    const int original =
        reader.step.integer("original_inference_steps", config.integer("original_inference_steps", 50));
    if (config.text("timestep_spacing", "leading") != "leading")
        config.refuse("timestep_spacing");
    if (config.integer("steps_offset", 0) != 0)
        config.refuse("steps_offset");
    if (reader.step.number("strength", 1) != 1)
        reader.step.refuse("strength");
    setup.grid = gridByRule(
        setup.schedule, "lcm",
        {{"original_steps", double(original)}, {"final", cleanEnd ? "clean"s : "sigma_min"s}}, reader.steps);
    setup.target = referenceTarget(config);
    setup.clipping = referenceClipping(config, false, "clip_sample_range", true);
    config.ignore("set_alpha_to_one");  // the grid never steps below its own last time
    return setup;
}

ReferenceSetup lcmSetup(CaseReader& reader)
{
    ReferenceSetup setup = studentSetup(reader, true);
    setup.sampler = {"lcm", {{"time_scale", reader.config.number("timestep_scaling", 10)}}};
    return setup;
}

ReferenceSetup tcdSetup(CaseReader& reader)
{
    ReferenceSetup setup = studentSetup(reader, false);
    setup.sampler = {"tcd", {{"eta", reader.step.number("eta", 0.3)}}};
    reader.config.ignore("timestep_scaling");
    return setup;
}

}  // namespace

const std::map<std::string, MakeReferenceSetup>& timeSpaceSetups()
{
    static const std::map<std::string, MakeReferenceSetup> setups{{"DDPMScheduler", ddpmSetup},
                                                                  {"DDIMScheduler", ddimSetup},
                                                                  {"DDIMInverseScheduler", ddimInverseSetup},
                                                                  {"PNDMScheduler", pndmSetup},
                                                                  {"LCMScheduler", lcmSetup},
                                                                  {"TCDScheduler", tcdSetup}};
    return setups;
}

}  // namespace diffuscope::sample
