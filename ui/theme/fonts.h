// SPDX-License-Identifier: GPL-3.0-or-later
// Fonts derived from a widget's font, so that they follow the application's text size.
#pragma once

#include <QFont>

namespace diffuscope::ui {

/// `font` with digits of one width: numbers that change in place do not jitter. Falls back to the system's
/// fixed-width family where the font's own digits differ.
QFont tabularFont(const QFont& font);

/// `font` scaled by `factor`.
QFont scaledFont(const QFont& font, double factor);

/// The smaller font of captions, units and tick labels.
QFont captionFont(const QFont& font);

}  // namespace diffuscope::ui
