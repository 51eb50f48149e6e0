// Evaluates a U-Net on several threads, each with images of its own.
#pragma once

#include "core/network/unet.h"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace diffuscope::network {

/// LibTorch's own threads meet at every layer, and wait there in a busy loop: beside another busy program
/// that is many times slower than one thread. These meet once an evaluation. The thread that calls must have
/// one intra-op thread itself (setUpComputeThreads(1)); one thread uses one ParallelForward. On a GPU
/// everything stays on the caller's.
class ParallelForward
{
public:
    /// `threads` 0: one a processor core.
    ParallelForward(UNet net, int threads);
    ~ParallelForward();
    ParallelForward(const ParallelForward&) = delete;
    ParallelForward& operator=(const ParallelForward&) = delete;

    /// As UNetImpl::forward, without gradients.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& classIds);

private:
    /// The images that one thread evaluates.
    struct Share
    {
        torch::Tensor x, t, classIds, result;
        std::exception_ptr failure;
        bool isWaiting = false;
    };

    void work(std::size_t index);
    void evaluate(Share& share);

    UNet m_net;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Share> m_shares;  ///< the first is the caller's
    std::vector<std::thread> m_threads;
    bool m_isOver = false;
};

}  // namespace diffuscope::network
