// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/seed_edit.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QLineEdit>

#include <limits>

namespace diffuscope::ui {

namespace {

/// Says the seed, which is larger than the numbers that Qt's own spin boxes hold.
class AccessibleSeed : public QAccessibleWidget, public QAccessibleValueInterface
{
public:
    explicit AccessibleSeed(SeedEdit* edit) : QAccessibleWidget(edit, QAccessible::SpinBox), m_edit(edit) {}

    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ValueInterface ? static_cast<QAccessibleValueInterface*>(this)
                                                   : QAccessibleWidget::interface_cast(type);
    }
    QVariant currentValue() const override { return qulonglong(m_edit->seed()); }
    void setCurrentValue(const QVariant& value) override
    {
        m_edit->setSeed(value.toULongLong());
        Q_EMIT m_edit->seedEdited(m_edit->seed());
    }
    QVariant maximumValue() const override { return qulonglong(std::numeric_limits<std::uint64_t>::max()); }
    QVariant minimumValue() const override { return qulonglong(0); }
    QVariant minimumStepSize() const override { return qulonglong(1); }

private:
    SeedEdit* m_edit;
};

QAccessibleInterface* accessibleSeed(const QString&, QObject* object)
{
    auto* edit = qobject_cast<SeedEdit*>(object);
    return edit ? new AccessibleSeed(edit) : nullptr;
}

}  // namespace

SeedEdit::SeedEdit(QWidget* parent) : QAbstractSpinBox(parent)
{
    [[maybe_unused]] static const bool isKnown = (QAccessible::installFactory(accessibleSeed), true);
    setSeed(0);
    connect(lineEdit(), &QLineEdit::textEdited, this, [this](const QString& text) {
        bool whole = false;
        if (const qulonglong value = text.toULongLong(&whole); whole)
            edit(value);
    });
    connect(this, &QAbstractSpinBox::editingFinished, this, [this] { setSeed(m_seed); });
}

void SeedEdit::setSeed(std::uint64_t seed)
{
    m_seed = seed;
    if (lineEdit()->text() != QString::number(seed))
        lineEdit()->setText(QString::number(seed));
}

QValidator::State SeedEdit::validate(QString& text, int&) const
{
    if (text.isEmpty())
        return QValidator::Intermediate;
    bool whole = false;
    text.toULongLong(&whole);
    return whole ? QValidator::Acceptable : QValidator::Invalid;
}

void SeedEdit::stepBy(int steps)
{
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
    const auto distance = std::uint64_t(std::abs(steps));
    const std::uint64_t moved =
        steps < 0 ? m_seed - std::min(m_seed, distance) : m_seed + std::min(largest - m_seed, distance);
    edit(moved);
    setSeed(moved);
    selectAll();
}

QAbstractSpinBox::StepEnabled SeedEdit::stepEnabled() const
{
    return m_seed == 0 ? StepEnabled(StepUpEnabled) : StepUpEnabled | StepDownEnabled;
}

void SeedEdit::edit(std::uint64_t seed)
{
    if (seed == m_seed)
        return;
    m_seed = seed;
    Q_EMIT seedEdited(seed);
}

}  // namespace diffuscope::ui
