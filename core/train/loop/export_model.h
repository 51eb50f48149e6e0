// SPDX-License-Identifier: GPL-3.0-or-later
// Turns a finished (or stopped) training into a model that can be shipped.
#pragma once

#include "core/model/checkpoint.h"
#include "core/train/loop/training_options.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::train {

/// What a training cannot know of its model.
struct ModelNaming
{
    std::string name;
    std::string title;
    std::string description;
    std::string licence;
    std::string data;
    std::vector<std::string> classNames;  ///< empty: "0", "1", …
};

/// The texts for a data set that is known by its folder's name (mnist, fashion-mnist, avatar, emoji); plain
/// ones for others.
ModelNaming namingFor(const std::string& name, int classes);

/// Reads the averaged weights of the checkpoint in `trainingFolder` (of `decay`, where one is named) and
/// writes the model to `modelFolder`. Quality figures are not carried over: new weights must be measured
/// anew. Throws Error.
model::ModelCard exportModel(const std::string& trainingFolder, const std::string& modelFolder,
                             const ModelNaming& naming, std::optional<double> decay = {});

/// The prompts of the card's sheet, one a row, the first of them empty; of a model with text.
std::vector<std::string> sheetPrompts(const model::ModelCard& card);

/// Writes FOLDER/README.md: the card for people, with `sheet.png` beside it.
void writeModelReadme(const std::string& folder, const model::ModelCard& card);

}  // namespace diffuscope::train
