// SPDX-License-Identifier: GPL-3.0-or-later
// Plots in the colours and fonts of the theme.
#pragma once

#include <functional>

class QCustomPlot;

namespace diffuscope::ui {

/// Gives the plot's background, axes, grids, ticks and fonts the colours and sizes of its palette and font,
/// now and whenever these change, and replots. `restyleSeries` is called each time after that, for the
/// colours of graphs and items; it must not outlive the plot. Call once for each plot, after its axes were
/// made.
void stylePlot(QCustomPlot& plot, std::function<void()> restyleSeries = {});

/// Keeps room for a handle above the axes and for half of the bottom axis' last label beside them: a label
/// that does not fit the plot is left out.
void leaveRoomForLabels(QCustomPlot& plot);

}  // namespace diffuscope::ui
