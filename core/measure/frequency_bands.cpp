// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/frequency_bands.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace diffuscope::measure {

namespace {

/// Entry (u, x) = c_u·cos(π(2x+1)u/2n), c_0 = √(1/n), otherwise √(2/n): rows of length 1, orthogonal.
std::vector<double> cosineMatrix(int n)
{
    std::vector<double> matrix;
    matrix.reserve(std::size_t(n) * std::size_t(n));
    for (int u = 0; u < n; ++u)
        for (int x = 0; x < n; ++x)
            matrix.push_back(std::sqrt((u == 0 ? 1.0 : 2.0) / n) *
                             std::cos(std::numbers::pi * (2 * x + 1) * u / (2.0 * n)));
    return matrix;
}

int bandOfWavelength(double wavelength)
{
    int band = 0;
    while (band < frequencyBands - 1 && wavelength < bandWavelengths[std::size_t(band)])
        ++band;
    return band;
}

}  // namespace

CosineTransform::CosineTransform(int height, int width) : m_height(height), m_width(width)
{
    if (height < 1 || width < 1)
        throw std::invalid_argument("CosineTransform needs a plane with pixels");
    m_rows = cosineMatrix(width);
    m_columns = cosineMatrix(height);
}

std::vector<double> CosineTransform::transform(std::span<const float> plane) const
{
    const auto height = std::size_t(m_height);
    const auto width = std::size_t(m_width);
    if (plane.size() != height * width)
        throw std::invalid_argument("the plane has another size than the transform");
    std::vector<double> byRow(plane.size());
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t u = 0; u < width; ++u) {
            double sum = 0;
            for (std::size_t x = 0; x < width; ++x)
                sum += m_rows[u * width + x] * double(plane[y * width + x]);
            byRow[y * width + u] = sum;
        }
    std::vector<double> coefficients(plane.size());
    for (std::size_t v = 0; v < height; ++v)
        for (std::size_t y = 0; y < height; ++y) {
            const double factor = m_columns[v * height + y];
            for (std::size_t u = 0; u < width; ++u)
                coefficients[v * width + u] += factor * byRow[y * width + u];
        }
    return coefficients;
}

FrequencyBands::FrequencyBands(int height, int width) : m_transform(height, width)
{
    m_bandOf.reserve(std::size_t(height) * std::size_t(width));
    for (int v = 0; v < height; ++v)
        for (int u = 0; u < width; ++u)
            m_bandOf.push_back(u == 0 && v == 0 ? static_cast<signed char>(-1)
                                                : static_cast<signed char>(bandOfWavelength(
                                                      1 / std::hypot(double(u) / (2.0 * width),
                                                                     double(v) / (2.0 * height)))));
}

BandEnergy FrequencyBands::energy(std::span<const float> image) const
{
    BandEnergy energy{};
    const std::size_t pixels = m_bandOf.size();
    for (std::size_t first = 0; first + pixels <= image.size(); first += pixels) {
        const std::vector<double> coefficients = m_transform.transform(image.subspan(first, pixels));
        for (std::size_t i = 0; i < pixels; ++i)
            if (m_bandOf[i] >= 0)
                energy[std::size_t(m_bandOf[i])] += coefficients[i] * coefficients[i];
    }
    return energy;
}

std::optional<BandEnergy> bandShares(const BandEnergy& energy)
{
    const double total = std::accumulate(energy.begin(), energy.end(), 0.0);
    // What rounding leaves of a constant image is no structure.
    if (!(total > 1e-9) || !std::isfinite(total))
        return std::nullopt;
    BandEnergy shares = energy;
    for (double& share : shares)
        share /= total;
    return shares;
}

}  // namespace diffuscope::measure
