// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/aliases.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace diffuscope::base {

namespace {

OptionValues chosen(const char* option, const char* choice)
{
    return {{option, std::string(choice)}};
}

std::vector<Alias> solverAliases()
{
    return {
        {"dpm++2m", "dpmpp_2m"},
        {"k_dpmpp_2m", "dpmpp_2m"},
        {"DPM-Solver++", "dpmpp_2m"},
        {"dpmsolver++", "dpmpp_2m"},
        {"dpm_solver_pp_multistep", "dpmpp_2m"},
        {"DPMSolverMultistepScheduler", "dpmpp_2m"},
        {"dpmpp_2m_heun", "dpmpp_2m", chosen("solver_type", "heun")},
        {"dpm++3m", "dpmpp_3m"},
        {"dpmpp_3m_heun", "dpmpp_3m", chosen("solver_type", "heun")},
        {"dpm++2s", "dpmpp_2s"},
        {"DPMSolverSinglestepScheduler", "dpmpp_2s", chosen("stages", "grid")},
        {"dpmpp_2s_heun", "dpmpp_2s", chosen("solver_type", "heun")},
        {"dpm++3s", "dpmpp_3s"},
        {"sde-dpmsolver++", "dpmpp_2m_sde"},
        {"k_dpmpp_2m_sde", "dpmpp_2m_sde"},
        {"dpmpp_2m_sde_gpu", "dpmpp_2m_sde"},
        {"dpmpp_2m_sde_heun", "dpmpp_2m_sde", chosen("solver_type", "heun")},
        {"k_dpmpp_3m_sde", "dpmpp_3m_sde"},
        {"dpmpp_3m_sde_gpu", "dpmpp_3m_sde"},
        {"UniPCMultistepScheduler", "unipc"},
        {"uni_pc_bh1", "unipc", chosen("solver_type", "bh1")},
        {"uni_pc_bh2", "unipc", chosen("solver_type", "bh2")},
        {"uni_pc", "unipc", chosen("solver_type", "bh1")},
        {"SASolverScheduler", "sa_solver"},
        {"dpmsolver", "dpm_solver_multistep"},
        {"sde-dpmsolver", "dpm_solver_multistep", {{"sde", true}}},
        {"dpm_solver_12", "dpm_adaptive", chosen("pair", "12")},
        {"dpm_solver_23", "dpm_adaptive", chosen("pair", "23")},
        {"k_dpm_adaptive", "dpm_adaptive"},
    };
}

/// ComfyUI's samplers where they are those of another program, an option of one, or differ from the sampler
/// of the same name here; "comfy_" in front of a name stands for exactly what ComfyUI does.
std::vector<Alias> comfyAliases()
{
    const std::string automatic = "automatic";
    const OptionValues published{{"last_level", std::string("down")}, {"variable", automatic}};
    OptionValues ancestral = published;
    ancestral["eta"] = 1.0;
    return {
        {"dpmpp_2m_sde_heun_gpu", "dpmpp_2m_sde", chosen("solver_type", "heun")},
        {"dpmpp_sde_gpu", "dpmpp_sde"},
        {"dpmpp_2s_ancestral", "dpmpp_2s_a"},
        {"dpmpp_2s_ancestral_cfg_pp", "dpmpp_2s_a_cfg_pp"},
        {"euler_ancestral_cfg_pp", "euler_a_cfg_pp"},
        {"res_multistep_ancestral", "res_multistep", ancestral},
        {"res_multistep_ancestral_cfg_pp", "res_multistep_cfg_pp", {{"eta", 1.0}}},
        {"exp_heun_2_x0", "seeds_2", {{"eta", 0.0}, {"r", 1.0}, {"solver_type", std::string("phi_2")}}},
        {"exp_heun_2_x0_sde", "seeds_2", {{"r", 1.0}, {"solver_type", std::string("phi_2")}}},
        {"comfy_euler_ancestral", "euler_a", chosen("variable", "automatic")},
        {"comfy_heun", "heun", chosen("variable", "automatic")},
        {"comfy_dpm_2", "dpm2", chosen("variable", "automatic")},
        {"comfy_dpm_2_ancestral", "dpm2_a", chosen("variable", "automatic")},
        {"comfy_dpmpp_2s_ancestral", "dpmpp_2s_a", chosen("variable", "automatic")},
        {"comfy_heunpp2", "heunpp2", chosen("variable", "automatic")},
        {"comfy_lms", "lms", {{"to_clean", std::string("image")}, {"variable", automatic}}},
        {"comfy_ipndm", "ipndm", {{"to_clean", std::string("image")}, {"variable", automatic}}},
        {"comfy_ipndm_v", "ipndm_v", {{"weights", std::string("published")}, {"variable", automatic}}},
        {"comfy_deis", "deis", {{"polynomial", std::string("time")}, {"variable", automatic}}},
        {"comfy_dpmpp_2m", "dpmpp_2m", {{"lower_order_final", false}, {"variable", automatic}}},
        {"comfy_dpmpp_2m_sde", "dpmpp_2m_sde", {{"lower_order_final", false}}},
        {"comfy_dpmpp_3m_sde",
         "dpmpp_3m_sde",
         {{"curvature", std::string("half")},
          {"solver_type", std::string("heun")},
          {"lower_order_final", false}}},
        {"comfy_gradient_estimation", "gradient_estimation", chosen("variable", "automatic")},
        {"comfy_res_multistep", "res_multistep", published},
        {"comfy_lcm", "lcm", chosen("boundary", "none")},
        {"comfy_dpm_adaptive", "dpm_adaptive", chosen("controller", "pid")},
        {"comfy_sa_solver", "sa_solver_pece", {{"pece", false}}},
        {"comfy_uni_pc",
         "unipc",
         {{"order", 3.0}, {"solver_type", std::string("bh1")}, {"lower_at_end", std::string("always")}}},
        {"comfy_uni_pc_bh2",
         "unipc",
         {{"order", 3.0}, {"solver_type", std::string("bh2")}, {"lower_at_end", std::string("always")}}},
    };
}

/// Names of A1111, Forge, SD.Next and diffusers for samplers that other programs have under other names.
std::vector<Alias> webAliases()
{
    return {
        {"k_dpmpp_2s_a", "dpmpp_2s_a"},
        {"k_dpmpp_sde", "dpmpp_sde"},
        {"k_dpm_fast", "dpm_fast"},
        {"k_dpmpp_2m_sde_heun", "dpmpp_2m_sde", chosen("solver_type", "heun")},
        {"DDIM CFG++", "euler_cfg_pp"},
        {"Heun++", "heunpp2"},
        {"KDPM2", "dpm2"},
        {"KDPM2 a", "dpm2_a"},
        {"LMSD", "lms"},
        {"DPM SDE", "dpmpp_sde"},
        {"DPMSolverSDEScheduler", "dpmpp_sde"},
        {"DPM++ 1S", "dpm_solver_1"},
        {"DPM++ 1M Inverse", "dpmpp_inverse", {{"order", 1.0}}},
        {"DPM++ 2M Inverse", "dpmpp_inverse", {{"order", 2.0}}},
        {"DPM++ 3M Inverse", "dpmpp_inverse", {{"order", 3.0}}},
        {"DPMSolverMultistepInverseScheduler", "dpmpp_inverse"},
        {"BDIA_DDIMScheduler", "bdia_ddim"},
        {"Euler EDM", "euler"},
        {"EDMEulerScheduler", "euler"},
        {"Euler SGM", "euler"},
        {"DPM++ 2M EDM", "dpmpp_2m"},
        {"EDMDPMSolverMultistepScheduler", "dpmpp_2m"},
        {"Euler FlowMatch", "flow_euler"},
        {"Heun FlowMatch", "flow_heun"},
        {"edm_sampler", "heun"},
        {"ablation_sampler", "edm_ablation"},
        {"euler_pp_alternative", "euler_pp"},
    };
}

std::vector<Alias> samplerAliases()
{
    std::vector<Alias> all = solverAliases();
    for (const auto& group : {comfyAliases(), webAliases()})
        all.insert(all.end(), group.begin(), group.end());
    const std::vector<Alias> others = {
        {"DDIMScheduler", "ddim"},
        {"ddim_inversion", "ddim_inverse"},
        {"DDIMInverseScheduler", "ddim_inverse"},
        {"plms", "pndm", chosen("warm_up", "plms")},
        {"prk", "pndm", chosen("warm_up", "runge_kutta")},
        {"PNDMScheduler", "pndm", chosen("warm_up", "runge_kutta")},
        {"improved_pndm", "ipndm"},
        {"IPNDMScheduler", "ipndm"},
        {"k_euler", "euler"},
        {"EulerDiscreteScheduler", "euler"},
        {"k_heun", "heun"},
        {"HeunDiscreteScheduler", "heun"},
        {"dpm_2", "dpm2"},
        {"k_dpm_2", "dpm2"},
        {"KDPM2DiscreteScheduler", "dpm2"},
        {"k_lms", "lms"},
        {"LMSDiscreteScheduler", "lms"},
        {"DDPMScheduler", "ddpm"},
        {"euler-ancestral", "euler_a"},
        {"k_euler_a", "euler_a"},
        {"k_euler_ancestral", "euler_a"},
        {"EulerAncestralDiscreteScheduler", "euler_a"},
        {"dpm2_ancestral", "dpm2_a"},
        {"dpm_2_a", "dpm2_a"},
        {"dpm_2_ancestral", "dpm2_a"},
        {"k_dpm_2_a", "dpm2_a"},
        {"k_dpm_2_ancestral", "dpm2_a"},
        {"KDPM2AncestralDiscreteScheduler", "dpm2_a"},
        {"deis_multistep", "deis"},
        {"DEISMultistepScheduler", "deis", {{"order", 2.0}}},
        {"LCMScheduler", "lcm"},
        {"TCDScheduler", "tcd"},
        {"FlowMatchEulerDiscreteScheduler", "flow_euler"},
        {"FlowMatchHeunDiscreteScheduler", "flow_heun"},
        {"dopri5", "rk45"},
        {"dormand_prince", "rk45"},
    };
    all.insert(all.end(), others.begin(), others.end());
    return all;
}

std::vector<Alias> scheduleAliases()
{
    return {
        {"ddpm", "linear"},
        {"ddpm_linear", "linear"},
        {"stable_diffusion", "scaled_linear"},
        {"squaredcos_cap_v2", "cosine"},
        {"sigmoid_beta", "sigmoid"},
        {"const", "constant"},
        {"harmonic", "jsd"},
        {"vp", "vp_sde"},
        {"vpsde", "vp_sde"},
        {"flow", "rectified_flow"},
        {"hand_drawn", "drawn"},
    };
}

std::vector<Alias> gridAliases()
{
    return {
        {"normal", "linspace", {{"fractional", true}}},
        {"sgm_uniform", "linspace", {{"count", std::string("n_plus_1")}, {"fractional", true}}},
        {"quad", "quadratic"},
        {"tcd", "lcm"},
        {"poly_exponential", "polyexponential"},
        {"logsnr", "log_snr"},
        {"uniform_log_snr", "log_snr"},
        {"lu", "log_snr"},
        {"ays", "align_your_steps"},
        {"uniform", "linspace", {{"fractional", true}}},
        {"ddim", "ddim_uniform"},
        {"comfy_beta", "beta_times"},
        {"comfy_karras", "karras", chosen("variable", "automatic")},
        {"comfy_exponential", "exponential", chosen("variable", "automatic")},
        {"comfy_polyexponential", "polyexponential", chosen("variable", "automatic")},
        {"comfy_kl_optimal", "kl_optimal", chosen("variable", "automatic")},
        {"comfy_laplace", "laplace", chosen("variable", "automatic")},
        {"comfy_linear_quadratic", "linear_quadratic", chosen("variable", "automatic")},
        {"forge_kl_optimal", "kl_optimal", chosen("final", "sigma_min")},
        {"forge_align_your_steps",
         "align_your_steps",
         {{"table", std::string("sd15_11")}, {"ending", std::string("kept")}}},
        {"align_your_steps_11",
         "align_your_steps",
         {{"table", std::string("sd15_11")}, {"ending", std::string("kept")}}},
        {"align_your_steps_32",
         "align_your_steps",
         {{"table", std::string("sd15_32")}, {"ending", std::string("kept")}}},
        {"align_your_steps_gits",
         "align_your_steps",
         {{"table", std::string("sd15_gits")}, {"ending", std::string("kept")}}},
        {"cosine", "cosine_sigmas"},
        {"kl", "kl_optimal"},
        {"times", "typed", chosen("kind", "times")},
        {"timesteps", "typed", chosen("kind", "times")},
        {"sigmas", "typed", chosen("kind", "sigmas")},
    };
}

std::vector<Alias> guidanceAliases()
{
    return {
        {"classifier_free", "cfg"},    {"ho_salimans", "cfg", chosen("convention", "ho_salimans")},
        {"cfg++", "cfg_plus_plus"},    {"adaptive_projected", "apg"},
        {"cfg_zero", "cfg_zero_star"}, {"cfg_zero*", "cfg_zero_star"},
        {"perpneg", "perp_neg"},       {"auto_guidance", "autoguidance"},
    };
}

std::vector<Alias> clippingAliases()
{
    return {
        {"off", "none"},
        {"clamp", "fixed"},
        {"clip_sample", "fixed"},
        {"thresholding", "dynamic"},
        {"dynamic_thresholding", "dynamic"},
    };
}

std::vector<Alias> targetAliases()
{
    return {
        {"epsilon", "eps"},
        {"noise", "eps"},
        {"sample", "x0"},
        {"x_start", "x0"},
        {"image", "x0"},
        {"v_prediction", "v"},
        {"flow_velocity", "flow"},
        {"flow_prediction", "flow"},
        {"edm_preconditioning", "edm"},
    };
}

/// Changes of one letter, and swaps of two neighbours, that turn one text into the other.
std::size_t distance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> before, row(b.size() + 1), next(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        next[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped)
                next[j] = std::min(next[j], before[j - 2] + 1);
        }
        before = std::exchange(row, next);
    }
    return row.back();
}

}  // namespace

const std::vector<Alias>& aliases(EntryKind kind)
{
    static const std::vector<Alias> all[] = {samplerAliases(),  scheduleAliases(), gridAliases(),
                                             guidanceAliases(), clippingAliases(), targetAliases()};
    return all[std::size_t(kind)];
}

std::vector<Alias> aliasesOf(EntryKind kind, const std::string& id)
{
    std::vector<Alias> own;
    for (const auto& alias : aliases(kind))
        if (alias.id == id)
            own.push_back(alias);
    return own;
}

std::string canonicalName(const std::string& name)
{
    std::string canonical;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '+' && i + 1 < name.size() && name[i + 1] == '+') {
            canonical += "pp";
            ++i;
        } else {
            const bool parts = c == '-' || c == ' ';
            canonical += parts ? '_' : char(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return canonical;
}

NamedEntry namedEntry(EntryKind kind, const std::string& name)
{
    const std::string wanted = canonicalName(name);
    for (const auto& alias : aliases(kind))
        if (canonicalName(alias.name) == wanted)
            return {alias.id, alias.preset};
    return {wanted, {}};
}

std::string nearestName(const std::string& name, const std::vector<std::string>& candidates)
{
    constexpr std::size_t longest = 60;
    const std::string wanted = canonicalName(name.substr(0, longest));
    std::string nearest;
    std::size_t least = std::max<std::size_t>(wanted.size() / 2, 1) + 1;
    for (const auto& candidate : candidates) {
        const std::size_t changes = distance(wanted, canonicalName(candidate));
        if (changes < least) {
            least = changes;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace diffuscope::base
