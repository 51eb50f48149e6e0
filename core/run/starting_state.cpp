// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/starting_state.h"

#include "core/base/error.h"
#include "core/edit/methods.h"
#include "core/edit/start.h"

#include <torch/types.h>

#include <algorithm>

namespace diffuscope::run {

namespace {

/// In the place of steps, in the draws of the seed: the noise in what was measured, and that of each level.
constexpr int noiseOfMeasurement = (1 << 30) - 1;
constexpr int noiseOfLevels = 1 << 30;

Tensor givenState(const StartParts& parts)
{
    if (!parts.begin.state)
        return {};
    const record::BatchShape& shape = parts.shape;
    return torch::tensor(torch::ArrayRef<double>(*parts.begin.state), torch::kDouble)
        .view({shape.batch, shape.channels, shape.height, shape.width});
}

decltype(RunParts::invert) inversionOf(const StartParts& parts, const Tensor& x0,
                                       const schedule::TimeGrid& grid)
{
    const edit::Inversion how = edit::inversionNamed(parts.recipe.start.inversion, parts.recipe.sampler);
    return [how, x0, grid, schedule = parts.schedule, seed = parts.recipe.seed, firstImage = parts.firstImage,
            condition = rotated(parts.recipe.condition, parts.firstImage)](
               denoise::Denoiser& denoiser, samplers::Sampler& sampler, const std::stop_token& stop) {
        const edit::InversionParts asked{denoiser, schedule, grid, condition, stop};
        if (how == edit::Inversion::ddim)
            return edit::invertByDdim(asked, x0);
        if (how == edit::Inversion::exact)
            return edit::invertExactly(asked, x0);
        SeededNoise noise(seed, firstImage);
        return edit::invertByDdpm(asked, sampler, x0, [&noise, &x0](int level) {
            return noise.draw(x0.sizes(), x0.options().requires_grad(false), noiseOfLevels + level, 0);
        });
    };
}

}  // namespace

void checkStart(const StartParts& parts)
{
    const RunStart& begin = parts.begin;
    if (begin.state && begin.state->size() != parts.shape.values())
        throw Error(ErrorCode::invalidOption,
                    "The state to start from has " + std::to_string(begin.state->size()) +
                        " values, but the run's has " + std::to_string(parts.shape.values()) + ".",
                    "Give as many samples as the recipe's number of images, of the model's size.");
    const bool hasPictures =
        parts.recipe.start.kind != recipe::StartKind::noise || !parts.recipe.measurement.isNone();
    if (hasPictures && parts.space.kind == model::SampleKind::latent)
        throw Error(
            ErrorCode::invalidOption,
            "This model samples latents, and a picture would have to be encoded before it could start from "
            "one or heed one, which is not done yet.",
            "Choose a model whose samples are pictures.");
}

recipe::Condition rotated(recipe::Condition condition, int firstImage)
{
    if (!condition.isNone())
        std::rotate(condition.classes.begin(),
                    condition.classes.begin() + firstImage % std::ptrdiff_t(condition.classes.size()),
                    condition.classes.end());
    return condition;
}

StartingState startingState(const StartParts& parts, const schedule::TimeGrid& grid)
{
    const recipe::Recipe& recipe = parts.recipe;
    if (parts.begin.state || parts.begin.origin || recipe.start.kind == recipe::StartKind::noise)
        return {.state = givenState(parts)};
    const record::BatchShape& shape = parts.shape;
    const auto options =
        torch::TensorOptions(parts.isDouble ? torch::kDouble : torch::kFloat).device(parts.device);
    const std::vector<std::int64_t> sizes{shape.batch, shape.channels, shape.height, shape.width};
    const Tensor x0 = edit::sampleOf(parts.pictures, recipe.start.picture, shape.channels, shape.height,
                                     shape.width, "to start from")
                          .to(options)
                          .expand(sizes)
                          .contiguous();
    if (recipe.start.kind == recipe::StartKind::inverted)
        return {.invert = inversionOf(parts, x0, grid)};
    return {.state = edit::noised(x0, SeededNoise(recipe.seed, parts.firstImage).initial(sizes, options),
                                  grid[0])};
}

std::unique_ptr<samplers::Sampler> heedingSampler(std::unique_ptr<samplers::Sampler> sampler,
                                                  const StartParts& parts)
{
    const record::BatchShape& shape = parts.shape;
    const std::vector<std::int64_t> sample{shape.channels, shape.height, shape.width};
    // Of image 0 alone: all images heed the same measurement.
    const Tensor noise = SeededNoise(parts.recipe.seed)
                             .draw({1, shape.channels, shape.height, shape.width},
                                   torch::TensorOptions(torch::kDouble), noiseOfMeasurement, 0);
    const edit::Known known = edit::known(parts.recipe.measurement, parts.pictures, sample, noise);
    return edit::heeding(std::move(sampler), parts.recipe.sampler, parts.recipe.measurement, known);
}

}  // namespace diffuscope::run
