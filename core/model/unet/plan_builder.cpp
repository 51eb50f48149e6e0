// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/unet/plan_builder.h"

#include "core/inference/attention.h"
#include "core/inference/matrix_convolution.h"
#include "core/inference/pixel_shuffle.h"
#include "core/inference/prompt_attention.h"
#include "core/inference/winograd_convolution.h"
#include "core/model/unet/module_weights.h"

#include <algorithm>

namespace diffuscope::model {
namespace {

/// Attention holds a number for each pair of positions.
constexpr int mostAttentivePositions = 4096;

/// Follows UNetImpl::forward and writes down what it would do.
class PlanBuilder
{
public:
    PlanBuilder(const UNetImpl& net, const inference::Kernels& kernels)
        : m_config(net.config()), m_kernels(kernels), m_weights(net)
    {
        m_parts.kernels = &kernels;
    }

    inference::PlanParts build();

private:
    template <typename Kind, typename... Arguments>
    void append(Arguments&&... arguments)
    {
        auto operation = std::make_unique<Kind>(std::forward<Arguments>(arguments)...);
        for (const inference::View& view : operation->views())
            m_parts.layout.use(view, static_cast<int>(m_parts.operations.size()));
        m_parts.operations.push_back(std::move(operation));
    }

    int levels() const { return static_cast<int>(m_config.multipliers.size()); }
    int channelsAt(int level) const
    {
        return m_config.baseChannels * m_config.multipliers[static_cast<std::size_t>(level)];
    }
    /// What follows a stage's block.
    struct Following
    {
        bool attention = false;
        bool readsText = false;
    };
    Following followingAt(int level) const
    {
        return {std::ranges::count(m_config.attentionLevels, level) > 0,
                m_config.hasText() && std::ranges::count(m_config.text.levels, level) > 0};
    }
    inference::View newLike(const inference::View& view, int channels)
    {
        return m_parts.layout.add(view.height, view.width, channels);
    }
    inference::ImageSource plain(const inference::View& view) const
    {
        return {m_kernels, view, view.height, view.width};
    }
    inference::ImageSource normalized(const std::string& name, const inference::View& view, bool silu,
                                      std::optional<int> modulation = std::nullopt);

    inference::View appendStem();
    void appendDown(inference::View state);
    void appendMiddle();
    inference::View appendUp();
    void appendOutput(const inference::View& state);
    void appendStage(const std::string& name, const inference::View& x, Following following,
                     const inference::View& result);
    void appendBlock(const std::string& name, const inference::View& x, const inference::View& result);
    void appendAttention(const std::string& name, const inference::View& x, const inference::View& result);
    void appendCrossAttention(const std::string& name, const inference::View& x,
                              const inference::View& result);

    UNetConfig m_config;
    const inference::Kernels& m_kernels;
    ModuleWeights m_weights;
    inference::WeightMemory m_memory;
    inference::PlanParts m_parts;
    inference::LinearWeights m_modulation;
    std::vector<inference::CrossAttentionWeights> m_crossAttentions;
    /// Where the state on the way up and the skip from the way down lie side by side; the finest first.
    std::vector<inference::View> m_joined;
};

inference::ImageSource PlanBuilder::normalized(const std::string& name, const inference::View& view,
                                               bool silu, std::optional<int> modulation)
{
    return {m_kernels, view,
            inference::Normalization{.groups = m_config.normalizationGroups,
                                     .weight = m_weights.take(name + ".weight", {view.channels}),
                                     .bias = m_weights.take(name + ".bias", {view.channels}),
                                     .modulation = modulation,
                                     .silu = silu}};
}

inference::View PlanBuilder::appendStem()
{
    const int patch = m_config.patch;
    const inference::View pixels = m_parts.layout.add(
        m_config.imageHeight / patch, m_config.imageWidth / patch, m_config.imageChannels * patch * patch);
    append<inference::PixelUnshuffle>("input", patch, pixels);
    const inference::View result = newLike(pixels, channelsAt(0));
    append<inference::MatrixConvolution>("stem", m_kernels, m_memory, plain(pixels),
                                         m_weights.convolution("stem", pixels.channels, result.channels, 3),
                                         1, result);
    return result;
}

void PlanBuilder::appendDown(inference::View state)
{
    for (int level = 0; level < levels(); ++level) {
        const int channels = channelsAt(level);
        if (level > 0) {
            const std::string name = "down" + std::to_string(level - 1) + "_halve";
            const inference::View halved =
                m_parts.layout.add((state.height + 1) / 2, (state.width + 1) / 2, channels);
            append<inference::MatrixConvolution>(name, m_kernels, m_memory, plain(state),
                                                 m_weights.convolution(name, state.channels, channels, 3), 2,
                                                 halved);
            state = halved;
        }
        for (int block = 0; block < m_config.blocksPerLevel; ++block) {
            const inference::View joined = newLike(state, 2 * channels);
            const inference::View skip = joined.part(channels, channels);
            appendStage("down" + std::to_string(level) + "_" + std::to_string(block), state,
                        followingAt(level), skip);
            m_joined.push_back(joined);
            state = skip;
        }
    }
}

void PlanBuilder::appendMiddle()
{
    const inference::View joined = m_joined.back();
    const int channels = joined.channels / 2;
    const inference::View between = newLike(joined, channels);
    appendStage("middle0", joined.part(channels, channels), {true, m_config.hasText()}, between);
    appendStage("middle1", between, {}, joined.part(0, channels));
}

inference::View PlanBuilder::appendUp()
{
    inference::View state;
    for (int level = levels() - 1; level >= 0; --level) {
        for (int block = 0; block < m_config.blocksPerLevel; ++block) {
            const inference::View joined = m_joined.back();
            m_joined.pop_back();
            const bool isLast = block + 1 == m_config.blocksPerLevel;
            state = isLast ? newLike(joined, channelsAt(level)) : m_joined.back().part(0, channelsAt(level));
            appendStage("up" + std::to_string(level) + "_" + std::to_string(block), joined,
                        followingAt(level), state);
        }
        if (level > 0) {
            const std::string name = "up" + std::to_string(level) + "_double";
            const inference::View finer = m_joined.back().part(0, channelsAt(level - 1));
            append<inference::WinogradConvolution>(
                name, m_kernels, m_memory,
                inference::ImageSource(m_kernels, state, finer.height, finer.width),
                m_weights.convolution(name, state.channels, finer.channels, 3), finer);
        }
    }
    return state;
}

void PlanBuilder::appendOutput(const inference::View& state)
{
    const int channels = m_config.imageChannels * m_config.patch * m_config.patch;
    const inference::View result = newLike(state, inference::padded(channels));
    append<inference::WinogradConvolution>(
        "output", m_kernels, m_memory, normalized("output_norm", state, true),
        m_weights.convolution("output", state.channels, channels, 3), result);
    append<inference::PixelShuffle>("result", m_config.patch, result.part(0, channels));
}

void PlanBuilder::appendStage(const std::string& name, const inference::View& x, Following following,
                              const inference::View& result)
{
    const bool isFollowed = following.attention || following.readsText;
    inference::View state = isFollowed ? newLike(x, result.channels) : result;
    appendBlock(name + ".block", x, state);
    if (following.attention) {
        const inference::View next = following.readsText ? newLike(x, result.channels) : result;
        appendAttention(name + ".attention", state, next);
        state = next;
    }
    if (following.readsText)
        appendCrossAttention(name + ".cross_attention", state, result);
}

void PlanBuilder::appendBlock(const std::string& name, const inference::View& x,
                              const inference::View& result)
{
    const int from = x.channels, to = result.channels;
    const inference::View hidden = newLike(x, to);
    append<inference::WinogradConvolution>(name + ".conv1", m_kernels, m_memory,
                                           normalized(name + ".norm1", x, true),
                                           m_weights.convolution(name + ".conv1", from, to, 3), hidden);
    inference::View skip = x;
    if (from != to) {
        append<inference::MatrixConvolution>(name + ".skip", m_kernels, m_memory, plain(x),
                                             m_weights.convolution(name + ".skip", from, to, 1), 1, result);
        skip = result;
    }
    const int modulation = m_modulation.outputs;
    m_weights.appendLinear(name + ".modulation", m_config.embeddingWidth, 2 * to, m_modulation);
    append<inference::WinogradConvolution>(name + ".conv2", m_kernels, m_memory,
                                           normalized(name + ".norm2", hidden, true, modulation),
                                           m_weights.convolution(name + ".conv2", to, to, 3), result, skip);
}

void PlanBuilder::appendAttention(const std::string& name, const inference::View& x,
                                  const inference::View& result)
{
    if (x.positions() > mostAttentivePositions)
        throw UnknownModule("The plan does not attend to " + std::to_string(x.positions()) + " positions.");
    const int channels = x.channels;
    const inference::View queryKeyValue = newLike(x, 3 * channels), mixed = newLike(x, channels);
    append<inference::MatrixConvolution>(
        name + ".query_key_value", m_kernels, m_memory, normalized(name + ".norm", x, false),
        m_weights.convolution(name + ".query_key_value", channels, 3 * channels, 1), 1, queryKeyValue);
    append<inference::Attention>(name, m_kernels, m_config.attentionHeads, queryKeyValue, mixed);
    append<inference::MatrixConvolution>(name + ".projection", m_kernels, m_memory, plain(mixed),
                                         m_weights.convolution(name + ".projection", channels, channels, 1),
                                         1, result, x);
}

void PlanBuilder::appendCrossAttention(const std::string& name, const inference::View& x,
                                       const inference::View& result)
{
    const int channels = x.channels, heads = m_config.attentionHeads, textWidth = m_config.text.width;
    const inference::View query = newLike(x, channels), mixed = newLike(x, channels);
    append<inference::MatrixConvolution>(
        name + ".query", m_kernels, m_memory, normalized(name + ".norm", x, false),
        m_weights.convolution(name + ".query", channels, channels, 1), 1, query);
    inference::CrossAttentionWeights weights{channels, heads, {}};
    m_weights.appendLinear(name + ".key_value", textWidth, 2 * channels, weights.keyValue);
    // Both prompts of a blend, each with its beginning.
    const int mostTokens = 2 * (m_config.text.mostWords + 1);
    append<inference::PromptAttention>(name, m_kernels, static_cast<int>(m_crossAttentions.size()), heads,
                                       mostTokens, query, mixed);
    m_crossAttentions.push_back(std::move(weights));
    append<inference::MatrixConvolution>(name + ".projection", m_kernels, m_memory, plain(mixed),
                                         m_weights.convolution(name + ".projection", channels, channels, 1),
                                         1, result, x);
}

inference::PlanParts PlanBuilder::build()
{
    m_parts.channels = m_config.imageChannels;
    m_parts.height = m_config.imageHeight;
    m_parts.width = m_config.imageWidth;
    appendDown(appendStem());
    appendMiddle();
    appendOutput(appendUp());
    const int width = m_config.embeddingWidth;
    inference::ConditioningWeights conditioning;
    conditioning.frequencies = ModuleWeights::embeddingFrequencies(width);
    conditioning.classes = m_weights.take("class_embedding.weight", {m_config.classes + 1, width});
    conditioning.modulation = std::move(m_modulation);
    m_weights.appendLinear("time1", width, width, conditioning.time1);
    m_weights.appendLinear("time2", width, width, conditioning.time2);
    m_weights.leave("text_encoder");
    m_weights.checkThatNothingIsLeft();
    m_parts.prompts = std::make_unique<inference::PromptReader>(m_kernels, std::move(m_crossAttentions));
    m_parts.textWidth = m_config.text.width;
    m_parts.conditioning = std::make_unique<inference::Conditioning>(m_kernels, conditioning);
    return std::move(m_parts);
}

/// Empty where the plan can do these sizes.
std::string sizeThatIsUnknown(const UNetConfig& config)
{
    const auto isKnown = [](int channels) { return channels % inference::laneMultiple == 0; };
    for (const int multiplier : config.multipliers)
        if (!isKnown(config.baseChannels * multiplier))
            return std::to_string(config.baseChannels * multiplier) + " channels";
    return isKnown(config.embeddingWidth) ? "" : "an embedding of " + std::to_string(config.embeddingWidth);
}

bool computesInBFloat16(const UNetImpl& net)
{
    for (const auto& module : net.modules(/*include_self=*/false))
        if (const auto* convolution = module->as<ConvolutionImpl>())
            return convolution->inputType() == torch::kBFloat16;
    return false;
}

}  // namespace

PlanOrReason makePlan(const UNetImpl& net)
{
    const bool narrow = computesInBFloat16(net);
    const inference::Kernels* kernels = narrow ? inference::bfloat16Kernels() : inference::floatKernels();
    if (!kernels) {
        return {nullptr, narrow ? "This processor does not multiply bfloat16 (AVX512-BF16)."
                                : "There are no kernels for this processor (they need AVX2)."};
    }
    return makePlan(net, *kernels);
}

PlanOrReason makePlan(const UNetImpl& net, const inference::Kernels& kernels)
{
    if (const std::string size = sizeThatIsUnknown(net.config()); !size.empty()) {
        return {nullptr, "The network has " + size + ", which is not a multiple of " +
                             std::to_string(inference::laneMultiple) + "."};
    }
    try {
        return {std::make_shared<const inference::InferencePlan>(PlanBuilder(net, kernels).build()), {}};
    } catch (const UnknownModule& unknown) {
        return {nullptr, unknown.what()};
    }
}

}  // namespace diffuscope::model
