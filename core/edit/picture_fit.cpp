// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/picture_fit.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace diffuscope::edit {

namespace {

constexpr int largestSide = 4096;
constexpr int colours = 3;

/// A part of a picture, in its pixels; what lies outside of the picture has the colour of its corner.
struct Window
{
    double left, top, width, height;
};

Window windowOf(const base::Picture& picture, int width, int height, Fit fit)
{
    const double wide = double(picture.width) / width, high = double(picture.height) / height;
    const double scale = fit == Fit::crop ? std::min(wide, high) : std::max(wide, high);
    const double across = scale * width, down = scale * height;
    return {(picture.width - across) / 2, (picture.height - down) / 2, across, down};
}

/// What a new pixel takes of the old ones on one axis: the first of them, and a weight each.
struct Share
{
    int first = 0;
    std::vector<double> weights{};
};

/// Of smaller pictures the overlap of the old pixels with the new one, of larger ones the two neighbours of
/// its centre.
std::vector<Share> sharesOf(double start, double length, int count)
{
    const double size = length / count;
    std::vector<Share> shares;
    for (int k = 0; k < count; ++k) {
        const double from = start + k * size, to = from + size;
        Share share;
        if (size >= 1) {
            share.first = int(std::floor(from));
            for (int pixel = share.first; pixel < to - 1e-9; ++pixel)
                share.weights.push_back((std::min(to, pixel + 1.0) - std::max(from, double(pixel))) / size);
        } else {
            const double centre = (from + to) / 2 - 0.5;
            share.first = int(std::floor(centre));
            share.weights = {1 - (centre - share.first), centre - share.first};
        }
        shares.push_back(std::move(share));
    }
    return shares;
}

}  // namespace

base::Picture fitted(const base::Picture& picture, int width, int height, Fit fit, bool isInverted)
{
    if (width < 1 || height < 1 || width > largestSide || height > largestSide)
        throw Error(ErrorCode::invalidOption, "A picture cannot be brought to " + std::to_string(width) +
                                                  "×" + std::to_string(height) + " pixels.");
    if (picture.width < 1 || picture.height < 1)
        throw Error(ErrorCode::invalidOption, "The picture is empty.", "Give one with pixels in it.");
    base::Picture result = picture;
    if (picture.width != width || picture.height != height) {
        result = {width, height,
                  std::vector<std::uint8_t>(std::size_t(width) * std::size_t(height) * colours)};
        const Window window = windowOf(picture, width, height, fit);
        const auto columns = sharesOf(window.left, window.width, width);
        const auto rows = sharesOf(window.top, window.height, height);
        const auto at = [&picture, fit](int x, int y) -> const std::uint8_t* {
            const bool isInside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
            if (!isInside && fit == Fit::contain)
                return picture.pixels.data();
            x = std::clamp(x, 0, picture.width - 1);
            y = std::clamp(y, 0, picture.height - 1);
            return picture.pixels.data() +
                   (std::size_t(y) * std::size_t(picture.width) + std::size_t(x)) * colours;
        };
        std::uint8_t* out = result.pixels.data();
        for (const Share& row : rows)
            for (const Share& column : columns) {
                std::array<double, colours> sum{};
                for (std::size_t j = 0; j < row.weights.size(); ++j)
                    for (std::size_t i = 0; i < column.weights.size(); ++i) {
                        const std::uint8_t* pixel = at(column.first + int(i), row.first + int(j));
                        for (int c = 0; c < colours; ++c)
                            sum[std::size_t(c)] += row.weights[j] * column.weights[i] * pixel[c];
                    }
                for (const double value : sum)
                    *out++ = std::uint8_t(std::clamp(std::lround(value), 0L, 255L));
            }
    }
    if (isInverted)
        for (std::uint8_t& value : result.pixels)
            value = std::uint8_t(255 - value);
    return result;
}

std::vector<float> channelValues(const base::Picture& picture, int channels)
{
    if (channels != 1 && channels != colours)
        throw Error(
            ErrorCode::invalidOption,
            "A picture has no " + std::to_string(channels) + " channels, as the model's samples have.",
            "Pictures go with models whose samples are grey or coloured pictures.");
    const std::size_t count = std::size_t(picture.width) * std::size_t(picture.height);
    const auto inRange = [](double value) { return float(value / 127.5 - 1); };
    std::vector<float> values(std::size_t(channels) * count);
    for (std::size_t k = 0; k < count; ++k) {
        const std::uint8_t* rgb = picture.pixels.data() + k * colours;
        if (channels == 1) {
            const bool isGrey = rgb[0] == rgb[1] && rgb[1] == rgb[2];
            values[k] = inRange(isGrey ? rgb[0] : 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]);
        } else {
            for (std::size_t c = 0; c < colours; ++c)
                values[c * count + k] = inRange(rgb[c]);
        }
    }
    return values;
}

}  // namespace diffuscope::edit
