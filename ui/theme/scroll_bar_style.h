// SPDX-License-Identifier: GPL-3.0-or-later
// Scroll bars as a slim thumb without arrows or a groove.
#pragma once

#include <QStyle>

class QPainter;
class QStyleOptionSlider;

namespace diffuscope::ui {

/// How wide a scroll bar is, the air beside the thumb included.
constexpr int scrollBarExtent = 12;

/// Where a part of the bar is; empty for parts it does not have.
QRect scrollBarPart(const QStyleOptionSlider& bar, QStyle::SubControl part);

void drawScrollBar(const QStyleOptionSlider& bar, QPainter& painter);

}  // namespace diffuscope::ui
