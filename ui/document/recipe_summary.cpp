// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/recipe_summary.h"

#include "core/samplers/sampler_registry.h"
#include "ui/document/recipe_difference.h"

#include <QCoreApplication>
#include <QLocale>

namespace diffuscope::ui {

namespace {

QString summaryText(const char* text)
{
    return QCoreApplication::translate("diffuscope::ui::RecipeSummary", text);
}

QString number(double value)
{
    return QLocale().toString(value, 'g', 4);
}

QString idText(const std::string& id)
{
    return QString::fromStdString(id).replace(QLatin1Char('_'), QLatin1Char(' '));
}

QString optionText(const base::OptionValues& options, const std::string& id)
{
    const auto found = options.find(id);
    if (found == options.end())
        return summaryText("as usual");
    if (const double* value = std::get_if<double>(&found->second))
        return number(*value);
    if (const bool* on = std::get_if<bool>(&found->second))
        return *on ? summaryText("on") : summaryText("off");
    const QString text = QString::fromStdString(std::get<std::string>(found->second));
    return text.size() <= 24 ? text : text.left(23) + QStringLiteral("…");
}

QString samplerText(const recipe::Recipe& recipe)
{
    try {
        return QString::fromStdString(samplers::samplerInfo(recipe.sampler.id).displayName);
    } catch (const std::exception&) {
        return idText(recipe.sampler.id);
    }
}

QString classesText(const recipe::Condition& condition)
{
    if (condition.classes.empty())
        return condition.text.prompt.empty() ? summaryText("no condition") : QString();
    if (condition.classes.size() > 1)
        return summaryText("%1 classes in turn").arg(condition.classes.size());
    return summaryText("class %1").arg(condition.classes.front());
}

/// The options of the choice that a part's path begins with.
const base::OptionValues& optionsOf(const std::string& part, const recipe::Recipe& recipe)
{
    static const base::OptionValues none;
    if (part.starts_with("schedule."))
        return recipe.schedule ? recipe.schedule->options : none;
    if (part.starts_with("grid."))
        return recipe.grid.options;
    if (part.starts_with("sampler."))
        return recipe.sampler.options;
    if (part.starts_with("guidance."))
        return recipe.guidance.options;
    return recipe.clipping.options;
}

QString changeText(const std::string& part, const recipe::Recipe& recipe)
{
    static const std::string options = ".options.";
    if (const std::size_t at = part.find(options); at != std::string::npos) {
        const std::string id = part.substr(at + options.size());
        return idText(id) + QLatin1Char(' ') + optionText(optionsOf(part, recipe), id);
    }
    if (part == "model")
        return summaryText("model %1").arg(QString::fromStdString(recipe.model));
    if (part == "condition")
        return classesText(recipe.condition);
    const recipe::TextCondition& words = recipe.condition.text;
    if (part == "condition.prompt")
        return words.prompt.empty() ? summaryText("no prompt")
                                    : summaryText("“%1”").arg(QString::fromStdString(words.prompt));
    if (part == "condition.negative")
        return summaryText("without “%1”").arg(QString::fromStdString(words.negative));
    if (part == "condition.second")
        return summaryText("blended with “%1”").arg(QString::fromStdString(words.second));
    if (part == "condition.blend")
        return summaryText("blend %1").arg(number(words.blend));
    if (part == "schedule")
        return recipe.schedule ? summaryText("%1 schedule").arg(idText(recipe.schedule->family))
                               : summaryText("the model's schedule");
    if (part == "grid")
        return summaryText("%1 grid").arg(idText(recipe.grid.rule));
    if (part == "steps")
        return summaryText("%1 steps").arg(recipe.steps);
    if (part == "sampler")
        return samplerText(recipe);
    if (part == "guidance")
        return summaryText("guidance %1").arg(idText(recipe.guidance.rule));
    if (part == "guidance.scale")
        return summaryText("guidance %1").arg(number(recipe.guidance.scale));
    if (part == "clipping")
        return summaryText("clipping %1").arg(idText(recipe.clipping.rule));
    if (part == "seed")
        return summaryText("seed %1").arg(recipe.seed);
    if (part == "batch")
        return summaryText("%1 images").arg(recipe.batch);
    return idText(part);
}

}  // namespace

QString recipeSummary(const recipe::Recipe& recipe)
{
    return QStringList{samplerText(recipe), summaryText("%1 steps").arg(recipe.steps),
                       summaryText("guidance %1").arg(number(recipe.guidance.scale)),
                       summaryText("seed %1").arg(recipe.seed)}
        .join(QStringLiteral(" · "));
}

QStringList recipeChanges(const recipe::Recipe& before, const recipe::Recipe& after)
{
    QStringList changes;
    for (const std::string& part : differingParts(before, after))
        changes.append(changeText(part, after));
    changes.removeAll(QString());  // what another change says already
    return changes;
}

QString runName(const session::SessionRun& run)
{
    if (!run.name.empty())
        return QString::fromStdString(run.name);
    return run.parent == 0 ? summaryText("Run %1").arg(run.id) : summaryText("Branch %1").arg(run.id);
}

QString runDetails(const session::Session& session, const session::SessionRun& run)
{
    if (run.parent != 0) {
        const QStringList changes = recipeChanges(session.run(run.parent).recipe, run.recipe);
        const QString what =
            changes.isEmpty() ? summaryText("nothing changed") : changes.join(QStringLiteral(" · "));
        return summaryText("from step %1: %2").arg(run.frame + 1).arg(what);
    }
    const session::SessionRun& first = session.runs().front();
    const QStringList changes = recipeChanges(first.recipe, run.recipe);
    constexpr int mostChanges = 4;
    if (run.id == first.id || changes.size() > mostChanges)
        return recipeSummary(run.recipe);
    return changes.isEmpty() ? summaryText("the same recipe") : changes.join(QStringLiteral(" · "));
}

}  // namespace diffuscope::ui
