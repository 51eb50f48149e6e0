// SPDX-License-Identifier: GPL-3.0-or-later
// The catalog's models as the window lists them.
#pragma once

#include "core/model/catalog.h"
#include "ui/document/model_entry.h"

namespace diffuscope {

QList<ui::ModelEntry> modelList(const std::vector<model::Entry>& models);

/// What the empty window says where no model can be used: where models were looked for, and how to get some.
QString missingModelsText(const std::vector<std::filesystem::path>& folders,
                          const std::vector<model::Entry>& models);

}  // namespace diffuscope
