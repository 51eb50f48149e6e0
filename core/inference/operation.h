// SPDX-License-Identifier: GPL-3.0-or-later
// One step of an inference plan: reads views of the arena, writes a view of it, for some images at once.
#pragma once

#include "core/inference/kernels.h"
#include "core/inference/meeting.h"
#include "core/inference/memory.h"
#include "core/inference/share.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::inference {

struct PromptKeys;

/// What an operation works on: the numbers of up to as many images as the arena was laid out for.
struct Pass
{
    const ArenaLayout* layout = nullptr;
    float* arena = nullptr;
    std::byte* scratch = nullptr;  ///< at least Operation::scratchBytes(), aligned
    int images = 0;
    const float* const* modulations = nullptr;  ///< one row of Conditioning an image
    /// What each image is to show, in a plan that reads prompts; null otherwise.
    const std::shared_ptr<const PromptKeys>* prompts = nullptr;
    const float* input = nullptr;  ///< [images, C, H, W]
    float* output = nullptr;       ///< [images, C, H, W]
    /// Several threads may execute an operation on the same images at the same time: each does its share and
    /// has scratch memory of its own; the rest of the pass is the same for all.
    Share share{};

    /// The first pixel of an image, at the view's first channel.
    float* values(const View& view, int image) const
    {
        return arena + layout->offset(view) + static_cast<std::size_t>(image) * view.valuesPerImage() +
               view.firstChannel;
    }
    ConstImage image(const View& view, int image) const
    {
        return {values(view, image), view.pixelStride, view.height, view.width, view.channels};
    }
};

class Operation
{
public:
    explicit Operation(std::string name) : m_name(std::move(name)) {}
    virtual ~Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    /// Where in the network this is.
    const std::string& name() const { return m_name; }
    /// What it does, in words.
    virtual std::string description() const = 0;
    /// What it reads and writes, the result last; empty for the plan's own output.
    virtual std::vector<View> views() const = 0;
    virtual std::size_t scratchBytes() const { return 0; }
    virtual std::size_t weightBytes() const { return 0; }
    /// Multiplications and additions of the definition, an image; less may be computed.
    virtual double operationsPerImage() const { return 0; }

    /// Does the pass's share. What it writes must not depend on which share it falls to, to the last bit.
    virtual void execute(const Pass& pass) const = 0;

private:
    std::string m_name;
};

/// Cuts an operation's scratch memory into aligned pieces.
class Scratch
{
public:
    static constexpr std::size_t bytesFor(std::size_t bytes)
    {
        return (bytes + vectorAlignment - 1) / vectorAlignment * vectorAlignment;
    }
    explicit Scratch(std::byte* memory) : m_next(memory) {}
    std::byte* take(std::size_t bytes)
    {
        std::byte* piece = m_next;
        m_next += bytesFor(bytes);
        return piece;
    }
    float* floats(std::size_t count) { return reinterpret_cast<float*>(take(count * sizeof(float))); }

private:
    std::byte* m_next;
};

}  // namespace diffuscope::inference
