// SPDX-License-Identifier: GPL-3.0-or-later
// Which colour a recorded value has in a picture.
#pragma once

#include "core/record/frame.h"

#include <array>
#include <cstdint>
#include <string>

namespace diffuscope::exports {

using Color = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// How values become colours: those in [low, high] from black to white, or, diverging, from blue over a pale
/// middle to red.
struct ColorScale
{
    float low = -1;
    float high = 1;
    bool isDiverging = false;

    bool operator==(const ColorScale&) const = default;
};

/// Whether a layer's values have signs that matter: estimates of noise, differences, the score.
bool isSigned(record::Layer layer);

/// The colour of a value in a diverging scale, at `place` −1 … 1 of it: of equal lightness for ±place, so
/// that neither sign looks larger; the pale middle is zero. In Oklab (Ottosson 2020).
Color divergingColor(double place);

/// The colour of one value; not a number is black.
Color colorOf(float value, const ColorScale& scale);

/// The name of a layer in options and labels ("x_t", "x0_hat", …), and back; layerOf throws
/// Error(invalidOption) that names them all.
std::string layerId(record::Layer layer);
record::Layer layerOf(const std::string& id);
/// Every layer's id, in the order in which they are shown.
std::vector<std::string> layerIds();

}  // namespace diffuscope::exports
