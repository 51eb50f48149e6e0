// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/portrait_prompts.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr float namedShare = 2.0f / 3.0f;
constexpr float namedBesidePair = 1.0f / 3.0f;

/// Each attribute that is not yet there, with this chance, as an image drawn for it has it.
void addRandomFacts(Facts& facts, const std::vector<model::Attribute>& attributes,
                    const CaptionedImages& images, float share, CounterRandom& random)
{
    for (const auto& attribute : attributes) {
        const Facts drawn =
            attributesOf(CaptionGrammar::portraits, images.facts[random.below(images.facts.size())]);
        const auto found = drawn.find(attribute.name);
        if (random.uniform() < share && found != drawn.end())
            facts.insert(*found);
    }
}

std::vector<HeldOutPair> pairsOf(const std::vector<std::string>& texts)
{
    std::vector<HeldOutPair> pairs;
    for (const std::string& text : texts)
        pairs.push_back(heldOutPair(text));
    return pairs;
}

bool hasAny(const std::vector<HeldOutPair>& pairs, const Facts& facts)
{
    return std::any_of(pairs.begin(), pairs.end(),
                       [&facts](const HeldOutPair& pair) { return pair.isIn(facts); });
}

}  // namespace

std::vector<JudgedPrompt> randomPrompts(const std::vector<model::Attribute>& attributes,
                                        const CaptionedImages& images,
                                        const std::vector<std::string>& heldOut, int count, uint64_t seed)
{
    const auto pairs = pairsOf(heldOut);
    std::vector<JudgedPrompt> prompts;
    for (uint64_t draw = 0; static_cast<int>(prompts.size()) < count; ++draw) {
        CounterRandom random(seed, RandomStream::Prompt, draw);
        Facts facts;
        addRandomFacts(facts, attributes, images, namedShare, random);
        if (!facts.empty() && !hasAny(pairs, facts))
            prompts.push_back({captionOf(facts), facts});
    }
    return prompts;
}

std::vector<JudgedPrompt> heldOutPrompts(const std::vector<model::Attribute>& attributes,
                                         const CaptionedImages& images,
                                         const std::vector<std::string>& heldOut, int count, uint64_t seed)
{
    const auto pairs = pairsOf(heldOut);
    std::vector<JudgedPrompt> prompts;
    for (int k = 0; !pairs.empty() && k < count; ++k) {
        const HeldOutPair& pair = pairs[static_cast<size_t>(k) % pairs.size()];
        CounterRandom random(seed, RandomStream::Prompt, static_cast<uint64_t>(k) << 32);
        Facts facts = {pair.first, pair.second};
        addRandomFacts(facts, attributes, images, namedBesidePair, random);
        prompts.push_back({captionOf(facts), facts});
    }
    return prompts;
}

}  // namespace diffuscope::train
