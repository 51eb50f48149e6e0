// SPDX-License-Identifier: GPL-3.0-or-later
// Setups of the reference classes that count in training times.
#include "core/base/error.h"
#include "core/verify/reference_grid.h"
#include "core/verify/reference_setup.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::verify {

namespace {

using std::string_literals::operator""s;

/// The network's recorded outputs have twice the columns of a state: the second half is the variance.
bool hasVarianceColumns(const ReferenceCase& reference)
{
    return !reference.evaluations.empty() &&
           reference.evaluations.front().output.columns == 2 * reference.initialNoise.columns;
}

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
    setup.learnsVariance = variance == "learned_range" && hasVarianceColumns(reader.reference);
    // The other program takes the root of a logarithm for fixed_large_log, which is not a number.
    if (variance != "fixed_small" && variance != "fixed_large" && !setup.learnsVariance)
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
    if (config.text("timestep_spacing", "leading") == "linspace")
        config.refuse("timestep_spacing");  // this class knows leading and trailing
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    const bool cleanStart = config.flag("set_alpha_to_one", true);
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, cleanStart);
    std::reverse(setup.grid.levels.begin(), setup.grid.levels.end());
    setup.target = referenceTarget(config);
    setup.clipping = referenceClipping(config, true, "clip_sample_range", true);
    setup.sampler = {"ddim_inverse", {{"network_time", "next"s}, {"previous_time", "stride"s}}};
    return setup;
}

ReferenceSetup pndmSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", false)};
    setup.grid = timeSpacedGrid(config, setup.schedule, reader.steps, config.flag("set_alpha_to_one", false));
    setup.target = referenceTarget(config);
    if (setup.target == denoise::PredictionTarget::x0)
        config.refuse("prediction_type");  // the other program stops there with an error
    const bool v = setup.target == denoise::PredictionTarget::v;
    setup.sampler = {"pndm",
                     {{"warm_up", config.flag("skip_prk_steps", false) ? "plms"s : "runge_kutta"s},
                      {"extrapolate", v ? "v"s : "eps"s},
                      {"previous_time", "stride"s}}};
    return setup;
}

/// LCM and TCD: the schedule and the grid of the students.
ReferenceSetup studentSetup(CaseReader& reader, bool cleanEnd, bool knowsAllTimes)
{
    auto& config = reader.config;
    auto& step = reader.step;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 0.00085, 0.012, "scaled_linear", false)};
    // An original_inference_steps of null means all training times to TCD.
    const bool allTimes = knowsAllTimes && config.isNull("original_inference_steps") &&
                          !step.optionalNumber("original_inference_steps");
    const int configured = config.integer("original_inference_steps", 50);
    const int original = allTimes ? 0 : step.integer("original_inference_steps", configured);
    const double strength = step.number("strength", 1);
    if (!(strength > 0 && strength <= 1) || original > setup.schedule.levels())
        step.refuse("strength");
    const double teacher = allTimes ? setup.schedule.levels() : original;
    if (reader.steps > std::floor(teacher * strength))
        throw Error(ErrorCode::invalidOption, "The steps exceed original_inference_steps times strength.",
                    "Take fewer steps.");
    setup.grid = studentGrid(setup.schedule, original, strength, reader.steps, cleanEnd);
    setup.target = referenceTarget(config);
    // Both classes have these but take the one spacing of the students whatever they are, and the grid never
    // steps below its own last time.
    for (const char* unused : {"timestep_spacing", "steps_offset", "set_alpha_to_one"})
        config.ignore(unused);
    return setup;
}

ReferenceSetup lcmSetup(CaseReader& reader)
{
    ReferenceSetup setup = studentSetup(reader, true, false);
    setup.clipping = referenceClipping(reader.config, false, "clip_sample_range", true);
    setup.sampler = {"lcm", {{"time_scale", reader.config.number("timestep_scaling", 10)}}};
    return setup;
}

ReferenceSetup tcdSetup(CaseReader& reader)
{
    ReferenceSetup setup = studentSetup(reader, false, true);
    setup.sampler = {"tcd", {{"eta", reader.step.number("eta", 0.3)}}};
    // This class has the options of clipping but clips nothing.
    for (const char* unused : {"timestep_scaling", "clip_sample", "clip_sample_range", "thresholding",
                               "dynamic_thresholding_ratio", "sample_max_value"})
        reader.config.ignore(unused);
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

}  // namespace diffuscope::verify
