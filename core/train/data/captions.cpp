// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/captions.h"

#include "core/model/text/vocabulary.h"
#include "core/train/data/data_folder.h"

#include <algorithm>
#include <array>
#include <set>

namespace diffuscope::train {
namespace {

constexpr std::array styles = {std::pair{"fluent3d", "fluent3d"}, std::pair{"fluentflat", "flat"},
                               std::pair{"noto", "noto"},         std::pair{"notoblob", "blob"},
                               std::pair{"fxemoji", "fxemoji"},   std::pair{"twemoji", "twemoji"}};

std::string factOf(const Facts& facts, const char* key)
{
    const auto found = facts.find(key);
    return found == facts.end() ? std::string() : found->second;
}

/// What a portrait's caption can name, in the usual order.
struct PortraitPhrases
{
    std::string mood;
    std::vector<std::string> features;  ///< "dark skin", "long red hair", "a beard", …
};

PortraitPhrases phrasesOf(const Facts& attributes)
{
    PortraitPhrases phrases{factOf(attributes, "mood"), {}};
    const auto add = [&](const std::string& text) { phrases.features.push_back(text); };
    if (const auto skin = factOf(attributes, "skin"); !skin.empty())
        add(skin + " skin");
    const auto length = factOf(attributes, "hair_length"), colour = factOf(attributes, "hair_colour");
    if (!length.empty() || !colour.empty())
        add(length + (length.empty() || colour.empty() ? "" : " ") + colour + " hair");
    if (factOf(attributes, "beard") == "yes")
        add("a beard");
    if (const auto glasses = factOf(attributes, "glasses"); !glasses.empty())
        add(glasses);
    if (const auto hat = factOf(attributes, "hat"); !hat.empty())
        add("a " + hat + " hat");
    if (const auto clothes = factOf(attributes, "clothes"); !clothes.empty())
        add(clothes + " clothes");
    return phrases;
}

/// "a, b and c"
std::string listed(const std::vector<std::string>& parts, bool withAnd)
{
    std::string text;
    for (size_t index = 0; index < parts.size(); ++index) {
        const bool isLast = index > 0 && index + 1 == parts.size();
        text += (index == 0 ? "" : isLast && withAnd ? " and " : ", ") + parts[index];
    }
    return text;
}

std::string sentence(const PortraitPhrases& phrases)
{
    const std::string person = "a " + phrases.mood + (phrases.mood.empty() ? "" : " ") + "person";
    return phrases.features.empty() ? person : person + " with " + listed(phrases.features, true);
}

bool chance(CounterRandom& random, float probability)
{
    return random.uniform() < probability;
}

/// Leaves attributes out. Often there is one alone, which teaches a word more than many beside it do; else a
/// share that is itself drawn, so that both short and long captions are frequent.
Facts someOf(const Facts& attributes, CounterRandom& random)
{
    constexpr float aloneShare = 0.35f;
    const auto one = [&] {
        return *std::next(attributes.begin(), static_cast<int64_t>(random.below(attributes.size())));
    };
    if (!attributes.empty() && chance(random, aloneShare))
        return {one()};
    const float share = 0.15f + 0.85f * random.uniform();
    Facts kept;
    for (const auto& [key, value] : attributes)
        if (chance(random, share))
            kept.emplace(key, value);
    if (kept.empty() && !attributes.empty())
        kept.insert(one());
    return kept;
}

template <typename Values>
void shuffle(Values& values, CounterRandom& random)
{
    for (size_t left = values.size(); left > 1; --left)
        std::swap(values[left - 1], values[random.below(left)]);
}

/// "a beard" as "beard", now and then; "a green hat" as "a hat".
std::string reworded(std::string phrase, CounterRandom& random)
{
    if (phrase.starts_with("a ") && phrase.ends_with(" hat") && chance(random, 0.1f))
        phrase = "a hat";
    return phrase.starts_with("a ") && chance(random, 0.4f) ? phrase.substr(2) : phrase;
}

std::string randomPortrait(const Facts& attributes, CounterRandom& random)
{
    constexpr float usualShare = 0.2f;
    if (chance(random, usualShare))
        return sentence(phrasesOf(attributes));
    PortraitPhrases phrases = phrasesOf(someOf(attributes, random));
    for (auto& phrase : phrases.features)
        phrase = reworded(phrase, random);
    if (chance(random, 0.5f))
        shuffle(phrases.features, random);
    if (chance(random, 0.4f))
        return sentence(phrases);
    // Without the person: "happy, red hair and glasses", the mood anywhere.
    std::vector<std::string> parts = phrases.features;
    if (!phrases.mood.empty()) {
        const std::string mood = phrases.mood + (chance(random, 0.3f) ? " person" : "");
        parts.insert(parts.begin(), mood);
        if (chance(random, 0.3f))
            shuffle(parts, random);
    }
    return listed(parts, chance(random, 0.6f));
}

/// "Red heart" and "blob" of a drawing: its name in several forms and the name of its style.
std::string nameOf(const Facts& facts)
{
    const std::string base = factOf(facts, "base");
    return base.empty() ? factOf(facts, "label") : base;
}

std::string styleOf(const Facts& facts)
{
    const std::string style = factOf(facts, "style");
    for (const auto& [id, word] : styles)
        if (style == id)
            return std::string(word) + " style";
    return style.empty() ? "" : style + " style";
}

std::vector<std::string> tagsOf(const Facts& facts)
{
    std::vector<std::string> tags;
    const std::string all = factOf(facts, "tags");
    for (size_t begin = 0; begin < all.size();) {
        const size_t end = std::min(all.find(", ", begin), all.size());
        tags.push_back(all.substr(begin, end - begin));
        begin = end + 2;
    }
    return tags;
}

std::string randomDrawing(const Facts& facts, CounterRandom& random)
{
    constexpr float tagShare = 0.2f, styleShare = 0.8f;
    std::string name = nameOf(facts);
    const auto tags = tagsOf(facts);
    if (!tags.empty() && chance(random, tagShare))
        name = tags[random.below(tags.size())] + (chance(random, 0.5f) ? ", " + name : "");
    const std::string style = styleOf(facts);
    return !style.empty() && chance(random, styleShare) ? name + ", " + style : name;
}

/// What an attribute without a grammar of its own says: "red", "beard" of "beard": "yes", "age 25" of a
/// number.
std::string phraseOf(const std::string& key, const std::string& value)
{
    std::string name = key;
    std::replace(name.begin(), name.end(), '_', ' ');
    if (value == "yes")
        return name;
    const bool isNumber = value.find_first_not_of("0123456789.-+e") == std::string::npos;
    return isNumber ? name + " " + value : value;
}

/// The caption as it stands, or the image's attributes in a row.
std::string plainCaption(const Facts& facts)
{
    if (const std::string caption = factOf(facts, "caption"); !caption.empty())
        return caption;
    std::vector<std::string> phrases;
    for (const auto& [key, value] : facts)
        phrases.push_back(phraseOf(key, value));
    return listed(phrases, false);
}

std::string randomPlainCaption(const Facts& facts, CounterRandom& random)
{
    if (facts.empty() || facts.contains("caption"))
        return plainCaption(facts);
    std::vector<std::string> phrases;
    for (const auto& [key, value] : someOf(facts, random))
        phrases.push_back(phraseOf(key, value));
    shuffle(phrases, random);
    return listed(phrases, false);
}

std::string counted(std::size_t part, std::size_t all, const char* what)
{
    return std::to_string(part) + " of " + std::to_string(all) + " " + what;
}

}  // namespace

CaptionGrammar grammarOf(const CaptionedImages& images)
{
    const auto all = [&images](std::initializer_list<const char*> keys) {
        return std::all_of(images.facts.begin(), images.facts.end(), [&keys](const Facts& facts) {
            return std::all_of(keys.begin(), keys.end(), [&](const char* key) { return facts.count(key); });
        });
    };
    return all({"skin", "hair", "clothes", "mood"}) ? CaptionGrammar::portraits
           : all({"label", "style"})                ? CaptionGrammar::drawings
                                                    : CaptionGrammar::plain;
}

Facts attributesOf(CaptionGrammar grammar, const Facts& facts)
{
    Facts attributes = facts;
    attributes.erase("caption");
    const auto hair = attributes.find("hair");
    if (grammar != CaptionGrammar::portraits || hair == attributes.end())
        return attributes;
    // The portraits' captions do not name the eyes.
    attributes.erase("eyes");
    const std::string both = hair->second;
    attributes.erase("hair");
    const size_t blank = both.find(' ');
    attributes["hair_length"] = both.substr(0, blank);
    if (blank != std::string::npos)
        attributes["hair_colour"] = both.substr(blank + 1);
    return attributes;
}

std::string captionOf(const Facts& attributes)
{
    return sentence(phrasesOf(attributes));
}

std::string fullCaption(CaptionGrammar grammar, const Facts& facts)
{
    switch (grammar) {
        case CaptionGrammar::portraits:
            return captionOf(attributesOf(grammar, facts));
        case CaptionGrammar::drawings:
            return nameOf(facts) + ", " + styleOf(facts);
        case CaptionGrammar::plain:
            break;
    }
    return plainCaption(facts);
}

std::string randomCaption(CaptionGrammar grammar, const Facts& facts, CounterRandom& random)
{
    switch (grammar) {
        case CaptionGrammar::portraits:
            return randomPortrait(attributesOf(grammar, facts), random);
        case CaptionGrammar::drawings:
            return randomDrawing(facts, random);
        case CaptionGrammar::plain:
            break;
    }
    return randomPlainCaption(facts, random);
}

std::vector<std::string> wordSources(CaptionGrammar grammar, const CaptionedImages& images)
{
    std::set<std::string> texts;
    for (const Facts& facts : images.facts) {
        texts.insert(fullCaption(grammar, facts));
        if (grammar == CaptionGrammar::drawings)
            texts.insert(factOf(facts, "tags"));
    }
    return {texts.begin(), texts.end()};
}

std::vector<std::string> captionNotes(const CaptionedImages& images, int mostWords)
{
    const CaptionGrammar grammar = grammarOf(images);
    std::size_t longOnes = 0, bare = 0;
    std::set<std::string> longWords;
    int longest = 0;
    for (const Facts& facts : images.facts) {
        const std::string caption = fullCaption(grammar, facts);
        const int words = model::Vocabulary::wordCount(caption);
        longest = std::max(longest, words);
        longOnes += words > mostWords ? 1 : 0;
        bare += words == 0 ? 1 : 0;
        for (const std::string& word : model::Vocabulary::tooLongWords(caption))
            longWords.insert(word.substr(0, model::Vocabulary::longestWord) + "…");
    }
    std::vector<std::string> notes;
    if (longOnes > 0) {
        notes.push_back(counted(longOnes, images.facts.size(), "captions have more than ") +
                        std::to_string(mostWords) + " words (the longest " + std::to_string(longest) +
                        "); what is beyond is cut off. --text-words sets how many are read.");
    }
    if (bare > 0)
        notes.push_back(counted(bare, images.facts.size(), "images are trained on without words."));
    if (!longWords.empty())
        notes.push_back("Words of more than " + std::to_string(model::Vocabulary::longestWord) +
                        " bytes are passed over: " + firstNames({longWords.begin(), longWords.end()}) + ".");
    return notes;
}

}  // namespace diffuscope::train
