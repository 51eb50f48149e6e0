// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/recipe_checks.h"

#include "core/base/error.h"
#include "core/samplers/step_terms.h"

#include <cmath>

namespace diffuscope::run {

namespace {

void checkClass(int label, const std::string& what, const model::ModelCard& card)
{
    const int classes = int(card.classNames.size());
    if (label >= -1 && label < classes)
        return;
    const std::string range = "from 0 to " + std::to_string(classes - 1);
    throw Error(ErrorCode::invalidOption,
                classes == 0 ? "The model \"" + card.name + "\" knows no classes, but " + what + " " +
                                   std::to_string(label) + " was asked for."
                             : "The " + what + " is " + std::to_string(label) + ", but the model \"" +
                                   card.name + "\" has classes " + range + ".",
                classes == 0 ? "Choose no class." : "Choose a class " + range + ", or none.");
}

/// The value of an option that is not the default, or null.
template <typename T>
const T* given(const base::OptionValues& options, const char* id)
{
    const auto found = options.find(id);
    return found == options.end() ? nullptr : std::get_if<T>(&found->second);
}

/// The network is first asked about a state with noise added, not about the one that is recorded.
bool asksAboutChurnedState(const recipe::SamplerSpec& sampler)
{
    const samplers::SamplerInfo& info = samplers::samplerInfo(sampler.id);
    return info.asksAboutChurnedState &&
           info.asksAboutChurnedState(samplers::withDefaults(info, sampler.options));
}

/// w of u + w·(c − u) in every step is at least 1 or at most −1, whichever convention the recipe is in.
bool weighsFully(const recipe::GuidanceSpec& guidance)
{
    const std::string* convention = given<std::string>(guidance.options, "convention");
    const std::string* curve = given<std::string>(guidance.options, "curve");
    const double offset = convention && *convention == "ho_salimans" ? 1 : 0;
    return std::abs(guidance.scale + offset) >= 1 && (!curve || curve->empty());
}

}  // namespace

void checkBatch(int batch, int maximum)
{
    if (batch >= 1 && batch <= maximum)
        return;
    const std::string range = "from 1 to " + std::to_string(maximum);
    throw Error(ErrorCode::invalidOption,
                "The number of images is " + std::to_string(batch) + ", but must be " + range + ".",
                "Set the number of images to a whole number " + range + ".");
}

void checkClasses(const recipe::Recipe& recipe, const model::ModelCard& card)
{
    for (const int label : recipe.condition.classes)
        checkClass(label, "class", card);
    if (const double* negative = given<double>(recipe.guidance.options, "negative_class"))
        checkClass(int(*negative), "negative class", card);
}

void checkTarget(const model::ModelCard& card, const schedule::TimeGrid& grid)
{
    const bool needsSignal = card.target == "eps" || card.target == "edm";
    if (!needsSignal || grid[0].alpha > 0)
        return;
    throw Error(ErrorCode::invalidOption,
                "The schedule begins without any signal (zero terminal SNR), where the model \"" + card.name +
                    "\", which predicts noise, says nothing of the image.",
                "Choose a schedule that keeps some signal, a grid that does not visit its last level, or a "
                "model that "
                "predicts v or x0.");
}

int storedPerFrame(const recipe::Recipe& recipe)
{
    const bool* keepsNoise = given<bool>(recipe.clipping.options, "keep_eps");
    const bool storesNoise = recipe.guidance.rule == "cfg_plus_plus" || (keepsNoise && *keepsNoise) ||
                             asksAboutChurnedState(recipe.sampler);
    const int plain = 2 + (storesNoise ? 1 : 0);
    const bool isGuided = !recipe.condition.isNone() || recipe.guidance.rule == "autoguidance";
    const double* rescale = given<double>(recipe.guidance.options, "rescale");
    const bool conditionalFollows =
        (recipe.guidance.rule == "cfg" || recipe.guidance.rule == "autoguidance" ||
         recipe.guidance.rule == "classifier") &&
        !(rescale && *rescale > 0) && recipe.clipping.rule != "dynamic" && weighsFully(recipe.guidance);
    const int further = samplers::furtherValues(recipe.sampler).count() *
                        (samplers::samplerInfo(recipe.sampler.id).evaluationsPerStep - 1);
    return plain + (isGuided ? (conditionalFollows ? 1 : 2) : 0) + further;
}

}  // namespace diffuscope::run
