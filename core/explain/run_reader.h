// SPDX-License-Identifier: GPL-3.0-or-later
// Reads every layer and quantity of a run from its record, also those that need more than one frame, the
// coefficients of the steps, or the seed. No torch in here.
#pragma once

#include "core/record/trajectory.h"
#include "core/samplers/step_terms.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::explain {

/// In a branch: what made the steps before it.
struct EarlierSteps
{
    int end = 0;  ///< the first step that it did not make
    recipe::SamplerSpec sampler{};
    std::uint64_t seed = 0;
};

/// What is known of a run so far. Copying it copies pointers.
struct RunFacts
{
    /// The frames so far; not null.
    std::shared_ptr<const record::Trajectory> trajectory;
    /// Of every step (see sample::stepTerms()); null while they are not known, empty where there are none.
    std::shared_ptr<const std::vector<samplers::StepTerms>> terms{};
    recipe::SamplerSpec sampler{};
    std::uint64_t seed = 0;
    int firstImage = 0;  ///< the k of the batch's first image, in a part of a larger run
    /// In order of the steps; `sampler` and `seed` are those of the steps after them.
    std::vector<EarlierSteps> earlier{};
};

/// Why a layer cannot be shown.
enum class Absence {
    none,             ///< it can
    notArrived,       ///< there is no such frame yet
    nextNotArrived,   ///< the next frame, which it needs, is not there yet
    termsNotKnown,    ///< the coefficients of the steps, which it needs, are not known yet
    resultHasNoStep,  ///< the last frame holds the result, of which nothing was predicted
    firstStep,        ///< there is no step before
    noGuidance,       ///< the step was not guided
    noNoise,          ///< the step adds none
    cleanLevel,       ///< the state is at the clean level
    learnedVariance,  ///< how much noise a step adds depends on what the network says
};

/// One sentence for a person; empty for `none`.
std::string absenceText(Absence absence);

/// All ten layers of a run, frame by frame. Noise is drawn again from (seed, image, step, draw), exactly as
/// the run drew it.
class RunReader
{
public:
    explicit RunReader(RunFacts facts);

    const RunFacts& facts() const { return m_facts; }
    /// The frame, or null where there is none (yet).
    const record::Frame* frame(int index) const;
    /// What made a step, and with noise of which seed.
    const recipe::SamplerSpec& samplerOf(int step) const;
    std::uint64_t seedOf(int step) const;
    /// The terms of a step, or null where they are not known or there are none.
    const samplers::StepTerms* terms(int step) const;

    Absence whyAbsent(int frame, record::Layer layer) const;
    bool has(int frame, record::Layer layer) const { return whyAbsent(frame, layer) == Absence::none; }

    /// The layer's values [channels, height, width] of image k. Where a step draws noise more than once, its
    /// noise layer is their sum weighted as they were added, scaled to N(0, 1).
    /// Throws Error(invalidOption), with absenceText(), where the layer is absent.
    std::vector<float> read(int frame, record::Layer layer, int k) const;
    /// The same of all images.
    record::ImageBatch read(int frame, record::Layer layer) const;

    /// The values [channels, height, width] of image k of a term's quantity; absent where they are not
    /// recorded.
    std::optional<std::vector<float>> quantity(const samplers::StepQuantity& quantity, int k) const;

private:
    Absence noiseAbsence(int step) const;
    /// sum of coefficient·draw over the draws of the step.
    std::vector<float> addedNoise(int step, int k) const;
    /// The root of the sum of squared coefficients of the draws; 0 where there are none.
    double noiseScale(int step) const;

    RunFacts m_facts;
};

}  // namespace diffuscope::explain
