// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/recipe_difference.h"

#include <QCoreApplication>

#include <set>

namespace diffuscope::ui {

namespace {

using base::OptionValues;
using schedule::ScheduleSpec;

/// Collects the paths of what differs.
class Difference
{
public:
    template <typename Value>
    void compare(const std::string& path, const Value& before, const Value& after)
    {
        if (before != after)
            m_parts.push_back(path);
    }

    /// A choice by name and its options: the name alone where that changed (the options then follow from it).
    void compareChoice(const std::string& path, const std::string& before, const std::string& after,
                       const OptionValues& optionsBefore, const OptionValues& optionsAfter)
    {
        if (before != after) {
            m_parts.push_back(path);
            return;
        }
        std::set<std::string> ids;
        for (const auto& [id, value] : optionsBefore)
            ids.insert(id);
        for (const auto& [id, value] : optionsAfter)
            ids.insert(id);
        for (const std::string& id : ids) {
            const auto left = optionsBefore.find(id);
            const auto right = optionsAfter.find(id);
            const bool inBoth = left != optionsBefore.end() && right != optionsAfter.end();
            if (!inBoth || left->second != right->second)
                m_parts.push_back(path + ".options." + id);
        }
    }

    std::vector<std::string> parts() && { return std::move(m_parts); }

private:
    std::vector<std::string> m_parts;
};

QString translated(const char* text)
{
    return QCoreApplication::translate("diffuscope::ui::RecipeCommand", text);
}

QString nameOf(const std::string& part)
{
    static const std::string options = ".options.";
    if (const std::size_t at = part.find(options); at != std::string::npos)
        return QString::fromStdString(part.substr(at + options.size()))
            .replace(QLatin1Char('_'), QLatin1Char(' '));
    if (part == "model")
        return translated("model");
    if (part == "condition")
        return translated("class");
    if (part == "condition.prompt")
        return translated("prompt");
    if (part == "condition.negative")
        return translated("negative prompt");
    if (part == "condition.second")
        return translated("second prompt");
    if (part == "condition.blend")
        return translated("blend");
    if (part == "schedule")
        return translated("schedule");
    if (part == "grid")
        return translated("time grid");
    if (part == "steps")
        return translated("steps");
    if (part == "sampler")
        return translated("sampler");
    if (part == "guidance")
        return translated("guidance");
    if (part == "guidance.scale")
        return translated("guidance scale");
    if (part == "clipping")
        return translated("clipping");
    if (part == "network")
        return translated("network");
    if (part == "seed")
        return translated("seed");
    return translated("number of images");
}

}  // namespace

std::vector<std::string> differingParts(const recipe::Recipe& before, const recipe::Recipe& after)
{
    Difference difference;
    difference.compare("model", before.model, after.model);
    difference.compare("condition", before.condition.classes, after.condition.classes);
    const recipe::TextCondition& words = before.condition.text;
    const recipe::TextCondition& wordsAfter = after.condition.text;
    difference.compare("condition.prompt", words.prompt, wordsAfter.prompt);
    difference.compare("condition.negative", words.negative, wordsAfter.negative);
    difference.compare("condition.second", words.second, wordsAfter.second);
    difference.compare("condition.blend", words.blend, wordsAfter.blend);
    if (before.schedule && after.schedule)
        difference.compareChoice("schedule", before.schedule->family, after.schedule->family,
                                 before.schedule->options, after.schedule->options);
    else
        difference.compare("schedule", before.schedule.has_value(), after.schedule.has_value());
    difference.compareChoice("grid", before.grid.rule, after.grid.rule, before.grid.options,
                             after.grid.options);
    difference.compare("steps", before.steps, after.steps);
    difference.compareChoice("sampler", before.sampler.id, after.sampler.id, before.sampler.options,
                             after.sampler.options);
    difference.compareChoice("guidance", before.guidance.rule, after.guidance.rule, before.guidance.options,
                             after.guidance.options);
    difference.compare("guidance.scale", before.guidance.scale, after.guidance.scale);
    difference.compareChoice("clipping", before.clipping.rule, after.clipping.rule, before.clipping.options,
                             after.clipping.options);
    difference.compare("network", before.network, after.network);
    difference.compare("seed", before.seed, after.seed);
    difference.compare("batch", before.batch, after.batch);
    return std::move(difference).parts();
}

QString editName(const std::vector<std::string>& parts)
{
    if (parts.size() != 1)
        return translated("Change recipe");
    return translated("Change %1").arg(nameOf(parts.front()));
}

}  // namespace diffuscope::ui
