// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/scheduler_case.h"

#include "core/base/error.h"

#include <limits>
#include <set>

namespace diffuscope::verify {
namespace {

using nlohmann::json;
using Keys = std::set<std::string>;

Keys joined(Keys own, const Keys& more)
{
    own.insert(more.begin(), more.end());
    return own;
}

/// The constructor's parameters of each class; other keys of a shared configuration mean nothing to it.
const std::map<std::string, Keys>& parametersByClass()
{
    static const Keys common{"num_train_timesteps", "beta_start",      "beta_end",         "beta_schedule",
                             "trained_betas",       "prediction_type", "timestep_spacing", "steps_offset"};
    static const Keys zero{"rescale_betas_zero_snr"};
    static const Keys clipping{"clip_sample", "clip_sample_range", "thresholding",
                               "dynamic_thresholding_ratio", "sample_max_value"};
    static const Keys dynamic{"thresholding", "dynamic_thresholding_ratio", "sample_max_value"};
    static const Keys sigmas{"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas"};
    static const Keys solver =
        joined(joined(common, dynamic),
               joined(sigmas, {"solver_order", "algorithm_type", "solver_type", "lower_order_final",
                               "use_flow_sigmas", "flow_shift", "use_dynamic_shifting", "time_shift_type"}));
    static const Keys student = joined(joined(joined(common, zero), clipping),
                                       {"original_inference_steps", "set_alpha_to_one", "timestep_scaling"});
    static const std::map<std::string, Keys> all{
        {"DDPMScheduler", joined(joined(joined(common, zero), clipping), {"variance_type"})},
        {"DDIMScheduler", joined(joined(joined(common, zero), clipping), {"set_alpha_to_one"})},
        {"PNDMScheduler", joined(common, {"skip_prk_steps", "set_alpha_to_one"})},
        {"EulerDiscreteScheduler",
         joined(joined(joined(common, zero), sigmas),
                {"interpolation_type", "sigma_min", "sigma_max", "timestep_type", "final_sigmas_type"})},
        {"EulerAncestralDiscreteScheduler", joined(common, zero)},
        {"HeunDiscreteScheduler", joined(joined(common, sigmas), {"clip_sample", "clip_sample_range"})},
        {"KDPM2DiscreteScheduler", joined(common, sigmas)},
        {"KDPM2AncestralDiscreteScheduler", joined(common, sigmas)},
        {"LMSDiscreteScheduler", joined(common, sigmas)},
        {"DPMSolverMultistepScheduler",
         joined(joined(solver, zero),
                {"euler_at_final", "use_lu_lambdas", "final_sigmas_type", "lambda_min_clipped"})},
        {"DPMSolverSinglestepScheduler",
         joined(solver, {"final_sigmas_type", "lambda_min_clipped", "use_lu_lambdas"})},
        {"DEISMultistepScheduler", solver},
        {"UniPCMultistepScheduler",
         joined(joined(solver, zero), {"predict_x0", "disable_corrector", "solver_p", "final_sigmas_type"})},
        {"LCMScheduler", student},
        {"TCDScheduler", student}};
    return all;
}

ReferenceOptions optionsOf(const json& object, const Keys* known)
{
    ReferenceOptions options;
    for (const auto& [key, value] : object.items()) {
        if (key.empty() || key.front() == '_' || (known != nullptr && known->count(key) == 0))
            continue;
        if (value.is_boolean())
            options[key] = value.get<bool>();
        else if (value.is_number())
            options[key] = value.get<double>();
        else if (value == json("-Infinity"))
            continue;  // lambda_min_clipped: nothing is cut off
        else if (value.is_string())
            options[key] = value.get<std::string>();
        else if (value.is_null())
            options[key] = std::monostate();
        else
            options[key] = value.dump();
    }
    return options;
}

}  // namespace

ReferenceCase schedulerCase(const json& config, const json& stepOptions, int steps)
{
    ReferenceCase result;
    result.reference = config.value("_class_name", "");
    if (result.reference.empty())
        throw Error(ErrorCode::invalidFile,
                    "The scheduler's configuration does not say its class (\"_class_name\").",
                    "Take the scheduler_config.json of the model.");
    const auto known = parametersByClass().find(result.reference);
    result.config = optionsOf(config, known != parametersByClass().end() ? &known->second : nullptr);
    result.stepOptions = optionsOf(stepOptions, nullptr);
    result.steps = steps;
    return result;
}

}  // namespace diffuscope::verify
