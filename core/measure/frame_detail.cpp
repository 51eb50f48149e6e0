// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/frame_detail.h"

#include <cmath>
#include <limits>

namespace diffuscope::measure {

double peakSignalToNoise(double meanSquare, double peak)
{
    if (meanSquare == 0)
        return std::numeric_limits<double>::infinity();
    return 10 * std::log10(peak * peak / meanSquare);
}

std::optional<double> distanceToResult(const record::Frame& frame, const record::Frame& result,
                                       std::span<const int> images)
{
    if (images.empty() || !(frame.shape == result.shape) || !frame.has(record::Layer::x0Hat))
        return std::nullopt;
    double sum = 0;
    for (const int k : images) {
        const std::vector<float> estimate = frame.layer(record::Layer::x0Hat, k);
        const std::vector<float> end = result.layer(record::Layer::xt, k);
        for (std::size_t i = 0; i < estimate.size(); ++i) {
            const double difference = double(estimate[i]) - double(end[i]);
            sum += difference * difference;
        }
    }
    return peakSignalToNoise(sum / (double(images.size()) * double(frame.shape.imageValues())));
}

std::optional<BandEnergy> structureOf(const record::Frame& frame, const FrequencyBands& bands,
                                      std::span<const int> images)
{
    if (!frame.has(record::Layer::x0Hat))
        return std::nullopt;
    BandEnergy total{};
    for (const int k : images) {
        const BandEnergy energy = bands.energy(frame.layer(record::Layer::x0Hat, k));
        for (std::size_t band = 0; band < total.size(); ++band)
            total[band] += energy[band];
    }
    return bandShares(total);
}

}  // namespace diffuscope::measure
