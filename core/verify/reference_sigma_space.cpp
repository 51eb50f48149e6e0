// SPDX-License-Identifier: GPL-3.0-or-later
// Setups of the reference classes that keep x/alpha.
#include "core/verify/reference_grid.h"
#include "core/verify/reference_setup.h"

#include <algorithm>

namespace diffuscope::verify {

namespace {

struct SigmaSpaceDefaults
{
    double betaStart = 1e-4;
    double betaEnd = 0.02;
    bool roundKarras = false;
};

ReferenceSetup sigmaSpaceSetup(CaseReader& reader, const SigmaSpaceDefaults& defaults)
{
    auto& config = reader.config;
    ReferenceSetup setup{.schedule =
                             referenceSchedule(config, defaults.betaStart, defaults.betaEnd, "linear", true)};
    setup.grid = sigmaSpacedGrid(reader, setup.schedule, defaults.roundKarras);
    setup.target = referenceTarget(config);
    setup.stateOverAlpha = true;
    return setup;
}

/// Which estimate the class keeps while it adds noise after the network was asked.
std::string keptEstimate(denoise::PredictionTarget target)
{
    switch (target) {
        case denoise::PredictionTarget::x0:
            return "x0";
        case denoise::PredictionTarget::v:
            return "v";
        default:
            return "eps";
    }
}

ReferenceSetup eulerSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {});
    auto& step = reader.step;
    const double churn = step.number("s_churn", 0);
    const double to = step.number("s_tmax", 0);
    // The list of sigmas is one longer with interpolation_type=log_linear, and the churn is spread over it.
    const bool isLonger = reader.config.text("interpolation_type", "linear") == "log_linear" &&
                          sigmaRule(reader.config).empty();
    const double count = setup.grid.steps();
    const double listed = isLonger ? reader.steps + 1 : count;
    setup.sampler = {"euler",
                     {{"churn", churn * count / listed},
                      {"churn_from", step.number("s_tmin", 0)},
                      {"churn_to", to > 1e6 ? 0 : to},
                      {"churn_noise", step.number("s_noise", 1)},
                      {"late_churn", churn > 0},
                      {"late_churn_keeps", keptEstimate(setup.target)}}};
    return setup;
}

ReferenceSetup eulerAncestralSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {});
    setup.sampler = {"euler_a", {}};
    return setup;
}

ReferenceSetup heunSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {.betaStart = 0.00085, .betaEnd = 0.012});
    setup.clipping = referenceClipping(reader.config, false, "clip_sample_range", false);
    setup.sampler = {"heun", {}};
    return setup;
}

ReferenceSetup dpm2Setup(CaseReader& reader)
{
    ReferenceSetup setup =
        sigmaSpaceSetup(reader, {.betaStart = 0.00085, .betaEnd = 0.012, .roundKarras = true});
    setup.sampler = {"dpm2", {}};
    return setup;
}

ReferenceSetup dpm2AncestralSetup(CaseReader& reader)
{
    ReferenceSetup setup =
        sigmaSpaceSetup(reader, {.betaStart = 0.00085, .betaEnd = 0.012, .roundKarras = true});
    setup.sampler = {"dpm2_a", {}};
    return setup;
}

ReferenceSetup lmsSetup(CaseReader& reader)
{
    ReferenceSetup setup = sigmaSpaceSetup(reader, {});
    const double order = reader.step.integer("order", 4);
    setup.sampler = {"lms", {{"order", std::min<double>(order, setup.grid.steps())}}};
    return setup;
}

}  // namespace

const std::map<std::string, MakeReferenceSetup>& sigmaSpaceSetups()
{
    static const std::map<std::string, MakeReferenceSetup> setups{
        {"EulerDiscreteScheduler", eulerSetup},
        {"EulerAncestralDiscreteScheduler", eulerAncestralSetup},
        {"HeunDiscreteScheduler", heunSetup},
        {"KDPM2DiscreteScheduler", dpm2Setup},
        {"KDPM2AncestralDiscreteScheduler", dpm2AncestralSetup},
        {"LMSDiscreteScheduler", lmsSetup}};
    return setups;
}

}  // namespace diffuscope::verify
