// SPDX-License-Identifier: GPL-3.0-or-later
// A field of points as a denoiser, for every sampler, guidance rule and schedule.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/model/exact/point_field.h"

#include <memory>

namespace diffuscope::model {

/// The posterior mean of a mixture in closed form. Computes in double whatever the type of the state, which
/// its answers have again.
class PointDenoiser final : public denoise::Denoiser
{
public:
    /// `threads`: 0 is one a core.
    explicit PointDenoiser(std::shared_ptr<const PointField> field, int threads = 1);

    /// x: [B, D], or [B, D, 1, 1]. Throws Error(invalidOption) for a class that the field has not, and
    /// another number of values a point.
    denoise::Prediction predict(const denoise::Tensor& x, const schedule::NoiseLevel& level,
                                const recipe::Condition& condition) override;

private:
    std::shared_ptr<const PointField> m_field;
    int m_threads;
};

}  // namespace diffuscope::model
