// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/frame.h"

#include "core/base/error.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace diffuscope::record {

namespace {

/// The values [first, first + count) of a frame's layers, before they get their shape.
class LayerReader
{
public:
    LayerReader(const Frame& frame, std::size_t first, std::size_t count)
        : m_frame(frame), m_first(first), m_count(count)
    {
    }

    std::vector<float> read(Layer layer) const
    {
        switch (layer) {
            case Layer::xt:
                return stored(m_frame.xt);
            case Layer::x0Hat:
                return x0Hat();
            case Layer::epsHat:
                return m_frame.epsHat.empty() ? noiseBeside(x0Hat()) : stored(m_frame.epsHat);
            case Layer::epsConditional:
                return noiseOfNetwork(conditional());
            case Layer::epsUnconditional:
                return noiseOfNetwork(stored(m_frame.x0HatUnconditional));
            case Layer::guidanceDifference:
                return difference();
            case Layer::score:
                return score();
            case Layer::mean:
            case Layer::noise:
            case Layer::x0HatChange:
                break;
        }
        return {};
    }

private:
    std::vector<float> stored(const CompactValues& values) const
    {
        std::vector<float> out(m_count);
        values.copyTo(out, m_first);
        return out;
    }

    std::vector<float> x0Hat() const
    {
        std::vector<float> x0 = stored(m_frame.x0Hat);
        const float limit = float(m_frame.x0Limit);
        if (std::isfinite(limit))
            for (float& value : x0)
                value = std::clamp(value, -limit, limit);
        return x0;
    }

    /// x0HatConditional = u + (x0Hat − u)/w.
    std::vector<float> conditional() const
    {
        if (!m_frame.x0HatConditional.empty())
            return stored(m_frame.x0HatConditional);
        std::vector<float> c = stored(m_frame.x0Hat);
        const std::vector<float> u = stored(m_frame.x0HatUnconditional);
        const double perScale = 1 / m_frame.guidanceScale;
        for (std::size_t i = 0; i < m_count; ++i)
            c[i] = float(double(u[i]) + perScale * (double(c[i]) - double(u[i])));
        return c;
    }

    /// epsHat = (x_t − alpha·x0Hat)/sigma; zero at the clean level, which holds no noise.
    std::vector<float> noiseBeside(std::vector<float> x0) const
    {
        if (m_frame.level.isClean())
            return std::vector<float>(m_count, 0.0f);
        std::vector<float> eps = stored(m_frame.xt);
        const double alpha = m_frame.level.alpha;
        const double perSigma = 1 / m_frame.level.sigma;
        for (std::size_t i = 0; i < m_count; ++i)
            eps[i] = float((double(eps[i]) - alpha * double(x0[i])) * perSigma);
        return eps;
    }

    /// The noise estimate that belongs to one of the network's image estimates. Where the state it was made
    /// for is not x_t, from the stored epsHat: eps = epsHat − alpha/sigma·(x0 − x0Hat).
    std::vector<float> noiseOfNetwork(std::vector<float> x0) const
    {
        if (!m_frame.predictedElsewhere)
            return noiseBeside(std::move(x0));
        std::vector<float> eps = stored(m_frame.epsHat);
        const std::vector<float> used = x0Hat();
        const double factor = noisePerImage();
        for (std::size_t i = 0; i < m_count; ++i)
            eps[i] = float(double(eps[i]) + factor * (double(x0[i]) - double(used[i])));
        return eps;
    }

    /// −alpha/sigma, the factor from a difference of image estimates of one state to that of its noise
    /// estimates.
    double noisePerImage() const
    {
        const schedule::NoiseLevel level = m_frame.predictedElsewhere.value_or(m_frame.level);
        return level.isClean() ? 0.0 : -level.alpha / level.sigma;
    }

    std::vector<float> score() const
    {
        std::vector<float> score = read(Layer::epsHat);
        const double factor = -1 / m_frame.level.sigma;
        for (float& value : score)
            value = float(factor * double(value));
        return score;
    }

    std::vector<float> difference() const
    {
        std::vector<float> delta = conditional();
        const std::vector<float> unconditional = stored(m_frame.x0HatUnconditional);
        const double factor = noisePerImage();
        for (std::size_t i = 0; i < m_count; ++i)
            delta[i] = float(factor * (double(delta[i]) - double(unconditional[i])));
        return delta;
    }

    const Frame& m_frame;
    std::size_t m_first;
    std::size_t m_count;
};

void require(const Frame& frame, Layer layer)
{
    if (!frame.has(layer))
        throw Error(ErrorCode::invalidOption, "This frame has no such layer.",
                    "Guidance layers exist where guidance was on.");
}

}  // namespace

std::size_t Frame::bytes() const
{
    std::size_t sum =
        xt.bytes() + x0Hat.bytes() + epsHat.bytes() + x0HatUnconditional.bytes() + x0HatConditional.bytes();
    sum += attention.bytes();
    for (const FurtherEvaluation& evaluation : further)
        sum += evaluation.x0Hat.bytes() + evaluation.epsHat.bytes() + evaluation.x0HatUnconditional.bytes();
    return sum;
}

bool Frame::has(Layer layer) const
{
    switch (layer) {
        case Layer::xt:
        case Layer::x0Hat:
        case Layer::epsHat:
            return !xt.empty();
        case Layer::epsUnconditional:
            return isGuided();
        case Layer::epsConditional:
        case Layer::guidanceDifference:
            return isGuided() && (guidanceScale != 0 || !x0HatConditional.empty());
        case Layer::score:
            return !xt.empty() && !level.isClean();
        case Layer::mean:
        case Layer::noise:
        case Layer::x0HatChange:
            return false;
    }
    return false;
}

ImageBatch Frame::layer(Layer layer) const
{
    require(*this, layer);
    return {shape, LayerReader(*this, 0, shape.values()).read(layer)};
}

std::vector<float> Frame::layer(Layer layer, int k) const
{
    require(*this, layer);
    assert(k >= 0 && k < shape.batch);
    return LayerReader(*this, std::size_t(k) * shape.imageValues(), shape.imageValues()).read(layer);
}

}  // namespace diffuscope::record
