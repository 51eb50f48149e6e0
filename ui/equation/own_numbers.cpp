// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/equation/own_numbers.h"

#include "core/samplers/sampler_registry.h"
#include "ui/equation/equation_text.h"
#include "ui/equation/formula_view.h"
#include "ui/theme/fonts.h"
#include "ui/theme/symbols.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/input_guards.h"
#include "ui/widgets/number_box.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <variant>

namespace diffuscope::ui {

OwnNumbers::OwnNumbers(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("ownNumbers"));
    addField(xt, tr("xₜ"), QStringLiteral("own.xt"), tr("The value that the sampler holds at this step."),
             -1e3, 1e3);
    addField(epsHat, tr("ε̂"), QStringLiteral("own.epsHat"), tr("The noise that the network sees in it."),
             -1e3, 1e3);
    addField(beta, tr("βₜ"), QStringLiteral("own.beta"),
             tr("The variance of the noise that this step takes away, between 0 and 1."), 0, 1);
    addField(
        alphaBar, tr("ᾱₜ"), QStringLiteral("own.alphaBar"),
        tr("How much of the image's variance is left at this step: the product of all 1 − β up to here."), 0,
        1);
    addField(z, tr("z"), QStringLiteral("own.z"), tr("The fresh noise that is added, drawn from N(0, 1)."),
             -10, 10);

    auto* grid = new QGridLayout;
    grid->setContentsMargins(8, 8, 8, 0);
    grid->setHorizontalSpacing(8);
    const auto place = [&](Field field, int row, int column) {
        grid->addWidget(m_labels[field], row, 2 * column, Qt::AlignRight | Qt::AlignVCenter);
        grid->addWidget(m_fields[field], row, 2 * column + 1);
    };
    place(xt, 0, 0);
    place(epsHat, 0, 1);
    place(beta, 1, 0);
    place(alphaBar, 1, 1);
    place(z, 2, 0);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    m_reset = new QPushButton(tr("&Take This Step’s"), this);
    m_reset->setObjectName(QStringLiteral("own.reset"));
    m_reset->setToolTip(
        richTip(tr("Fill the fields with the numbers of the step at the playhead, and follow it.")));
    grid->addWidget(m_reset, 2, 3);

    m_result = new FormulaView(this);
    m_result->setObjectName(QStringLiteral("own.result"));
    m_result->setAccessibleName(tr("Result of your numbers"));
    m_remark = new QLabel(this);
    m_remark->setObjectName(QStringLiteral("own.remark"));
    m_remark->setWordWrap(true);
    m_remark->setContentsMargins(8, 0, 8, 4);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(grid);
    column->addWidget(m_result);
    column->addWidget(m_remark);
    column->addStretch(1);
    (new WheelGuard(this))->guard(this);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        m_own = false;
        fill();
    });
    fill();
}

QDoubleSpinBox* OwnNumbers::addField(Field field, const QString& symbol, const QString& name,
                                     const QString& tip, double least, double most)
{
    auto* box = new DecimalBox(this);
    box->setObjectName(name);
    box->setDecimals(5);
    box->setRange(least, most);
    box->setSingleStep(0.01);
    box->setFont(tabularFont(font()));
    box->setKeyboardTracking(true);
    box->setToolTip(richTip(tip));
    box->setMinimumWidth(60);
    auto* label = new QLabel(withHats(symbol), this);
    label->setBuddy(box);
    label->setFont(formulaFont(font(), 1.25));
    box->setAccessibleName(label->text());
    connect(box, &QDoubleSpinBox::valueChanged, this, [this] {
        m_own = true;
        showResult();
    });
    m_fields[field] = box;
    m_labels[field] = label;
    return box;
}

void OwnNumbers::setStep(const explain::DdpmInput& numbers, const OwnStep& step)
{
    const bool isOther = !(step == m_kind);
    m_step = numbers;
    m_kind = step;
    if (!m_own)
        fill();
    else if (isOther)
        showResult();
}

void OwnNumbers::fill()
{
    const std::array<double, fieldCount> values{m_step.xt, m_step.beta, m_step.alphaBar, m_step.epsHat,
                                                m_step.z};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const QSignalBlocker blocker(m_fields[i]);
        m_fields[i]->setValue(values[i]);
    }
    showResult();
}

explain::DdpmInput OwnNumbers::input() const
{
    if (!m_own)
        return m_step;
    return {.xt = m_fields[xt]->value(),
            .beta = m_fields[beta]->value(),
            .alphaBar = m_fields[alphaBar]->value(),
            .epsHat = m_fields[epsHat]->value(),
            .z = m_fields[z]->value()};
}

/// DDIM is not DDPM's form with other numbers; every other sampler is shown in DDPM's form.
bool OwnNumbers::isDdim() const
{
    return samplers::samplerInfo(m_kind.sampler.id).isDdimStep;
}

/// Ho et al. 2020, algorithm 2.
std::vector<FormulaLine> OwnNumbers::ddpmLines(const explain::DdpmInput& numbers) const
{
    using Role = FormulaLine::Role;
    const explain::DdpmForm form = explain::ddpmForm(numbers);
    return {
        {QStringLiteral("μ = %1·(\\xt{%2} − %3·\\ep{%4}) = %5")
             .arg(plainCoefficient(form.scale), plainValue(form.xt), plainCoefficient(form.epsFactor),
                  plainValue(form.epsHat), plainCoefficient(form.mean())),
         Role::numbers},
        {QStringLiteral("σ_{t} \\nz{z} = %1·\\nz{%2} = %3")
             .arg(plainCoefficient(form.sigma), plainValue(form.z), plainCoefficient(form.noise())),
         Role::numbers},
        {QStringLiteral("x_{%1} = %2").arg(m_kind.nextTime, plainCoefficient(form.next())), Role::numbers}};
}

/// Song et al. 2021, eq. 12 and 16, with ᾱ of the next time = ᾱ_t/(1 − β).
std::vector<FormulaLine> OwnNumbers::ddimLines(const explain::DdpmInput& numbers) const
{
    using Role = FormulaLine::Role;
    const auto option = m_kind.sampler.options.find("eta");
    const double* chosen =
        option == m_kind.sampler.options.end() ? nullptr : std::get_if<double>(&option->second);
    const double eta = chosen ? *chosen : 0;
    const double next = std::min(numbers.alphaBar / (1 - numbers.beta), 1.0);
    const double sigma = eta * std::sqrt((1 - next) / (1 - numbers.alphaBar) * numbers.beta);
    const double noise = std::sqrt(1 - numbers.alphaBar);
    const double signal = std::sqrt(numbers.alphaBar);
    const double x0 = (numbers.xt - noise * numbers.epsHat) / signal;
    const double direction = std::sqrt(std::max(0.0, 1 - next - sigma * sigma));
    const double sum = std::sqrt(next) * x0 + direction * numbers.epsHat + sigma * numbers.z;
    std::vector<FormulaLine> lines{
        {QStringLiteral("\\xo{\\hat{x}_{0}} = \\frac{\\xt{%1} − %2·\\ep{%3}}{%4} = \\xo{%5}")
             .arg(plainValue(numbers.xt), plainCoefficient(noise), plainValue(numbers.epsHat),
                  plainCoefficient(signal), plainCoefficient(x0)),
         Role::numbers}};
    QString text = QStringLiteral("x_{%1} = %2·\\xo{%3} + %4·\\ep{%5}")
                       .arg(m_kind.nextTime, plainCoefficient(std::sqrt(next)), plainCoefficient(x0),
                            plainCoefficient(direction), plainValue(numbers.epsHat));
    if (sigma > 0)
        text += QStringLiteral(" + %1·\\nz{%2}").arg(plainCoefficient(sigma), plainValue(numbers.z));
    lines.push_back({text + QStringLiteral(" = ") + plainCoefficient(sum), Role::numbers});
    return lines;
}

/// Whose form it is, and what β means where a step leaves out levels of the training schedule.
QString OwnNumbers::remark() const
{
    QStringList said{m_own ? tr("Your own numbers.") : tr("The numbers of this step. Change one.")};
    if (!isDdim() && !samplers::samplerInfo(m_kind.sampler.id).isDdpmStep)
        said.append(tr("In DDPM's form: this run's sampler has a formula of its own, see Update."));
    if (!m_own && m_kind.levels > 1.5)
        said.append(tr("β is that of the whole step to t′ = %1, %2 levels at once: 1 − ᾱₜ/ᾱₜ′.")
                        .arg(m_kind.nextTimeText, QLocale().toString(m_kind.levels, 'g', 4)));
    return said.join(u' ');
}

void OwnNumbers::showResult()
{
    using Role = FormulaLine::Role;
    const explain::DdpmInput numbers = input();
    const recipe::SamplerSpec sampler =
        isDdim() ? m_kind.sampler : recipe::SamplerSpec{samplers::ddpmSampler().id, {}};
    const QString formula =
        withNextTime(QString::fromStdString(explain::samplerEquation(sampler).formula), m_kind.nextTime);
    std::vector<FormulaLine> lines{{formula, Role::formula}};
    m_reset->setEnabled(m_own);
    if (!explain::isPossible(numbers)) {
        m_result->setLines(lines);
        m_remark->setText(
            tr("βₜ must lie between 0 and 1, and ᾱₜ between 0 and 1 − βₜ: the image cannot gain what "
               "this step's noise took."));
        return;
    }
    for (const FormulaLine& line : isDdim() ? ddimLines(numbers) : ddpmLines(numbers))
        lines.push_back(line);
    m_result->setLines(lines);
    m_remark->setText(remark());
}

}  // namespace diffuscope::ui
