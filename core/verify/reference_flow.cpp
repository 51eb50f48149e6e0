// SPDX-License-Identifier: GPL-3.0-or-later
// Setups of the flow-matching reference classes.
#include "core/verify/reference_grid.h"
#include "core/verify/reference_setup.h"

namespace diffuscope::verify {

namespace {

ReferenceSetup flowSetup(CaseReader& reader)
{
    auto& config = reader.config;
    const int levels = config.integer("num_train_timesteps", 1000);
    ReferenceSetup setup{.schedule =
                             schedule::makeSchedule({"rectified_flow", {{"levels", double(levels)}}})};
    setup.grid = flowSpacedGrid(reader);
    setup.target = denoise::PredictionTarget::flow;
    setup.flowTime = levels;
    return setup;
}

ReferenceSetup flowEulerSetup(CaseReader& reader)
{
    auto& config = reader.config;
    ReferenceSetup setup = flowSetup(reader);
    setup.sampler = {"flow_euler",
                     {{"stochastic", config.flag("stochastic_sampling", false)},
                      {"any_direction", config.flag("invert_sigmas", false)}}};
    // A pipeline derives mu from these; the class itself does nothing with them, nor with the churn that its
    // step takes.
    for (const char* unused :
         {"base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len", "time_shift_type"})
        config.ignore(unused);
    for (const char* unused : {"s_churn", "s_tmin", "s_tmax", "s_noise"})
        reader.step.ignore(unused);
    return setup;
}

ReferenceSetup flowHeunSetup(CaseReader& reader)
{
    ReferenceSetup setup = flowSetup(reader);
    auto& step = reader.step;
    const double count = reader.steps;
    // The other program divides by the length of its list, in which every sigma but the first and the last
    // stands twice.
    const double churn = step.number("s_churn", 0) * count / (2 * count - 1);
    const double to = step.number("s_tmax", 0);
    setup.sampler = {"flow_heun",
                     {{"churn", churn},
                      {"churn_from", step.number("s_tmin", 0)},
                      {"churn_to", to > 1e6 ? 0 : to},
                      {"churn_noise", step.number("s_noise", 1)}}};
    return setup;
}

}  // namespace

const std::map<std::string, MakeReferenceSetup>& flowSetups()
{
    static const std::map<std::string, MakeReferenceSetup> setups{
        {"FlowMatchEulerDiscreteScheduler", flowEulerSetup},
        {"FlowMatchHeunDiscreteScheduler", flowHeunSetup}};
    return setups;
}

}  // namespace diffuscope::verify
