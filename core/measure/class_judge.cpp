// SPDX-License-Identifier: GPL-3.0-or-later
// Loads classifiers and compares what they see with what was asked for.
#include "core/measure/class_judge.h"

#include "core/base/error.h"
#include "core/measure/evaluation.h"
#include "core/model/catalog.h"
#include "core/model/classifiers/classifier.h"

#include <map>
#include <utility>

namespace diffuscope::measure {

struct ClassJudge::Loaded
{
    std::vector<std::filesystem::path> folders;
    std::map<std::filesystem::path, model::Classifier> classifiers;

    model::Classifier& of(const std::string& name)
    {
        const model::Entry entry = model::findModel(folders, name);
        if (entry.card->classNames.empty())
            throw Error(ErrorCode::invalidOption,
                        "The model \"" + entry.id + "\" has no classes to recognise.",
                        "Leave class_agreement out.");
        const std::filesystem::path folder = entry.folder / "classifier";
        const auto found = classifiers.find(folder);
        if (found != classifiers.end())
            return found->second;
        return classifiers.emplace(folder, model::loadClassifier(folder.string())).first->second;
    }
};

ClassJudge::ClassJudge(std::vector<std::filesystem::path> modelFolders)
    : m_loaded(new Loaded{std::move(modelFolders), {}})
{
}

ClassJudge::~ClassJudge() = default;

double ClassJudge::agreement(const recipe::Recipe& recipe, const record::ImageBatch& images)
{
    const auto& [batch, channels, height, width] = images.shape;
    std::vector<std::int64_t> chosen, wanted;
    for (int k = 0; k < batch; ++k)
        if (const int label = recipe.condition.classOf(k); label >= 0) {
            chosen.push_back(k);
            wanted.push_back(label);
        }
    if (chosen.empty())
        throw Error(ErrorCode::invalidOption, "The recipe asks for no class, so no image can agree with it.",
                    "Leave class_agreement out, or give classes.");
    model::Classifier& classifier = m_loaded->of(recipe.model);
    const torch::Tensor all = torch::tensor(torch::ArrayRef<float>(images.values))
                                  .view({batch, channels, height, width})
                                  .clamp(-1.0, 1.0);
    const torch::Tensor seen = judge(classifier, all.index_select(0, torch::tensor(chosen))).classes;
    return (seen == torch::tensor(wanted)).to(torch::kFloat64).mean().item<double>();
}

}  // namespace diffuscope::measure
