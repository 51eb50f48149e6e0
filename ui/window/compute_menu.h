// SPDX-License-Identifier: GPL-3.0-or-later
// The Run menu's entries for what runs are computed on: the device and the precision.
#pragma once

class QMenu;

namespace diffuscope::ui {

class ComputeSettings;

/// Adds "Compute On" and "Precision" to `menu`; they follow `settings`, which must outlive the menu. What
/// this machine does not have is disabled, and says why.
void addComputeActions(QMenu& menu, ComputeSettings& settings);

}  // namespace diffuscope::ui
