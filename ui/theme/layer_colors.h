// SPDX-License-Identifier: GPL-3.0-or-later
// Which colour stands for which layer, wherever it is plotted or written.
#pragma once

#include "core/record/frame.h"
#include "ui/theme/theme_colors.h"

namespace diffuscope::ui {

/// The index into ThemeColors::series of what belongs to a layer.
inline int layerSeries(record::Layer layer)
{
    switch (layer) {
        case record::Layer::x0Hat:
        case record::Layer::x0HatChange:
            return 0;
        case record::Layer::epsHat:
        case record::Layer::epsConditional:
        case record::Layer::epsUnconditional:
        case record::Layer::score:
            return 1;
        case record::Layer::guidanceDifference:
            return 2;
        case record::Layer::xt:
            return 3;
        case record::Layer::noise:
            return 4;
        case record::Layer::mean:
            return 5;
    }
    return 0;
}

inline QColor layerColor(record::Layer layer, const QPalette& palette)
{
    return themeColors(palette).series.at(std::size_t(layerSeries(layer)));
}

/// What belongs to the attention to words. The same on every picture, light or dark around it.
inline QColor attentionColor()
{
    return QColor(0xE6006E);
}

}  // namespace diffuscope::ui
