// SPDX-License-Identifier: GPL-3.0-or-later
// What of a network is switched off or misled in a run, to see what it is there for.
#pragma once

#include "core/base/json_object_reader.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::recipe {

/// All off, it is the network as it was trained, and a recipe as it always was. What the sampler does with an
/// answer stays right for the true time: only the network is told another.
struct NetworkSwitches
{
    /// The parts that are left out (see model::NetworkLayout): "skip:1", "attention:7", "words:8", "block:3";
    /// and, of every network, wholeCondition and wholeNetwork. In rising order, each once.
    std::vector<std::string> without{};
    /// Added to the time that the network is told, which stays within those of its training.
    double timeOffset = 0;
    /// The one time that the network is told in every step, whatever the true one; absent for the true one.
    std::optional<double> frozenTime{};

    bool areOff() const { return *this == NetworkSwitches{}; }
    bool misleadsTime() const { return timeOffset != 0 || frozenTime.has_value(); }
    bool leavesOut(const std::string& part) const;
    /// Leaves the part out, or takes it in again.
    void set(const std::string& part, bool isLeftOut);

    bool operator==(const NetworkSwitches&) const = default;
};

/// The class or the text: without it, the network is told that none was asked for.
inline const std::string wholeCondition = "condition";
/// Nothing: the network is evaluated module by module, as one with a part left out is, to compare it with.
inline const std::string wholeNetwork = "nothing";

constexpr double farthestTime = 100'000;
constexpr std::size_t mostPartsLeftOut = 64;

/// {"without": ["skip:1"], "time_offset": 100, "frozen_time": 500}: what is on, and nothing where all is off.
void writeSwitches(const NetworkSwitches& switches, nlohmann::ordered_json& recipe);
/// Reads "network" of a recipe; throws Error(invalidOption) that names the key. Which parts there are, a
/// network says itself when the run starts.
void readSwitches(base::JsonObjectReader& recipe, NetworkSwitches& target);

}  // namespace diffuscope::recipe
