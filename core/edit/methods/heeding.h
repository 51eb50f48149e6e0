// SPDX-License-Identifier: GPL-3.0-or-later
// What the methods share: a sampler around a sampler, which knows what was measured.
#pragma once

#include "core/edit/methods.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace diffuscope::edit {

using denoise::Prediction;
using samplers::Sampler;
using samplers::StepContext;
using schedule::NoiseLevel;

/// A sampler around a sampler.
class Heeding : public Sampler
{
public:
    Heeding(std::unique_ptr<Sampler> inner, Known known)
        : m_inner(std::move(inner)), m_known(std::move(known))
    {
    }

protected:
    Sampler& inner() { return *m_inner; }
    const Operator& a() const { return *m_known.a; }
    double noise() const { return m_known.noise; }
    Tensor y(const Tensor& x) const { return m_known.y.to(x.options()); }
    /// A⁺ y, what is known as far as it is known.
    Tensor seen(const Tensor& x) const { return a().pseudoInverse(y(x)); }
    /// The sampler's step, with other estimates of x0 in the place of the denoiser's; undefined ones change
    /// nothing.
    using Estimate = std::function<Tensor(const Prediction& of, const Tensor& x, const NoiseLevel& level)>;
    Tensor stepWith(const Estimate& estimate, const Tensor& x, const StepContext& context)
    {
        StepContext corrected = context;
        corrected.denoise = [&](const Tensor& state, const NoiseLevel& level) {
            const Prediction prediction = context.denoise(state, level);
            const Tensor x0Hat = estimate(prediction, state, level);
            return x0Hat.defined() ? with(prediction, x0Hat, state, level) : prediction;
        };
        return inner().step(x, corrected);
    }
    /// x0Hat with another estimate in its place, and the noise that goes with it.
    static Prediction with(const Prediction& prediction, const Tensor& x0Hat, const Tensor& x,
                           const NoiseLevel& level)
    {
        Prediction changed;
        changed.x0Hat = x0Hat;
        changed.epsHat = level.sigma == 0 ? prediction.epsHat : (x - level.alpha * x0Hat) / level.sigma;
        changed.varianceFraction = prediction.varianceFraction;
        return changed;
    }
    /// The norm of each sample, in a shape that multiplies samples.
    static Tensor normOfEach(const Tensor& values)
    {
        return values.flatten(1).norm(2, 1).view({-1, 1, 1, 1});
    }
    /// J v, where J is the derivative of x0Hat by x, by a central difference. Of the exact denoiser J is
    /// alpha/sigma² Cov[x0 | x], which is symmetric, so that it is Jᵀ v as well.
    static Tensor timesJacobian(const StepContext& step, const Tensor& x, const NoiseLevel& level,
                                const Tensor& v)
    {
        const double reach = (x.scalar_type() == torch::kDouble ? 1e-4 : 1e-2) * std::max(level.sigma, 0.05);
        const Tensor length = normOfEach(v) / std::sqrt(double(v.numel() / v.size(0)));
        const Tensor direction = v / (length + 1e-30);
        const Tensor ahead = step.denoise(x + reach * direction, level).x0Hat;
        const Tensor behind = step.denoise(x - reach * direction, level).x0Hat;
        return (ahead - behind) / (2 * reach) * length;
    }

private:
    std::unique_ptr<Sampler> m_inner;
    Known m_known;
};

// One function a method, in the order in which they are shown.
Method replacementMethod();
Method repaintMethod();
Method ddnmMethod();
Method ddrmMethod();
Method dpsMethod();
Method pigdmMethod();

}  // namespace diffuscope::edit
