// SPDX-License-Identifier: GPL-3.0-or-later
// The ten layers of a run as a person meets them: symbol, name, key, and whether their values have a sign.
#pragma once

#include "core/record/frame.h"

#include <QKeySequence>
#include <QString>

#include <vector>

namespace diffuscope::ui {

/// In the order of their keys 1, 2, …, 9, 0.
const std::vector<record::Layer>& allLayers();
/// The place in allLayers().
int layerPlace(record::Layer layer);

/// What a layer is called: "x̂₀", "Estimate x̂₀", one sentence, and in names of objects and settings "x0Hat".
QString layerSymbol(record::Layer layer);
QString layerName(record::Layer layer);
QString layerTip(record::Layer layer);
QString layerId(record::Layer layer);
QKeySequence layerShortcut(record::Layer layer);

/// Whether zero is a middle and not a grey: everything but the states and estimates of images.
bool isSigned(record::Layer layer);

}  // namespace diffuscope::ui
