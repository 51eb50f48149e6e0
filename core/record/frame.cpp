#include "core/record/frame.h"

#include "core/registry/error.h"

#include <cassert>

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
                return stored(m_frame.x0Hat);
            case Layer::epsHat:
                return m_frame.epsHat.empty() ? noiseOf(m_frame.x0Hat) : stored(m_frame.epsHat);
            case Layer::epsConditional:
                return noiseOf(m_frame.x0HatConditional);
            case Layer::epsUnconditional:
                return noiseOf(m_frame.x0HatUnconditional);
            case Layer::guidanceDifference:
                return difference();
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

    /// epsHat = (x_t − alpha·x0Hat)/sigma; zero at the clean level, which holds no noise.
    std::vector<float> noiseOf(const CompactValues& x0Hat) const
    {
        if (m_frame.level.isClean())
            return std::vector<float>(m_count, 0.0f);
        std::vector<float> eps = stored(m_frame.xt);
        const std::vector<float> x0 = stored(x0Hat);
        const double alpha = m_frame.level.alpha;
        const double perSigma = 1 / m_frame.level.sigma;
        for (std::size_t i = 0; i < m_count; ++i)
            eps[i] = float((double(eps[i]) - alpha * double(x0[i])) * perSigma);
        return eps;
    }

    /// epsConditional − epsUnconditional = −alpha/sigma · (x0HatConditional − x0HatUnconditional).
    std::vector<float> difference() const
    {
        std::vector<float> delta = stored(m_frame.x0HatConditional);
        const std::vector<float> unconditional = stored(m_frame.x0HatUnconditional);
        const double factor = m_frame.level.isClean() ? 0.0 : -m_frame.level.alpha / m_frame.level.sigma;
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
    return xt.bytes() + x0Hat.bytes() + epsHat.bytes() + x0HatUnconditional.bytes() + x0HatConditional.bytes();
}

bool Frame::has(Layer layer) const
{
    switch (layer) {
        case Layer::xt:
        case Layer::x0Hat:
        case Layer::epsHat:
            return !xt.empty();
        case Layer::epsConditional:
            return !x0HatConditional.empty();
        case Layer::epsUnconditional:
            return !x0HatUnconditional.empty();
        case Layer::guidanceDifference:
            return !x0HatConditional.empty() && !x0HatUnconditional.empty();
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
