// SPDX-License-Identifier: GPL-3.0-or-later
// A convolution's parameters as the module has them.
#pragma once

#include <vector>

namespace diffuscope::inference {

struct ConvolutionWeights
{
    int inputs = 0, outputs = 0, kernel = 1;
    std::vector<float> values;  ///< [outputs][inputs][kernel][kernel]
    std::vector<float> bias;    ///< [outputs]

    float at(int output, int input, int y, int x) const
    {
        const auto place = static_cast<std::size_t>(output) * static_cast<std::size_t>(inputs) +
                           static_cast<std::size_t>(input);
        return values[place * static_cast<std::size_t>(kernel * kernel) +
                      static_cast<std::size_t>(y * kernel + x)];
    }
    /// The bias, with zeros up to `count`.
    std::vector<float> paddedBias(int count) const
    {
        std::vector<float> longer = bias;
        longer.resize(static_cast<std::size_t>(count));
        return longer;
    }
};

}  // namespace diffuscope::inference
