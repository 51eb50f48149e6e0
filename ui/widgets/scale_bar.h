// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of a picture with the values they stand for.
#pragma once

#include "ui/widgets/image_renderer.h"

#include <QWidget>

namespace diffuscope::ui {

/// The value at an end of a scale, as short as values are told apart.
QString scaleEndText(float value);

/// A bar of colours between its lowest and its highest value; zero is marked where the scale has a middle.
class ScaleBar : public QWidget
{
    Q_OBJECT

public:
    explicit ScaleBar(QWidget* parent = nullptr);

    void setScale(const ColorScale& scale);
    const ColorScale& scale() const { return m_scale; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    int labelWidth() const;

    ColorScale m_scale;
};

}  // namespace diffuscope::ui
