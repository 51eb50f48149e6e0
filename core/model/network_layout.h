// SPDX-License-Identifier: GPL-3.0-or-later
// What a network is made of, as a value: its levels, and the parts that can be left out. No torch in here.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::model {

enum class PartKind {
    skip,       ///< from a block on the way down to its counterpart on the way up: zeros in its place
    attention,  ///< self-attention of a level, of the middle, or of a transformer's layer
    words,      ///< cross-attention to the prompt of a level or of the middle
    block,      ///< a transformer's layer
};

/// One part. Ids: "skip:0" … (the finest first), "attention:7" (the level of 7 rows), "attention:middle",
/// "words:8", "words:middle"; of a transformer "attention:0" … and "block:0" … by layer.
struct NetworkPart
{
    std::string id;
    PartKind kind = PartKind::skip;
    int level = 0;  ///< 0 the finest; that of the layer in a transformer; −1 the middle
    int place = 0;  ///< among those of its kind and level

    bool operator==(const NetworkPart&) const = default;
};

/// A level of a U-Net, or a layer of a transformer.
struct NetworkLevel
{
    int height = 0, width = 0;  ///< in positions
    int channels = 0;
    int blocks = 0;  ///< on the way down, and as many on the way up
    bool attends = false;
    bool readsWords = false;

    bool operator==(const NetworkLevel&) const = default;
};

enum class LayoutKind { other, unet, transformer };

struct NetworkLayout
{
    LayoutKind kind = LayoutKind::other;
    std::vector<NetworkLevel> levels{};  ///< the finest first
    NetworkLevel middle{};               ///< of a U-Net
    int patch = 1;                       ///< side of the squares of pixels that are one position
    int embedding = 0;                   ///< width of the embedding of time and condition
    int heads = 0;
    std::vector<NetworkPart> parts{};

    const NetworkPart* find(const std::string& id) const;
    bool operator==(const NetworkLayout&) const = default;
};

/// Throws Error(invalidOption) that names the parts there are for an id that is none of them.
void checkParts(const NetworkLayout& layout, const std::string& model, const std::vector<std::string>& ids);

}  // namespace diffuscope::model
