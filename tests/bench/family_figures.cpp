// SPDX-License-Identifier: GPL-3.0-or-later
// The families against LibTorch's operators.
#include "tests/bench/family_figures.h"

#include "core/inference/compute_threads.h"
#include "core/model/autoencoder/autoencoder.h"
#include "core/model/dit/dit.h"
#include "core/model/dit/dit_forward.h"

#include <torch/types.h>

#include <cmath>
#include <ctime>
#include <functional>

namespace diffuscope::bench {

namespace {

using torch::Tensor;

double threadMs()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * double(time.tv_sec) + 1e-6 * double(time.tv_nsec);
}

double timeOf(const std::function<void()>& work)
{
    const double start = threadMs();
    work();
    return threadMs() - start;
}

/// Medians of two ways, and of their ratio round by round.
struct Pair
{
    double first, second, ratio;
};
Pair compare(int rounds, const std::function<void()>& first, const std::function<void()>& second)
{
    std::vector<double> one, other, ratios;
    first();
    second();
    for (int round = 0; round < rounds; ++round) {
        one.push_back(timeOf(first));
        other.push_back(timeOf(second));
        ratios.push_back(one.back() / other.back());
    }
    return {median(one), median(other), median(ratios)};
}

/// A transformer as LibTorch computes it, operator by operator.
class PlainTransformer
{
public:
    explicit PlainTransformer(model::Dit net) : m_net(std::move(net)), m_weights(m_net->named_parameters()) {}

    Tensor forward(const Tensor& x, const Tensor& t, const Tensor& ids) const
    {
        const auto& config = m_net->config();
        const int64_t batch = x.size(0), side = config.patch, rows = config.imageHeight / side;
        const auto embedded =
            linear("time2", at::silu(linear("time1", model::sinusoidalEmbedding(t, config.width))));
        const auto condition = at::silu(embedded + at::embedding(m_weights["class_embedding.weight"], ids));
        const auto patches = x.reshape({batch, config.imageChannels, rows, side, rows, side})
                                 .permute({0, 2, 4, 1, 3, 5})
                                 .reshape({batch, rows * rows, config.patchValues()});
        auto h = linear("patches", patches) + m_weights["places"];
        for (int layer = 0; layer < config.layers; ++layer)
            h = block("block" + std::to_string(layer) + ".", h, condition);
        const auto parts = linear("output_modulation", condition).unsqueeze(1).chunk(2, -1);
        return linear("output", modulated(h, parts[1], parts[0]))
            .reshape({batch, rows, rows, config.imageChannels, side, side})
            .permute({0, 3, 1, 4, 2, 5})
            .reshape(x.sizes());
    }

private:
    Tensor linear(const std::string& name, const Tensor& x) const
    {
        return at::linear(x, m_weights[name + ".weight"], m_weights[name + ".bias"]);
    }
    static Tensor modulated(const Tensor& x, const Tensor& scale, const Tensor& shift)
    {
        return at::layer_norm(x, {x.size(-1)}, {}, {}, 1e-6) * (1 + scale) + shift;
    }
    Tensor block(const std::string& name, const Tensor& x, const Tensor& condition) const
    {
        const auto parts = linear(name + "modulation", condition).unsqueeze(1).chunk(6, -1);
        const int64_t batch = x.size(0), tokens = x.size(1), heads = m_net->config().heads;
        const auto mixed = linear(name + "query_key_value", modulated(x, parts[1], parts[0]))
                               .view({batch, tokens, 3, heads, -1})
                               .permute({2, 0, 3, 1, 4})
                               .unbind(0);
        const double scale = 1.0 / std::sqrt(double(mixed[0].size(-1)));
        const auto weights = at::softmax(at::matmul(mixed[0], mixed[1].transpose(-1, -2)) * scale, -1);
        const auto attended = at::matmul(weights, mixed[2]).permute({0, 2, 1, 3}).reshape(x.sizes());
        const auto h = x + parts[2] * linear(name + "projection", attended);
        const auto hidden = at::gelu(linear(name + "hidden", modulated(h, parts[4], parts[3])), "tanh");
        return h + parts[5] * linear(name + "output", hidden);
    }

    model::Dit m_net;
    torch::OrderedDict<std::string, Tensor> m_weights;
};

model::Dit randomTransformer()
{
    torch::manual_seed(1);
    model::Dit net((model::DitConfig()));
    const torch::NoGradGuard noGrad;
    for (auto& parameter : net->parameters())
        parameter.add_(0.02 * torch::randn_like(parameter));
    return net;
}

struct Question
{
    Tensor x, t, ids;
};
Question question(int batch)
{
    return {torch::randn({batch, 1, 28, 28}), torch::full({batch}, 500.0), torch::arange(batch) % 10};
}

std::vector<Figure> evaluationFigures(const FamilyEffort& effort)
{
    const auto net = randomTransformer();
    const PlainTransformer plain(net);
    model::DitForward fast(net, 1);
    std::vector<Figure> figures;
    for (const auto& [batch, goal] : {std::pair{1, 3.0}, {32, 1.5}}) {
        const auto asked = question(batch);
        const auto both = compare(
            effort.rounds,
            [&] {
                const torch::NoGradGuard noGrad;
                plain.forward(asked.x, asked.t, asked.ids);
            },
            [&] { fast.forward(asked.x, asked.t, asked.ids); });
        const std::string name = ", batch " + std::to_string(batch);
        figures.push_back({"transformer, LibTorch's operators" + name, both.first, "ms"});
        figures.push_back({"transformer, plan" + name, both.second, "ms"});
        figures.push_back({"transformer, times as fast" + name, both.ratio, "×", {}, goal});
    }
    return figures;
}

std::vector<Figure> transformerTrainingFigures(const FamilyEffort& effort)
{
    auto net = randomTransformer();
    const PlainTransformer plain(net);
    const auto asked = question(effort.trainingBatch);
    const auto both = compare(
        effort.rounds, [&] { plain.forward(asked.x, asked.t, asked.ids).square().mean().backward(); },
        [&] { net(asked.x, asked.t, asked.ids).square().mean().backward(); });
    return {{"transformer, training, ours", 1000 * effort.trainingBatch / both.second, "images/s"},
            {"transformer, training, times as fast as LibTorch", both.ratio, "×", {}, 1.3}};
}

std::vector<Figure> decoderFigures(const FamilyEffort& effort)
{
    constexpr int pictures = 16;
    model::Autoencoder autoencoder((model::AutoencoderConfig()));
    const auto latents = torch::randn({pictures, 4, 16, 16});
    std::vector<double> times;
    for (int round = 0; round <= effort.rounds; ++round)
        times.push_back(timeOf([&] {
            const c10::InferenceMode inference;
            autoencoder->decode(latents);
        }));
    return {{"decoder, a picture of 64×64 at batch 16", median(times) / pictures, "ms", 15}};
}

}  // namespace

std::vector<Figure> familyFigures(const FamilyEffort& effort)
{
    inference::setUpComputeThreads(1);
    auto figures = evaluationFigures(effort);
    for (const auto& more : {transformerTrainingFigures(effort), decoderFigures(effort)})
        figures.insert(figures.end(), more.begin(), more.end());
    return figures;
}

}  // namespace diffuscope::bench
