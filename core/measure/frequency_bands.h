// SPDX-License-Identifier: GPL-3.0-or-later
// How the energy of an image is spread over coarse structure and fine detail. No torch in here.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace diffuscope::measure {

/// Octaves of spatial frequency, coarse to fine. Band b holds wavelengths from bandWavelengths[b] pixels up
/// to those of the band before it; the last one everything shorter.
inline constexpr int frequencyBands = 4;
inline constexpr std::array<double, frequencyBands - 1> bandWavelengths{16, 8, 4};
using BandEnergy = std::array<double, frequencyBands>;

/// The orthonormal discrete cosine transform, DCT-II, of planes of one size (Ahmed, Natarajan & Rao 1974), in
/// double precision. Unlike Fourier's it sees no edge where an image ends.
class CosineTransform
{
public:
    /// Throws std::invalid_argument for an empty plane.
    CosineTransform(int height, int width);

    int height() const { return m_height; }
    int width() const { return m_width; }
    /// Coefficients [height, width] of a plane [height, width]: entry (v, u) belongs to
    /// cos(π(2y+1)v/2H)·cos(π(2x+1)u/2W), whose wavelength is 1/hypot(u/2W, v/2H) pixels. The sum of squares
    /// is that of the values.
    std::vector<double> transform(std::span<const float> plane) const;

private:
    int m_height;
    int m_width;
    std::vector<double> m_rows;     ///< [width, width], entry (u, x)
    std::vector<double> m_columns;  ///< [height, height], entry (v, y)
};

/// Energies by band, for images of one size.
class FrequencyBands
{
public:
    FrequencyBands(int height, int width);

    /// Of an image [channels, height, width]: sums of squared coefficients, all channels together. The mean
    /// of each channel belongs to no band.
    BandEnergy energy(std::span<const float> image) const;

private:
    CosineTransform m_transform;
    std::vector<signed char> m_bandOf;  ///< [height, width]; −1 for the mean
};

/// What part of the energy lies in each band, summing to 1; absent where there is none (a constant image).
std::optional<BandEnergy> bandShares(const BandEnergy& energy);

}  // namespace diffuscope::measure
