// SPDX-License-Identifier: GPL-3.0-or-later
// The program's symbols, drawn in the palette's text colour at any size: nothing to load, and right in light
// and dark.
#pragma once

#include <QIcon>

namespace diffuscope::ui {

enum class Glyph {
    first,
    previous,
    play,
    pause,
    next,
    last,
    dice,
    run,
    stop,
    warning,
    close,
    grid,
    single,
};

/// The icon of a glyph; follows the application's palette whenever it is painted.
QIcon glyphIcon(Glyph glyph);

}  // namespace diffuscope::ui
