// SPDX-License-Identifier: GPL-3.0-or-later
// How models are found and opened: one loader for each kind of place they come from. A new kind is one line
// here. No torch in here.
#pragma once

#include "core/model/model_card.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::model {

class Model;

/// A `source` is the path of a folder or file, or a name with a prefix, such as "exact:moons".
struct ModelLoader
{
    std::string id;  ///< "folder", "exact", …
    /// Whether the source is for this loader to read; looks at names and at what is in a folder, not into
    /// files. Never throws.
    bool (*accepts)(const std::string& source);
    /// The card alone. Throws Error.
    ModelCard (*readCard)(const std::string& source);
    /// The whole model, on the CPU, in float32, in evaluation mode. Throws Error.
    std::unique_ptr<Model> (*load)(const std::string& source);
    /// Sources that are always there; may be null.
    std::vector<std::string> (*offers)() = nullptr;
};

/// Every loader; the first that accepts a source reads it.
const std::vector<ModelLoader>& modelLoaders();

/// The loader of a source; null where there is none.
const ModelLoader* loaderOf(const std::string& source);

/// The model of a source. Throws Error(missingFile) where no loader accepts it, and as the loaders.
std::unique_ptr<Model> loadModel(const std::string& source);

}  // namespace diffuscope::model
