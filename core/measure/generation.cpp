#include "core/measure/generation.h"

#include "core/denoise/guidance.h"
#include "core/denoise/network_denoiser.h"
#include "core/model/text/vocabulary.h"
#include "core/model/unet/parallel_forward.h"
#include "core/run/sampling_loop.h"

#include <algorithm>
#include <future>
#include <mutex>

namespace diffuscope::measure {
namespace {

std::unique_ptr<denoise::Denoiser> makeGuidedDenoiser(const GeneratingNetwork& network, double scale)
{
    recipe::GuidanceSpec guidance;
    guidance.scale = scale;
    return denoise::clipped(denoise::guided(makeDenoiser(network, "network"), guidance),
                            recipe::ClippingSpec{});
}

// The images first … last − 1 of the request.
torch::Tensor generateBatch(const GeneratingNetwork& network, const GenerationRequest& request,
                            const schedule::TimeGrid& grid, int first, int last)
{
    const c10::InferenceMode inference;
    const auto denoiser = makeGuidedDenoiser(network, request.guidance);
    const auto sampler = samplers::makeSampler(request.sampler, network.schedule, grid);
    run::SeededNoise noise(request.seed, first);
    recipe::Condition condition;
    condition.classes.assign(request.classes.begin() + first, request.classes.begin() + last);
    const auto& config = network.net->config();
    const auto options =
        torch::TensorOptions(torch::kFloat32).device(network.net->parameters().front().device());
    const auto start =
        noise.initial({last - first, config.imageChannels, config.imageHeight, config.imageWidth}, options);
    run::SamplingLoop loop({*denoiser, *sampler, network.schedule, grid, noise, condition},
                           run::initialState(start, grid[0]));
    while (!loop.isDone())
        loop.advance();
    return loop.state().clamp(-1.0, 1.0).to(torch::kCPU);
}

}  // namespace

model::TextContext contextsOf(model::UNet net, const std::vector<std::string>& vocabulary,
                              const std::vector<std::string>& prompts)
{
    const c10::InferenceMode inference;
    const model::Vocabulary words(vocabulary);
    const int mostWords = net->config().text.mostWords;
    const torch::Device device = net->parameters().front().device();
    std::vector<model::TextContext> contexts;
    for (size_t k = 0; k <= prompts.size(); ++k) {
        const auto ids = k < prompts.size() ? words.read(prompts[k], mostWords) : std::vector<std::int64_t>{};
        const auto tokens = model::tokenBatch({ids});
        contexts.push_back(net->encode({tokens.ids.to(device), tokens.bias.to(device)}));
    }
    return model::stacked(contexts);
}

std::unique_ptr<denoise::Denoiser> makeDenoiser(const GeneratingNetwork& network, const std::string& name)
{
    const auto net = std::make_shared<model::ParallelForward>(network.net, 1);
    const auto forward = [net, texts = network.texts](const torch::Tensor& x, const torch::Tensor& t,
                                                      const torch::Tensor& ids) {
        if (!texts.defined())
            return net->forward(x, t, ids);
        return net->forward(x, t, torch::zeros_like(ids),
                            {texts.states.index_select(0, ids), texts.bias.index_select(0, ids)});
    };
    const int conditions = network.texts.defined() ? static_cast<int>(network.texts.bias.size(0)) - 1
                                                   : network.net->config().classes;
    return std::make_unique<denoise::NetworkDenoiser>(
        denoise::TrainedNetwork{name, forward, network.target, network.schedule, conditions,
                                network.net->parameters().front().device()});
}

torch::Tensor generate(const GeneratingNetwork& network, const GenerationRequest& request)
{
    const int count = static_cast<int>(request.classes.size());
    const auto& config = network.net->config();
    const auto grid = schedule::makeTimeGrid(network.schedule, request.grid, request.steps);
    auto images = torch::empty({count, config.imageChannels, config.imageHeight, config.imageWidth});
    std::mutex mutex;
    int next = 0, done = 0;
    const auto work = [&] {
        while (true) {
            std::unique_lock lock(mutex);
            const int first = next, last = std::min(first + std::max(1, request.batch), count);
            next = last;
            lock.unlock();
            if (first >= count)
                return;
            const auto part = generateBatch(network, request, grid, first, last);
            lock.lock();
            images.slice(0, first, last).copy_(part);
            done += last - first;
            if (request.onProgress)
                request.onProgress(done);
        }
    };
    std::vector<std::future<void>> others;
    for (int worker = 1; worker < request.workers; ++worker)
        others.push_back(std::async(std::launch::async, work));
    work();
    for (auto& other : others)
        other.get();
    return images;
}

}  // namespace diffuscope::measure
