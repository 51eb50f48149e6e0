// Setups of the reference classes of the DPM-Solver kind.
#include "core/sample/reference_grid.h"
#include "core/sample/reference_setup.h"

namespace diffuscope::sample {

namespace {

using std::string_literals::operator""s;

/// What all classes of this kind share; the sampler is left to the caller.
ReferenceSetup solverSetup(CaseReader& reader, const std::string& finalDefault, bool cosineTruncates)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule = referenceSchedule(config, 1e-4, 0.02, "linear", true)};
    const std::string end = config.text("final_sigmas_type", finalDefault);
    if (end != "zero" && end != "sigma_min")
        config.refuse("final_sigmas_type");
    const bool truncated = cosineTruncates && config.text("beta_schedule", "linear") == "squaredcos_cap_v2";
    setup.grid = solverSpacedGrid(config, setup.schedule, reader.steps, end == "zero",
                                  {.karras = truncated ? "truncated"s : "rounded"s});
    setup.target = referenceTarget(config);
    setup.clipping = referenceClipping(config, false, "clip_sample_range", false);
    config.ignore("flow_shift");  // matters with use_flow_sigmas alone
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

int order(ReferenceOptionReader& config, const std::string& key, int least, int absent)
{
    const int value = config.integer(key, absent);
    if (value < least || value > 3)
        config.refuse(key);
    return value;
}

ReferenceSetup multistepSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = solverSetup(reader, "zero", true);
    const int solverOrder = order(config, "solver_order", 1, 2);
    const std::string algorithm = choice(config, "algorithm_type", "dpmsolver++",
                                         {"dpmsolver++", "dpmsolver", "sde-dpmsolver++", "sde-dpmsolver"});
    std::string type =
        choice(config, "solver_type", "midpoint", {"midpoint", "heun", "logrho", "bh1", "bh2"});
    if (type != "heun")
        type = "midpoint";
    const bool euler = config.flag("euler_at_final", false);
    const bool lower = config.flag("lower_order_final", true);
    registry::OptionValues options{{"lower_order_final", lower}, {"euler_at_final", euler}};
    const bool sde = algorithm.starts_with("sde-");
    if (!algorithm.ends_with("++")) {
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
            options["curvature"] = "half"s;
        setup.sampler = {"dpmpp_" + std::to_string(solverOrder) + (sde ? "m_sde" : "m"), options};
    }
    return setup;
}

ReferenceSetup singlestepSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = solverSetup(reader, "zero", false);
    const int solverOrder = order(config, "solver_order", 1, 2);
    const std::string algorithm =
        choice(config, "algorithm_type", "dpmsolver++", {"dpmsolver++", "dpmsolver"});
    std::string type =
        choice(config, "solver_type", "midpoint", {"midpoint", "heun", "logrho", "bh1", "bh2"});
    if (type != "heun")
        type = "midpoint";
    const bool lower = config.flag("lower_order_final", false);
    const bool image = algorithm == "dpmsolver++";
    if (solverOrder == 1) {
        setup.sampler = image ? SamplerSpec{"ddim", {}} : SamplerSpec{"dpm_solver_1", {}};
        return setup;
    }
    const std::string number = std::to_string(solverOrder);
    setup.sampler = {image ? "dpmpp_" + number + "s" : "dpm_solver_" + number,
                     {{"stages", "grid"s}, {"solver_type", type}, {"lower_order_final", lower}}};
    return setup;
}

ReferenceSetup unipcSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = solverSetup(reader, "zero", false);
    std::string uncorrected;
    for (const double step : config.numbers("disable_corrector"))
        uncorrected += (uncorrected.empty() ? "" : ", ") + std::to_string(int(step));
    std::string type = choice(config, "solver_type", "bh2", {"bh1", "bh2", "midpoint", "heun", "logrho"});
    if (type != "bh2")
        type = "bh1";
    setup.sampler = {"unipc",
                     {{"order", double(order(config, "solver_order", 1, 2))},
                      {"solver_type", type},
                      {"extrapolate", config.flag("predict_x0", true) ? "image"s : "noise"s},
                      {"lower_at_end", config.flag("lower_order_final", true) ? "always"s : "never"s},
                      {"disable_corrector", uncorrected}}};
    return setup;
}

ReferenceSetup deisSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = solverSetup(reader, "sigma_min", false);
    choice(config, "algorithm_type", "deis", {"deis", "dpmsolver", "dpmsolver++"});
    choice(config, "solver_type", "logrho", {"logrho", "midpoint", "heun", "bh1", "bh2"});
    setup.sampler = {"deis",
                     {{"order", double(order(config, "solver_order", 1, 2))},
                      {"lower_order_final", config.flag("lower_order_final", true)}}};
    return setup;
}

ReferenceSetup saSolverSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = solverSetup(reader, "sigma_min", false);
    choice(config, "algorithm_type", "data_prediction", {"data_prediction"});
    setup.sampler = {"sa_solver",
                     {{"predictor_order", double(order(config, "predictor_order", 1, 2))},
                      {"corrector_order", double(order(config, "corrector_order", 0, 2))},
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

}  // namespace diffuscope::sample
