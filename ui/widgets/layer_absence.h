// SPDX-License-Identifier: GPL-3.0-or-later
// Why a layer is not shown, in words for a person.
#pragma once

#include "core/explain/run_reader.h"

#include <QString>

namespace diffuscope::ui {

/// Whether the layer is only not there yet.
bool isYetToCome(explain::Absence absence);

/// Why no step of this run has the layer, and what to do; empty where one has it or may still get it.
QString missingFromRun(const explain::RunReader& run, record::Layer layer);

/// Why one frame has no such layer, and where to look instead; empty for Absence::none.
QString missingFromFrame(explain::Absence absence);

}  // namespace diffuscope::ui
