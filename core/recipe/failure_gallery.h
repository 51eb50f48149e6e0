// SPDX-License-Identifier: GPL-3.0-or-later
// Failures that everybody meets, each as two recipes that differ in what is wrong, with cause and cure.
#pragma once

#include "core/recipe/recipe.h"

#include <string>
#include <vector>

namespace diffuscope::recipe {

struct GalleryEntry
{
    std::string id;
    std::string title;
    Recipe healthy{}, failing{};
    std::string cause;    ///< one sentence
    std::string cure;     ///< one sentence
    std::string betrays;  ///< the quantity that shows it
};

/// In the order in which they are taught; all of models that come with the program.
const std::vector<GalleryEntry>& failureGallery();

/// Throws Error(invalidOption) that names all for an id that is none of them.
const GalleryEntry& galleryEntry(const std::string& id);

}  // namespace diffuscope::recipe
