// SPDX-License-Identifier: GPL-3.0-or-later
// The transformer's forward pass over packed matrices.
#include "core/model/dit/dit_plan.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace diffuscope::model {
namespace {

namespace kernels = inference::kernels;

/// As many conditions as a run of guided steps has in a step, a few times over.
constexpr std::size_t mostKnownConditions = 256;
constexpr float stepRange = 1000.0f;

float siluOf(float x)
{
    return x / (1.0f + std::exp(-x));
}

/// y += x · weights + bias.
void addLinear(const PlainLinear& linear, const float* x, float* y)
{
    for (int j = 0; j < linear.outputs; ++j)
        y[j] += linear.bias[std::size_t(j)];
    for (int i = 0; i < linear.inputs; ++i) {
        const float* row = linear.weights.data() + std::ptrdiff_t(i) * linear.outputs;
        for (int j = 0; j < linear.outputs; ++j)
            y[j] += x[i] * row[j];
    }
}

/// sin and cos of the value times a geometric series of frequencies (as sinusoidalEmbedding).
std::vector<float> waves(float value, int width)
{
    const int half = width / 2;
    std::vector<float> result(std::size_t(width), 0.0f);
    for (int k = 0; k < half; ++k) {
        const float frequency = std::exp(float(k) / float(half) * float(-std::log(10'000.0)));
        result[std::size_t(k)] = std::sin(value * frequency);
        result[std::size_t(half + k)] = std::cos(value * frequency);
    }
    return result;
}

/// sum += second(silu(first(waves))).
void addEmbedding(const PlainLinear& first, const PlainLinear& second, float value, std::vector<float>& sum)
{
    std::vector<float> hidden(std::size_t(first.outputs), 0.0f);
    addLinear(first, waves(value, first.inputs).data(), hidden.data());
    std::ranges::transform(hidden, hidden.begin(), siluOf);
    addLinear(second, hidden.data(), sum.data());
}

const float* rowOf(const std::vector<float>& modulation, std::size_t row, int width)
{
    return modulation.data() + row * std::size_t(width);
}

}  // namespace

bool DitPlan::isPossible(const DitConfig& config)
{
    constexpr int lanes = inference::laneMultiple;
    return inference::floatKernels() != nullptr && config.width / config.heads % lanes == 0 &&
           config.width % lanes == 0;
}

DitPlan::Layer DitPlan::pack(const PlainLinear& linear)
{
    // The kernels read as many biases as the padded matrix has columns.
    std::vector<float> bias = linear.bias;
    bias.resize(std::size_t(inference::padded(linear.outputs)), 0.0f);
    return {inference::PackedMatrix(*inference::floatKernels(), inference::Storage::float32, linear.weights,
                                    linear.inputs, linear.outputs),
            std::move(bias)};
}

DitPlan::DitPlan(const DitWeights& weights)
    : m_config(weights.config),
      m_patches(pack(weights.patches)),
      m_places(weights.places),
      m_output(pack(weights.output)),
      m_classes(weights.classes),
      m_time1(weights.time1),
      m_time2(weights.time2),
      m_step1(weights.step1),
      m_step2(weights.step2)
{
    for (const auto& block : weights.blocks) {
        m_blocks.push_back(
            {pack(block.queryKeyValue), pack(block.projection), pack(block.hidden), pack(block.output)});
        m_modulations.push_back(block.modulation);
    }
    m_modulations.push_back(weights.outputModulation);
}

std::size_t DitPlan::valuesPerImage() const
{
    return std::size_t(m_config.imageChannels) * std::size_t(m_config.imageHeight) *
           std::size_t(m_config.imageWidth);
}

DitPlan::Workspace::Workspace(const DitPlan& plan)
{
    const DitConfig& config = plan.m_config;
    const auto rows = std::size_t(config.tokens()) * imagesAtOnce;
    const auto width = std::size_t(config.width);
    const auto patchWidth = std::size_t(inference::padded(config.patchValues()));
    const kernels::AttentionShape attention{config.tokens(), config.heads, config.width / config.heads};
    m_patches.resize(rows * patchWidth);
    m_tokens.resize(rows * width);
    m_normal.resize(rows * width);
    m_wide.resize(rows * width * std::size_t(std::max(3, config.mlpRatio)));
    m_branch.resize(rows * width);
    m_weights.resize(std::size_t(attention.weightValues()));
    m_scratch.resize(std::size_t(attention.scratchValues()));
    m_moments.resize(rows * 2);
}

void DitPlan::multiply(const Layer& layer, const float* rows, int rowWidth, int rowCount, float* result,
                       int resultWidth)
{
    inference::Product product = layer.matrix.product();
    product.rows = reinterpret_cast<const std::byte*>(rows);
    product.rowStride = rowWidth;
    product.rowCount = rowCount;
    product.bias = layer.bias.data();
    product.result = result;
    product.resultStride = resultWidth;
    layer.matrix.multiply(product);
}

DitPlan::Modulation DitPlan::computeModulation(const Question& question) const
{
    const auto width = std::size_t(m_config.width);
    const auto* classRow = m_classes.data() + question.classId * m_config.width;
    std::vector<float> condition(classRow, classRow + width);
    addEmbedding(m_time1, m_time2, question.t, condition);
    if (m_config.readsStep)
        addEmbedding(m_step1, m_step2, question.step * stepRange, condition);
    std::ranges::transform(condition, condition.begin(), siluOf);
    Modulation modulation((6 * m_blocks.size() + 2) * width, 0.0f);
    float* target = modulation.data();
    for (const PlainLinear& linear : m_modulations) {
        addLinear(linear, condition.data(), target);
        target += linear.outputs;
    }
    return modulation;
}

std::shared_ptr<const DitPlan::Modulation> DitPlan::modulationOf(const Question& question) const
{
    const std::scoped_lock lock(m_mutex);
    if (const auto found = m_known.find(question); found != m_known.end())
        return found->second;
    if (m_known.size() >= mostKnownConditions)
        m_known.clear();
    auto made = std::make_shared<const Modulation>(computeModulation(question));
    m_known.emplace(question, made);
    return made;
}

void DitPlan::readPatches(const float* image, float* patches) const
{
    const int side = m_config.patch, height = m_config.imageHeight, width = m_config.imageWidth;
    const int rowWidth = m_config.patchValues();
    for (int row = 0; row < height / side; ++row)
        for (int column = 0; column < width / side; ++column, patches += rowWidth) {
            float* target = patches;
            for (int channel = 0; channel < m_config.imageChannels; ++channel)
                for (int y = 0; y < side; ++y, target += side)
                    std::copy_n(
                        image + (std::ptrdiff_t(channel) * height + row * side + y) * width + column * side,
                        side, target);
        }
}

void DitPlan::writePatches(const float* patches, float* image) const
{
    const int side = m_config.patch, height = m_config.imageHeight, width = m_config.imageWidth;
    const int rowWidth = inference::padded(m_config.patchValues());
    for (int row = 0; row < height / side; ++row)
        for (int column = 0; column < width / side; ++column, patches += rowWidth) {
            const float* from = patches;
            for (int channel = 0; channel < m_config.imageChannels; ++channel)
                for (int y = 0; y < side; ++y, from += side)
                    std::copy_n(
                        from, side,
                        image + (std::ptrdiff_t(channel) * height + row * side + y) * width + column * side);
        }
}

void DitPlan::runBlock(const Block& block, std::size_t index, Workspace& work,
                       const std::vector<std::shared_ptr<const Modulation>>& modulations) const
{
    const int width = m_config.width, hidden = width * m_config.mlpRatio;
    const int images = int(modulations.size()), rows = images * m_config.tokens();
    const kernels::TokenShape shape{m_config.tokens(), width};
    const kernels::AttentionShape attention{m_config.tokens(), m_config.heads, width / m_config.heads};
    const auto part = [&](int image, std::size_t which) {
        return rowOf(*modulations[std::size_t(image)], 6 * index + which, width);
    };
    const auto normalize = [&](std::size_t shift) {
        for (int k = 0; k < images; ++k)
            kernels::normalizeTokens(work.m_tokens.data() + k * imageTokens(), part(k, shift + 1),
                                     part(k, shift), shape, work.m_normal.data() + k * imageTokens(),
                                     work.m_moments.data());
    };
    const auto add = [&](std::size_t gate) {
        for (int k = 0; k < images; ++k) {
            float* tokens = work.m_tokens.data() + k * imageTokens();
            kernels::addGatedInPlace(tokens, work.m_branch.data() + k * imageTokens(), part(k, gate), shape);
        }
    };
    normalize(0);
    multiply(block.queryKeyValue, work.m_normal.data(), width, rows, work.m_wide.data(), 3 * width);
    for (int k = 0; k < images; ++k)
        kernels::attendTokens(work.m_wide.data() + 3 * k * imageTokens(), attention, work.m_weights.data(),
                              work.m_scratch.data(), work.m_normal.data() + k * imageTokens());
    multiply(block.projection, work.m_normal.data(), width, rows, work.m_branch.data(), width);
    add(2);
    normalize(3);
    multiply(block.hidden, work.m_normal.data(), width, rows, work.m_wide.data(), hidden);
    kernels::geluInPlace(work.m_wide.data(), std::int64_t(rows) * hidden);
    multiply(block.output, work.m_wide.data(), hidden, rows, work.m_branch.data(), width);
    add(5);
}

void DitPlan::run(Workspace& work, const float* x, const Question* questions, int count, float* y) const
{
    const int tokens = m_config.tokens(), width = m_config.width, rows = count * tokens;
    const int patchWidth = m_config.patchValues(), resultWidth = inference::padded(patchWidth);
    std::vector<std::shared_ptr<const Modulation>> modulations;
    for (int k = 0; k < count; ++k) {
        modulations.push_back(modulationOf(questions[k]));
        readPatches(x + std::size_t(k) * valuesPerImage(),
                    work.m_patches.data() + std::ptrdiff_t(k) * tokens * patchWidth);
    }
    multiply(m_patches, work.m_patches.data(), patchWidth, rows, work.m_tokens.data(), width);
    for (int k = 0; k < count; ++k)
        for (std::ptrdiff_t i = 0; i < imageTokens(); ++i)
            work.m_tokens[std::size_t(k * imageTokens() + i)] += m_places[std::size_t(i)];
    for (std::size_t index = 0; index < m_blocks.size(); ++index)
        runBlock(m_blocks[index], index, work, modulations);
    for (int k = 0; k < count; ++k) {
        const auto first = 6 * m_blocks.size();
        kernels::normalizeTokens(work.m_tokens.data() + k * imageTokens(),
                                 rowOf(*modulations[std::size_t(k)], first + 1, width),
                                 rowOf(*modulations[std::size_t(k)], first, width), {tokens, width},
                                 work.m_normal.data() + k * imageTokens(), work.m_moments.data());
    }
    multiply(m_output, work.m_normal.data(), width, rows, work.m_patches.data(), resultWidth);
    for (int k = 0; k < count; ++k)
        writePatches(work.m_patches.data() + std::ptrdiff_t(k) * tokens * resultWidth,
                     y + std::size_t(k) * valuesPerImage());
}

}  // namespace diffuscope::model
