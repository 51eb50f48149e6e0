// SPDX-License-Identifier: GPL-3.0-or-later
// The attention to a word as pictures: a layer over the images, and the colours it is written in.
#pragma once

#include "core/record/text_attention.h"

#include <QColor>
#include <QImage>
#include <QWidget>

namespace diffuscope::ui {

/// Heat to lay over a batch of images: image k is the cell k·height … (k + 1)·height − 1 of the atlas, in the
/// resolution of the attention; transparent where there is none.
struct HeatPicture
{
    QImage atlas{};
    int width = 0;  ///< of a cell
    int height = 0;

    bool isNone() const { return atlas.isNull(); }
};

/// The share of a token in one layer, or in the mean over all (layer −1); the full colour stands for `top`.
HeatPicture heatPicture(const record::TextAttention& attention, int token, int layer, float top);

/// How strongly the share `value` of `top` covers what is beneath, 0 … 1.
float heatCover(float value, float top);

/// The colour of a share on a plain background.
QColor heatColor(float value, float top, const QColor& background);

/// "12 %", of a share 0 … 1.
QString shareText(double share);

/// A bar of these colours from 0 to `top`.
class HeatScale : public QWidget
{
    Q_OBJECT

public:
    explicit HeatScale(QWidget* parent = nullptr);

    void setTop(float top);
    float top() const { return m_top; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    float m_top = 0;
};

}  // namespace diffuscope::ui
