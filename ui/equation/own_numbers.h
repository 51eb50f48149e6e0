// SPDX-License-Identifier: GPL-3.0-or-later
// "Try your own": the numbers of a DDPM step typed in, and what follows from them at once.
#pragma once

#include "core/explain/ddpm_form.h"
#include "core/recipe/sampler_spec.h"

#include <QString>
#include <QWidget>

#include <array>
#include <vector>

class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace diffuscope::ui {

class FormulaView;
struct FormulaLine;

/// What the fields follow, beside its numbers.
struct OwnStep
{
    recipe::SamplerSpec sampler{};
    QString nextTime = QStringLiteral("t−1");  ///< what the formula calls it
    QString nextTimeText{};                    ///< as a number
    double levels = 1;                         ///< of the training schedule, that the step goes at once

    bool operator==(const OwnStep&) const = default;
};

/// Five fields that follow the step at the playhead until a person types into one; a button takes the step's
/// numbers again.
class OwnNumbers : public QWidget
{
    Q_OBJECT

public:
    explicit OwnNumbers(QWidget* parent = nullptr);

    /// The numbers of the step that is looked at.
    void setStep(const explain::DdpmInput& numbers, const OwnStep& step);
    explain::DdpmInput input() const;
    /// A person has typed, so that the fields no longer follow.
    bool isOwn() const { return m_own; }

private:
    enum Field { xt, beta, alphaBar, epsHat, z };
    static constexpr int fieldCount = 5;

    QDoubleSpinBox* addField(Field field, const QString& symbol, const QString& name, const QString& tip,
                             double least, double most);
    void fill();
    void showResult();
    bool isDdim() const;
    std::vector<FormulaLine> ddpmLines(const explain::DdpmInput& numbers) const;
    std::vector<FormulaLine> ddimLines(const explain::DdpmInput& numbers) const;
    QString remark() const;

    std::array<QDoubleSpinBox*, fieldCount> m_fields{};
    std::array<QWidget*, fieldCount> m_labels{};
    FormulaView* m_result = nullptr;
    QLabel* m_remark = nullptr;
    QPushButton* m_reset = nullptr;
    OwnStep m_kind;
    explain::DdpmInput m_step{.xt = 0.9, .beta = 0.1, .alphaBar = 0.81, .epsHat = 0.3, .z = 0};
    bool m_own = false;
};

}  // namespace diffuscope::ui
