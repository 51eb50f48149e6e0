// SPDX-License-Identifier: GPL-3.0-or-later
// Equal networks among which a training shares out its batches: what every task has.
#pragma once

#include "core/inference/device.h"
#include "core/model/precision.h"
#include "core/train/loop/training_options.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

namespace diffuscope::train {

/// One replica's part of a batch: the images begin … end − 1, moved to its device.
struct BatchShare
{
    int64_t begin = 0, end = 0, size = 0;
    torch::Device device = torch::kCPU;

    torch::Tensor of(const torch::Tensor& batch) const { return batch.slice(0, begin, end).to(device); }
    /// By which the mean over these images counts in the mean over the batch.
    double weight() const { return static_cast<double>(end - begin) / static_cast<double>(size); }
};

/// `Net` holds a module (torch::nn::ModuleHolder), or has a member `net` that does.
template <typename Net>
class Replicas
{
public:
    /// As many as wished on a processor, but no more than images in a batch; one on a GPU. Each is what
    /// make() returns after the generator was set to options.seed, in options.precision. Throws
    /// Error(invalidOption) for an unknown precision.
    template <typename Make>
    Replicas(const TrainingOptions& options, int wished, Make make) : m_device(inference::deviceNamed("auto"))
    {
        const int count = m_device.is_cpu() ? std::clamp(wished, 1, options.optimizer.batch) : 1;
        for (int replica = 0; replica < count; ++replica) {
            torch::manual_seed(options.seed);
            m_nets.push_back(make());
            module(replica).to(m_device);
            module(replica).setConvolutionPrecision(model::choosePrecision(options.precision, m_device));
        }
    }

    int count() const { return static_cast<int>(m_nets.size()); }
    const torch::Device& device() const { return m_device; }
    Net& operator[](int replica) { return m_nets[static_cast<size_t>(replica)]; }
    auto& module(int replica)
    {
        if constexpr (requires(Net & holder) { holder.net; })
            return *(*this)[replica].net;
        else
            return *(*this)[replica];
    }
    BatchShare share(int replica, const torch::Tensor& batch) const
    {
        const int64_t size = batch.size(0);
        return {size * replica / count(), size * (replica + 1) / count(), size, m_device};
    }

private:
    torch::Device m_device;
    std::vector<Net> m_nets;
};

}  // namespace diffuscope::train
