// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/color_scale.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace diffuscope::exports {

namespace {

using record::Layer;

constexpr std::array<std::pair<Layer, const char*>, 10> layerNames{
    {{Layer::xt, "x_t"},
     {Layer::x0Hat, "x0_hat"},
     {Layer::epsHat, "eps_hat"},
     {Layer::epsConditional, "eps_conditional"},
     {Layer::epsUnconditional, "eps_unconditional"},
     {Layer::guidanceDifference, "guidance_difference"},
     {Layer::mean, "mean"},
     {Layer::noise, "noise"},
     {Layer::x0HatChange, "x0_hat_change"},
     {Layer::score, "score"}}};

/// sRGB's transfer function, of a linear component that may lie outside of what a screen shows.
std::uint8_t encodedChannel(double linear)
{
    const double clipped = std::clamp(linear, 0.0, 1.0);
    const double encoded =
        clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * std::pow(clipped, 1 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(255 * encoded));
}

Color fromOklab(double lightness, double a, double b)
{
    const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return {encodedChannel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            encodedChannel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            encodedChannel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

bool isSigned(Layer layer)
{
    return layer != Layer::xt && layer != Layer::x0Hat && layer != Layer::mean;
}

Color divergingColor(double place)
{
    constexpr double paleLightness = 0.97, endLightness = 0.47, endChroma = 0.17;
    constexpr double blueHue = 258 * std::numbers::pi / 180, redHue = 29 * std::numbers::pi / 180;
    const double size = std::min(std::abs(place), 1.0);
    const double chroma = endChroma * std::sin(size * std::numbers::pi / 2);
    const double hue = place < 0 ? blueHue : redHue;
    return fromOklab(paleLightness - (paleLightness - endLightness) * size, chroma * std::cos(hue),
                     chroma * std::sin(hue));
}

Color colorOf(float value, const ColorScale& scale)
{
    constexpr int steps = 511;  // odd: the middle one is zero
    static const auto table = [] {
        std::array<Color, steps> colors{};
        for (int i = 0; i < steps; ++i)
            colors[std::size_t(i)] = divergingColor(2.0 * i / (steps - 1) - 1);
        return colors;
    }();
    if (std::isnan(value))
        return {0, 0, 0};
    const float place = std::clamp((value - scale.low) / (scale.high - scale.low), 0.0F, 1.0F);
    if (scale.isDiverging)
        return table[std::size_t(std::lround(place * (steps - 1)))];
    const auto grey = static_cast<std::uint8_t>(std::lround(place * 255));
    return {grey, grey, grey};
}

std::string layerId(Layer layer)
{
    const auto found = std::ranges::find(layerNames, layer, &std::pair<Layer, const char*>::first);
    return found->second;
}

Layer layerOf(const std::string& id)
{
    for (const auto& [layer, name] : layerNames)
        if (id == name)
            return layer;
    std::string all;
    for (const std::string& name : layerIds())
        all += (all.empty() ? "" : ", ") + name;
    throw Error(ErrorCode::invalidOption, "There is no layer \"" + id + "\".", "Use one of: " + all + ".");
}

std::vector<std::string> layerIds()
{
    std::vector<std::string> ids;
    for (const auto& [layer, name] : layerNames)
        ids.emplace_back(name);
    return ids;
}

}  // namespace diffuscope::exports
