// SPDX-License-Identifier: GPL-3.0-or-later
// One value of the images: which image of the batch, and where in it.
#pragma once

namespace diffuscope::ui {

/// A pixel of an image of the batch.
struct ImagePixel
{
    int image = 0;
    int x = 0;
    int y = 0;
    bool operator==(const ImagePixel&) const = default;
};

}  // namespace diffuscope::ui
