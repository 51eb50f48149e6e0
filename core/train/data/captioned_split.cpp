// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/captioned_split.h"

#include "core/base/error.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr uint32_t testEvery = 20;

[[noreturn]] void refusePair(const std::string& text)
{
    throw Error(ErrorCode::invalidOption, "\"" + text.substr(0, 100) + "\" is no pair of attributes.",
                "Write it as ATTRIBUTE=VALUE+ATTRIBUTE=VALUE, e.g. hair_colour=green+clothes=orange.");
}

std::pair<std::string, std::string> assignment(const std::string& part, const std::string& whole)
{
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size())
        refusePair(whole);
    return {part.substr(0, equals), part.substr(equals + 1)};
}

/// Drawings come in five more tones of skin each, which their captions do not name.
bool hasSkinTone(const Facts& facts)
{
    const auto tone = facts.find("tone");
    return tone != facts.end() && tone->second != "0";
}

}  // namespace

bool HeldOutPair::isIn(const Facts& attributes) const
{
    const auto has = [&attributes](const std::pair<std::string, std::string>& wanted) {
        const auto found = attributes.find(wanted.first);
        return found != attributes.end() && found->second == wanted.second;
    };
    return has(first) && has(second);
}

HeldOutPair heldOutPair(const std::string& text)
{
    const size_t plus = text.find('+');
    if (plus == std::string::npos)
        refusePair(text);
    return {assignment(text.substr(0, plus), text), assignment(text.substr(plus + 1), text)};
}

CaptionedSplit splitOf(const CaptionedImages& images, const std::vector<std::string>& heldOutPairs)
{
    const CaptionGrammar grammar = grammarOf(images);
    std::vector<HeldOutPair> pairs;
    for (const std::string& text : heldOutPairs)
        pairs.push_back(heldOutPair(text));
    std::vector<int64_t> found(pairs.size(), 0);
    CaptionedSplit split;
    for (uint32_t index = 0; index < images.facts.size(); ++index) {
        if (hasSkinTone(images.facts[index]))
            continue;
        const Facts attributes = attributesOf(grammar, images.facts[index]);
        bool isHeldOut = false;
        for (size_t pair = 0; pair < pairs.size(); ++pair) {
            const bool has = pairs[pair].isIn(attributes);
            found[pair] += has ? 1 : 0;
            isHeldOut = isHeldOut || has;
        }
        const bool isTest = index % testEvery == testEvery - 1;
        (isTest ? split.test : isHeldOut ? split.heldOut : split.train).push_back(index);
    }
    const auto none = std::find(found.begin(), found.end(), 0);
    if (none != found.end()) {
        const std::string& text = heldOutPairs[static_cast<size_t>(none - found.begin())];
        throw Error(ErrorCode::invalidOption, "No image of the data has \"" + text.substr(0, 100) + "\".",
                    "Check the attributes and their values.");
    }
    if (split.train.empty()) {
        throw Error(ErrorCode::invalidOption, "There is no image left to train on.",
                    "Hold out fewer pairs, or give more data.");
    }
    return split;
}

}  // namespace diffuscope::train
