// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/blurred.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::edit {

namespace {

std::vector<double> weightsOf(double sigma)
{
    const int reach = int(std::ceil(3 * sigma));
    std::vector<double> weights;
    double sum = 0;
    for (int k = -reach; k <= reach; ++k) {
        weights.push_back(sigma == 0 ? 1 : std::exp(-0.5 * k * k / (sigma * sigma)));
        sum += weights.back();
    }
    for (double& weight : weights)
        weight /= sum;
    return weights;
}

/// Along one axis; the edge's pixels go on outside. Lines begin `lineStep` apart, their pixels `step`.
void blurLines(std::vector<float>& values, std::size_t begin, int lines, std::size_t lineStep, int length,
               std::size_t step, const std::vector<double>& weights)
{
    const int reach = int(weights.size()) / 2;
    std::vector<float> line(static_cast<std::size_t>(length));
    for (int row = 0; row < lines; ++row) {
        const std::size_t first = begin + std::size_t(row) * lineStep;
        for (int k = 0; k < length; ++k)
            line[std::size_t(k)] = values[first + std::size_t(k) * step];
        for (int k = 0; k < length; ++k) {
            double sum = 0;
            for (int j = -reach; j <= reach; ++j)
                sum += weights[std::size_t(j + reach)] *
                       double(line[std::size_t(std::clamp(k + j, 0, length - 1))]);
            values[first + std::size_t(k) * step] = float(sum);
        }
    }
}

}  // namespace

Blurred bestBlur(const std::vector<float>& noisy, const std::vector<float>& clean, int channels, int height,
                 int width)
{
    Blurred best;
    double least = std::numeric_limits<double>::infinity();
    constexpr double steps[] = {0, 0.4, 0.6, 0.8, 1, 1.3, 1.6, 2, 2.5, 3, 4, 6, 8};
    for (const double sigma : steps) {
        std::vector<float> values = noisy;
        const auto weights = weightsOf(sigma);
        const std::size_t size = std::size_t(height) * std::size_t(width);
        for (int channel = 0; channel < channels; ++channel) {
            const std::size_t begin = std::size_t(channel) * size;
            blurLines(values, begin, height, std::size_t(width), width, 1, weights);
            blurLines(values, begin, width, 1, height, std::size_t(width), weights);
        }
        // The affine map that fits best: noise takes contrast and brightness with it.
        double meanValue = 0, meanClean = 0, both = 0, own = 0;
        const double count = double(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            meanValue += double(values[i]) / count;
            meanClean += double(clean[i]) / count;
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            both += (double(values[i]) - meanValue) * (double(clean[i]) - meanClean);
            own += std::pow(double(values[i]) - meanValue, 2);
        }
        const double scale = own > 0 ? both / own : 0;
        double error = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = float(meanClean + scale * (double(values[i]) - meanValue));
            error += std::pow(double(values[i]) - double(clean[i]), 2);
        }
        if (error < least) {
            least = error;
            best = {std::move(values), sigma};
        }
    }
    return best;
}

}  // namespace diffuscope::edit
