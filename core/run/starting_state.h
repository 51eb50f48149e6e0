// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run begins, and what its sampler is to heed, as its recipe says: a given state, a picture that is
// noised or inverted, noise of the seed.
#pragma once

#include "core/edit/picture_store.h"
#include "core/model/sample_space.h"
#include "core/run/sampled_run.h"

namespace diffuscope::run {

/// What both depend on; all of it must outlive the calls.
struct StartParts
{
    const recipe::Recipe& recipe;
    const RunStart& begin;
    record::BatchShape shape;
    const model::SampleSpace& space;
    const schedule::NoiseSchedule& schedule;
    const edit::PictureStore& pictures;
    int firstImage = 0;
    torch::Device device = torch::kCPU;
    bool isDouble = false;
};

/// Throws Error(invalidOption) for a given state of another size, and for pictures with a model of latents.
void checkStart(const StartParts& parts);

/// The condition of the images from `firstImage` on.
recipe::Condition rotated(recipe::Condition condition, int firstImage);

struct StartingState
{
    Tensor state{};  ///< undefined for noise of the seed
    decltype(RunParts::invert) invert{};
};

/// Of a run on `grid`, whose first level is where it begins. Throws Error: missingFile for a picture that is
/// not there, invalidOption for an inversion that the sampler does not have.
StartingState startingState(const StartParts& parts, const schedule::TimeGrid& grid);

/// The sampler that heeds the recipe's measurement. Throws Error as edit::known() and edit::heeding().
std::unique_ptr<samplers::Sampler> heedingSampler(std::unique_ptr<samplers::Sampler> sampler,
                                                  const StartParts& parts);

}  // namespace diffuscope::run
