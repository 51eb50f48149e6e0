// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of a step put into its formula, in the markup of core/explain/sampler_equations.h.
#pragma once

#include "core/explain/step_equation.h"
#include "ui/equation/formula_view.h"

#include <QString>

#include <vector>

namespace diffuscope::ui {

/// A coefficient with four decimals ("0.9487", "1.2·10⁻⁵") and a value with three, with a true minus.
QString plainCoefficient(double value);
QString plainValue(double value);

/// The formula of the update, and beneath it the same in numbers,
/// with the next time called `nextTime`.
std::vector<FormulaLine> updateLines(const explain::StepEquation& equation, const QString& nextTime);
/// What its letters stand for, and where it is from; `nextTimeText` is the next time as a number, or "image".
std::vector<FormulaLine> whereLines(const explain::SamplerEquation& equation, const QString& nextTime,
                                    const QString& nextTimeText);
/// How a step from time t calls the time it goes to: "t−1" where it is that, as in papers, otherwise "t′".
QString nextTimeSymbol(double t, const schedule::NoiseLevel& next);
/// A formula in which the next time has this name.
QString withNextTime(QString formula, const QString& nextTime);
/// From x_t to the two estimates, through guidance and clipping where there are any.
std::vector<FormulaLine> predictionLines(const explain::PredictionEquation& equation);
std::vector<FormulaLine> predictionWhere(const explain::PredictionEquation& equation);
/// "1.0541·(0.900 − 0.2294·0.300) + 0.020 = 0.896".
QString ddpmNumbers(const explain::DdpmForm& form);

/// Whether the terms meet the recorded state, and what else a person should know of the numbers; empty lines
/// of nothing.
QString updateRemark(const explain::StepEquation& equation);
QString predictionRemark(const explain::PredictionEquation& equation);

}  // namespace diffuscope::ui
