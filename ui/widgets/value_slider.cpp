// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/value_slider.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScopedValueRollback>
#include <QStyle>
#include <QStyleOptionSlider>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

int numberFieldWidth(const QFontMetrics& metrics)
{
    return metrics.horizontalAdvance(QStringLiteral("0000.00")) + 2 * metrics.averageCharWidth() + 16;
}

namespace {

/// Says the number that a slider stands for, where Qt would say its place from 0 to 1000.
class AccessibleSlider : public QAccessibleWidget, public QAccessibleValueInterface
{
public:
    explicit AccessibleSlider(ValueSlider* slider)
        : QAccessibleWidget(slider, QAccessible::Slider), m_slider(slider)
    {
    }

    void* interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::ValueInterface ? static_cast<QAccessibleValueInterface*>(this)
                                                   : QAccessibleWidget::interface_cast(type);
    }
    QVariant currentValue() const override { return m_slider->number(); }
    void setCurrentValue(const QVariant& value) override
    {
        m_slider->setNumber(value.toDouble());
        Q_EMIT m_slider->numberEdited(m_slider->number());
    }
    QVariant maximumValue() const override { return m_slider->maximumNumber(); }
    QVariant minimumValue() const override { return m_slider->minimumNumber(); }
    QVariant minimumStepSize() const override { return m_slider->rounding(); }

private:
    ValueSlider* m_slider;
};

QAccessibleInterface* accessibleSlider(const QString&, QObject* object)
{
    auto* slider = qobject_cast<ValueSlider*>(object);
    return slider ? new AccessibleSlider(slider) : nullptr;
}

}  // namespace

ValueSlider::ValueSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent)
{
    [[maybe_unused]] static const bool isKnown = (QAccessible::installFactory(accessibleSlider), true);
    setRange(0, positions);
    setFocusPolicy(Qt::TabFocus);
    connect(this, &QSlider::valueChanged, this, [this] {
        if (!m_quiet)
            Q_EMIT numberEdited(number());
    });
}

void ValueSlider::setNumbers(double minimum, double maximum, double increment, Scale scale)
{
    const double shown = number();
    m_minimum = minimum;
    m_maximum = maximum;
    m_scale = scale;
    const double range = std::max(maximum - minimum, 1e-12);
    setSingleStep(scale == Scale::linear ? std::max(1, int(std::lround(increment / range * positions))) : 10);
    setPageStep(std::max(5 * singleStep(), positions / 20));
    setNumber(shown);
}

void ValueSlider::setNumber(double number)
{
    const QScopedValueRollback quiet(m_quiet, true);
    const double clamped = std::clamp(number, m_minimum, m_maximum);
    const double place = m_scale == Scale::linear
                             ? (clamped - m_minimum) / (m_maximum - m_minimum)
                             : std::log(clamped / m_minimum) / std::log(m_maximum / m_minimum);
    setValue(std::isfinite(place) ? int(std::lround(place * positions)) : 0);
}

double ValueSlider::number() const
{
    const double place = double(value()) / positions;
    const double exact = m_scale == Scale::linear ? m_minimum + place * (m_maximum - m_minimum)
                                                  : m_minimum * std::pow(m_maximum / m_minimum, place);
    const double rounded = m_rounding > 0 ? std::round(exact / m_rounding) * m_rounding : exact;
    return std::clamp(rounded, m_minimum, m_maximum);
}

/// A key always changes a rounded number: where the scale is too fine for that, to the next one.
void ValueSlider::keyPressEvent(QKeyEvent* event)
{
    const double before = number();
    const int position = value();
    QSlider::keyPressEvent(event);
    if (m_rounding <= 0 || value() == position || number() != before)
        return;
    setNumber(before + (value() > position ? m_rounding : -m_rounding));
    Q_EMIT numberEdited(number());
}

void ValueSlider::mousePressEvent(QMouseEvent* event)
{
    QStyleOptionSlider option;
    initStyleOption(&option);
    const QRect handle = style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this);
    if (event->button() == Qt::LeftButton && !handle.contains(event->pos())) {
        const QRect groove =
            style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderGroove, this);
        const int offset = event->pos().x() - groove.x() - handle.width() / 2;
        setSliderDown(true);  // the jump is part of the drag that begins
        setValue(QStyle::sliderValueFromPosition(0, positions, offset, groove.width() - handle.width(),
                                                 option.upsideDown));
    }
    QSlider::mousePressEvent(event);
}

}  // namespace diffuscope::ui
