// SPDX-License-Identifier: GPL-3.0-or-later
// Hands tensors to the field, class by class.
#include "core/model/exact/point_denoiser.h"

#include "core/base/error.h"

#include <torch/types.h>

#include <map>

namespace diffuscope::model {

namespace {

using denoise::Tensor;

/// Which rows of a batch ask for which class.
std::map<int, std::vector<std::size_t>> rowsByLabel(const recipe::Condition& condition, std::size_t rows)
{
    std::map<int, std::vector<std::size_t>> groups;
    for (std::size_t k = 0; k < rows; ++k)
        groups[condition.classOf(int(k))].push_back(k);
    return groups;
}

}  // namespace

PointDenoiser::PointDenoiser(std::shared_ptr<const PointField> field, int threads)
    : m_field(std::move(field)), m_threads(threads)
{
}

denoise::Prediction PointDenoiser::predict(const Tensor& x, const schedule::NoiseLevel& level,
                                           const recipe::Condition& condition)
{
    const auto dimensions = std::size_t(m_field->dimensions());
    const auto rows = std::size_t(x.size(0));
    if (std::size_t(x.numel()) != rows * dimensions)
        throw Error(ErrorCode::invalidOption,
                    "The state does not hold " + std::to_string(dimensions) + " values a point.",
                    "Start from points of the model's own dimensions.");
    const Tensor points = x.to(torch::kCPU, torch::kDouble).contiguous();
    Tensor x0Hat = torch::empty_like(points);
    Tensor epsHat = torch::empty_like(points);
    const double* const in = points.data_ptr<double>();
    double* const clean = x0Hat.data_ptr<double>();
    double* const noise = epsHat.data_ptr<double>();
    const auto groups = rowsByLabel(condition, condition.isNone() ? 0 : rows);
    if (groups.size() <= 1) {
        const int label = groups.empty() ? -1 : groups.begin()->first;
        m_field->estimate(level, std::span(in, rows * dimensions), clean, noise, label, m_threads);
        return {.x0Hat = x0Hat.to(x.options()), .epsHat = epsHat.to(x.options())};
    }
    for (const auto& [label, members] : groups) {
        std::vector<double> own(members.size() * dimensions), ownClean(own.size()), ownNoise(own.size());
        for (std::size_t i = 0; i < members.size(); ++i)
            std::copy_n(in + members[i] * dimensions, dimensions, own.data() + i * dimensions);
        m_field->estimate(level, own, ownClean.data(), ownNoise.data(), label, m_threads);
        for (std::size_t i = 0; i < members.size(); ++i) {
            std::copy_n(ownClean.data() + i * dimensions, dimensions, clean + members[i] * dimensions);
            std::copy_n(ownNoise.data() + i * dimensions, dimensions, noise + members[i] * dimensions);
        }
    }
    return {.x0Hat = x0Hat.to(x.options()), .epsHat = epsHat.to(x.options())};
}

}  // namespace diffuscope::model
