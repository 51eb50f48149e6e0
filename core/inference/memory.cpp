// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/memory.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace diffuscope::inference {
namespace {

/// A hundred small pages and more take one large one.
constexpr std::size_t largePage = 2 << 20, manyBytes = largePage / 4;
constexpr std::size_t weightBlock = 4 * largePage;

constexpr std::size_t roundedUp(std::size_t size, std::size_t step)
{
    return (size + step - 1) / step * step;
}

}  // namespace

AlignedBytes::AlignedBytes(std::size_t size)
{
    const std::size_t alignment = size < manyBytes ? vectorAlignment : largePage;
    const std::size_t rounded = roundedUp(std::max(size, vectorAlignment), alignment);
    m_bytes.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, rounded)));
    if (!m_bytes)
        throw std::bad_alloc();
#if defined(__linux__)
    if (alignment == largePage)
        madvise(m_bytes.get(), rounded, MADV_HUGEPAGE);  // a wish; small pages do as well
#endif
}

void AlignedBytes::Release::operator()(std::byte* bytes) const
{
    std::free(bytes);
}

std::shared_ptr<std::byte> WeightMemory::take(std::size_t size)
{
    const std::size_t rounded = roundedUp(size, vectorAlignment);
    if (rounded > m_left) {
        m_left = std::max(rounded, weightBlock);
        m_block = std::make_shared<AlignedBytes>(m_left);
        m_next = m_block->data();
    }
    std::shared_ptr<std::byte> piece(m_block, m_next);
    m_next += rounded;
    m_left -= rounded;
    return piece;
}

std::shared_ptr<std::byte> WeightMemory::takeAlone(std::size_t size)
{
    const auto block = std::make_shared<AlignedBytes>(size);
    return {block, block->data()};
}

View ArenaLayout::add(int height, int width, int channels)
{
    const View view{static_cast<int>(m_buffers.size()), height, width, channels, 0, channels};
    m_buffers.push_back({.valuesPerImage = view.valuesPerImage()});
    return view;
}

void ArenaLayout::use(const View& view, int operation)
{
    Buffer& buffer = m_buffers[index(view)];
    if (buffer.firstUse < 0)
        buffer.firstUse = operation;
    buffer.lastUse = operation;
}

void ArenaLayout::place(int images)
{
    constexpr std::size_t floatsInLine = vectorAlignment / sizeof(float);
    const auto sizeOf = [images](const Buffer& buffer) {
        const std::size_t values = buffer.valuesPerImage * static_cast<std::size_t>(images);
        return (values + floatsInLine - 1) / floatsInLine * floatsInLine;
    };
    std::vector<Buffer*> placed;
    m_size = 0;
    for (Buffer& buffer : m_buffers) {
        // The lowest gap among those that are alive at the same time.
        std::vector<const Buffer*> alive;
        for (const Buffer* other : placed)
            if (other->firstUse <= buffer.lastUse && buffer.firstUse <= other->lastUse)
                alive.push_back(other);
        std::ranges::sort(alive, {}, &Buffer::offset);
        buffer.offset = 0;
        for (const Buffer* other : alive) {
            if (other->offset >= buffer.offset + sizeOf(buffer))
                break;
            buffer.offset = std::max(buffer.offset, other->offset + sizeOf(*other));
        }
        m_size = std::max(m_size, buffer.offset + sizeOf(buffer));
        placed.push_back(&buffer);
    }
}

}  // namespace diffuscope::inference
