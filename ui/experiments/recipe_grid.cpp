// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/recipe_grid.h"

#include "core/base/error.h"
#include "core/samplers/sampler_registry.h"
#include "ui/widgets/rule_lists.h"

#include <QCoreApplication>

#include <algorithm>

namespace diffuscope::ui {

namespace {

QString gridText(const char* text)
{
    return QCoreApplication::translate("diffuscope::ui::RecipeGrid", text);
}

[[noreturn]] void refuseValue(const QString& value, GridField field, const QString& range)
{
    throw Error(ErrorCode::invalidOption,
                gridText("“%1” is no value of %2.").arg(value, gridFieldName(field)).toStdString(),
                gridText("Type %1.").arg(range).toStdString());
}

int wholeNumber(const QString& value, GridField field, int least, int most)
{
    bool isNumber = false;
    const int number = value.toInt(&isNumber);
    if (!isNumber || number < least || number > most)
        refuseValue(value, field, gridText("whole numbers from %1 to %2").arg(least).arg(most));
    return number;
}

/// The choice of this value.
GridChoice chosenValue(const QString& value, GridField field)
{
    const std::vector<GridChoice> known = knownGridValues(field);
    const auto found = std::ranges::find(known, value, &GridChoice::value);
    if (found != known.end())
        return *found;
    QStringList values;
    for (const GridChoice& choice : known)
        values.append(choice.value);
    refuseValue(value, field, gridText("one of %1").arg(values.join(QStringLiteral(", "))));
}

}  // namespace

const std::vector<GridField>& gridFields()
{
    static const std::vector<GridField> all{GridField::sampler, GridField::steps,     GridField::guidance,
                                            GridField::seed,    GridField::condition, GridField::prompt,
                                            GridField::grid};
    return all;
}

QString gridFieldName(GridField field)
{
    switch (field) {
        case GridField::sampler:
            return gridText("Sampler");
        case GridField::steps:
            return gridText("Steps");
        case GridField::guidance:
            return gridText("Guidance scale");
        case GridField::seed:
            return gridText("Seed");
        case GridField::condition:
            return gridText("Class");
        case GridField::prompt:
            return gridText("Prompt");
        case GridField::grid:
            return gridText("Time grid");
    }
    return {};
}

QString usualGridValues(GridField field)
{
    switch (field) {
        case GridField::sampler:
            return QStringLiteral("ddim, euler_a, heun, dpmpp_2m");
        case GridField::steps:
            return QStringLiteral("5, 10, 20, 40");
        case GridField::guidance:
            return QStringLiteral("0, 1, 2, 4, 8");
        case GridField::seed:
        case GridField::condition:
            return QStringLiteral("1, 2, 3, 4");
        case GridField::prompt:
            return gridText("red heart; yellow star; blue circle");
        case GridField::grid:
            return QStringLiteral("linspace, trailing, karras");
    }
    return {};
}

std::vector<GridChoice> knownGridValues(GridField field)
{
    std::vector<GridChoice> known;
    if (field != GridField::sampler && field != GridField::grid)
        return known;
    for (const RuleChoice& choice : field == GridField::sampler ? samplerChoices() : gridChoices())
        known.push_back({QString::fromStdString(choice.id), choice.name, choice.family});
    return known;
}

recipe::Recipe withField(recipe::Recipe recipe, GridField field, const QString& value)
{
    constexpr int mostSteps = 1000;
    constexpr int highestClass = 99'999;
    switch (field) {
        case GridField::sampler:
            recipe.sampler = {.id = samplers::samplerInfo(value.toStdString()).id, .options = {}};
            break;
        case GridField::steps:
            recipe.steps = wholeNumber(value, field, 1, mostSteps);
            break;
        case GridField::guidance: {
            bool isNumber = false;
            recipe.guidance.scale = value.toDouble(&isNumber);
            if (!isNumber || !(recipe.guidance.scale >= 0 && recipe.guidance.scale <= 100))
                refuseValue(value, field, gridText("numbers from 0 to 100"));
            break;
        }
        case GridField::seed: {
            bool isNumber = false;
            recipe.seed = value.toULongLong(&isNumber);
            if (!isNumber)
                refuseValue(value, field, gridText("whole numbers from 0 on"));
            break;
        }
        case GridField::condition:
            recipe.condition = recipe::Condition::classLabel(wholeNumber(value, field, 0, highestClass));
            break;
        case GridField::prompt:
            recipe.condition.text.prompt = value.toStdString();
            break;
        case GridField::grid:
            recipe.grid = {.rule = chosenValue(value, field).value.toStdString(), .options = {}};
            break;
    }
    return recipe;
}

QString gridLabel(GridField field, const QString& value)
{
    switch (field) {
        case GridField::sampler:
            return QString::fromStdString(samplers::samplerInfo(value.toStdString()).displayName);
        case GridField::steps:
            return gridText("%1 steps").arg(value);
        case GridField::guidance:
            return gridText("w = %1").arg(value);
        case GridField::seed:
            return gridText("seed %1").arg(value);
        case GridField::condition:
            return gridText("class %1").arg(value);
        case GridField::prompt:
            return gridText("“%1”").arg(value);
        case GridField::grid:
            return chosenValue(value, field).name;
    }
    return value;
}

QStringList parsedGridValues(const QString& text, int most)
{
    QStringList values;
    const QLatin1Char comma(text.contains(QLatin1Char(';')) ? ';' : ',');
    for (const QString& part : text.split(comma, Qt::SkipEmptyParts))
        if (const QString value = part.trimmed(); !value.isEmpty() && values.size() < most)
            values.append(value);
    return values;
}

std::vector<recipe::Recipe> gridRecipes(const recipe::Recipe& base, const GridAxis& across,
                                        const GridAxis& down)
{
    std::vector<recipe::Recipe> recipes;
    for (const QString& row : down.values)
        for (const QString& column : across.values)
            recipes.push_back(withField(withField(base, down.field, row), across.field, column));
    return recipes;
}

int plannedEvaluations(const recipe::Recipe& recipe)
{
    return recipe.steps * samplers::samplerInfo(recipe.sampler.id).evaluationsPerStep;
}

}  // namespace diffuscope::ui
