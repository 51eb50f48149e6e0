// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run's noise comes from: drawn per image from the seed, or recorded by another program.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace diffuscope::run {

using torch::Tensor;

class NoiseSource
{
public:
    virtual ~NoiseSource() = default;
    /// N(0, 1) for the initial state [B, …], of the given type and device.
    virtual Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) = 0;
    /// N(0, 1) for draw `draw` (0, 1, …) of step `step`.
    virtual Tensor draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int step,
                        int draw) = 0;
};

/// Noise of the seed: image k's depends on (seed, k, step, draw) alone, so it is the same whatever the batch
/// size and the device. Drawn on the CPU in double.
class SeededNoise final : public NoiseSource
{
public:
    /// `firstImage` is the k of the batch's first image, for a run that is a part of a larger one.
    explicit SeededNoise(std::uint64_t seed, int firstImage = 0) : m_seed(seed), m_firstImage(firstImage) {}
    Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) override;
    Tensor draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int step, int draw) override;

private:
    std::uint64_t m_seed;
    int m_firstImage;
};

/// Recorded noise, handed out in the order in which it was recorded.
class RecordedNoise final : public NoiseSource
{
public:
    RecordedNoise(Tensor initial, std::vector<Tensor> draws);
    /// Throws Error(invalidOption) where the recorded shape is another one.
    Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) override;
    /// Throws Error(invalidOption) where no draws are left, or the recorded shape is another one.
    Tensor draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int step, int draw) override;
    int drawn() const { return int(m_next); }

private:
    Tensor m_initial;
    std::vector<Tensor> m_draws;
    std::size_t m_next = 0;
};

}  // namespace diffuscope::run
