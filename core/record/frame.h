// The record of one denoising step. The minimum is stored; every other quantity is derived on demand.
#pragma once

#include "core/record/compact_values.h"
#include "core/record/image_batch.h"
#include "core/schedule/noise_level.h"

#include <optional>
#include <string_view>
#include <vector>

namespace diffuscope::record {

/// What can be shown of a frame.
enum class Layer {
    xt,                 ///< the state x_t
    x0Hat,              ///< the estimate of the clean image, as the sampler used it
    epsHat,             ///< the estimate of the noise, as the sampler used it
    epsConditional,     ///< the network's estimate under the condition
    epsUnconditional,   ///< the network's estimate without the condition
    guidanceDifference, ///< epsConditional − epsUnconditional
};

/// One step of a run. A run of N steps has N + 1 frames: frame k < N holds the state before step k and what the
/// denoiser said of it (its first evaluation in the step); frame N holds the result, with x0Hat = x_t.
struct Frame
{
    int index = 0;
    schedule::NoiseLevel level;  ///< of x_t
    schedule::NoiseLevel next;   ///< of the state after the step; equal to `level` in the last frame
    BatchShape shape;

    CompactValues xt;
    CompactValues x0Hat;
    /// Empty where epsHat follows from x_t = alpha·x0Hat + sigma·epsHat.
    CompactValues epsHat;
    /// Empty where the step was not guided.
    CompactValues x0HatUnconditional;
    CompactValues x0HatConditional;

    int evaluations = 0;       ///< network evaluations of this step (a guided pair counts once)
    int totalEvaluations = 0;  ///< network evaluations up to and including this step
    double networkMs = 0;      ///< time inside the denoiser in this step
    double totalMs = 0;        ///< time of the whole step, recording included

    bool isResult() const { return evaluations == 0 && level == next; }
    /// Bytes of stored values.
    std::size_t bytes() const;
    /// Whether the layer can be shown for this frame (a guidance difference needs guidance, …).
    bool has(Layer layer) const;
    /// The layer's values [batch, channels, height, width]; throws Error(invalidOption) where has() is false.
    ImageBatch layer(Layer layer) const;
    /// The layer's values [channels, height, width] of image k alone.
    std::vector<float> layer(Layer layer, int k) const;
};

}  // namespace diffuscope::record
