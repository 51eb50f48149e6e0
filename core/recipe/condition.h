// SPDX-License-Identifier: GPL-3.0-or-later
// What the images are asked to show: a class, classes in turn, a text, or nothing.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace diffuscope::recipe {

/// The words of a run of a text-conditional model, as a person typed them (see network::Vocabulary).
struct TextCondition
{
    /// What the images are to show; empty asks for the unconditional prediction.
    std::string prompt{};
    /// Takes the place of the unconditional prediction in guidance; empty leaves it.
    std::string negative{};
    /// What the images show at blend 1; between, both prompts are attended to with weights 1 − blend and
    /// blend. Not heeded at blend 0.
    std::string second{};
    double blend = 0;  ///< 0 … 1

    bool isNone() const { return prompt.empty() && (blend <= 0 || second.empty()); }
    bool operator==(const TextCondition&) const = default;
};

/// The condition of a batch. Image k gets `classes[k % classes.size()]`; an empty list means unconditional.
/// The class −1 means none for that image alone: so a guided pair is one batch. A recipe of a text model has
/// `text` instead; a run numbers its texts, and they are the classes that denoisers are asked for.
struct Condition
{
    std::vector<int> classes{};
    TextCondition text{};

    static Condition none() { return {}; }
    static Condition classLabel(int label) { return {{label}, {}}; }
    static Condition prompt(std::string words, std::string negative = {})
    {
        return {{}, {.prompt = std::move(words), .negative = std::move(negative)}};
    }

    bool isNone() const { return classes.empty() && text.isNone(); }
    /// The class of image k, or −1 for none.
    int classOf(int k) const { return classes.empty() ? -1 : classes[std::size_t(k) % classes.size()]; }
    bool operator==(const Condition&) const = default;
};

}  // namespace diffuscope::recipe
