// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/conditioning.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

namespace diffuscope::inference {
namespace {

std::vector<float> transposed(const LinearWeights& weights)
{
    std::vector<float> result(weights.values.size());
    const auto inputs = static_cast<std::size_t>(weights.inputs);
    const auto outputs = static_cast<std::size_t>(weights.outputs);
    for (std::size_t output = 0; output < outputs; ++output)
        for (std::size_t input = 0; input < inputs; ++input)
            result[input * outputs + output] = weights.values[output * inputs + input];
    return result;
}

float silu(float x)
{
    return x / (1.0f + std::exp(-x));
}

}  // namespace

Conditioning::Linear::Linear(const Kernels& kernels, const LinearWeights& weights)
    : matrix(kernels, Storage::float32, transposed(weights), weights.inputs, weights.outputs),
      bias(weights.bias),
      columns(padded(weights.outputs))
{
    bias.resize(static_cast<std::size_t>(columns));
}

std::vector<float> Conditioning::Linear::apply(const std::vector<float>& rows) const
{
    const int count = static_cast<int>(rows.size()) / matrix.depth();
    std::vector<float> result(countOf(count, columns));
    Product product = matrix.product();
    product.rows = reinterpret_cast<const std::byte*>(rows.data());
    product.rowStride = matrix.depth();
    product.rowCount = count;
    product.result = result.data();
    product.resultStride = columns;
    product.bias = bias.data();
    matrix.multiply(product);
    return result;
}

Conditioning::Conditioning(const Kernels& kernels, const ConditioningWeights& weights)
    : m_width(weights.time1.inputs),
      m_frequencies(weights.frequencies),
      m_classes(weights.classes),
      m_time1(kernels, weights.time1),
      m_time2(kernels, weights.time2),
      m_modulation(kernels, weights.modulation)
{
}

std::size_t Conditioning::weightBytes() const
{
    return m_time1.matrix.bytes() + m_time2.matrix.bytes() + m_modulation.matrix.bytes() +
           m_classes.size() * sizeof(float);
}

std::vector<float> Conditioning::rows(std::span<const std::pair<float, int>> pairs) const
{
    const auto width = static_cast<std::size_t>(m_width), half = width / 2;
    std::vector<float> embedding(pairs.size() * width);
    for (std::size_t row = 0; row < pairs.size(); ++row) {
        for (std::size_t i = 0; i < half; ++i) {
            const float angle = pairs[row].first * m_frequencies[i];
            embedding[row * width + i] = std::sin(angle);
            embedding[row * width + half + i] = std::cos(angle);
        }
    }
    std::vector<float> hidden = m_time1.apply(embedding);
    std::ranges::transform(hidden, hidden.begin(), silu);
    std::vector<float> state = m_time2.apply(hidden);
    for (std::size_t row = 0; row < pairs.size(); ++row) {
        const float* classRow = m_classes.data() + static_cast<std::size_t>(pairs[row].second) * width;
        for (std::size_t i = 0; i < width; ++i)
            state[row * width + i] = silu(state[row * width + i] + classRow[i]);
    }
    return m_modulation.apply(state);
}

std::vector<const float*> ConditioningCache::rows(const Conditioning& conditioning,
                                                  std::span<const float> times,
                                                  std::span<const std::int64_t> classIds)
{
    const auto rowSize = static_cast<std::size_t>(conditioning.rowSize());
    if (m_rows.size() * rowSize * sizeof(float) > mostBytes)
        m_rows.clear();
    std::map<std::pair<std::uint32_t, int>, std::pair<float, int>> missing;
    for (std::size_t k = 0; k < times.size(); ++k) {
        if (classIds[k] < 0 || classIds[k] >= conditioning.classCount())
            throw std::out_of_range("There is no class " + std::to_string(classIds[k]) + ".");
        const int classId = static_cast<int>(classIds[k]);
        const std::pair key(std::bit_cast<std::uint32_t>(times[k]), classId);
        if (!m_rows.contains(key))
            missing.try_emplace(key, times[k], classId);
    }
    std::vector<std::pair<float, int>> pairs;
    pairs.reserve(missing.size());
    for (const auto& [key, pair] : missing)
        pairs.push_back(pair);
    const std::vector<float> computed = conditioning.rows(pairs);
    const float* row = computed.data();
    for (const auto& [key, pair] : missing) {
        m_rows.try_emplace(key, row, row + rowSize);
        row += rowSize;
    }
    std::vector<const float*> rows;
    rows.reserve(times.size());
    for (std::size_t k = 0; k < times.size(); ++k) {
        rows.push_back(
            m_rows.at({std::bit_cast<std::uint32_t>(times[k]), static_cast<int>(classIds[k])}).data());
    }
    return rows;
}

}  // namespace diffuscope::inference
