// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/step_quantities.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace diffuscope::record {

namespace {

/// Mean of squares, fed image by image.
class MeanSquare
{
public:
    void add(std::span<const float> values)
    {
        for (const float value : values)
            m_sum += double(value) * double(value);
        m_count += values.size();
    }

    void addDifference(std::span<const float> values, std::span<const float> others)
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double difference = double(values[i]) - double(others[i]);
            m_sum += difference * difference;
        }
        m_count += values.size();
    }

    std::optional<double> root() const
    {
        if (m_count == 0)
            return std::nullopt;
        return std::sqrt(m_sum / double(m_count));
    }

private:
    double m_sum = 0;
    std::size_t m_count = 0;
};

}  // namespace

std::vector<int> figureImages(const BatchShape& shape, int selected, std::size_t mostValues)
{
    if (selected >= 0 && selected < shape.batch)
        return {selected};
    const std::size_t affordable = mostValues / std::max<std::size_t>(shape.imageValues(), 1);
    const int count = std::min(shape.batch, int(std::clamp<std::size_t>(affordable, 1, 1u << 20)));
    std::vector<int> images;
    for (int i = 0; i < count; ++i)
        images.push_back(int(std::int64_t(i) * shape.batch / count));
    return images;
}

StepQuantities stepQuantities(const Frame& frame, const Frame* previous, std::span<const int> images)
{
    StepQuantities quantities{.networkMs = frame.networkMs, .totalMs = frame.totalMs};
    if (frame.isResult())
        return quantities;
    const bool hasPrevious = previous && previous->shape == frame.shape && previous->has(Layer::x0Hat);
    MeanSquare change;
    MeanSquare noise;
    MeanSquare guidance;
    for (const int k : images) {
        if (frame.has(Layer::epsHat))
            noise.add(frame.layer(Layer::epsHat, k));
        if (frame.has(Layer::guidanceDifference))
            guidance.add(frame.layer(Layer::guidanceDifference, k));
        if (hasPrevious && frame.has(Layer::x0Hat))
            change.addDifference(frame.layer(Layer::x0Hat, k), previous->layer(Layer::x0Hat, k));
    }
    quantities.x0HatChange = change.root();
    quantities.epsHat = noise.root();
    quantities.guidanceDifference = guidance.root();
    return quantities;
}

std::optional<double> rootMeanSquareApart(const Frame& a, const Frame& b, Layer layer,
                                          std::span<const int> images)
{
    const bool haveOneSize = a.shape.channels == b.shape.channels && a.shape.height == b.shape.height &&
                             a.shape.width == b.shape.width;
    const int common = std::min(a.shape.batch, b.shape.batch);
    if (!haveOneSize || std::ranges::any_of(images, [common](int k) { return k < 0 || k >= common; }))
        return std::nullopt;
    MeanSquare apart;
    for (const int k : images)
        apart.addDifference(a.layer(layer, k), b.layer(layer, k));
    return apart.root();
}

}  // namespace diffuscope::record
