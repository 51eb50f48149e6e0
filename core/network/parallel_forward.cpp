#include "core/network/parallel_forward.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>

namespace diffuscope::network {

ParallelForward::ParallelForward(UNet net, int threads) : m_net(std::move(net))
{
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const bool onCpu = m_net->parameters().front().is_cpu();
    const int count = onCpu ? (threads > 0 ? threads : cores) : 1;
    m_shares.resize(static_cast<std::size_t>(count));
    for (std::size_t index = 1; index < m_shares.size(); ++index) {
        m_threads.emplace_back([this, index] { work(index); });
    }
}

ParallelForward::~ParallelForward()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isOver = true;
    }
    m_changed.notify_all();
    for (auto& thread : m_threads) {
        thread.join();
    }
}

void ParallelForward::evaluate(Share& share)
{
    try {
        share.result = m_net->forward(share.x, share.t, share.classIds);
    } catch (...) {
        share.failure = std::current_exception();
    }
}

void ParallelForward::work(std::size_t index)
{
    at::set_num_threads(1);
    const c10::InferenceMode inference;
    Share& share = m_shares[index];
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [&] { return m_isOver || share.isWaiting; });
        if (m_isOver) {
            return;
        }
        lock.unlock();
        evaluate(share);
        lock.lock();
        share.isWaiting = false;
        m_changed.notify_all();
    }
}

torch::Tensor ParallelForward::forward(const torch::Tensor& x, const torch::Tensor& t,
                                       const torch::Tensor& classIds)
{
    const c10::InferenceMode inference;
    const int64_t batch = x.size(0);
    const auto used =
        static_cast<std::size_t>(std::clamp<int64_t>(batch, 1, static_cast<int64_t>(m_shares.size())));
    {
        const std::lock_guard lock(m_mutex);
        for (std::size_t index = 0; index < used; ++index) {
            const int64_t begin = batch * static_cast<int64_t>(index) / static_cast<int64_t>(used);
            const int64_t end = batch * static_cast<int64_t>(index + 1) / static_cast<int64_t>(used);
            m_shares[index] = {x.slice(0, begin, end),
                               t.slice(0, begin, end),
                               classIds.slice(0, begin, end),
                               {},
                               {},
                               index > 0};
        }
    }
    m_changed.notify_all();
    evaluate(m_shares.front());
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] {
        return std::none_of(m_shares.begin(), m_shares.end(),
                            [](const Share& share) { return share.isWaiting; });
    });
    std::vector<torch::Tensor> results;
    for (std::size_t index = 0; index < used; ++index) {
        if (m_shares[index].failure) {
            std::rethrow_exception(m_shares[index].failure);
        }
        results.push_back(m_shares[index].result);
    }
    return used == 1 ? results.front() : torch::cat(results);
}

}  // namespace diffuscope::network
