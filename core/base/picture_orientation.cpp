// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/picture_orientation.h"

#include <cstddef>
#include <utility>

namespace diffuscope::base {
namespace {

/// Numbers of a TIFF structure; 0 beyond its end.
class TiffNumbers
{
public:
    explicit TiffNumbers(std::span<const unsigned char> bytes) : m_bytes(bytes) {}

    bool isTiff() const
    {
        return m_bytes.size() >= 8 && m_bytes[0] == m_bytes[1] && (m_bytes[0] == 'I' || m_bytes[0] == 'M') &&
               number(2, 2) == 42;
    }

    uint32_t number(std::size_t at, std::size_t size) const
    {
        if (at > m_bytes.size() || m_bytes.size() - at < size)
            return 0;
        uint32_t value = 0;
        for (std::size_t index = 0; index < size; ++index)
            value = value << 8 | m_bytes[m_bytes[0] == 'M' ? at + index : at + size - 1 - index];
        return value;
    }

private:
    std::span<const unsigned char> m_bytes;
};

}  // namespace

int exifOrientation(std::span<const unsigned char> tiff)
{
    constexpr std::size_t entryBytes = 12;
    constexpr uint32_t orientationTag = 0x0112, shortType = 3;
    const TiffNumbers numbers(tiff);
    if (!numbers.isTiff())
        return 1;
    const std::size_t directory = numbers.number(4, 4);
    const std::size_t entries = numbers.number(directory, 2);
    for (std::size_t index = 0; index < entries; ++index) {
        const std::size_t entry = directory + 2 + index * entryBytes;
        if (numbers.number(entry, 2) != orientationTag || numbers.number(entry + 2, 2) != shortType)
            continue;
        const uint32_t value = numbers.number(entry + 8, 2);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

Picture turnedUpright(Picture picture, int orientation)
{
    if (orientation <= 1 || orientation > 8)
        return picture;
    const bool swapsSides = orientation >= 5;
    const int width = swapsSides ? picture.height : picture.width;
    const int height = swapsSides ? picture.width : picture.height;
    // Whether the stored picture is read from its right or lower edge, as the shown one is filled row by row.
    const bool fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool fromBelow = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    std::vector<uint8_t> turned;
    turned.reserve(picture.pixels.size());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const int column = swapsSides ? y : x, row = swapsSides ? x : y;
            const int storedColumn = fromRight ? picture.width - 1 - column : column;
            const int storedRow = fromBelow ? picture.height - 1 - row : row;
            const std::size_t at =
                (std::size_t(storedRow) * std::size_t(picture.width) + std::size_t(storedColumn)) * 3;
            for (std::size_t channel = 0; channel < 3; ++channel)
                turned.push_back(picture.pixels[at + channel]);
        }
    }
    return {width, height, std::move(turned)};
}

}  // namespace diffuscope::base
