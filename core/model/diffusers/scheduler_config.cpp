// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/scheduler_config.h"

#include "core/base/error.h"

#include <map>

namespace diffuscope::model::diffusers {
namespace {

using std::string_literals::operator""s;

/// What a class takes where its configuration is silent.
struct SchedulerDefaults
{
    double betaStart = 1e-4;
    double betaEnd = 0.02;
    const char* family = "linear";
    const char* spacing = "linspace";
    bool clips = false;
    bool endsClean = true;
    bool hasFiniteSigma = true;  ///< sigma/alpha stays finite where the last signal is rescaled to zero
    int steps = 25;
};

const std::map<std::string, SchedulerDefaults>& schedulerDefaults()
{
    constexpr double distilledStart = 0.00085;
    constexpr double distilledEnd = 0.012;
    static const std::map<std::string, SchedulerDefaults> all{
        {"DDPMScheduler", {.spacing = "leading", .clips = true, .hasFiniteSigma = false, .steps = 100}},
        {"DDIMScheduler", {.spacing = "leading", .clips = true, .hasFiniteSigma = false, .steps = 50}},
        {"PNDMScheduler", {.spacing = "leading", .endsClean = false, .steps = 50}},
        {"EulerDiscreteScheduler", {}},
        {"EulerAncestralDiscreteScheduler", {}},
        {"LMSDiscreteScheduler", {}},
        {"HeunDiscreteScheduler", {.betaStart = distilledStart, .betaEnd = distilledEnd}},
        {"KDPM2DiscreteScheduler", {.betaStart = distilledStart, .betaEnd = distilledEnd}},
        {"KDPM2AncestralDiscreteScheduler", {.betaStart = distilledStart, .betaEnd = distilledEnd}},
        {"DPMSolverMultistepScheduler", {}},
        {"DPMSolverSinglestepScheduler", {}},
        {"DEISMultistepScheduler", {}},
        {"UniPCMultistepScheduler", {}},
        {"LCMScheduler",
         {.betaStart = distilledStart,
          .betaEnd = distilledEnd,
          .family = "scaled_linear",
          .hasFiniteSigma = false,
          .steps = 4}},
        {"TCDScheduler",
         {.betaStart = distilledStart,
          .betaEnd = distilledEnd,
          .family = "scaled_linear",
          .hasFiniteSigma = false,
          .steps = 4}}};
    return all;
}

void readSchedule(ConfigReader& reader, const SchedulerDefaults& defaults, SchedulerSetup& setup)
{
    const std::string name = reader.text("beta_schedule", defaults.family);
    const bool rescales = reader.flag("rescale_betas_zero_snr", false);
    setup.schedule.options = {{"levels", double(reader.integer("num_train_timesteps", 1000, 2, 100'000))},
                              {"terminal_snr", !rescales                 ? "as_is"s
                                               : defaults.hasFiniteSigma ? "near_zero"s
                                                                         : "zero"s}};
    if (!reader.raw("trained_betas").is_null())
        reader.refuse("trained_betas", "only null is understood");
    const double start = reader.number("beta_start", defaults.betaStart);
    const double end = reader.number("beta_end", defaults.betaEnd);
    if (name == "squaredcos_cap_v2")
        setup.schedule.family = "cosine";
    else if (name == "exp" || name == "exponential")
        setup.schedule.family = "exponential";
    else if (name == "laplace")
        setup.schedule.family = "laplace";
    else if (name == "linear" || name == "scaled_linear" || name == "sigmoid")
        setup.schedule.family = name;
    else
        reader.refuse("beta_schedule",
                      "linear, scaled_linear, sigmoid, squaredcos_cap_v2, exp and laplace are understood");
    if (setup.schedule.family == name && name != "exponential" && name != "laplace") {
        setup.schedule.options["beta_start"] = start;
        setup.schedule.options["beta_end"] = end;
    }
}

void readTarget(ConfigReader& reader, SchedulerSetup& setup)
{
    const std::string name = reader.text("prediction_type", "epsilon");
    if (name == "epsilon")
        setup.target = "eps";
    else if (name == "sample")
        setup.target = "x0";
    else if (name == "v_prediction")
        setup.target = "v";
    else
        reader.refuse("prediction_type", "epsilon, sample and v_prediction are understood");
}

void readGrid(ConfigReader& reader, const SchedulerDefaults& defaults, SchedulerSetup& setup)
{
    const std::string spacing = reader.text("timestep_spacing", defaults.spacing);
    if (spacing != "leading" && spacing != "linspace" && spacing != "trailing")
        reader.refuse("timestep_spacing", "leading, linspace and trailing are understood");
    setup.grid.rule = spacing;
    const bool endsClean = reader.flag("set_alpha_to_one", defaults.endsClean);
    setup.grid.options["final"] = endsClean ? "clean"s : "sigma_min"s;
    if (spacing == "leading")
        setup.grid.options["offset"] = double(reader.integer("steps_offset", 0, 0, 1000));
    for (const auto& [key, rule] : {std::pair<const char*, const char*>{"use_karras_sigmas", "karras"},
                                    {"use_exponential_sigmas", "exponential"},
                                    {"use_beta_sigmas", "beta"}})
        if (reader.flag(key, false))
            setup.grid = {rule, {{"final", "clean"s}}};
}

void readClipping(ConfigReader& reader, const SchedulerDefaults& defaults, SchedulerSetup& setup)
{
    const bool knowsFixed = setup.className == "DDPMScheduler" || setup.className == "DDIMScheduler" ||
                            setup.className == "HeunDiscreteScheduler" || setup.className == "LCMScheduler";
    if (reader.flag("thresholding", false)) {
        setup.clipping = "dynamic";
        setup.clippingOptions = {{"percentile", reader.number("dynamic_thresholding_ratio", 0.995)},
                                 {"maximum", reader.number("sample_max_value", 1)}};
    } else if (knowsFixed && reader.flag("clip_sample", defaults.clips)) {
        setup.clipping = "fixed";
        setup.clippingOptions = {{"limit", reader.number("clip_sample_range", 1)}};
    }
}

std::string multistepSampler(ConfigReader& reader)
{
    const std::int64_t order = reader.integer("solver_order", 2, 1, 3);
    const std::string algorithm = reader.text("algorithm_type", "dpmsolver++");
    const bool isSde = algorithm.rfind("sde-", 0) == 0;
    if (algorithm.find("++") == std::string::npos)
        return "dpm_solver_multistep";
    return order == 1 ? "ddim" : "dpmpp_" + std::to_string(order) + (isSde ? "m_sde" : "m");
}

void readSampler(ConfigReader& reader, SchedulerSetup& setup)
{
    static const std::map<std::string, std::string> plain{{"DDIMScheduler", "ddim"},
                                                          {"PNDMScheduler", "pndm"},
                                                          {"EulerDiscreteScheduler", "euler"},
                                                          {"EulerAncestralDiscreteScheduler", "euler_a"},
                                                          {"LMSDiscreteScheduler", "lms"},
                                                          {"HeunDiscreteScheduler", "heun"},
                                                          {"KDPM2DiscreteScheduler", "dpm2"},
                                                          {"KDPM2AncestralDiscreteScheduler", "dpm2_a"},
                                                          {"DEISMultistepScheduler", "deis"},
                                                          {"UniPCMultistepScheduler", "unipc"},
                                                          {"LCMScheduler", "lcm"},
                                                          {"TCDScheduler", "tcd"}};
    if (const auto found = plain.find(setup.className); found != plain.end()) {
        setup.sampler = found->second;
    } else if (setup.className == "DDPMScheduler") {
        setup.sampler = "ddpm";
        const std::string variance = reader.text("variance_type", "fixed_small");
        if (variance == "fixed_large" || variance == "learned_range")
            setup.samplerOptions["variance"] = variance;
        else
            setup.samplerOptions["variance"] = "fixed_small"s;
    } else if (setup.className == "DPMSolverMultistepScheduler") {
        setup.sampler = multistepSampler(reader);
    } else if (setup.className == "DPMSolverSinglestepScheduler") {
        const std::int64_t order = reader.integer("solver_order", 2, 1, 3);
        setup.sampler = order == 1 ? "ddim" : "dpmpp_" + std::to_string(order) + "s";
    } else {
        setup.notices.push_back("The scheduler is a " + setup.className.substr(0, 80) +
                                ", which is not known; the first recipe samples with DDIM.");
    }
    if (setup.className == "PNDMScheduler")
        setup.samplerOptions["warm_up"] = reader.flag("skip_prk_steps", false) ? "plms"s : "runge_kutta"s;
}

}  // namespace

SchedulerSetup readScheduler(ConfigReader& reader)
{
    SchedulerSetup setup;
    setup.className = reader.object().value("_class_name", std::string());
    if (setup.className.empty())
        throw Error(ErrorCode::invalidFile, reader.where() + " does not say which scheduler it configures.",
                    "Take the scheduler_config.json of the model.");
    if (setup.className.rfind("FlowMatch", 0) == 0) {
        setup.schedule = {"rectified_flow",
                          {{"levels", double(reader.integer("num_train_timesteps", 1000, 2, 100'000))}}};
        setup.target = "flow";
        setup.sampler = setup.className == "FlowMatchHeunDiscreteScheduler" ? "flow_heun" : "flow_euler";
        setup.grid = {"linspace", {}};
        return setup;
    }
    const auto known = schedulerDefaults().find(setup.className);
    const SchedulerDefaults defaults =
        known != schedulerDefaults().end() ? known->second : SchedulerDefaults{};
    setup.steps = defaults.steps;
    readSchedule(reader, defaults, setup);
    readTarget(reader, setup);
    readGrid(reader, defaults, setup);
    readClipping(reader, defaults, setup);
    readSampler(reader, setup);
    return setup;
}

}  // namespace diffuscope::model::diffusers
