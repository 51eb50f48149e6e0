#include "core/network/plan/memory.h"

#include <algorithm>

namespace diffuscope::network::plan {

View ArenaLayout::add(int height, int width, int channels)
{
    const View view{static_cast<int>(m_buffers.size()), height, width, channels, 0, channels};
    m_buffers.push_back({.valuesPerImage = view.valuesPerImage()});
    return view;
}

void ArenaLayout::use(const View& view, int operation)
{
    Buffer& buffer = m_buffers[index(view)];
    if (buffer.firstUse < 0) {
        buffer.firstUse = operation;
    }
    buffer.lastUse = operation;
}

void ArenaLayout::place(int images)
{
    constexpr std::size_t kStep = kAlignment / sizeof(float);
    const auto sizeOf = [images](const Buffer& buffer) {
        const std::size_t values = buffer.valuesPerImage * static_cast<std::size_t>(images);
        return (values + kStep - 1) / kStep * kStep;
    };
    std::vector<Buffer*> placed;
    m_size = 0;
    for (Buffer& buffer : m_buffers) {
        // The lowest gap among those that are alive at the same time.
        std::vector<const Buffer*> alive;
        for (const Buffer* other : placed) {
            if (other->firstUse <= buffer.lastUse && buffer.firstUse <= other->lastUse) {
                alive.push_back(other);
            }
        }
        std::ranges::sort(alive, {}, &Buffer::offset);
        buffer.offset = 0;
        for (const Buffer* other : alive) {
            if (other->offset >= buffer.offset + sizeOf(buffer)) {
                break;
            }
            buffer.offset = std::max(buffer.offset, other->offset + sizeOf(*other));
        }
        m_size = std::max(m_size, buffer.offset + sizeOf(buffer));
        placed.push_back(&buffer);
    }
}

}  // namespace diffuscope::network::plan
