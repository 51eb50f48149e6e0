#include "core/network/plan/plan_builder.h"

#include "core/network/plan/attention.h"
#include "core/network/plan/matrix_convolution.h"
#include "core/network/plan/module_weights.h"
#include "core/network/plan/pixel_shuffle.h"
#include "core/network/plan/prompt_attention.h"
#include "core/network/plan/winograd_convolution.h"

#include <algorithm>

namespace diffuscope::network::plan {
namespace {

/// Attention holds a number for each pair of positions.
constexpr int kMostAttentivePositions = 4096;

/// Follows UNetImpl::forward and writes down what it would do.
class PlanBuilder
{
public:
    PlanBuilder(const UNetImpl& net, const Kernels& kernels)
        : m_config(net.config()), m_kernels(kernels), m_weights(net)
    {
        m_parts.kernels = &kernels;
    }

    PlanParts build();

private:
    template <typename Kind, typename... Arguments>
    void append(Arguments&&... arguments)
    {
        auto operation = std::make_unique<Kind>(std::forward<Arguments>(arguments)...);
        for (const View& view : operation->views()) {
            m_parts.layout.use(view, static_cast<int>(m_parts.operations.size()));
        }
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
    View newLike(const View& view, int channels)
    {
        return m_parts.layout.add(view.height, view.width, channels);
    }
    ImageSource plain(const View& view) const { return {m_kernels, view, view.height, view.width}; }
    ImageSource normalized(const std::string& name, const View& view, bool silu,
                           std::optional<int> modulation = std::nullopt);

    View appendStem();
    void appendDown(View state);
    void appendMiddle();
    View appendUp();
    void appendOutput(const View& state);
    void appendStage(const std::string& name, const View& x, Following following, const View& result);
    void appendBlock(const std::string& name, const View& x, const View& result);
    void appendAttention(const std::string& name, const View& x, const View& result);
    void appendCrossAttention(const std::string& name, const View& x, const View& result);

    UNetConfig m_config;
    const Kernels& m_kernels;
    ModuleWeights m_weights;
    WeightMemory m_memory;
    PlanParts m_parts;
    LinearWeights m_modulation;
    std::vector<CrossAttentionWeights> m_crossAttentions;
    /// Where the state on the way up and the skip from the way down lie side by side; the finest first.
    std::vector<View> m_joined;
};

ImageSource PlanBuilder::normalized(const std::string& name, const View& view, bool silu,
                                    std::optional<int> modulation)
{
    return {m_kernels, view,
            Normalization{.groups = m_config.normalizationGroups,
                          .weight = m_weights.take(name + ".weight", {view.channels}),
                          .bias = m_weights.take(name + ".bias", {view.channels}),
                          .modulation = modulation,
                          .silu = silu}};
}

View PlanBuilder::appendStem()
{
    const int patch = m_config.patch;
    const View pixels = m_parts.layout.add(m_config.imageHeight / patch, m_config.imageWidth / patch,
                                           m_config.imageChannels * patch * patch);
    append<PixelUnshuffle>("input", patch, pixels);
    const View result = newLike(pixels, channelsAt(0));
    append<MatrixConvolution>("stem", m_kernels, m_memory, plain(pixels),
                              m_weights.convolution("stem", pixels.channels, result.channels, 3), 1, result);
    return result;
}

void PlanBuilder::appendDown(View state)
{
    for (int level = 0; level < levels(); ++level) {
        const int channels = channelsAt(level);
        if (level > 0) {
            const std::string name = "down" + std::to_string(level - 1) + "_halve";
            const View halved = m_parts.layout.add((state.height + 1) / 2, (state.width + 1) / 2, channels);
            append<MatrixConvolution>(name, m_kernels, m_memory, plain(state),
                                      m_weights.convolution(name, state.channels, channels, 3), 2, halved);
            state = halved;
        }
        for (int block = 0; block < m_config.blocksPerLevel; ++block) {
            const View joined = newLike(state, 2 * channels);
            const View skip = joined.part(channels, channels);
            appendStage("down" + std::to_string(level) + "_" + std::to_string(block), state,
                        followingAt(level), skip);
            m_joined.push_back(joined);
            state = skip;
        }
    }
}

void PlanBuilder::appendMiddle()
{
    const View joined = m_joined.back();
    const int channels = joined.channels / 2;
    const View between = newLike(joined, channels);
    appendStage("middle0", joined.part(channels, channels), {true, m_config.hasText()}, between);
    appendStage("middle1", between, {}, joined.part(0, channels));
}

View PlanBuilder::appendUp()
{
    View state;
    for (int level = levels() - 1; level >= 0; --level) {
        for (int block = 0; block < m_config.blocksPerLevel; ++block) {
            const View joined = m_joined.back();
            m_joined.pop_back();
            const bool isLast = block + 1 == m_config.blocksPerLevel;
            state = isLast ? newLike(joined, channelsAt(level)) : m_joined.back().part(0, channelsAt(level));
            appendStage("up" + std::to_string(level) + "_" + std::to_string(block), joined,
                        followingAt(level), state);
        }
        if (level > 0) {
            const std::string name = "up" + std::to_string(level) + "_double";
            const View finer = m_joined.back().part(0, channelsAt(level - 1));
            append<WinogradConvolution>(
                name, m_kernels, m_memory, ImageSource(m_kernels, state, finer.height, finer.width),
                m_weights.convolution(name, state.channels, finer.channels, 3), finer);
        }
    }
    return state;
}

void PlanBuilder::appendOutput(const View& state)
{
    const int channels = m_config.imageChannels * m_config.patch * m_config.patch;
    const View result = newLike(state, padded(channels));
    append<WinogradConvolution>("output", m_kernels, m_memory, normalized("output_norm", state, true),
                                m_weights.convolution("output", state.channels, channels, 3), result);
    append<PixelShuffle>("result", m_config.patch, result.part(0, channels));
}

void PlanBuilder::appendStage(const std::string& name, const View& x, Following following, const View& result)
{
    const bool isFollowed = following.attention || following.readsText;
    View state = isFollowed ? newLike(x, result.channels) : result;
    appendBlock(name + ".block", x, state);
    if (following.attention) {
        const View next = following.readsText ? newLike(x, result.channels) : result;
        appendAttention(name + ".attention", state, next);
        state = next;
    }
    if (following.readsText) {
        appendCrossAttention(name + ".cross_attention", state, result);
    }
}

void PlanBuilder::appendBlock(const std::string& name, const View& x, const View& result)
{
    const int from = x.channels, to = result.channels;
    const View hidden = newLike(x, to);
    append<WinogradConvolution>(name + ".conv1", m_kernels, m_memory, normalized(name + ".norm1", x, true),
                                m_weights.convolution(name + ".conv1", from, to, 3), hidden);
    View skip = x;
    if (from != to) {
        append<MatrixConvolution>(name + ".skip", m_kernels, m_memory, plain(x),
                                  m_weights.convolution(name + ".skip", from, to, 1), 1, result);
        skip = result;
    }
    const int modulation = m_modulation.outputs;
    m_weights.appendLinear(name + ".modulation", m_config.embeddingWidth, 2 * to, m_modulation);
    append<WinogradConvolution>(name + ".conv2", m_kernels, m_memory,
                                normalized(name + ".norm2", hidden, true, modulation),
                                m_weights.convolution(name + ".conv2", to, to, 3), result, skip);
}

void PlanBuilder::appendAttention(const std::string& name, const View& x, const View& result)
{
    if (x.positions() > kMostAttentivePositions) {
        throw UnknownModule("The plan does not attend to " + std::to_string(x.positions()) + " positions.");
    }
    const int channels = x.channels;
    const View queryKeyValue = newLike(x, 3 * channels), mixed = newLike(x, channels);
    append<MatrixConvolution>(
        name + ".query_key_value", m_kernels, m_memory, normalized(name + ".norm", x, false),
        m_weights.convolution(name + ".query_key_value", channels, 3 * channels, 1), 1, queryKeyValue);
    append<Attention>(name, m_kernels, m_config.attentionHeads, queryKeyValue, mixed);
    append<MatrixConvolution>(name + ".projection", m_kernels, m_memory, plain(mixed),
                              m_weights.convolution(name + ".projection", channels, channels, 1), 1, result,
                              x);
}

void PlanBuilder::appendCrossAttention(const std::string& name, const View& x, const View& result)
{
    const int channels = x.channels, heads = m_config.attentionHeads, textWidth = m_config.text.width;
    const View query = newLike(x, channels), mixed = newLike(x, channels);
    append<MatrixConvolution>(name + ".query", m_kernels, m_memory, normalized(name + ".norm", x, false),
                              m_weights.convolution(name + ".query", channels, channels, 1), 1, query);
    CrossAttentionWeights weights{channels, heads, {}};
    m_weights.appendLinear(name + ".key_value", textWidth, 2 * channels, weights.keyValue);
    // Both prompts of a blend, each with its beginning.
    const int mostTokens = 2 * (m_config.text.mostWords + 1);
    append<PromptAttention>(name, m_kernels, static_cast<int>(m_crossAttentions.size()), heads, mostTokens,
                            query, mixed);
    m_crossAttentions.push_back(std::move(weights));
    append<MatrixConvolution>(name + ".projection", m_kernels, m_memory, plain(mixed),
                              m_weights.convolution(name + ".projection", channels, channels, 1), 1, result,
                              x);
}

PlanParts PlanBuilder::build()
{
    m_parts.channels = m_config.imageChannels;
    m_parts.height = m_config.imageHeight;
    m_parts.width = m_config.imageWidth;
    appendDown(appendStem());
    appendMiddle();
    appendOutput(appendUp());
    const int width = m_config.embeddingWidth;
    ConditioningWeights conditioning;
    conditioning.frequencies = ModuleWeights::embeddingFrequencies(width);
    conditioning.classes = m_weights.take("class_embedding.weight", {m_config.classes + 1, width});
    conditioning.modulation = std::move(m_modulation);
    m_weights.appendLinear("time1", width, width, conditioning.time1);
    m_weights.appendLinear("time2", width, width, conditioning.time2);
    m_weights.leave("text_encoder");
    m_weights.checkThatNothingIsLeft();
    m_parts.prompts = std::make_unique<PromptReader>(m_kernels, std::move(m_crossAttentions));
    m_parts.textWidth = m_config.text.width;
    m_parts.conditioning = std::make_unique<Conditioning>(m_kernels, conditioning);
    return std::move(m_parts);
}

/// Empty where the plan can do these sizes.
std::string sizeThatIsUnknown(const UNetConfig& config)
{
    const auto isKnown = [](int channels) { return channels % kLaneMultiple == 0; };
    for (const int multiplier : config.multipliers) {
        if (!isKnown(config.baseChannels * multiplier)) {
            return std::to_string(config.baseChannels * multiplier) + " channels";
        }
    }
    return isKnown(config.embeddingWidth) ? "" : "an embedding of " + std::to_string(config.embeddingWidth);
}

bool computesInBFloat16(const UNetImpl& net)
{
    for (const auto& module : net.modules(/*include_self=*/false)) {
        if (const auto* convolution = module->as<ConvolutionImpl>()) {
            return convolution->inputType() == torch::kBFloat16;
        }
    }
    return false;
}

}  // namespace

PlanOrReason makePlan(const UNetImpl& net)
{
    const bool narrow = computesInBFloat16(net);
    const Kernels* kernels = narrow ? bfloat16Kernels() : floatKernels();
    if (!kernels) {
        return {nullptr, narrow ? "This processor does not multiply bfloat16 (AVX512-BF16)."
                                : "There are no kernels for this processor (they need AVX2)."};
    }
    return makePlan(net, *kernels);
}

PlanOrReason makePlan(const UNetImpl& net, const Kernels& kernels)
{
    if (const std::string size = sizeThatIsUnknown(net.config()); !size.empty()) {
        return {nullptr, "The network has " + size + ", which is not a multiple of " +
                             std::to_string(kLaneMultiple) + "."};
    }
    try {
        return {std::make_shared<const InferencePlan>(PlanBuilder(net, kernels).build()), {}};
    } catch (const UnknownModule& unknown) {
        return {nullptr, unknown.what()};
    }
}

}  // namespace diffuscope::network::plan
