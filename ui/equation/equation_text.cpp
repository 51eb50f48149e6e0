// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/equation_text.h"

#include "core/explain/prediction_forms.h"
#include "ui/theme/symbols.h"
#include "ui/widgets/number_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace diffuscope::ui {

namespace {

/// More terms than this are left to the table.
constexpr std::size_t mostWritten = 6;
/// What a line of numbers begins with, beneath its formula.
const QString equals = QStringLiteral("\\rm{=} ");

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(diffuscope::ui::EquationText)
};

/// How the equations of papers call the next time: they visit every one.
const QString usualNextTime = QStringLiteral("t−1");

QString withMinus(QString number)
{
    return number.replace(u'-', u'−');
}

QString in(const char* color, const QString& content)
{
    return QStringLiteral("\\%1{%2}").arg(QLatin1String(color), content);
}

/// A value as a factor: in parentheses where it is negative.
QString factor(double value)
{
    const QString text = plainValue(value);
    return text.startsWith(u'−') ? u'(' + text + u')' : text;
}

const char* colorOf(samplers::StepQuantity::Kind kind)
{
    switch (kind) {
        case samplers::StepQuantity::Kind::state:
            return "xt";
        case samplers::StepQuantity::Kind::x0Hat:
        case samplers::StepQuantity::Kind::x0Unconditional:
            return "xo";
        case samplers::StepQuantity::Kind::epsHat:
            return "ep";
        case samplers::StepQuantity::Kind::noise:
            return "nz";
    }
    return "xt";
}

QString termNumbers(const explain::StepEquation& equation)
{
    QString text;
    const std::size_t shown = std::min(equation.terms.size(), mostWritten);
    for (std::size_t i = 0; i < shown; ++i) {
        const explain::EquationTerm& term = equation.terms[i];
        const double coefficient = term.term.coefficient;
        if (i > 0)
            text += coefficient < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ");
        else if (coefficient < 0)
            text += u'−';
        text += plainCoefficient(std::abs(coefficient)) + u'·' +
                in(colorOf(term.term.quantity.kind), factor(term.value));
    }
    if (shown < equation.terms.size())
        text += QStringLiteral(" + \\rm{%1}")
                    .arg(Text::tr("%n more", nullptr, int(equation.terms.size() - shown)));
    return text + QStringLiteral(" = ") + plainValue(equation.sum());
}

/// Floats were added in another order than here, which the last of their seven digits shows.
QString recordedText(const explain::StepEquation& equation)
{
    const double difference = std::abs(equation.sum() - *equation.next);
    const QString recorded = plainValue(*equation.next);
    if (difference < 5e-7)
        return Text::tr("Recorded: %1, the same.").arg(recorded);
    return Text::tr("Recorded: %1; rounding leaves %2.").arg(recorded, withMinus(numberText(difference)));
}

QString paragraph(const QStringList& sentences)
{
    return sentences.join(u' ');
}

/// What a network of another target would have said: one thing in five forms.
void addOtherForms(std::vector<FormulaLine>& lines, const explain::PredictionEquation& equation)
{
    using Role = FormulaLine::Role;
    const explain::PredictionForms forms =
        explain::predictionForms(equation.level, equation.x0Hat, equation.epsHat);
    const QString alpha = plainCoefficient(equation.level.alpha),
                  sigma = plainCoefficient(equation.level.sigma);
    const QString image = plainValue(forms.x0), noise = plainValue(forms.eps);
    const auto add = [&lines](const QString& markup) { lines.push_back({markup, Role::numbers}); };
    lines.push_back({QStringLiteral("\\rm{%1}")
                         .arg(Text::tr("The same prediction, as networks of other targets say it:")),
                     Role::remark});
    add(QStringLiteral("\\xo{\\hat{x}_{0}} = \\xo{%1}\\rm{, }\\ep{\\hat{ε}} = \\ep{%2}").arg(image, noise));
    add(QStringLiteral("v = α_{t} \\ep{\\hat{ε}} − σ_{t} \\xo{\\hat{x}_{0}} = %1·\\ep{%2} − %3·\\xo{%4} = %5")
            .arg(alpha, factor(forms.eps), sigma, factor(forms.x0), plainValue(forms.v)));
    add(QStringLiteral("u = \\ep{\\hat{ε}} − \\xo{\\hat{x}_{0}} = %1\\rm{  (%2)}")
            .arg(plainValue(forms.velocity), Text::tr("velocity of a flow")));
    add(QStringLiteral("∇\\rm{log }p_{t} = −\\frac{\\ep{\\hat{ε}}}{σ_{t}} = %1\\rm{  (%2)}")
            .arg(plainValue(forms.score), Text::tr("score")));
}

}  // namespace

QString plainCoefficient(double value)
{
    const QLocale locale;
    if (value != 0 && std::isfinite(value) && std::abs(value) < 1e-3)
        return withMinus(numberText(value, locale));
    const int decimals = std::abs(value) < 100 ? 4 : 2;
    return withMinus(std::isfinite(value) ? locale.toString(value, 'f', decimals)
                                          : numberText(value, locale));
}

QString plainValue(double value)
{
    const QLocale locale;
    if (!std::isfinite(value))
        return numberText(value, locale);
    const QString text = locale.toString(value, 'f', std::abs(value) < 1000 ? 3 : 1);
    // Minus nothing is nothing.
    const bool isZero = std::abs(value) < 5e-4;
    return isZero ? locale.toString(0.0, 'f', 3) : withMinus(text);
}

QString ddpmNumbers(const explain::DdpmForm& form)
{
    const double inner = form.epsFactor;
    QString text = plainCoefficient(form.scale) + QStringLiteral("·(") + in("xt", plainValue(form.xt)) +
                   QStringLiteral(" − ") + plainCoefficient(inner) + u'·' + in("ep", factor(form.epsHat)) +
                   u')';
    if (form.sigma > 0)
        text += (form.noise() < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ")) +
                in("nz", plainValue(std::abs(form.noise())));
    return text + QStringLiteral(" = ") + plainValue(form.next());
}

QString withNextTime(QString formula, const QString& nextTime)
{
    return formula.replace(usualNextTime, nextTime);
}

QString nextTimeSymbol(double t, const schedule::NoiseLevel& next)
{
    constexpr double same = 1e-9;
    return !next.isClean() && std::abs(t - 1 - next.t) < same ? usualNextTime : QStringLiteral("t′");
}

std::vector<FormulaLine> updateLines(const explain::StepEquation& equation, const QString& nextTime)
{
    using Role = FormulaLine::Role;
    std::vector<FormulaLine> lines{
        {withNextTime(QString::fromStdString(equation.equation.formula), nextTime), Role::formula}};
    if (equation.ddpm)
        lines.push_back({equals + ddpmNumbers(*equation.ddpm), Role::numbers});
    else if (!equation.terms.empty())
        lines.push_back({equals + termNumbers(equation), Role::numbers});
    return lines;
}

std::vector<FormulaLine> whereLines(const explain::SamplerEquation& equation, const QString& nextTime,
                                    const QString& nextTimeText)
{
    using Role = FormulaLine::Role;
    std::vector<FormulaLine> lines;
    if (nextTime != usualNextTime)
        lines.push_back({QStringLiteral("%1\rm{ = %2}")
                             .arg(nextTime, Text::tr("%1, the next time that is visited").arg(nextTimeText)),
                         Role::remark});
    for (const std::string& where : equation.where)
        lines.push_back({withNextTime(QString::fromStdString(where), nextTime), Role::remark});
    lines.push_back({QStringLiteral("\\rm{%1}").arg(QString::fromStdString(equation.source)), Role::remark});
    return lines;
}

std::vector<FormulaLine> predictionLines(const explain::PredictionEquation& equation)
{
    using Role = FormulaLine::Role;
    std::vector<FormulaLine> lines;
    const QString image = QStringLiteral("\\xo{\\hat{x}_{0}}");
    const QString noise = QStringLiteral("\\ep{\\hat{ε}}");
    const double alpha = equation.level.alpha;
    const double sigma = equation.level.sigma;
    const bool isMixed = equation.isGuided && equation.scale != 0;
    const double mixed = isMixed ? equation.epsUnconditional +
                                       equation.scale * (equation.epsConditional - equation.epsUnconditional)
                                 : equation.epsHat;
    if (isMixed) {
        lines.push_back(
            {noise + QStringLiteral(" = \\ep{\\hat{ε}_{u}} + w (\\ep{\\hat{ε}_{c}} − \\ep{\\hat{ε}_{u}})"),
             Role::formula});
        lines.push_back({equals + QStringLiteral("\\ep{%1} + %2·(\\ep{%3} − \\ep{%4}) = \\ep{%5}")
                                      .arg(plainValue(equation.epsUnconditional),
                                           QLocale().toString(equation.scale, 'g', 4),
                                           plainValue(equation.epsConditional),
                                           factor(equation.epsUnconditional), plainValue(mixed)),
                         Role::numbers});
    }
    if (equation.isElsewhere || alpha <= 0)
        return lines;
    lines.push_back(
        {image + QStringLiteral(" = \\frac{\\xt{x_{t}} − σ_{t} %1}{α_{t}}").arg(noise), Role::formula});
    const double raw = equation.unclipped.value_or(equation.x0Hat);
    lines.push_back({equals + QStringLiteral("\\frac{\\xt{%1} − %2·\\ep{%3}}{%4} = \\xo{%5}")
                                  .arg(plainValue(equation.xt), plainCoefficient(sigma), factor(mixed),
                                       plainCoefficient(alpha), plainValue(raw)),
                     Role::numbers});
    if (equation.unclipped)
        lines.push_back({QStringLiteral("\\rm{clipped: }%1 = \\xo{%2}\\rm{, so }%3 = \\ep{%4}")
                             .arg(image, plainValue(equation.x0Hat), noise, plainValue(equation.epsHat)),
                         Role::numbers});
    return lines;
}

std::vector<FormulaLine> predictionWhere(const explain::PredictionEquation& equation)
{
    using Role = FormulaLine::Role;
    std::vector<FormulaLine> lines{
        {QStringLiteral("x_{t} = α_{t} x_{0} + σ_{t} ε\\rm{: the forward process, solved for }x_{0}"),
         Role::remark}};
    if (equation.isGuided)
        lines.push_back({QStringLiteral("c\\rm{ with the condition, }u\\rm{ without it}"), Role::remark});
    if (!equation.isElsewhere && equation.level.sigma > 0)
        addOtherForms(lines, equation);
    return lines;
}

QString updateRemark(const explain::StepEquation& equation)
{
    if (equation.terms.empty())
        return QString::fromStdString(equation.words);
    QStringList sentences;
    if (!equation.next)
        sentences.append(Text::tr("The next state is being computed."));
    else
        sentences.append(recordedText(equation));
    if (equation.isHalfPrecision)
        sentences.append(Text::tr("This frame is kept at half precision: values are good to three digits."));
    if (equation.isInconsistent && equation.ddpm)
        sentences.append(withHats(Text::tr("x̂₀ was clipped and ε̂ kept, so the form with ε̂ gives %1; the "
                                           "sampler used the terms below.")
                                      .arg(plainValue(equation.ddpm->next()))));
    else if (equation.isInconsistent)
        sentences.append(withHats(Text::tr("x̂₀ was clipped and ε̂ kept: they do not belong together here.")));
    return paragraph(sentences);
}

QString predictionRemark(const explain::PredictionEquation& equation)
{
    QStringList sentences;
    if (equation.isElsewhere)
        sentences.append(
            withHats(Text::tr("The network was not asked about xₜ itself (churn adds noise first). It "
                              "answered x̂₀ = %1 and ε̂ = %2.")
                         .arg(plainValue(equation.x0Hat), plainValue(equation.epsHat))));
    else if (equation.level.alpha <= 0)
        sentences.append(withHats(Text::tr("There is no signal at this level; the network says x̂₀ = %1.")
                                      .arg(plainValue(equation.x0Hat))));
    if (equation.isGuided && equation.scale == 0)
        sentences.append(
            withHats(Text::tr("Guided from ε̂ᵤ = %1 and ε̂ᴄ = %2 to ε̂ = %3.")
                         .arg(plainValue(equation.epsUnconditional), plainValue(equation.epsConditional),
                              plainValue(equation.epsHat))));
    return paragraph(sentences);
}

}  // namespace diffuscope::ui
