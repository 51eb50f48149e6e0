// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a grid as shares of a straight path from noise to picture.
#include "core/model/step_lengths.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace diffuscope::model {
namespace {

/// A level that a grid gives and the same level told back differ by rounding only.
constexpr double sameShare = 1e-4;

}  // namespace

bool readsStep(const ModelCard& card)
{
    const auto architecture = nlohmann::json::parse(card.architecture, nullptr, false);
    return architecture.is_object() && architecture.value("reads_step", false);
}

StepLengths::StepLengths(const schedule::TimeGrid& grid, int levels) : m_levels(levels)
{
    for (const auto& level : grid.levels)
        m_shares.push_back(level.sigma / (level.alpha + level.sigma));
}

double StepLengths::at(double t) const
{
    const double share = (t + 1) / m_levels;
    // Shares fall: the last one that is not below this.
    std::size_t step = 0;
    while (step + 2 < m_shares.size() && m_shares[step + 1] >= share - sameShare)
        ++step;
    return m_shares.size() < 2 ? 0.0 : std::clamp(m_shares[step] - m_shares[step + 1], 0.0, 1.0);
}

torch::Tensor StepLengths::at(const torch::Tensor& t) const
{
    const auto times = t.to(torch::kCPU, torch::kFloat64).contiguous();
    const auto lengths = torch::empty_like(times);
    for (std::int64_t k = 0; k < times.numel(); ++k)
        lengths.data_ptr<double>()[k] = at(times.data_ptr<double>()[k]);
    return lengths.to(t.device(), torch::kFloat32);
}

bool StepLengths::areTrained(int lengths) const
{
    for (std::size_t step = 0; step + 1 < m_shares.size(); ++step) {
        const double length = m_shares[step] - m_shares[step + 1];
        bool isKnown = false;
        for (int k = 0; k < lengths; ++k)
            isKnown = isKnown || std::abs(length - std::ldexp(1.0, -k)) < 2.0 / m_levels;
        if (!isKnown)
            return false;
    }
    return true;
}

}  // namespace diffuscope::model
