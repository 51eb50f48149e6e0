// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/sigma_lists.h"

#include "core/schedule/grid_rules.h"
#include "core/verify/sigma_setup.h"

#include <cmath>

namespace diffuscope::verify {

namespace {

using base::OptionValues;
using std::string_literals::operator""s;

/// A rule of this program and how its grid becomes the list.
struct ListSetup
{
    std::string rule;
    OptionValues options{};
    int steps = 1;
    bool leap = false;    ///< one step more, and the last noisy level left out
    bool noZero = false;  ///< the list ends on its last noisy level
};

using MakeList = ListSetup (*)(ReferenceOptionReader& options, ReferenceOptionReader& model, bool isFlow);

ListSetup bySigma(const char* rule, OptionValues options = {})
{
    options["variable"] = "automatic"s;
    return {rule, std::move(options)};
}

ListSetup normalList(ReferenceOptionReader&, ReferenceOptionReader& model, bool isFlow)
{
    // On flow the other program shifts the times again.
    if (isFlow)
        return {"flow_uniform", {{"shift", shiftOf(model)}}};
    return {"linspace", {{"fractional", true}}};
}

ListSetup sgmUniformList(ReferenceOptionReader& options, ReferenceOptionReader& model, bool isFlow)
{
    ListSetup setup = normalList(options, model, isFlow);
    setup.leap = true;
    return setup;
}

ListSetup laplaceList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    ListSetup setup =
        bySigma("laplace", {{"mu", options.number("mu", 0)}, {"scale", options.number("beta", 0.5)}});
    setup.noZero = true;
    return setup;
}

ListSetup karrasListSetup(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    return bySigma("karras", {{"rho", options.number("rho", 7)}});
}

ListSetup polyexponentialList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    return bySigma("polyexponential", {{"rho", options.number("rho", 1)}});
}

ListSetup linearQuadraticList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    return bySigma("linear_quadratic", {{"threshold", options.number("threshold_noise", 0.025)},
                                        {"linear_steps", double(options.integer("linear_steps", 0))}});
}

ListSetup betaTimesList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    return {"beta_times", {{"alpha", options.number("alpha", 0.6)}, {"beta", options.number("beta", 0.6)}}};
}

std::string modelTable(ReferenceOptionReader& options)
{
    const std::string table = options.text("table", "SD1");
    return table == "SDXL" ? "sdxl" : table == "SVD" ? "svd" : "sd15";
}

ListSetup alignComfyList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    return {"align_your_steps", {{"table", modelTable(options)}, {"stretch", false}}};
}

template <int size>
ListSetup alignForgeList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    const std::string ending = size == 0 ? "_gits"s : "_" + std::to_string(size);
    return {"align_your_steps", {{"table", modelTable(options) + ending}, {"ending", "kept"s}}};
}

ListSetup vpSdeList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    return {"vp",
            {{"beta_d", options.number("beta_d", 19.9)},
             {"beta_min", options.number("beta_min", 0.1)},
             {"t_min", options.number("eps_s", 1e-3)}}};
}

ListSetup gitsList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    char text[16];
    std::snprintf(text, sizeof text, "%.4g", options.number("coeff", 1.2));
    const auto& rule = schedule::gridRule("gits");
    for (const auto& choice : rule.options.front().choices)
        if (choice.id == text)
            return {"gits", {{"coefficient", std::string(text)}}};
    options.refuse("coeff");
}

ListSetup optimalList(ReferenceOptionReader& options, ReferenceOptionReader&, bool)
{
    const std::string table = options.text("table", "FLUX");
    return {"optimal_steps", {{"table", table == "Wan" ? "wan"s : table == "Chroma" ? "chroma"s : "flux"s}}};
}

template <const char* rule>
ListSetup plainList(ReferenceOptionReader&, ReferenceOptionReader&, bool)
{
    return {rule, {}};
}

template <const char* rule>
ListSetup plainSigmaList(ReferenceOptionReader&, ReferenceOptionReader&, bool)
{
    return bySigma(rule);
}

constexpr char simpleRule[] = "simple", ddimUniformRule[] = "ddim_uniform", turboRule[] = "turbo";
constexpr char sdTurboRule[] = "sd_turbo", exponentialRule[] = "exponential", klRule[] = "kl_optimal";
constexpr char betaRule[] = "beta", cosineRule[] = "cosine_sigmas", phiRule[] = "phi";

ListSetup klOfForgeList(ReferenceOptionReader&, ReferenceOptionReader&, bool)
{
    ListSetup setup = bySigma(klRule);
    setup.options["final"] = "sigma_min"s;
    return setup;
}

const std::map<std::string, MakeList>& comfyLists()
{
    static const std::map<std::string, MakeList> lists{{"simple", plainList<simpleRule>},
                                                       {"ddim_uniform", plainList<ddimUniformRule>},
                                                       {"normal", normalList},
                                                       {"sgm_uniform", sgmUniformList},
                                                       {"beta", betaTimesList},
                                                       {"linear_quadratic", linearQuadraticList},
                                                       {"karras", karrasListSetup},
                                                       {"exponential", plainSigmaList<exponentialRule>},
                                                       {"polyexponential", polyexponentialList},
                                                       {"kl_optimal", plainSigmaList<klRule>},
                                                       {"laplace", laplaceList},
                                                       {"align_your_steps", alignComfyList},
                                                       {"sd_turbo", plainList<sdTurboRule>},
                                                       {"vp", vpSdeList},
                                                       {"gits", gitsList},
                                                       {"optimal_steps", optimalList}};
    return lists;
}

const std::map<std::string, MakeList>& forgeLists()
{
    static const std::map<std::string, MakeList> lists{{"uniform", normalList},
                                                       {"normal", normalList},
                                                       {"simple", plainList<simpleRule>},
                                                       {"ddim", plainList<ddimUniformRule>},
                                                       {"sgm_uniform", sgmUniformList},
                                                       {"beta", plainList<betaRule>},
                                                       {"karras", karrasListSetup},
                                                       {"exponential", plainSigmaList<exponentialRule>},
                                                       {"polyexponential", polyexponentialList},
                                                       {"kl_optimal", klOfForgeList},
                                                       {"turbo", plainList<turboRule>},
                                                       {"cosine", plainList<cosineRule>},
                                                       {"phi", plainList<phiRule>},
                                                       {"align_your_steps", alignForgeList<11>},
                                                       {"align_your_steps_11", alignForgeList<11>},
                                                       {"align_your_steps_32", alignForgeList<32>},
                                                       {"align_your_steps_GITS", alignForgeList<0>}};
    return lists;
}

schedule::TimeGrid gridOf(const ListSetup& setup, const schedule::NoiseSchedule& schedule)
{
    const auto& rule = schedule::gridRule(setup.rule);
    OptionValues options = setup.options;
    if (setup.noZero)
        options["final"] = "sigma_min"s;
    const auto values = base::completed("grid " + rule.displayName, rule.options, options);
    const int steps = setup.steps - (setup.noZero ? 1 : 0) + (setup.leap ? 1 : 0);
    schedule::TimeGrid grid = rule.make(schedule, values, steps);
    if (setup.leap)
        grid.levels.erase(grid.levels.end() - 2);
    return grid;
}

void compare(const SigmaList& list, const schedule::TimeGrid& grid, bool isFlow, ReferenceReport& report)
{
    if (grid.levels.size() != list.sigmas.size()) {
        report.detail = "has " + std::to_string(grid.levels.size()) + " sigmas instead of " +
                        std::to_string(list.sigmas.size());
        report.largestError = INFINITY;
        return;
    }
    for (std::size_t i = 0; i < list.sigmas.size(); ++i) {
        const double wanted = list.sigmas[i];
        if (std::isnan(wanted))
            continue;  // the other program divided by 0
        const double found = isFlow ? grid.levels[i].sigma : grid.levels[i].noiseToSignal();
        const double error = wanted == 0 ? std::abs(found) : std::abs(found - wanted) / std::abs(wanted);
        report.largestError = std::isnan(error) ? INFINITY : std::max(report.largestError, error);
    }
}

}  // namespace

ReferenceReport verifyList(const SigmaList& list)
{
    ReferenceReport report;
    report.reference = list.reference + " " + list.scheduler;
    report.sampler = list.scheduler;
    report.options = "steps=" + std::to_string(list.steps) + " " + shown(list.model);
    if (!list.options.empty())
        report.options += " " + shown(list.options);
    try {
        ReferenceOptions described = list.model;
        if (described.size() == 1 && described["name"] == ReferenceValue("flow"s))
            described["kind"] = "flow"s;  // a list for any model of flow
        ReferenceOptionReader options(list.options), model(described);
        bool isFlow = false;
        const auto schedule = sigmaSchedule(model, isFlow);
        const auto& lists = list.reference == "ComfyUI" ? comfyLists() : forgeLists();
        const auto found = lists.find(list.scheduler);
        if (found == lists.end())
            throw UnsupportedOption("scheduler=" + list.scheduler);
        ListSetup setup = found->second(options, model, isFlow);
        setup.steps = list.steps;
        options.finish();
        report.sampler = "grid " + setup.rule;
        compare(list, gridOf(setup, schedule), isFlow, report);
        const bool holds = report.detail.empty() && report.largestError <= referenceTolerance;
        report.outcome = holds ? ReferenceReport::Outcome::ok : ReferenceReport::Outcome::notOk;
    } catch (const UnsupportedOption& option) {
        report.outcome = ReferenceReport::Outcome::notSupported;
        report.detail = option.what();
    } catch (const std::exception& error) {
        report.largestError = INFINITY;
        report.detail = error.what();
    }
    return report;
}

}  // namespace diffuscope::verify
