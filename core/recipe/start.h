// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run begins, and what of its result is known already, as plain values of a recipe.
#pragma once

#include "core/base/option.h"

#include <string>

namespace diffuscope::recipe {

enum class StartKind {
    noise,     ///< N(0, 1) of the seed
    picture,   ///< a picture, noised to a level of the grid (Meng et al. 2022, SDEdit)
    inverted,  ///< a picture, inverted by a sampler run backwards
};

struct Start
{
    StartKind kind = StartKind::noise;
    /// The content hash of the picture (see base/content_hash.h); empty for noise.
    std::string picture{};
    /// Of a picture: the share of the grid's steps that are made, 0 (the picture comes back) … 1 (all of
    /// them).
    double strength = 1;
    /// Of an inverted picture: "ddim", "exact" or "ddpm".
    std::string inversion = "ddim";

    bool operator==(const Start&) const = default;
};

/// y = A x0 + n: what is known of the result.
struct Measurement
{
    std::string kind = "none";     ///< "none", "mask", "blur", "fewer_pixels", "grey", …
    std::string known{};           ///< the content hash of y
    std::string mask{};            ///< of a mask: the content hash of a picture, white where x0 is unknown
    std::string method{};          ///< that heeds it: "replacement", "repaint", "dps", …
    base::OptionValues options{};  ///< of kind and method

    bool isNone() const { return kind == "none"; }
    bool operator==(const Measurement&) const = default;
};

/// "noise", "picture", "inverted".
std::string toString(StartKind kind);

}  // namespace diffuscope::recipe
