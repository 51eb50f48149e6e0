// SPDX-License-Identifier: GPL-3.0-or-later
// The record of one denoising step. The minimum is stored; every other quantity is derived on demand.
#pragma once

#include "core/record/compact_values.h"
#include "core/record/image_batch.h"
#include "core/record/text_attention.h"
#include "core/schedule/noise_level.h"

#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace diffuscope::record {

/// What can be shown of a frame.
enum class Layer {
    xt,                  ///< the state x_t
    x0Hat,               ///< the estimate of the clean image, as the sampler used it
    epsHat,              ///< the estimate of the noise, as the sampler used it
    epsConditional,      ///< the network's estimate under the condition
    epsUnconditional,    ///< the network's estimate without the condition
    guidanceDifference,  ///< epsConditional − epsUnconditional
    score,               ///< ∇ log p_t(x_t) = −epsHat/sigma (Song et al. 2021, Score-Based, eq. 7)
    // These need more than one frame: explain::LayerReader reads them.
    mean,         ///< μ: the next state without the noise that the step adds
    noise,        ///< z: the noise that the step adds, scaled to N(0, 1)
    x0HatChange,  ///< x0Hat − x0Hat of the step before
};

/// What an evaluation of a step other than its first said, as far as the sampler uses it.
struct FurtherEvaluation
{
    CompactValues x0Hat{};
    CompactValues epsHat{};
    CompactValues x0HatUnconditional{};
};

/// One step of a run. A run of N steps has N + 1 frames: frame k < N holds the state before step k and what
/// the denoiser said of it (its first evaluation in the step); frame N holds the result, with x0Hat = x_t.
/// Read quantities through layer(): which of them are stored, and in which form, is the frame's own affair.
struct Frame
{
    int index = 0;
    schedule::NoiseLevel level;  ///< of x_t
    schedule::NoiseLevel next;   ///< of the state after the step; equal to `level` in the last frame
    BatchShape shape;

    CompactValues xt;
    /// Before it was cut to [−x0Limit, x0Limit].
    CompactValues x0Hat;
    /// Empty where epsHat follows from x_t = alpha·x0Hat + sigma·epsHat.
    CompactValues epsHat;
    /// Empty where the step was not guided.
    CompactValues x0HatUnconditional;
    /// Empty where the step was not guided, and where it follows from `guidanceScale`.
    CompactValues x0HatConditional;
    /// Of the second, third, … evaluation of the step, in order; the first `mostFurther` of them.
    std::vector<FurtherEvaluation> further{};
    /// Above this many the record would be of one step only.
    static constexpr int mostFurther = 64;

    /// w where x0Hat = x0HatUnconditional + w·(x0HatConditional − x0HatUnconditional), otherwise 0.
    double guidanceScale = 0;
    double x0Limit = std::numeric_limits<double>::infinity();
    /// Where the prediction is not of x_t at `level` (churn evaluates at a noisier state, some multistep
    /// samplers use the step before's): the level it is of. epsHat is stored then.
    std::optional<schedule::NoiseLevel> predictedElsewhere{};

    /// Where the network looked for each word; empty unless it was asked for (sample::Run::recordAttention).
    TextAttention attention{};

    /// The levels at which the network was evaluated in this step, in order.
    std::vector<schedule::NoiseLevel> evaluated{};
    int evaluations = 0;       ///< network evaluations of this step (a guided pair counts once)
    int totalEvaluations = 0;  ///< network evaluations up to and including this step
    double networkMs = 0;      ///< time inside the denoiser in this step
    double totalMs = 0;        ///< time of the whole step, recording included

    bool isResult() const { return evaluations == 0 && level == next; }
    bool isGuided() const { return !x0HatUnconditional.empty(); }
    /// Bytes of stored values.
    std::size_t bytes() const;
    /// Whether the layer can be read from this frame alone (a guidance difference needs guidance, …).
    bool has(Layer layer) const;
    /// The layer's values [batch, channels, height, width]; throws Error(invalidOption) where has() is false.
    ImageBatch layer(Layer layer) const;
    /// The layer's values [channels, height, width] of image k alone.
    std::vector<float> layer(Layer layer, int k) const;
};

}  // namespace diffuscope::record
