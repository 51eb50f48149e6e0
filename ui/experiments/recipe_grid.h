// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes in two directions: two of their fields against each other, and what sampling them all costs.
#pragma once

#include "core/recipe/recipe.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace diffuscope::ui {

enum class GridField { sampler, steps, guidance, seed, condition, prompt, grid };

/// All fields, in the order in which they are shown.
const std::vector<GridField>& gridFields();
QString gridFieldName(GridField field);
/// Values to begin with: "5, 10, 20, 40".
QString usualGridValues(GridField field);

/// A value with a name of its own.
struct GridChoice
{
    QString value;
    QString name;
    QString heading;  ///< that it is listed under
};

/// All values of a field that has names to choose from; none for numbers.
std::vector<GridChoice> knownGridValues(GridField field);

/// One direction of a grid.
struct GridAxis
{
    GridField field = GridField::steps;
    QStringList values{};  ///< as typed
};

/// The recipe with one field set. Throws Error(invalidOption) with one sentence that names the value.
recipe::Recipe withField(recipe::Recipe recipe, GridField field, const QString& value);
/// How a value is called beside its row or column: "40 steps".
QString gridLabel(GridField field, const QString& value);

/// Parted by commas, or where there is a semicolon by semicolons, so that a prompt may have commas; at most
/// `most`, empty ones left out.
QStringList parsedGridValues(const QString& text, int most);

/// Row by row: recipe of across[x] and down[y] at y·across + x. Throws as withField().
std::vector<recipe::Recipe> gridRecipes(const recipe::Recipe& base, const GridAxis& across,
                                        const GridAxis& down);

/// Network evaluations of a run, as its sampler states them: at least, for samplers that choose themselves.
int plannedEvaluations(const recipe::Recipe& recipe);

}  // namespace diffuscope::ui
