// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalog.h"

#include "core/base/data_folders.h"
#include "core/base/error.h"
#include "core/model/classifiers/noise_classifier_card.h"
#include "core/model/model_loader.h"

#include <algorithm>
#include <map>

namespace diffuscope::model {

namespace fs = std::filesystem;

namespace {

bool isModelFolder(const fs::path& folder)
{
    return loaderOf(folder.string()) != nullptr;
}

fs::path nameOf(const fs::path& folder)
{
    return folder.has_filename() ? folder.filename() : folder.parent_path().filename();
}

/// A model of a loader, or what is wrong with it.
Entry entryOf(Entry entry)
{
    try {
        if (!entry.folder.empty() && fs::exists(entry.folder / "model.json") &&
            !fs::is_regular_file(entry.folder / "model.safetensors")) {
            entry.problem = "There is no model.safetensors in " + entry.folder.string() + ".";
            return entry;
        }
        entry.card = loaderOf(entry.source)->readCard(entry.source);
        entry.hasNoiseClassifier = !entry.folder.empty() && hasNoiseClassifier(entry.folder.string());
    } catch (const std::exception& exception) {
        entry.problem = exception.what();
    }
    return entry;
}

Entry folderEntry(const fs::path& folder)
{
    return entryOf({.id = nameOf(folder).string(), .folder = folder, .source = folder.string()});
}

Entry namedEntry(const std::string& name)
{
    return entryOf({.id = name, .folder = {}, .source = name});
}

/// Calls `visit` with each model folder of `folder`, by name; what cannot be listed is passed over.
template <typename Visit>
void visitModels(const fs::path& folder, Visit visit)
{
    if (isModelFolder(folder))
        visit(folder);
    std::error_code error;
    std::vector<fs::path> children;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        children.push_back(at->path());
    std::sort(children.begin(), children.end());
    for (const fs::path& child : children)
        if (isModelFolder(child))
            visit(child);
}

}  // namespace

std::vector<fs::path> modelFolders(const fs::path& chosen)
{
    return base::dataFolders(chosen, "DIFFUSCOPE_MODELS", "models", "models");
}

std::vector<Entry> findModels(const std::vector<fs::path>& folders)
{
    std::map<std::string, Entry> byId;
    for (const fs::path& folder : folders)
        visitModels(folder, [&](const fs::path& model) {
            const std::string id = nameOf(model).string();
            if (!byId.contains(id))
                byId.emplace(id, folderEntry(model));
        });
    std::vector<Entry> entries;
    for (auto& [id, entry] : byId)
        entries.push_back(std::move(entry));
    return entries;
}

std::vector<Entry> offeredModels()
{
    std::vector<Entry> entries;
    for (const ModelLoader& loader : modelLoaders())
        for (const std::string& name : loader.offers ? loader.offers() : std::vector<std::string>{})
            entries.push_back(namedEntry(name));
    return entries;
}

Entry findModel(const std::vector<fs::path>& folders, const std::string& idOrFolder)
{
    std::vector<Entry> entries;
    if (!idOrFolder.empty() && isModelFolder(idOrFolder))
        entries = {fs::exists(idOrFolder) ? folderEntry(idOrFolder) : namedEntry(idOrFolder)};
    else
        entries = findModels(folders);
    std::string names;
    for (Entry& entry : entries) {
        const bool isAsked = entry.id == idOrFolder || entry.folder == fs::path(idOrFolder);
        if (isAsked && !entry.isUsable())
            throw Error(ErrorCode::invalidFile,
                        "The model \"" + idOrFolder + "\" cannot be used: " + entry.problem,
                        "Fetch the model's folder again, or choose another model.");
        if (isAsked)
            return entry;
        if (entry.isUsable())
            names += (names.empty() ? "" : ", ") + entry.id;
    }
    throw Error(
        ErrorCode::missingFile,
        "There is no model \"" + idOrFolder + "\"; " +
            (names.empty() ? "no models were found." : "there are " + names + "."),
        "Choose one of the models, give the path of a model's folder, or set DIFFUSCOPE_MODELS to the folder "
        "that holds your models.");
}

}  // namespace diffuscope::model
