// SPDX-License-Identifier: GPL-3.0-or-later
// What multistep methods on the slope of the flow share: the last slopes and the step that sums them.
#pragma once

#include "core/samplers/coordinate.h"
#include "core/samplers/history.h"

#include <vector>

namespace diffuscope::samplers {

/// The last slopes of dy/dk = slope, each with the level it was made at, the newest first.
class SlopeHistory
{
public:
    SlopeHistory(Coordinate coordinate, int capacity) : m_coordinate(coordinate), m_slopes(capacity) {}

    const Coordinate& coordinate() const { return m_coordinate; }
    void add(const NoiseLevel& level, const Prediction& prediction)
    {
        m_slopes.add(level, m_coordinate.slope(prediction));
    }
    int size() const { return m_slopes.size(); }
    const Tensor& operator[](int i) const { return m_slopes[i].value; }
    const NoiseLevel& level(int i) const { return m_slopes[i].level; }

    /// k of the last `points` slopes.
    std::vector<double> nodes(int points) const
    {
        std::vector<double> nodes;
        for (int i = 0; i < points; ++i)
            nodes.push_back(m_coordinate.k(m_slopes[i].level));
        return nodes;
    }

    /// y' = y + sum weights[j]·slope_j, in x.
    Tensor summed(const std::vector<double>& weights, const Tensor& x, const NoiseLevel& from,
                  const NoiseLevel& to) const
    {
        const double scale = m_coordinate.scale(to);
        Tensor next = (scale / m_coordinate.scale(from)) * x;
        for (std::size_t j = 0; j < weights.size(); ++j)
            next = next + (scale * weights[j]) * m_slopes[int(j)].value;
        return next;
    }

private:
    Coordinate m_coordinate;
    History m_slopes;
};

}  // namespace diffuscope::samplers
