// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/network_switches.h"

#include "core/base/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace diffuscope::recipe {

namespace {

constexpr std::size_t longestPart = 40;

bool isPartName(const nlohmann::json& value)
{
    if (!value.is_string())
        return false;
    const auto& name = value.get_ref<const std::string&>();
    return !name.empty() && name.size() <= longestPart && std::ranges::all_of(name, [](unsigned char c) {
        return std::islower(c) || std::isdigit(c) || c == ':' || c == '_';
    });
}

}  // namespace

bool NetworkSwitches::leavesOut(const std::string& part) const
{
    return std::ranges::binary_search(without, part);
}

void NetworkSwitches::set(const std::string& part, bool isLeftOut)
{
    const auto at = std::ranges::lower_bound(without, part);
    const bool isThere = at != without.end() && *at == part;
    if (isLeftOut && !isThere)
        without.insert(at, part);
    else if (!isLeftOut && isThere)
        without.erase(at);
}

void writeSwitches(const NetworkSwitches& switches, nlohmann::ordered_json& recipe)
{
    if (switches.areOff())
        return;
    if (!std::isfinite(switches.timeOffset) || !std::isfinite(switches.frozenTime.value_or(0)))
        throw Error(ErrorCode::invalidOption, "A time of \"recipe.network\" is not finite.",
                    "Set it to a number.");
    auto& object = recipe["network"] = nlohmann::ordered_json::object();
    if (!switches.without.empty())
        object["without"] = switches.without;
    if (switches.timeOffset != 0)
        object["time_offset"] = switches.timeOffset;
    if (switches.frozenTime)
        object["frozen_time"] = *switches.frozenTime;
}

void readSwitches(base::JsonObjectReader& recipe, NetworkSwitches& target)
{
    target = {};
    const nlohmann::json* object = recipe.find("network");
    if (!object)
        return;
    base::JsonObjectReader reader(*object, recipe.pathOf("network"));
    if (const auto* without = reader.find("without")) {
        if (!without->is_array() || without->size() > mostPartsLeftOut ||
            !std::ranges::all_of(*without, isPartName))
            reader.refuse("without", "a list of at most " + std::to_string(mostPartsLeftOut) +
                                         " parts of a network, such as \"skip:1\"");
        for (const auto& part : *without)
            target.set(part.get<std::string>(), true);
    }
    reader.read("time_offset", target.timeOffset, -farthestTime, farthestTime);
    if (reader.find("frozen_time")) {
        target.frozenTime = 0;
        reader.read("frozen_time", *target.frozenTime, 0, farthestTime);
    }
    reader.finish();
}

}  // namespace diffuscope::recipe
