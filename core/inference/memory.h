// SPDX-License-Identifier: GPL-3.0-or-later
// Where an inference plan keeps its numbers: aligned memory, and views of images that share one arena.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace diffuscope::inference {

inline constexpr std::size_t vectorAlignment = 64;

/// The product of some sizes, which may be too large for an int.
template <typename... Sizes>
constexpr std::size_t countOf(Sizes... sizes)
{
    return (static_cast<std::size_t>(sizes) * ...);
}

/// Uninitialized bytes that start at a cache line. Many of them lie in large pages where the system has such:
/// a network's weights are more small pages than a processor knows the places of, and looking these up takes
/// longer than reading the weights of one image.
class AlignedBytes
{
public:
    AlignedBytes() = default;
    explicit AlignedBytes(std::size_t size);
    std::byte* data() const { return m_bytes.get(); }
    float* floats() const { return reinterpret_cast<float*>(m_bytes.get()); }

private:
    struct Release
    {
        void operator()(std::byte* bytes) const;
    };
    std::unique_ptr<std::byte, Release> m_bytes;
};

/// Hands out memory piece by piece, each right behind the one before: what is read in that order is read
/// fastest. The memory lives as long as any of its pieces.
class WeightMemory
{
public:
    std::shared_ptr<std::byte> take(std::size_t size);
    /// A piece by itself.
    static std::shared_ptr<std::byte> takeAlone(std::size_t size);

private:
    std::shared_ptr<AlignedBytes> m_block;
    std::size_t m_left = 0;
    std::byte* m_next = nullptr;
};

/// Some adjacent channels of the images in one of the arena's buffers. Two views of one buffer are a
/// concatenation without a copy.
struct View
{
    int buffer = -1;
    int height = 0, width = 0;
    int pixelStride = 0;  ///< channels of the buffer
    int firstChannel = 0;
    int channels = 0;

    int positions() const { return height * width; }
    std::size_t valuesPerImage() const { return countOf(height, width, pixelStride); }
    View part(int first, int count) const
    {
        View view = *this;
        view.firstChannel += first;
        view.channels = count;
        return view;
    }
};

/// Gives buffers whose uses do not overlap the same memory.
class ArenaLayout
{
public:
    /// A buffer of images of height · width pixels.
    View add(int height, int width, int channels);
    /// Operation number `operation` reads or writes the view; operations are told in their order.
    void use(const View& view, int operation);

    /// Places every buffer for that many images; offsets are in values.
    void place(int images);
    std::size_t size() const { return m_size; }
    std::size_t offset(const View& view) const { return m_buffers[index(view)].offset; }

private:
    struct Buffer
    {
        std::size_t valuesPerImage = 0;
        int firstUse = -1, lastUse = -1;
        std::size_t offset = 0;
    };
    static std::size_t index(const View& view) { return static_cast<std::size_t>(view.buffer); }

    std::vector<Buffer> m_buffers;
    std::size_t m_size = 0;
};

}  // namespace diffuscope::inference
