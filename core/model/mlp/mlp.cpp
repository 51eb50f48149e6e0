// SPDX-License-Identifier: GPL-3.0-or-later
// Forward and backward through the small network.
#include "core/model/mlp/mlp.h"

#include "core/base/error.h"
#include "core/model/mlp/mlp_kernels.h"
#include "core/random/philox.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::model {

namespace {

constexpr int timeRows = 65;  ///< of the learned embedding: the ends of 64 parts

std::string hiddenName(int layer, const char* what)
{
    return "hidden." + std::to_string(layer) + "." + what;
}

/// The frequency of a position feature: from 0.5 by factors of 2, so that details of a twentieth are seen.
float positionFrequency(int index)
{
    return 0.5f * std::exp2(float(index));
}

void addRow(float* values, const float* row, int rows, int columns)
{
    for (int k = 0; k < rows; ++k)
        for (int j = 0; j < columns; ++j)
            values[std::size_t(k) * std::size_t(columns) + std::size_t(j)] += row[j];
}

void sumRows(const float* values, float* sum, int rows, int columns)
{
    for (int k = 0; k < rows; ++k)
        for (int j = 0; j < columns; ++j)
            sum[j] += values[std::size_t(k) * std::size_t(columns) + std::size_t(j)];
}

void transpose(const float* values, float* result, int rows, int columns)
{
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j)
            result[std::size_t(j) * std::size_t(rows) + std::size_t(i)] =
                values[std::size_t(i) * std::size_t(columns) + std::size_t(j)];
}

StridedMatrix plain(const float* data, int columns)
{
    return {data, columns, 1};
}

}  // namespace

Mlp::Mlp(const MlpConfig& config, std::uint64_t seed) : m_config(config)
{
    checkMlpConfig(config);
    std::size_t offset = 0;
    const auto add = [&](std::string name, int rows, int columns, int used) {
        m_parts.push_back({std::move(name), offset, rows, columns, used});
        offset += m_parts.back().size();
    };
    // Inputs are padded to rows that the products take; the padding's features are 0.
    const int inputs = padded(config.inputs(), rowBlock);
    add(hiddenName(0, "weight"), inputs, config.width, config.width);
    add(hiddenName(0, "bias"), 1, config.width, config.width);
    for (int layer = 1; layer < config.depth; ++layer) {
        add(hiddenName(layer, "weight"), config.width, config.width, config.width);
        add(hiddenName(layer, "bias"), 1, config.width, config.width);
    }
    add("output.weight", config.width, MlpPass::outputStride, config.dimensions);
    add("output.bias", 1, MlpPass::outputStride, config.dimensions);
    if (config.classes > 0)
        add("class.weight", config.classes + 1, config.width, config.width);
    if (config.time == MlpEmbedding::learned)
        add("time.weight", timeRows, config.timeFeatures, config.timeFeatures);
    m_weights.assign(offset, 0);
    for (std::size_t index = 0; index < m_parts.size(); ++index) {
        const MlpPart& part = m_parts[index];
        const bool isTable = part.name == "class.weight" || part.name == "time.weight";
        if (part.name.starts_with("output") || part.name.ends_with("bias"))
            continue;
        std::vector<double> normals(part.size());
        random::fillNormal({seed, std::uint32_t(index), random::NormalStream::initialNoise, 1}, normals);
        const double sd = isTable ? 0.1 : std::sqrt(2.0 / part.rows);
        for (std::size_t i = 0; i < normals.size(); ++i)
            m_weights[part.offset + i] = float(sd * normals[i]);
    }
}

const MlpPart& Mlp::part(const std::string& name) const
{
    const auto found =
        std::find_if(m_parts.begin(), m_parts.end(), [&](const MlpPart& each) { return each.name == name; });
    if (found == m_parts.end())
        throw Error(ErrorCode::internal, "The network has no part \"" + name + "\".");
    return *found;
}

std::size_t Mlp::parameterCount() const
{
    std::size_t count = 0;
    for (const auto& each : m_parts)
        count += std::size_t(each.rows) * std::size_t(each.usedColumns);
    return count;
}

std::vector<float> Mlp::forward(std::span<const float> points, std::span<const float> times,
                                std::span<const int> labels) const
{
    constexpr int mostRows = 256;
    const auto dimensions = std::size_t(m_config.dimensions);
    const std::size_t count = times.size();
    std::vector<float> result(count * dimensions);
    MlpPass pass(m_config, mostRows);
    for (std::size_t first = 0; first < count; first += mostRows) {
        const int rows = int(std::min<std::size_t>(mostRows, count - first));
        pass.forward(*this, points.data() + first * dimensions, times.data() + first,
                     labels.empty() ? nullptr : labels.data() + first, rows, false);
        for (int k = 0; k < rows; ++k)
            std::copy_n(pass.output() + k * MlpPass::outputStride, dimensions,
                        result.data() + (first + std::size_t(k)) * dimensions);
    }
    return result;
}

MlpPass::MlpPass(const MlpConfig& config, int mostRows)
    : m_config(config), m_mostRows(padded(mostRows, rowBlock))
{
    const auto rows = std::size_t(m_mostRows);
    const auto hidden = rows * std::size_t(config.width);
    m_labels.assign(rows, -1);
    m_times.assign(rows, 0);
    m_features.assign(rows * std::size_t(padded(config.inputs(), rowBlock)), 0);
    const auto angles =
        rows * std::size_t(std::max(config.dimensions * config.positionFrequencies, config.timeFeatures / 2));
    m_angles.resize(angles);
    m_sines.resize(angles);
    m_cosines.resize(angles);
    m_hidden.assign(std::size_t(config.depth), std::vector<float>(hidden));
    m_slopes.assign(std::size_t(config.depth), std::vector<float>(hidden));
    m_sums.resize(hidden);
    m_output.resize(rows * outputStride);
    m_gradient.resize(hidden);
    m_activationGradient.resize(hidden);
    const auto widest = std::size_t(std::max(config.width, padded(config.inputs(), columnBlock)));
    m_transposed.resize(widest * std::size_t(config.width));
}

void MlpPass::embed(const Mlp& net, const float* points, const float* times, int rows)
{
    const int dimensions = m_config.dimensions;
    const auto inputs = std::size_t(padded(m_config.inputs(), rowBlock));
    for (int k = 0; k < rows; ++k)
        for (int d = 0; d < dimensions; ++d)
            m_features[std::size_t(k) * inputs + std::size_t(d)] = points[k * dimensions + d];
    int first = dimensions;
    if (m_config.position == MlpEmbedding::sinusoidal) {
        const int count = dimensions * m_config.positionFrequencies;
        for (int k = 0; k < rows; ++k)
            for (int j = 0; j < count; ++j)
                m_angles[std::size_t(k * count + j)] =
                    points[k * dimensions + j % dimensions] * positionFrequency(j / dimensions);
        sinesAndCosines(m_angles.data(), m_sines.data(), m_cosines.data(), std::size_t(rows * count));
        for (int k = 0; k < rows; ++k) {
            float* const row = m_features.data() + std::size_t(k) * inputs + first;
            std::copy_n(m_sines.data() + k * count, count, row);
            std::copy_n(m_cosines.data() + k * count, count, row + count);
        }
        first += 2 * count;
    }
    embedTimes(net, times, rows, first);
}

void MlpPass::embedTimes(const Mlp& net, const float* times, int rows, int first)
{
    const auto inputs = std::size_t(padded(m_config.inputs(), rowBlock));
    const float scale = 1.0f / float(m_config.levels);
    if (m_config.time == MlpEmbedding::raw) {
        for (int k = 0; k < rows; ++k)
            m_features[std::size_t(k) * inputs + std::size_t(first)] = times[k] * scale;
        return;
    }
    const int features = m_config.timeFeatures;
    if (m_config.time == MlpEmbedding::learned) {
        const float* const table = net.at(net.part("time.weight"));
        for (int k = 0; k < rows; ++k) {
            const float place = std::clamp(times[k] * scale, 0.0f, 1.0f) * float(timeRows - 1);
            const int below = std::min(int(place), timeRows - 2);
            const float share = place - float(below);
            for (int j = 0; j < features; ++j)
                m_features[std::size_t(k) * inputs + std::size_t(first + j)] =
                    (1 - share) * table[below * features + j] + share * table[(below + 1) * features + j];
        }
        return;
    }
    // Frequencies from 1 down to 1/1000 of a thousand levels (Vaswani et al. 2017, section 3.5).
    const int half = features / 2;
    for (int k = 0; k < rows; ++k)
        for (int j = 0; j < half; ++j)
            m_angles[std::size_t(k * half + j)] =
                1000 * times[k] * scale *
                std::exp(-std::numbers::ln10_v<float> * 3.5f * float(j) / float(half));
    sinesAndCosines(m_angles.data(), m_sines.data(), m_cosines.data(), std::size_t(rows * half));
    for (int k = 0; k < rows; ++k) {
        float* const row = m_features.data() + std::size_t(k) * inputs + first;
        std::copy_n(m_sines.data() + k * half, half, row);
        std::copy_n(m_cosines.data() + k * half, half, row + half);
    }
}

void MlpPass::forward(const Mlp& net, const float* points, const float* times, const int* labels, int rows,
                      bool keepsSlopes)
{
    const int width = m_config.width;
    const int inputs = padded(m_config.inputs(), rowBlock);
    m_given = rows;
    m_rows = padded(rows, rowBlock);
    embed(net, points, times, rows);
    std::copy_n(times, rows, m_times.data());
    for (int k = 0; k < rows; ++k)
        m_labels[std::size_t(k)] = labels ? labels[k] : -1;
    const auto hidden = std::size_t(m_rows) * std::size_t(width);
    for (int layer = 0; layer < m_config.depth; ++layer) {
        const MlpPart& weight = net.part(hiddenName(layer, "weight"));
        const float* const in = layer == 0 ? m_features.data() : m_hidden[std::size_t(layer - 1)].data();
        const int depth = layer == 0 ? inputs : width;
        multiply(plain(in, depth), net.at(weight), m_sums.data(), m_rows, depth, width, false);
        addRow(m_sums.data(), net.at(net.part(hiddenName(layer, "bias"))), m_rows, width);
        if (layer == 0 && m_config.classes > 0) {
            const float* const table = net.at(net.part("class.weight"));
            for (int k = 0; k < rows; ++k) {
                const int label = m_labels[std::size_t(k)];
                addRow(m_sums.data() + std::ptrdiff_t(k) * width,
                       table + std::ptrdiff_t(label < 0 ? m_config.classes : label) * width, 1, width);
            }
        }
        float* const out = m_hidden[std::size_t(layer)].data();
        silu(m_sums.data(), out, keepsSlopes ? m_slopes[std::size_t(layer)].data() : nullptr, hidden);
        if (layer > 0)
            for (std::size_t i = 0; i < hidden; ++i)
                out[i] += in[i];
    }
    multiply(plain(m_hidden.back().data(), width), net.at(net.part("output.weight")), m_output.data(), m_rows,
             width, outputStride, false);
    addRow(m_output.data(), net.at(net.part("output.bias")), m_rows, outputStride);
}

void MlpPass::backward(const Mlp& net, const float* outputGradient, float* gradient)
{
    const int width = m_config.width;
    const int inputs = padded(m_config.inputs(), rowBlock);
    const auto hidden = std::size_t(m_rows) * std::size_t(width);
    const MlpPart& outputWeight = net.part("output.weight");
    // Gradients of the weights: inputᵀ · gradient. Rows beyond those given have gradient 0 below.
    multiply({m_hidden.back().data(), 1, width}, outputGradient, gradient + outputWeight.offset, width,
             m_given, outputStride, true);
    sumRows(outputGradient, gradient + net.part("output.bias").offset, m_given, outputStride);
    transpose(net.at(outputWeight), m_transposed.data(), width, outputStride);
    multiply(plain(outputGradient, outputStride), m_transposed.data(), m_gradient.data(), m_rows,
             outputStride, width, false);
    for (int layer = m_config.depth - 1; layer >= 0; --layer) {
        const float* const slope = m_slopes[std::size_t(layer)].data();
        for (std::size_t i = 0; i < hidden; ++i)
            m_activationGradient[i] = m_gradient[i] * slope[i];
        const MlpPart& weight = net.part(hiddenName(layer, "weight"));
        const float* const in = layer == 0 ? m_features.data() : m_hidden[std::size_t(layer - 1)].data();
        const int depth = layer == 0 ? inputs : width;
        multiply({in, 1, depth}, m_activationGradient.data(), gradient + weight.offset, depth, m_given, width,
                 true);
        sumRows(m_activationGradient.data(), gradient + net.part(hiddenName(layer, "bias")).offset, m_given,
                width);
        if (layer == 0)
            break;
        transpose(net.at(weight), m_transposed.data(), width, width);
        multiply(plain(m_activationGradient.data(), width), m_transposed.data(), m_gradient.data(), m_rows,
                 width, width, true);  // adds to the gradient that passes by the layer
    }
    if (m_config.classes > 0) {
        float* const table = gradient + net.part("class.weight").offset;
        for (int k = 0; k < m_given; ++k) {
            const int label = m_labels[std::size_t(k)];
            sumRows(m_activationGradient.data() + std::ptrdiff_t(k) * width,
                    table + std::ptrdiff_t(label < 0 ? m_config.classes : label) * width, 1, width);
        }
    }
    if (m_config.time == MlpEmbedding::learned)
        spreadToTable(net, m_activationGradient.data(), gradient);
}

/// Hands the gradient of the time's features to the two rows of the table that each came from.
void MlpPass::spreadToTable(const Mlp& net, const float* firstGradient, float* gradient)
{
    const int features = m_config.timeFeatures, width = m_config.width;
    const int first = m_config.inputs() - features;
    const float* const weight = net.at(net.part(hiddenName(0, "weight")));
    float* const table = gradient + net.part("time.weight").offset;
    for (int k = 0; k < m_given; ++k) {
        const float place =
            std::clamp(m_times[std::size_t(k)] / float(m_config.levels), 0.0f, 1.0f) * float(timeRows - 1);
        const int below = std::min(int(place), timeRows - 2);
        const float share = place - float(below);
        for (int j = 0; j < features; ++j) {
            const float* const row = weight + std::ptrdiff_t(first + j) * width;
            float sum = 0;
            for (int i = 0; i < width; ++i)
                sum += row[i] * firstGradient[std::ptrdiff_t(k) * width + i];
            table[below * features + j] += (1 - share) * sum;
            table[(below + 1) * features + j] += share * sum;
        }
    }
}

}  // namespace diffuscope::model
