// SPDX-License-Identifier: GPL-3.0-or-later
// The icons of a dock's title bar, drawn in the application's current text colour.
#pragma once

#include <QIcon>

namespace diffuscope::ui {

enum class TitleIcon {
    close,
    detach,  ///< float a dock, or put it back
};

QIcon titleIcon(TitleIcon icon);

}  // namespace diffuscope::ui
