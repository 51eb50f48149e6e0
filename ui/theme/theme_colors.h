// SPDX-License-Identifier: GPL-3.0-or-later
// The colours of the program: neutral surfaces, one accent, and one colour-blind-safe table of series
// colours.
#pragma once

#include <QColor>
#include <QPalette>

#include <array>

namespace diffuscope::ui {

/// One set of colours, light or dark. Text colours have a contrast of at least 4.5 : 1 on the surfaces they
/// are used on, series colours at least 3 : 1 on `surface` (WCAG 2.1, 1.4.3 and 1.4.11).
struct ThemeColors
{
    bool dark = false;
    QColor window;     ///< panels, bars, docks
    QColor surface;    ///< plots, fields, lists: where data stand
    QColor raised;     ///< buttons, alternate rows
    QColor hover;      ///< under the mouse
    QColor text;       ///< what is read
    QColor mutedText;  ///< captions, units, tick labels
    QColor disabledText;
    QColor outline;     ///< the border of a control
    QColor separator;   ///< 1-px lines between areas
    QColor grid;        ///< lines behind a curve
    QColor accent;      ///< selection, focus, playhead
    QColor accentText;  ///< on the accent
    /// In the order in which series take them: told apart under protanopia, deuteranopia and tritanopia too.
    std::array<QColor, 6> series;
};

const ThemeColors& lightColors();
const ThemeColors& darkColors();

/// The colours that go with a widget's palette: light or dark by the lightness of its window.
const ThemeColors& themeColors(const QPalette& palette);

/// The palette of a set of colours, all groups and roles.
QPalette makePalette(const ThemeColors& colors);

/// Whether text is lighter than what it stands on.
bool isDark(const QPalette& palette);

/// Contrast of two opaque colours, 1 … 21 (WCAG 2.1, relative luminance).
double contrastRatio(const QColor& a, const QColor& b);

}  // namespace diffuscope::ui
