// SPDX-License-Identifier: GPL-3.0-or-later
// Plain floats with a shape: how images leave core. Never a tensor handle.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace diffuscope::record {

/// The shape [batch, channels, height, width] of a recorded quantity, row-major.
struct BatchShape
{
    int batch = 0;
    int channels = 0;
    int height = 0;
    int width = 0;

    std::size_t pixels() const { return std::size_t(height) * std::size_t(width); }
    std::size_t imageValues() const { return std::size_t(channels) * pixels(); }
    std::size_t values() const { return std::size_t(batch) * imageValues(); }
    bool operator==(const BatchShape&) const = default;
};

/// Values [batch, channels, height, width] in 32-bit floats.
struct ImageBatch
{
    BatchShape shape;
    std::vector<float> values;

    /// The values [channels, height, width] of image k.
    std::span<const float> image(int k) const
    {
        return std::span(values).subspan(std::size_t(k) * shape.imageValues(), shape.imageValues());
    }
};

}  // namespace diffuscope::record
