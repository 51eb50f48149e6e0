// SPDX-License-Identifier: GPL-3.0-or-later
// A U-Net compiled for one processor and one precision: a list of small operations on one arena, built once
// and run many times. The modules are its definition (core/network/unet.h). No torch in here.
#pragma once

#include "core/inference/conditioning.h"
#include "core/inference/operation.h"
#include "core/inference/prompt_keys.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diffuscope::inference {

/// What a plan is made of.
struct PlanParts
{
    const Kernels* kernels = nullptr;
    int channels = 0, height = 0, width = 0;  ///< of the images
    ArenaLayout layout;                       ///< every use told, not yet placed
    std::vector<std::unique_ptr<Operation>> operations;
    std::unique_ptr<Conditioning> conditioning;
    std::unique_ptr<PromptReader> prompts;  ///< empty where the network reads none
    int textWidth = 0;
};

/// Immutable: threads share one plan, each with a workspace of its own.
///
/// An image's numbers depend on that image, its time, its class and its prompt alone: not on how many are
/// computed at once, nor on which thread does it.
class InferencePlan
{
public:
    explicit InferencePlan(PlanParts parts);

    /// Images to evaluate: x, y [count, C, H, W] with count <= imagesAtOnce(), one row of the conditioning an
    /// image, and one prompt an image where the network reads them.
    struct Images
    {
        const float* x = nullptr;
        const float* const* conditioningRows = nullptr;
        const std::shared_ptr<const PromptKeys>* prompts = nullptr;
        int count = 0;
        float* y = nullptr;
    };

    /// The arena and the scratch memory of one thread.
    class Workspace
    {
    public:
        explicit Workspace(const InferencePlan& plan);

    private:
        friend class InferencePlan;
        AlignedBytes m_arena;
        AlignedBytes m_scratch;
    };

    int imagesAtOnce() const { return m_imagesAtOnce; }
    std::size_t valuesPerImage() const;
    /// Multiplications and additions of the network's definition; fewer are computed.
    double operationsPerImage() const;
    const Conditioning& conditioning() const { return *m_parts.conditioning; }
    const PromptReader& prompts() const { return *m_parts.prompts; }

    /// On the calling thread alone.
    void run(Workspace& workspace, const Images& images) const;
    /// The same by several threads, each of which calls this with its share and its workspace, and the first
    /// one's. They meet after every operation; one that fails abandons the meeting, and the others throw
    /// Deserted.
    void run(Share share, Meeting& meeting, Workspace& own, Workspace& first, const Images& images) const;

    /// What each operation takes of this thread's processor, in milliseconds an image: medians over `rounds`
    /// of evaluations of `images` images of noise. images <= imagesAtOnce().
    std::vector<double> operationMs(int images, int rounds) const;
    /// The operations with their shapes, one a line, and what they cost; their times where they are given.
    std::string description(std::span<const double> operationMs = {}) const;

private:
    std::string line(std::size_t index) const;
    Pass passOf(Workspace& workspace, const Images& images) const;

    PlanParts m_parts;
    int m_imagesAtOnce;
    std::size_t m_scratchBytes = 0;
};

}  // namespace diffuscope::inference
