// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model_loader.h"

#include "core/base/error.h"
#include "core/model/checkpoint.h"
#include "core/model/diffusers/diffusers_model.h"
#include "core/model/exact/exact_model.h"
#include "core/model/model.h"
#include "core/model/remote/remote_model.h"

#include <algorithm>

namespace diffuscope::model {

const std::vector<ModelLoader>& modelLoaders()
{
    static const std::vector<ModelLoader> loaders = {exactLoader(), folderLoader(), diffusersLoader(),
                                                     remoteLoader()};
    return loaders;
}

const ModelLoader* loaderOf(const std::string& source)
{
    const auto found = std::find_if(modelLoaders().begin(), modelLoaders().end(),
                                    [&](const ModelLoader& loader) { return loader.accepts(source); });
    return found == modelLoaders().end() ? nullptr : &*found;
}

std::unique_ptr<Model> loadModel(const std::string& source)
{
    if (const ModelLoader* loader = loaderOf(source))
        return loader->load(source);
    throw Error(ErrorCode::missingFile, "There is no model in " + source + ".",
                "Give the path of a model's folder, or the name of a model.");
}

}  // namespace diffuscope::model
