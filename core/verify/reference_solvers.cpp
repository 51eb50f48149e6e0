// SPDX-License-Identifier: GPL-3.0-or-later
// Setups of the reference classes of the DPM-Solver kind.
#include "core/verify/reference_grid.h"
#include "core/verify/reference_setup.h"

#include <algorithm>

namespace diffuscope::verify {

namespace {

using std::string_literals::operator""s;

/// What all classes of this kind share; the sampler is left to the caller.
ReferenceSetup solverSetup(CaseReader& reader, const SolverSpacing& spacing, bool isUnipc = false)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", true)};
    const bool isFlow = config.flag("use_flow_sigmas", false);
    setup.target = referenceTarget(config, isFlow);
    setup.clipping = referenceClipping(config, false, "clip_sample_range", false);
    if (!isFlow) {
        setup.grid = solverSpacedGrid(reader, setup.schedule, spacing);
        config.ignore("flow_shift");  // matters with use_flow_sigmas alone
        config.ignore("time_shift_type");
        return setup;
    }
    setup.grid = solverFlowGrid(reader, setup.schedule, spacing, isUnipc);
    const int levels = config.integer("num_train_timesteps", 1000);
    setup.flowTime = levels;
    setup.schedule = schedule::makeSchedule({"rectified_flow", {{"levels", double(levels)}}});
    for (const char* unused :
         {"timestep_spacing", "steps_offset", "lambda_min_clipped", "time_shift_type", "flow_shift"})
        config.ignore(unused);  // its times follow from the sigmas of the flow, and these from one shift
    return setup;
}

/// Options that name a choice; refuses others.
std::string choice(ReferenceOptionReader& config, const std::string& key, const std::string& absent,
                   const std::vector<std::string>& known)
{
    const std::string value = config.text(key, absent);
    for (const std::string& each : known)
        if (each == value)
            return value;
    config.refuse(key);
}

/// An order, no higher than the number of steps: it could not grow higher anyway.
int order(CaseReader& reader, const ReferenceSetup& setup, const std::string& key, int absent, int most = 3)
{
    const int value = reader.config.integer(key, absent);
    if (value < 1 || value > most)
        reader.config.refuse(key);
    return std::min(value, setup.grid.steps());
}

std::string variant(ReferenceOptionReader& config)
{
    const std::string type =
        choice(config, "solver_type", "midpoint", {"midpoint", "heun", "logrho", "bh1", "bh2"});
    return type == "heun" ? type : "midpoint";
}

ReferenceSetup multistepSetup(CaseReader& reader)
{
    auto& config = reader.config;
    const bool isCosine = config.text("beta_schedule", "linear") == "squaredcos_cap_v2";
    ReferenceSetup setup = solverSetup(reader, {.told = isCosine ? "truncated" : "rounded"});
    const int solverOrder = order(reader, setup, "solver_order", 2);
    const std::string algorithm =
        choice(config, "algorithm_type", "dpmsolver++",
               {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "sde-dpmsolver", "deis"});
    const std::string type = variant(config);
    base::OptionValues options{{"lower_order_final", config.flag("lower_order_final", true)},
                               {"euler_at_final", config.flag("euler_at_final", false)}};
    const bool sde = algorithm.starts_with("sde-");
    if (algorithm == "dpmsolver" || algorithm == "sde-dpmsolver") {
        if (sde && solverOrder == 3)
            config.refuse("solver_order");  // the other program stops there with an error
        options["solver_type"] = type;
        options["curvature"] = "half"s;
        options["order"] = double(solverOrder);
        options["sde"] = sde;
        setup.sampler = {"dpm_solver_multistep", options};
    } else if (solverOrder == 1) {
        // The first-order DPM-Solver++ is DDIM, and on the SDE it is DDIM with eta = 1 (Lu 2022b, section 5).
        setup.sampler = {"ddim", {{"eta", sde ? 1.0 : 0.0}}};
    } else {
        options["solver_type"] = type;
        if (solverOrder == 3)
            options["curvature"] = sde ? "offset"s : "half"s;
        setup.sampler = {"dpmpp_" + std::to_string(solverOrder) + (sde ? "m_sde" : "m"), options};
    }
    return setup;
}

ReferenceSetup singlestepSetup(CaseReader& reader)
{
    auto& config = reader.config;
    if (config.text("timestep_spacing", "linspace") != "linspace")
        config.refuse("timestep_spacing");  // this class has no such option
    ReferenceSetup setup = solverSetup(reader, {});
    const int asked = config.integer("solver_order", 2);
    const int solverOrder = order(reader, setup, "solver_order", 2);
    const std::string algorithm = choice(config, "algorithm_type", "dpmsolver++",
                                         {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "deis"});
    const std::string type = variant(config);
    // Fewer steps than the order are one incomplete group.
    const bool lower = config.flag("lower_order_final", false) && asked == solverOrder;
    const bool image = algorithm != "dpmsolver";
    const bool sde = algorithm == "sde-dpmsolver++";
    if (solverOrder == 1) {
        setup.sampler = image ? recipe::SamplerSpec{"ddim", {{"eta", sde ? 1.0 : 0.0}}}
                              : recipe::SamplerSpec{"dpm_solver_1", {}};
        return setup;
    }
    const std::string number = std::to_string(solverOrder);
    setup.sampler = {
        image ? "dpmpp_" + number + "s" : "dpm_solver_" + number,
        {{"stages", sde ? "grid_sde"s : "grid"s}, {"solver_type", type}, {"lower_order_final", lower}}};
    if (sde && solverOrder == 3)
        setup.sampler.options["curvature"] = "offset"s;
    return setup;
}

ReferenceSetup unipcSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = solverSetup(reader, {.repeatsLast = true}, true);
    std::string uncorrected;
    for (const double step : config.numbers("disable_corrector"))
        if (step >= 0)
            uncorrected += (uncorrected.empty() ? "" : ", ") + std::to_string(int(step));
    const bool image = config.flag("predict_x0", true);
    if (!image)
        setup.clipping = {"none", {}};  // the class thresholds nothing there
    const std::string type =
        choice(config, "solver_type", "bh2", {"bh1", "bh2", "midpoint", "heun", "logrho"});
    setup.sampler = {"unipc",
                     {{"order", double(order(reader, setup, "solver_order", 2))},
                      {"solver_type", type == "bh1" ? "bh1"s : "bh2"s},
                      {"extrapolate", image ? "image"s : "noise"s},
                      {"lower_at_end", config.flag("lower_order_final", true) ? "always"s : "never"s},
                      {"disable_corrector", uncorrected}}};
    return setup;
}

ReferenceSetup deisSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup =
        solverSetup(reader, {.finalDefault = "sigma_min", .hasFinalType = false, .repeatsLast = true});
    choice(config, "algorithm_type", "deis", {"deis", "dpmsolver", "dpmsolver++"});
    choice(config, "solver_type", "logrho", {"logrho", "midpoint", "heun", "bh1", "bh2"});
    setup.sampler = {"deis",
                     {{"order", double(order(reader, setup, "solver_order", 2))},
                      {"lower_order_final", config.flag("lower_order_final", true)}}};
    return setup;
}

ReferenceSetup saSolverSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup =
        solverSetup(reader, {.finalDefault = "sigma_min", .hasFinalType = false, .repeatsLast = true});
    const std::string algorithm =
        choice(config, "algorithm_type", "data_prediction", {"data_prediction", "noise_prediction"});
    const int corrector = config.integer("corrector_order", 2);
    if (corrector < 1 || corrector > 4)
        config.refuse("corrector_order");
    setup.sampler = {"sa_solver",
                     {{"predictor_order", double(order(reader, setup, "predictor_order", 2, 4))},
                      {"corrector_order", double(corrector)},
                      {"extrapolate", algorithm == "data_prediction" ? "image"s : "noise"s},
                      {"lower_order_final", config.flag("lower_order_final", true)},
                      {"steady", false}}};
    return setup;
}

}  // namespace

const std::map<std::string, MakeReferenceSetup>& solverSetups()
{
    static const std::map<std::string, MakeReferenceSetup> setups{
        {"DPMSolverMultistepScheduler", multistepSetup},
        {"DPMSolverSinglestepScheduler", singlestepSetup},
        {"UniPCMultistepScheduler", unipcSetup},
        {"DEISMultistepScheduler", deisSetup},
        {"SASolverScheduler", saSolverSetup}};
    return setups;
}

}  // namespace diffuscope::verify
