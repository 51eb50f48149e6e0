// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/noise_source.h"

#include "core/base/error.h"
#include "core/random/philox.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <span>

namespace diffuscope::run {

namespace {

template <typename Value>
Tensor drawn(std::uint64_t seed, int firstImage, std::uint32_t step, std::uint32_t draw,
             torch::IntArrayRef shape)
{
    Tensor noise = torch::empty(shape, torch::CppTypeToScalarType<Value>::value);
    const std::int64_t images = shape[0];
    const std::int64_t imageValues = images > 0 ? noise.numel() / images : 0;
    Value* values = noise.data_ptr<Value>();
    at::parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t k = begin; k < end; ++k)
            random::fillNormal({seed, std::uint32_t(firstImage + k), step, draw},
                               std::span(values + k * imageValues, std::size_t(imageValues)));
    });
    return noise;
}

Tensor drawn(std::uint64_t seed, int firstImage, std::uint32_t step, std::uint32_t draw,
             torch::IntArrayRef shape, const torch::TensorOptions& options)
{
    const bool isDouble = c10::typeMetaToScalarType(options.dtype()) == torch::kDouble;
    const Tensor noise = isDouble ? drawn<double>(seed, firstImage, step, draw, shape)
                                  : drawn<float>(seed, firstImage, step, draw, shape);
    return noise.to(options);
}

Tensor recorded(const Tensor& noise, torch::IntArrayRef shape, const torch::TensorOptions& options)
{
    if (noise.sizes() != shape)
        throw Error(ErrorCode::invalidOption, "The recorded noise has another shape than the state.",
                    "Record the noise of the same batch.");
    return noise.to(options);
}

}  // namespace

Tensor SeededNoise::initial(torch::IntArrayRef shape, const torch::TensorOptions& options)
{
    return drawn(m_seed, m_firstImage, random::NormalStream::initialNoise, 0, shape, options);
}

Tensor SeededNoise::draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int step, int draw)
{
    return drawn(m_seed, m_firstImage, std::uint32_t(step), std::uint32_t(draw), shape, options);
}

RecordedNoise::RecordedNoise(Tensor initial, std::vector<Tensor> draws)
    : m_initial(std::move(initial)), m_draws(std::move(draws))
{
}

Tensor RecordedNoise::initial(torch::IntArrayRef shape, const torch::TensorOptions& options)
{
    return recorded(m_initial, shape, options);
}

Tensor RecordedNoise::draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int, int)
{
    if (m_next == m_draws.size())
        throw Error(
            ErrorCode::invalidOption,
            "The sampler draws more noise than the " + std::to_string(m_draws.size()) + " recorded draws.",
            "Record the noise of the same sampler with the same options.");
    return recorded(m_draws[m_next++], shape, options);
}

}  // namespace diffuscope::run
