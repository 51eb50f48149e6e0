// SPDX-License-Identifier: GPL-3.0-or-later
// A small network over points of the plane or the line, with its gradient written out. No torch in here.
#pragma once

#include "core/model/mlp/mlp_config.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diffuscope::model {

/// One named part of a network's weights.
struct MlpPart
{
    std::string name;           ///< as in files: "hidden.0.weight"
    std::size_t offset = 0;     ///< in the flat weights
    int rows = 0, columns = 0;  ///< as they lie in memory; a file holds [rows, usedColumns]
    int usedColumns = 0;        ///< the others are padding and stay 0

    std::size_t size() const { return std::size_t(rows) * std::size_t(columns); }
};

/// features = [position, time]; h = silu(features·W + b + class row); then h += silu(h·W + b) for each
/// further hidden layer; output = h·W + b. A plain value: copying one is a snapshot.
class Mlp
{
public:
    /// Weights uniform in ±1/√inputs of each layer, a function of (config, seed); the output layer begins at
    /// 0. Throws Error(invalidOption) as checkMlpConfig().
    explicit Mlp(const MlpConfig& config, std::uint64_t seed = 0);

    const MlpConfig& config() const { return m_config; }
    const std::vector<MlpPart>& parts() const { return m_parts; }
    const MlpPart& part(const std::string& name) const;
    std::vector<float>& weights() { return m_weights; }
    const std::vector<float>& weights() const { return m_weights; }
    const float* at(const MlpPart& part) const { return m_weights.data() + part.offset; }
    /// Weights that count, without padding.
    std::size_t parameterCount() const;

    /// The raw output [N, D] for points [N, D], times [N] in levels, and classes [N] (−1: none; an empty
    /// list: none for all). Any number of threads may ask one network.
    std::vector<float> forward(std::span<const float> points, std::span<const float> times,
                               std::span<const int> labels) const;

private:
    MlpConfig m_config;
    std::vector<MlpPart> m_parts;
    std::vector<float> m_weights;
};

/// The working memory of one evaluation of up to `mostRows` points, with what its gradient needs.
class MlpPass
{
public:
    MlpPass(const MlpConfig& config, int mostRows);

    int mostRows() const { return m_mostRows; }
    /// [rows, D] points, [rows] times and classes; `rows` ≤ mostRows, the rest is padding. The output stays
    /// here: row k begins at output() + k·outputStride. `keepsSlopes` where backward() follows.
    void forward(const Mlp& net, const float* points, const float* times, const int* labels, int rows,
                 bool keepsSlopes);
    const float* output() const { return m_output.data(); }
    static constexpr int outputStride = 16;

    /// Adds the gradient of a loss to `gradient`, which lies as the weights do, from the loss's derivative by
    /// the output, [rows, outputStride], whose padding is 0.
    void backward(const Mlp& net, const float* outputGradient, float* gradient);

private:
    void embed(const Mlp& net, const float* points, const float* times, int rows);
    void embedTimes(const Mlp& net, const float* times, int rows, int first);
    void spreadToTable(const Mlp& net, const float* firstGradient, float* gradient);

    MlpConfig m_config;
    int m_mostRows;
    int m_rows = 0;  ///< of the last forward(), padded
    int m_given = 0;
    std::vector<int> m_labels;
    std::vector<float> m_times;
    std::vector<float> m_features, m_angles, m_sines, m_cosines;
    std::vector<std::vector<float>> m_hidden;  ///< after each hidden layer
    std::vector<std::vector<float>> m_slopes;  ///< of the activations
    std::vector<float> m_sums, m_output, m_gradient, m_activationGradient, m_transposed;
};

}  // namespace diffuscope::model
