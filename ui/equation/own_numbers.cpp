#include "ui/equation/own_numbers.h"

#include "core/samplers/sampler_registry.h"
#include "ui/equation/equation_text.h"
#include "ui/equation/formula_view.h"
#include "ui/theme/fonts.h"
#include "ui/theme/symbols.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/input_guards.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

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
    auto* box = new QDoubleSpinBox(this);
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

void OwnNumbers::setStep(const explain::DdpmInput& step)
{
    m_step = step;
    if (!m_own)
        fill();
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

void OwnNumbers::showResult()
{
    using Role = FormulaLine::Role;
    const explain::DdpmInput numbers = input();
    const QString formula =
        QString::fromStdString(explain::samplerEquation({samplers::ddpmSampler().id, {}}).formula);
    std::vector<FormulaLine> lines{{formula, Role::formula}};
    m_reset->setEnabled(m_own);
    if (!explain::isPossible(numbers)) {
        m_result->setLines(lines);
        m_remark->setText(
            tr("βₜ must lie between 0 and 1, and ᾱₜ between 0 and 1 − βₜ: the image cannot gain what "
               "this step's noise took."));
        return;
    }
    const explain::DdpmForm form = explain::ddpmForm(numbers);
    lines.push_back(
        {QStringLiteral("μ = %1·(\\xt{%2} − %3·\\ep{%4}) = %5")
             .arg(plainCoefficient(form.scale), plainValue(form.xt), plainCoefficient(form.epsFactor),
                  plainValue(form.epsHat), plainCoefficient(form.mean())),
         Role::numbers});
    lines.push_back(
        {QStringLiteral("σ_{t} \\nz{z} = %1·\\nz{%2} = %3")
             .arg(plainCoefficient(form.sigma), plainValue(form.z), plainCoefficient(form.noise())),
         Role::numbers});
    lines.push_back({QStringLiteral("x_{t−1} = ") + plainCoefficient(form.next()), Role::numbers});
    m_result->setLines(lines);
    m_remark->setText(m_own
                          ? tr("Your own numbers, in DDPM's form.")
                          : tr("The numbers of this step, in DDPM's form whatever the sampler. Change one."));
}

}  // namespace diffuscope::ui
