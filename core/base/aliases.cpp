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

std::vector<Alias> samplerAliases()
{
    std::vector<Alias> all = solverAliases();
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
        {"res_multistep_ancestral", "res_multistep", {{"eta", 1.0}}},
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
