// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/picture_store.h"

#include "core/base/content_hash.h"
#include "core/base/error.h"

namespace diffuscope::edit {

std::string pictureHash(const base::Picture& picture)
{
    base::ContentHash hash;
    const std::string size = std::to_string(picture.width) + "x" + std::to_string(picture.height) + ";";
    hash.add(size.data(), size.size());
    hash.add(picture.pixels.data(), picture.pixels.size());
    return hash.text();
}

std::string PictureStore::add(base::Picture picture)
{
    std::string hash = pictureHash(picture);
    const std::lock_guard lock(m_guard);
    m_pictures.try_emplace(hash, std::make_shared<const base::Picture>(std::move(picture)));
    return hash;
}

std::shared_ptr<const base::Picture> PictureStore::get(const std::string& hash, const std::string& what) const
{
    const std::lock_guard lock(m_guard);
    const auto found = m_pictures.find(hash);
    if (found == m_pictures.end())
        throw Error(ErrorCode::missingFile,
                    "The picture " + what + " (" + hash.substr(0, 12) + "…) is not here.",
                    "Give the picture again, or open the picture or session that holds it.");
    return found->second;
}

bool PictureStore::contains(const std::string& hash) const
{
    const std::lock_guard lock(m_guard);
    return m_pictures.contains(hash);
}

}  // namespace diffuscope::edit
