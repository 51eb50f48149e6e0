// SPDX-License-Identifier: GPL-3.0-or-later
// A slider for numbers, linear or logarithmic, that reports only what a person does with it.
#pragma once

#include <QSlider>

namespace diffuscope::ui {

/// How wide a field for numbers of up to seven characters is in a font; those of a form are all as wide.
int numberFieldWidth(const QFontMetrics& metrics);

/// A press on the groove goes there at once, so that one can grab and drag from anywhere.
class ValueSlider : public QSlider
{
    Q_OBJECT

public:
    enum class Scale { linear, logarithmic };

    explicit ValueSlider(QWidget* parent = nullptr);

    /// `increment` is the change of one arrow key on a linear scale; a logarithmic minimum must be above 0.
    void setNumbers(double minimum, double maximum, double increment, Scale scale = Scale::linear);
    /// Shows a number, the nearest end where it is outside; signals nothing.
    void setNumber(double number);
    double number() const;
    double minimumNumber() const { return m_minimum; }
    double maximumNumber() const { return m_maximum; }
    double rounding() const { return m_rounding; }
    /// Numbers are rounded to multiples of this; 0 for none.
    void setRounding(double rounding) { m_rounding = rounding; }

Q_SIGNALS:
    /// The hand, a key or the wheel moved the slider.
    void numberEdited(double number);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    static constexpr int positions = 1000;

    double m_minimum = 0;
    double m_maximum = 1;
    double m_rounding = 0;
    Scale m_scale = Scale::linear;
    bool m_quiet = false;
};

}  // namespace diffuscope::ui
