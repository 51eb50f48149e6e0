// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the models on this computer and describes them, the broken ones with the reason. No torch in here.
#pragma once

#include "core/model/model_card.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::model {

/// One model.
struct Entry
{
    std::string id;  ///< what a recipe calls it: the folder's name, or a name such as exact:moons
    std::filesystem::path folder;            ///< empty for a model without files
    std::string source;                      ///< what its loader reads (see model_loader.h)
    std::optional<model::ModelCard> card{};  ///< absent where the model cannot be used
    std::string problem{};                   ///< then the reason, one sentence
    /// A noise-aware classifier lies beside it: classifier guidance can be used.
    bool hasNoiseClassifier = false;

    bool isUsable() const { return card.has_value(); }
};

/// The folders in which models are looked for, those that exist, first to last: `chosen` (of a `--models`
/// option), those of $DIFFUSCOPE_MODELS (parted by ':'), `models` of the source tree where the program runs
/// from a build tree (bin/../../../models), and share/diffuscope/models of the prefix it is installed in.
std::vector<std::filesystem::path> modelFolders(const std::filesystem::path& chosen = {});

/// Every model in these folders, by id; where two have one id, that of the earlier folder. A folder that a
/// loader accepts is a model, and so is each of `folders` itself. Reads the cards, not the weights. Never
/// throws for what is in the folders: a broken model is an entry with a problem.
std::vector<Entry> findModels(const std::vector<std::filesystem::path>& folders);

/// Those that need no folder: exact models of every data set, by name.
std::vector<Entry> offeredModels();

/// The usable model of this id, in the folder of this path, or of this name. Throws Error(missingFile) that
/// names the models there are, Error(invalidFile) with the problem of a broken one.
Entry findModel(const std::vector<std::filesystem::path>& folders, const std::string& idOrFolder);

}  // namespace diffuscope::model
