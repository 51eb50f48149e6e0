// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/picture_variety.h"

#include <cmath>
#include <stdexcept>

namespace diffuscope::measure {

double varietyWithinClasses(const record::ImageBatch& pictures, const std::vector<int>& labels)
{
    const int count = pictures.shape.batch;
    if (int(labels.size()) != count)
        throw std::invalid_argument("a label for each picture");
    double sum = 0;
    int pairs = 0;
    for (int a = 0; a < count; ++a)
        for (int b = a + 1; b < count; ++b) {
            if (labels[std::size_t(a)] != labels[std::size_t(b)])
                continue;
            const auto first = pictures.image(a), second = pictures.image(b);
            double squares = 0;
            for (std::size_t k = 0; k < first.size(); ++k) {
                const double difference = double(first[k]) - double(second[k]);
                squares += difference * difference;
            }
            sum += std::sqrt(squares / double(first.size()));
            ++pairs;
        }
    return pairs > 0 ? sum / pairs : 0;
}

double meanContrastOfNeighbours(const record::ImageBatch& pictures)
{
    const record::BatchShape& shape = pictures.shape;
    double sum = 0;
    std::size_t pairs = 0;
    const auto width = std::size_t(shape.width), height = std::size_t(shape.height);
    const std::size_t planes = std::size_t(shape.batch) * std::size_t(shape.channels);
    for (std::size_t plane = 0; plane < planes; ++plane) {
        const float* const values = pictures.values.data() + plane * width * height;
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t x = 0; x < width; ++x) {
                const double here = double(values[y * width + x]);
                if (x + 1 < width)
                    sum += std::abs(double(values[y * width + x + 1]) - here), ++pairs;
                if (y + 1 < height)
                    sum += std::abs(double(values[(y + 1) * width + x]) - here), ++pairs;
            }
    }
    return pairs > 0 ? sum / double(pairs) : 0;
}

}  // namespace diffuscope::measure
