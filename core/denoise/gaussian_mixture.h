// SPDX-License-Identifier: GPL-3.0-or-later
// The exact denoiser of a mixture of Gaussians: the oracle that every sampler is held against.
#pragma once

#include "core/denoise/denoiser.h"

#include <cstdint>

namespace diffuscope::denoise {

/// Data x0 ~ sum_k w_k N(mean_k, std² I) in D dimensions.
struct GaussianMixture
{
    Tensor means;    ///< [K, D], double
    Tensor weights;  ///< [K], double, sum 1
    double std = 1;

    /// `count` draws [count, D], double; draw k depends on (seed, k) alone.
    Tensor sample(int count, std::uint64_t seed) const;
};

/// The posterior mean of the mixture in closed form: var = alpha²·std² + sigma²,
/// r_k = softmax_k(log w_k − ‖x − alpha·mean_k‖²/(2 var)), x0Hat = sum r_k (mean_k + alpha·std²/var (x −
/// alpha·mean_k)), epsHat = sigma/var · sum r_k (x − alpha·mean_k). Exact also at sigma = 0 and alpha = 0.
class GaussianMixtureDenoiser final : public Denoiser
{
public:
    /// Throws Error(invalidOption) for shapes that do not fit, std ≤ 0, weights ≤ 0 or of another sum than 1.
    explicit GaussianMixtureDenoiser(GaussianMixture mixture);
    /// x: [B, D]. A class selects the component of that index; none (−1) is the whole mixture.
    Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                       const recipe::Condition& condition) override;

private:
    GaussianMixture m_mixture;
};

}  // namespace diffuscope::denoise
