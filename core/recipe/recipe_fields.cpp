// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/recipe/recipe_fields.h"

#include <algorithm>
#include <map>

namespace diffuscope::recipe {

namespace {

class FieldList
{
public:
    void add(std::string path, FieldValue value) { m_fields.push_back({std::move(path), std::move(value)}); }
    void addOptions(const std::string& choice, const base::OptionValues& options)
    {
        for (const auto& [id, value] : options)
            std::visit([&, &key = id](const auto& plain) { add(choice + ".options." + key, plain); }, value);
    }
    void addChoice(const std::string& path, const std::string& id, const base::OptionValues& options)
    {
        add(path, id);
        addOptions(path, options);
    }
    std::vector<RecipeField> taken() && { return std::move(m_fields); }

private:
    std::vector<RecipeField> m_fields;
};

/// "sampler" of "sampler.options.eta"; empty for what is no option.
std::string choiceOf(const std::string& path)
{
    const auto at = path.find(".options.");
    return at == std::string::npos ? std::string() : path.substr(0, at);
}

}  // namespace

std::vector<RecipeField> fieldsOf(const Recipe& recipe)
{
    FieldList list;
    list.add("model", recipe.model);
    list.add("condition", recipe.condition.classes);
    const TextCondition& text = recipe.condition.text;
    list.add("condition.prompt", text.prompt);
    list.add("condition.negative", text.negative);
    list.add("condition.second", text.second);
    list.add("condition.blend", text.blend);
    list.add("schedule", recipe.schedule ? recipe.schedule->family : std::string());
    if (recipe.schedule)
        list.addOptions("schedule", recipe.schedule->options);
    list.addChoice("grid", recipe.grid.rule, recipe.grid.options);
    list.add("steps", double(recipe.steps));
    list.addChoice("sampler", recipe.sampler.id, recipe.sampler.options);
    list.addChoice("guidance", recipe.guidance.rule, recipe.guidance.options);
    list.add("guidance.scale", recipe.guidance.scale);
    list.addChoice("clipping", recipe.clipping.rule, recipe.clipping.options);
    list.add("start", toString(recipe.start.kind));
    list.add("start.picture", recipe.start.picture);
    list.add("start.strength", recipe.start.strength);
    list.add("start.inversion", recipe.start.inversion);
    list.addChoice("measurement", recipe.measurement.kind, recipe.measurement.options);
    list.add("measurement.known", recipe.measurement.known);
    list.add("measurement.mask", recipe.measurement.mask);
    list.add("measurement.method", recipe.measurement.method);
    std::string without;
    for (const std::string& part : recipe.network.without)
        without += (without.empty() ? "" : ", ") + part;
    list.add("network.without", without);
    list.add("network.time_offset", recipe.network.timeOffset);
    if (recipe.network.frozenTime)
        list.add("network.frozen_time", *recipe.network.frozenTime);
    list.add("seed", recipe.seed);
    list.add("batch", double(recipe.batch));
    return std::move(list).taken();
}

std::vector<std::string> differingFields(const Recipe& a, const Recipe& b)
{
    const std::vector<RecipeField> left = fieldsOf(a), right = fieldsOf(b);
    const auto find = [](const std::vector<RecipeField>& fields, const std::string& path) {
        return std::find_if(fields.begin(), fields.end(),
                            [&](const RecipeField& field) { return field.path == path; });
    };
    std::vector<std::string> paths;
    const auto isListed = [&](const std::string& path) {
        return std::find(paths.begin(), paths.end(), path) != paths.end();
    };
    const auto compare = [&](const RecipeField& field, const std::vector<RecipeField>& others) {
        const auto other = find(others, field.path);
        const bool differs = other == others.end() || other->value != field.value;
        if (differs && !isListed(field.path) && !isListed(choiceOf(field.path)))
            paths.push_back(field.path);
    };
    for (const RecipeField& field : left)
        compare(field, right);
    for (const RecipeField& field : right)
        compare(field, left);
    return paths;
}

std::vector<std::string> picturesOf(const Recipe& recipe)
{
    std::vector<std::string> hashes;
    for (const std::string& hash : {recipe.start.picture, recipe.measurement.known, recipe.measurement.mask})
        if (!hash.empty() && std::find(hashes.begin(), hashes.end(), hash) == hashes.end())
            hashes.push_back(hash);
    return hashes;
}

std::string toString(StartKind kind)
{
    switch (kind) {
        case StartKind::noise:
            return "noise";
        case StartKind::picture:
            return "picture";
        case StartKind::inverted:
            return "inverted";
    }
    return {};
}

}  // namespace diffuscope::recipe
