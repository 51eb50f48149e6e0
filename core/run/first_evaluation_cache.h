// SPDX-License-Identifier: GPL-3.0-or-later
// Remembers what networks said of the states that runs begin with: while guidance is dragged, every run
// begins with the same ones.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace diffuscope::run {

using torch::Tensor;

/// What one network said of images, each with a time and a class; all three are compared bit by bit, so an
/// answer that is remembered is the one that the network would give again. It says nothing of seeds,
/// samplers, guidance and batches: whatever leads to the same image at the same time is known. Right only for
/// a network whose answer for an image does not depend on the rest of the batch (network::ParallelForward
/// through a plan). Belongs to one network and its weights, and goes with them; one thread uses it.
class FirstEvaluationCache
{
public:
    /// The network's output [B, …] for x [B, …], t [B] and classIds [B].
    using Network = std::function<Tensor(const Tensor& x, const Tensor& t, const Tensor& classIds)>;

    /// What is known is forgotten before it takes more than this.
    static constexpr std::size_t usualBytes = std::size_t(16) << 20;

    explicit FirstEvaluationCache(std::size_t mostBytes = usualBytes) : m_mostBytes(mostBytes) {}

    struct Answer
    {
        Tensor output;
        std::int64_t known = 0;  ///< images of which the network was not asked
    };

    /// The output for x [B, …] float32, t [B] float32 and classIds [B] int64, all on the CPU; `network` is
    /// asked about the images that are not known, in one batch, or not at all.
    Answer evaluate(const Network& network, const Tensor& x, const Tensor& t, const Tensor& classIds);

    std::size_t bytes() const { return m_bytes; }

private:
    struct Question
    {
        const float* image;
        float time;
        std::int64_t classId;
    };
    struct Known
    {
        std::vector<float> image;
        float time;
        std::int64_t classId;
        std::vector<float> output;
    };

    /// That an image of so many values takes.
    static std::size_t bytesOf(std::size_t values);
    static std::size_t hash(const Question& question, std::size_t values);
    const Known* find(const Question& question, std::size_t values) const;
    void remember(const Question& question, const float* output, std::size_t values);

    std::size_t m_mostBytes;
    std::size_t m_bytes = 0;
    std::unordered_map<std::size_t, Known> m_known;  ///< by hash
};

/// How much of a run's first evaluation was known, over all its networks.
struct FirstEvaluation
{
    std::int64_t images = 0;  ///< that networks were to be asked about
    std::int64_t known = 0;   ///< of these

    bool isReused() const { return images > 0 && known == images; }
};

/// `network` for one run: its first evaluation goes through the cache and is counted in `count`.
FirstEvaluationCache::Network rememberingFirst(FirstEvaluationCache::Network network,
                                               std::shared_ptr<FirstEvaluationCache> cache,
                                               std::shared_ptr<FirstEvaluation> count);

}  // namespace diffuscope::run
