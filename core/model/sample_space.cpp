// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sample_space.h"

namespace diffuscope::model {

std::string describe(const SampleSpace& space)
{
    const std::string size = std::to_string(space.height) + "×" + std::to_string(space.width);
    switch (space.kind) {
        case SampleKind::pixels:
            return size + " pixels" +
                   (space.channels == 1 ? "" : ", " + std::to_string(space.channels) + " channels");
        case SampleKind::points:
            return space.channels == 1 ? "points on a line"
                                       : "points of " + std::to_string(space.channels) + " values";
        case SampleKind::latent:
            return "latents of " + std::to_string(space.channels) + "×" + size;
    }
    return {};
}

}  // namespace diffuscope::model
