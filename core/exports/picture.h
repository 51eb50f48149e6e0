// SPDX-License-Identifier: GPL-3.0-or-later
// PNG files that hold the recipe they were made from.
#pragma once

#include "core/base/picture_reader.h"
#include "core/exports/canvas.h"
#include "core/recipe/run_plan.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::exports {

/// Bytes [height, width, channels], 1 (grey) or 3 (red, green, blue) channels.
struct Picture
{
    const unsigned char* pixels;
    int width;
    int height;
    int channels;
};

/// Of a canvas that must outlive it, or the expression that it is used in.
inline Picture pictureOf(const Canvas& canvas)
{
    return {canvas.pixels().data(), canvas.width(), canvas.height(), canvas.channels()};
}

/// The PNG's text chunk (iTXt) in which the recipe is.
inline constexpr const char* recipeKey = "diffuscope-recipe";

/// Replaces the file in one atomic step; the recipe is in it as JSON, in a branch with the runs that it
/// leaves. Throws Error(writeFailed) that names the file, with nothing left of it where it was not there
/// before.
/// Pictures that the recipe names are kept in it too, where they are not too large (see largestKept).
void writePicture(const std::string& path, const Picture& picture, const recipe::RunPlan& plan,
                  const std::vector<std::shared_ptr<const base::Picture>>& named = {});
/// Pixels of the largest picture that is kept.
inline constexpr int largestKept = 1 << 20;
inline constexpr const char* pictureKey = "diffuscope-picture";

/// Whether a file begins as PNGs do.
bool isPng(const std::string& path);

/// The recipe, as JSON that session::planFromJson() reads, in a PNG file that this program wrote. Throws
/// Error: missingFile, invalidFile for what is no PNG or a damaged one, and for a PNG without a recipe.
std::string readRecipeOfPicture(const std::string& path);

/// The pictures that its recipe names, as far as they are in it; damaged ones are passed over. Throws as
/// above, but for a PNG without a recipe.
std::vector<base::Picture> readPicturesOfPicture(const std::string& path);

}  // namespace diffuscope::exports
