// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/sigma_setup.h"

#include "core/base/aliases.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::verify {

namespace {

using base::OptionValues;
using std::string_literals::operator""s;

std::string variableOf(const SigmaSetup& setup)
{
    return setup.isFlow ? "flow" : "snr";
}

double stepsAtMost(const SigmaSetup& setup, int order)
{
    return std::min(order, setup.grid.steps());
}

OptionValues churnValues(SigmaReader& reader)
{
    return {{"churn", reader.options.number("s_churn", 0)},
            {"churn_from", reader.options.number("s_tmin", 0)},
            {"churn_to", reader.options.number("s_tmax", 0)},
            {"churn_noise", reader.options.number("s_noise", 1)}};
}

/// eta and s_noise of stochastic samplers.
OptionValues noiseValues(SigmaReader& reader, double eta = 1)
{
    return {{"eta", reader.options.number("eta", eta)},
            {"noise_factor", reader.options.number("s_noise", 1)}};
}

/// Samplers that need a finite log SNR begin at the level of flow time 1 − 1e-4 instead of 1.
void beginBelowNoise(SigmaReader& reader, SigmaSetup& setup)
{
    if (!setup.isFlow || setup.grid[0].alpha > 0)
        return;
    const double u = 1 - 1e-4, shift = shiftOf(reader.config);
    setup.grid.levels.front() = levelOfSigma(setup.schedule, true, shift * u / (1 + (shift - 1) * u));
}

void withVariable(SigmaSetup& setup, const std::string& id, OptionValues options)
{
    options["variable"] = variableOf(setup);
    setup.sampler = {id, std::move(options)};
}

// --- solvers of the flow ---

void eulerSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"euler", churnValues(reader)};
}

void heunSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "heun", churnValues(reader));
}

void dpm2Setup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "dpm2", churnValues(reader));
}

void heunPpSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "heunpp2", churnValues(reader));
}

void lmsOfComfySetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "lms",
                 {{"order", stepsAtMost(setup, reader.options.integer("order", 4))}, {"to_clean", "image"s}});
}

void lmsOfKDiffusionSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "lms", {{"order", stepsAtMost(setup, reader.options.integer("order", 4))}});
}

void ipndmSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(
        setup, "ipndm",
        {{"order", stepsAtMost(setup, reader.options.integer("max_order", 4))}, {"to_clean", "image"s}});
}

void ipndmVSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "ipndm_v",
                 {{"order", double(reader.options.integer("max_order", 4))}, {"weights", "published"s}});
}

void deisOfComfySetup(SigmaReader& reader, SigmaSetup& setup)
{
    const std::string mode = reader.options.text("deis_mode", "tab");
    if (mode != "tab" && mode != "rhoab")
        reader.options.refuse("deis_mode");
    withVariable(setup, "deis",
                 {{"order", stepsAtMost(setup, reader.options.integer("max_order", 3))},
                  {"polynomial", mode == "tab" ? "time"s : "rho"s}});
    if (mode == "tab")
        setup.tolerance = 1e-8;
}

void dpmpp2mSetup(SigmaReader&, SigmaSetup& setup)
{
    if (setup.grid.steps() == 1)
        setup.sampler = {"euler", {}};  // the same with one step
    else
        withVariable(setup, "dpmpp_2m", {{"lower_order_final", false}});
}

void gradientSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "gradient_estimation", {{"gamma", reader.options.number("ge_gamma", 2)}});
}

void resSetup(SigmaReader& reader, SigmaSetup& setup)
{
    OptionValues options = noiseValues(reader, 0);
    options["last_level"] = "down"s;
    withVariable(setup, "res_multistep", options);
}

void resAncestralSetup(SigmaReader& reader, SigmaSetup& setup)
{
    OptionValues options = noiseValues(reader, 1);
    options["last_level"] = "down"s;
    withVariable(setup, "res_multistep", options);
}

void unipcOfComfySetup(SigmaReader& reader, SigmaSetup& setup)
{
    const std::string variant = reader.options.text("variant", "bh1");
    if (variant != "bh1" && variant != "bh2")
        reader.options.refuse("variant");
    constexpr double last = 0.001;
    setup.grid.levels.back() = levelOfSigma(setup.schedule, setup.isFlow, last);
    const int order = std::min({reader.options.integer("order", 3), 3, std::max(1, setup.grid.steps() - 1)});
    setup.sampler = {"unipc",
                     {{"order", double(order)}, {"solver_type", variant}, {"lower_at_end", "always"s}}};
    setup.stateOverAlpha = true;
    setup.comparesStates = false;  // recorded are corrected states, which no step of ours leads to
}

/// A grid of even steps in lambda from the first to the last sigma above 0.
void evenInLambda(SigmaSetup& setup, int count)
{
    while (setup.grid.levels.back().isClean())
        setup.grid.levels.pop_back();
    const schedule::NoiseLevel first = setup.grid.levels.front(), last = setup.grid.levels.back();
    setup.grid.levels = {first};
    for (int i = 1; i < count; ++i) {
        const double lambda = first.lambda() + (last.lambda() - first.lambda()) * i / count;
        setup.grid.levels.push_back(setup.schedule.levelOfNoiseToSignal(std::exp(-lambda)));
    }
    setup.grid.levels.push_back(last);
}

void dpmFastSetup(SigmaReader& reader, SigmaSetup& setup)
{
    const int evaluations = setup.grid.steps();
    evenInLambda(setup, evaluations / 3 + 1);
    OptionValues options = noiseValues(reader, 0);
    options["last_orders"] = evaluations % 3 == 0 ? "2_1"s : std::to_string(evaluations % 3);
    setup.sampler = {"dpm_fast", options};
}

void dpmAdaptiveSetup(SigmaReader& reader, SigmaSetup& setup)
{
    evenInLambda(setup, 1);
    auto& options = reader.options;
    const int order = options.integer("order", 3);
    if ((order != 2 && order != 3) || options.number("h_init", 0.05) != 0.05)
        options.refuse(order != 2 && order != 3 ? "order" : "h_init");
    OptionValues values = noiseValues(reader, 0);
    values["pair"] = order == 2 ? "12"s : "23"s;
    values["controller"] = "pid"s;
    values["rtol"] = options.number("rtol", 0.05);
    values["atol"] = options.number("atol", 0.0078);
    values["pcoeff"] = options.number("pcoeff", 0);
    values["icoeff"] = options.number("icoeff", 1);
    values["dcoeff"] = options.number("dcoeff", 0);
    values["accept_safety"] = options.number("accept_safety", 0.81);
    setup.sampler = {"dpm_adaptive", values};
    setup.comparesStates = false;
    setup.tolerance = 1e-8;
}

// --- solvers that draw noise ---

void eulerAncestralSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "euler_a", noiseValues(reader));
}

void dpm2AncestralSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "dpm2_a", noiseValues(reader));
}

void dpmpp2sAncestralSetup(SigmaReader& reader, SigmaSetup& setup)
{
    withVariable(setup, "dpmpp_2s_a", noiseValues(reader));
}

void dpmppSdeSetup(SigmaReader& reader, SigmaSetup& setup)
{
    beginBelowNoise(reader, setup);
    OptionValues options = noiseValues(reader);
    options["r"] = reader.options.number("r", 0.5);
    setup.sampler = {"dpmpp_sde", options};
}

void dpmpp2mSdeSetup(SigmaReader& reader, SigmaSetup& setup)
{
    beginBelowNoise(reader, setup);
    OptionValues options = noiseValues(reader);
    options["solver_type"] = reader.options.text("solver_type", "midpoint");
    options["lower_order_final"] = false;
    setup.sampler = {"dpmpp_2m_sde", options};
}

void dpmpp3mSdeSetup(SigmaReader& reader, SigmaSetup& setup)
{
    beginBelowNoise(reader, setup);
    OptionValues options = noiseValues(reader);
    options["solver_type"] = "heun"s;
    options["curvature"] = "half"s;
    options["lower_order_final"] = false;
    setup.sampler = {"dpmpp_3m_sde", options};
}

void ddpmOfComfySetup(SigmaReader&, SigmaSetup& setup)
{
    setup.sampler = {"ddpm", {}};
}

void lcmOfComfySetup(SigmaReader&, SigmaSetup& setup)
{
    setup.sampler = {"lcm", {{"boundary", "none"s}}};
}

void erSdeSetup(SigmaReader& reader, SigmaSetup& setup)
{
    beginBelowNoise(reader, setup);
    auto& options = reader.options;
    const std::string type = options.text("solver_type", "ER-SDE");
    if (type != "ER-SDE" && type != "Reverse-time SDE" && type != "ODE")
        options.refuse("solver_type");
    (void)options.text("noise_scaler", "");  // says the same as the two others
    setup.sampler = {"er_sde",
                     {{"max_stage", double(options.integer("max_stage", 3))},
                      {"noise_scale", type == "ER-SDE" ? "er_sde_5"s : "power"s},
                      {"eta", type == "ODE" ? 0.0 : options.number("eta", 1)},
                      {"noise_factor", options.number("s_noise", type == "ODE" ? 0 : 1)}}};
    (void)options.number("eta", 0);
}

void seeds2Setup(SigmaReader& reader, SigmaSetup& setup, double eta, double r, const std::string& solver)
{
    beginBelowNoise(reader, setup);
    OptionValues options = noiseValues(reader, eta);
    options["r"] = reader.options.number("r", r);
    options["solver_type"] = reader.options.text("solver_type", solver);
    setup.sampler = {"seeds_2", options};
}

void plainSeeds2Setup(SigmaReader& reader, SigmaSetup& setup)
{
    seeds2Setup(reader, setup, 1, 0.5, "phi_1");
}

void expHeunSetup(SigmaReader& reader, SigmaSetup& setup)
{
    seeds2Setup(reader, setup, 0, 1, "phi_2");
}

void expHeunSdeSetup(SigmaReader& reader, SigmaSetup& setup)
{
    seeds2Setup(reader, setup, 1, 1, "phi_2");
}

void seeds3Setup(SigmaReader& reader, SigmaSetup& setup)
{
    beginBelowNoise(reader, setup);
    OptionValues options = noiseValues(reader);
    options["r_1"] = reader.options.number("r_1", 1.0 / 3);
    options["r_2"] = reader.options.number("r_2", 2.0 / 3);
    setup.sampler = {"seeds_3", options};
}

void saSolverOfComfySetup(SigmaReader& reader, SigmaSetup& setup, bool again)
{
    beginBelowNoise(reader, setup);
    auto& options = reader.options;
    setup.sampler = {"sa_solver_pece",
                     {{"predictor_order", double(options.integer("predictor_order", 3))},
                      {"corrector_order", double(options.integer("corrector_order", 4))},
                      {"simple_order_2", options.flag("simple_order_2", false)},
                      {"noise_factor", options.number("s_noise", 1)},
                      {"pece", options.flag("use_pece", again)}}};
    setup.comparesStates = false;  // the last recorded state is not the result
    setup.tolerance = again && setup.grid.steps() >= 40 ? 1e-8 : 1e-9;
}

void plainSaSolverSetup(SigmaReader& reader, SigmaSetup& setup)
{
    saSolverOfComfySetup(reader, setup, false);
}

void peceSaSolverSetup(SigmaReader& reader, SigmaSetup& setup)
{
    saSolverOfComfySetup(reader, setup, true);
}

// --- the CFG++ family ---

void eulerCfgPpSetup(SigmaReader&, SigmaSetup& setup)
{
    setup.sampler = {"euler_cfg_pp", {}};
}

void eulerAncestralCfgPpSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"euler_a_cfg_pp", noiseValues(reader)};
}

void eulerPpSetup(SigmaReader&, SigmaSetup& setup)
{
    setup.sampler = {"euler_pp", {}};
}

void dpmpp2mCfgPpSetup(SigmaReader&, SigmaSetup& setup)
{
    setup.sampler = {"dpmpp_2m_cfg_pp", {}};
}

void dpmpp2sCfgPpSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"dpmpp_2s_a_cfg_pp", noiseValues(reader)};
}

void resCfgPpSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"res_multistep_cfg_pp", noiseValues(reader, 0)};
}

void resAncestralCfgPpSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"res_multistep_cfg_pp", noiseValues(reader, 1)};
}

void gradientCfgPpSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"gradient_estimation_cfg_pp", {{"gamma", reader.options.number("ge_gamma", 2)}}};
}

}  // namespace

const std::map<std::string, MakeSigmaSetup>& flowOdeSetups()
{
    static const std::map<std::string, MakeSigmaSetup> setups{
        {"ComfyUI sample_euler", eulerSetup},
        {"ComfyUI sample_heun", heunSetup},
        {"ComfyUI sample_dpm_2", dpm2Setup},
        {"ComfyUI sample_heunpp2", heunPpSetup},
        {"ComfyUI sample_lms", lmsOfComfySetup},
        {"k-diffusion sample_lms", lmsOfKDiffusionSetup},
        {"ComfyUI sample_ipndm", ipndmSetup},
        {"ComfyUI sample_ipndm_v", ipndmVSetup},
        {"ComfyUI sample_deis", deisOfComfySetup},
        {"ComfyUI sample_dpmpp_2m", dpmpp2mSetup},
        {"ComfyUI sample_gradient_estimation", gradientSetup},
        {"ComfyUI sample_res_multistep", resSetup},
        {"ComfyUI sample_unipc", unipcOfComfySetup},
        {"ComfyUI sample_unipc_bh2", unipcOfComfySetup},
        {"ComfyUI sample_dpm_fast", dpmFastSetup},
        {"ComfyUI sample_dpm_adaptive", dpmAdaptiveSetup},
        {"ComfyUI sample_exp_heun_2_x0", expHeunSetup}};
    return setups;
}

const std::map<std::string, MakeSigmaSetup>& stochasticSetups()
{
    static const std::map<std::string, MakeSigmaSetup> setups{
        {"ComfyUI sample_euler_ancestral", eulerAncestralSetup},
        {"ComfyUI sample_euler_ancestral_RF", eulerAncestralSetup},
        {"ComfyUI sample_dpm_2_ancestral", dpm2AncestralSetup},
        {"ComfyUI sample_dpm_2_ancestral_RF", dpm2AncestralSetup},
        {"ComfyUI sample_dpmpp_2s_ancestral", dpmpp2sAncestralSetup},
        {"ComfyUI sample_dpmpp_2s_ancestral_RF", dpmpp2sAncestralSetup},
        {"ComfyUI sample_dpmpp_sde", dpmppSdeSetup},
        {"ComfyUI sample_dpmpp_2m_sde", dpmpp2mSdeSetup},
        {"ComfyUI sample_dpmpp_3m_sde", dpmpp3mSdeSetup},
        {"ComfyUI sample_ddpm", ddpmOfComfySetup},
        {"ComfyUI sample_lcm", lcmOfComfySetup},
        {"ComfyUI sample_er_sde", erSdeSetup},
        {"ComfyUI sample_seeds_2", plainSeeds2Setup},
        {"ComfyUI sample_exp_heun_2_x0_sde", expHeunSdeSetup},
        {"ComfyUI sample_seeds_3", seeds3Setup},
        {"ComfyUI sample_sa_solver", plainSaSolverSetup},
        {"ComfyUI sample_sa_solver_pece", peceSaSolverSetup},
        {"ComfyUI sample_res_multistep_ancestral", resAncestralSetup}};
    return setups;
}

const std::map<std::string, MakeSigmaSetup>& cfgPlusPlusSetups()
{
    static const std::map<std::string, MakeSigmaSetup> setups{
        {"ComfyUI sample_euler_cfg_pp", eulerCfgPpSetup},
        {"ComfyUI sample_euler_ancestral_cfg_pp", eulerAncestralCfgPpSetup},
        {"ComfyUI sample_euler_pp", eulerPpSetup},
        {"ComfyUI sample_dpmpp_2m_cfg_pp", dpmpp2mCfgPpSetup},
        {"ComfyUI sample_dpmpp_2s_ancestral_cfg_pp", dpmpp2sCfgPpSetup},
        {"ComfyUI sample_res_multistep_cfg_pp", resCfgPpSetup},
        {"ComfyUI sample_res_multistep_ancestral_cfg_pp", resAncestralCfgPpSetup},
        {"ComfyUI sample_gradient_estimation_cfg_pp", gradientCfgPpSetup}};
    return setups;
}

double shiftOf(ReferenceOptionReader& config)
{
    return config.text("shift_rule", "linear") == "exponential" ? std::exp(config.number("mu", 1.15))
                                                                : config.number("shift", 1);
}

schedule::NoiseSchedule sigmaSchedule(ReferenceOptionReader& config, bool& isFlow)
{
    for (const char* unused : {"prediction_type", "note", "name", "time_multiplier"})
        config.ignore(unused);
    isFlow = config.text("kind", "vp") == "flow";
    if (isFlow)
        return schedule::makeSchedule({"rectified_flow",
                                       {{"shift_rule", config.text("shift_rule", "linear")},
                                        {"shift", config.number("shift", 1)},
                                        {"mu", config.number("mu", 1.15)},
                                        {"levels", config.number("levels", 1000)}}});
    const auto family =
        base::namedEntry(base::EntryKind::schedule, config.text("beta_schedule", "scaled_linear"));
    const bool hasNoSignal = config.flag("zsnr", false);
    return schedule::makeSchedule({family.id,
                                   {{"beta_start", config.number("beta_start", 0.00085)},
                                    {"beta_end", config.number("beta_end", 0.012)},
                                    {"levels", config.number("num_train_timesteps", 1000)},
                                    {"terminal_snr", hasNoSignal ? "near_zero_comfyui"s : "as_is"s}}});
}

schedule::NoiseLevel levelOfSigma(const schedule::NoiseSchedule& schedule, bool isFlow, double sigma)
{
    if (sigma == 0)
        return {0, 1, 0};
    if (!isFlow)
        return schedule.levelOfNoiseToSignal(sigma);
    return schedule.levelOfNoiseToSignal(sigma < 1 ? sigma / (1 - sigma) : INFINITY);
}

SigmaSetup sigmaSetup(const SigmaCase& reference)
{
    SigmaReader reader(reference);
    bool isFlow = false;
    SigmaSetup setup{.schedule = sigmaSchedule(reader.config, isFlow)};
    setup.isFlow = isFlow;
    setup.stateOverAlpha = reference.stateOverAlpha;
    for (const double sigma : reference.sigmas)
        setup.grid.levels.push_back(levelOfSigma(setup.schedule, isFlow, sigma));
    for (const auto* group :
         {&flowOdeSetups(), &stochasticSetups(), &cfgPlusPlusSetups(), &otherProgramSetups()}) {
        const auto found = group->find(reference.reference);
        if (found == group->end())
            continue;
        if (setup.grid.levels.size() < 2 && group != &otherProgramSetups())
            throw UnsupportedOption("sigmas are missing");
        found->second(reader, setup);
        reader.options.finish();
        return setup;
    }
    throw UnsupportedOption("reference=" + reference.reference);
}

}  // namespace diffuscope::verify
