// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures that recipes name by the hash of their content: starts, known parts, masks.
#pragma once

#include "core/base/picture_reader.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace diffuscope::edit {

/// The SHA-256 of a picture's width, height and pixels: equal pictures, equal names, whatever file they came
/// from.
std::string pictureHash(const base::Picture& picture);

/// May be used by several threads.
class PictureStore
{
public:
    /// Keeps it, and returns its hash.
    std::string add(base::Picture picture);
    /// Throws Error(missingFile) where there is none of this hash; `what` is what it is for ("to start
    /// from").
    std::shared_ptr<const base::Picture> get(const std::string& hash, const std::string& what) const;
    bool contains(const std::string& hash) const;

private:
    mutable std::mutex m_guard;
    std::map<std::string, std::shared_ptr<const base::Picture>> m_pictures;
};

}  // namespace diffuscope::edit
