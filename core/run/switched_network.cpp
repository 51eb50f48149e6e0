// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/switched_network.h"

#include "core/base/error.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace diffuscope::run {

std::vector<std::string> partsLeftOut(const recipe::NetworkSwitches& switches)
{
    std::vector<std::string> parts = switches.without;
    std::erase(parts, recipe::wholeCondition);
    return parts;
}

void checkSwitches(const recipe::NetworkSwitches& switches, const model::Model& model)
{
    if (switches.areOff())
        return;
    const std::string& name = model.card().name;
    if (model.exactDenoiser())
        throw Error(ErrorCode::invalidOption,
                    "\"" + name + "\" is a formula: there is no network whose parts could be left out.",
                    "Switch everything inside the network on, or choose a trained model.");
    if (switches.misleadsTime() && model.readsStep())
        throw Error(ErrorCode::invalidOption,
                    "The student \"" + name +
                        "\" reads the length of its steps off their times: it must be told the "
                        "true ones.",
                    "Leave time offset and frozen time out.");
    std::vector<std::string> parts = partsLeftOut(switches);
    std::erase(parts, recipe::wholeNetwork);
    model::checkParts(model.layout(), name, parts);
}

AskedNetwork withoutParts(std::shared_ptr<model::Model> model, std::vector<std::string> parts,
                          ConditionOf condition, std::shared_ptr<inference::ThreadCrew> crew,
                          std::shared_ptr<const std::stop_token> stop)
{
    std::erase(parts, recipe::wholeNetwork);
    return [model = std::move(model), parts = std::move(parts), condition = std::move(condition),
            crew = std::move(crew), stop = std::move(stop)](const torch::Tensor& x, const torch::Tensor& t,
                                                            const torch::Tensor& ids) {
        const model::EncodedCondition encoded = condition(ids, t);
        const auto batch = std::size_t(x.size(0));
        std::vector<torch::Tensor> results(batch);
        std::atomic<std::size_t> next = 0;
        crew->run(std::min(batch, crew->size()), [&](std::size_t thread) {
            const c10::InferenceMode inference;
            if (thread > 0)
                at::set_num_threads(1);
            for (std::size_t k = next++; k < batch; k = next++) {
                if (stop && stop->stop_requested())
                    throw Cancelled();
                const auto at = std::int64_t(k);
                results[k] = model->forwardWithout(x.slice(0, at, at + 1), t.slice(0, at, at + 1),
                                                   encoded.slice(at, at + 1), parts);
            }
        });
        return torch::cat(results);
    };
}

AskedNetwork toldOtherwise(AskedNetwork network, const recipe::NetworkSwitches& switches, int levels,
                           std::int64_t nullId)
{
    const bool hidesCondition = switches.leavesOut(recipe::wholeCondition);
    if (!switches.misleadsTime() && !hidesCondition)
        return network;
    return [network = std::move(network), switches, hidesCondition, latest = double(levels - 1), nullId](
               const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& ids) {
        const torch::Tensor told =
            switches.frozenTime ? torch::full_like(t, std::min(*switches.frozenTime, latest)) : t;
        return network(x, (told + switches.timeOffset).clamp(0, latest),
                       hidesCondition ? torch::full_like(ids, nullId) : ids);
    };
}

}  // namespace diffuscope::run
