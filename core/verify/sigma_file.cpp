// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/sigma_file.h"

#include "core/verify/reference_json.h"

#include <cmath>
#include <limits>

namespace diffuscope::verify {

namespace {

using namespace reading;

constexpr double mostSteps = 1e5;

int stepsOf(const json& value, const std::string& where)
{
    const double steps = number(member(value, where, "steps"), where + ".steps");
    if (!(steps >= 1 && steps <= mostSteps) || steps != std::floor(steps))
        refuse(where + ".steps", "is not a whole number of at least 1");
    return int(steps);
}

/// The member, or null where it is absent.
const json* present(const json& object, const char* key)
{
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::vector<double> numbersIn(const json& object, const char* key, const std::string& where)
{
    const json* found = present(object, key);
    return found ? numbers(*found, where + "." + key) : std::vector<double>();
}

std::vector<ReferenceBatch> batchesIn(const json& object, const char* key, const ReferenceBatch& shape,
                                      const std::string& where)
{
    std::vector<ReferenceBatch> batches;
    if (const json* found = present(object, key))
        for (const auto& entry : list(*found, where + "." + key))
            batches.push_back(batchLike(shape, entry, where + "." + key));
    return batches;
}

SigmaEvaluation readEvaluation(const json& value, const ReferenceBatch& shape, const std::string& where)
{
    SigmaEvaluation evaluation;
    if (value.is_object())
        if (const json* given = present(value, "sigma_given"))
            evaluation.sigmaGiven = number(*given, where + ".sigma_given");
    evaluation.alpha = number(member(value, where, "alpha"), where + ".alpha");
    evaluation.sigma = number(member(value, where, "sigma"), where + ".sigma");
    evaluation.input = batchLike(shape, member(value, where, "input"), where + ".input");
    return evaluation;
}

SigmaCase::Guidance readGuidance(const json& value, const std::string& where)
{
    const double label = number(member(value, where, "cond_class"), where + ".cond_class");
    if (!(label >= 0 && label < 1000) || label != std::floor(label))
        refuse(where + ".cond_class", "is not a whole number from 0 up");
    return {int(label), number(member(value, where, "scale"), where + ".scale")};
}

}  // namespace

bool isSigmaCase(const json& value)
{
    return value.is_object() && value.contains("state_scaling");
}

SigmaCase readSigmaCase(const json& value, const std::string& where)
{
    const auto at = [&](const char* key) -> const json& { return member(value, where, key); };
    SigmaCase result;
    result.reference = text(at("reference"), where + ".reference");
    result.scheduler = text(at("scheduler"), where + ".scheduler");
    result.options = options(at("options"), where + ".options");
    result.config = options(at("config"), where + ".config");
    result.steps = stepsOf(value, where);
    result.sigmas = numbersIn(value, "sigmas", where);
    result.timesteps = numbersIn(value, "timesteps", where);
    result.stateOverAlpha = text(at("state_scaling"), where + ".state_scaling").starts_with("x/alpha");
    if (const json* time = present(value, "network_time"))
        result.nearestTime = text(*time, where + ".network_time") == "nearest";
    result.initialState = batch(at("initial_state"), where + ".initial_state");
    for (const auto& entry : list(at("evaluations"), where + ".evaluations"))
        result.evaluations.push_back(
            readEvaluation(entry, result.initialState,
                           where + ".evaluations[" + std::to_string(result.evaluations.size()) + "]"));
    result.noise = batchesIn(value, "noise", result.initialState, where);
    result.states = batchesIn(value, "states", result.initialState, where);
    result.result = batchLike(result.initialState, at("result"), where + ".result");
    if (const json* guidance = present(value, "guidance"))
        result.guidance = readGuidance(*guidance, where + ".guidance");
    return result;
}

std::vector<SigmaList> readSigmaLists(const json& root)
{
    const json none = json::object();
    const json* models = present(root, "models");
    std::vector<SigmaList> lists;
    for (const auto& entry : list(member(root, "its top level", "grids"), "grids")) {
        const std::string where = "grids[" + std::to_string(lists.size()) + "]";
        SigmaList read;
        read.reference = text(member(entry, where, "reference"), where + ".reference");
        read.scheduler = text(member(entry, where, "scheduler"), where + ".scheduler");
        read.options = options(member(entry, where, "options"), where + ".options");
        const std::string model = text(member(entry, where, "model"), where + ".model");
        const json* described = models && models->is_object() ? present(*models, model.c_str()) : nullptr;
        read.model = options(described ? *described : none, "models." + model);
        read.model["name"] = model;
        read.steps = stepsOf(entry, where);
        for (const auto& sigma : list(member(entry, where, "sigmas"), where + ".sigmas"))
            read.sigmas.push_back(sigma.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                                  : number(sigma, where + ".sigmas"));
        lists.push_back(std::move(read));
    }
    if (lists.empty())
        refuse("grids", "is empty");
    return lists;
}

}  // namespace diffuscope::verify
