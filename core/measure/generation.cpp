// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/generation.h"

#include "core/denoise/guidance.h"
#include "core/denoise/network_denoiser.h"
#include "core/model/step_lengths.h"
#include "core/run/sampling_loop.h"
#include "core/schedule/schedule_registry.h"

#include <algorithm>
#include <future>
#include <mutex>

namespace diffuscope::measure {
namespace {

std::unique_ptr<denoise::Denoiser> makeGuidedDenoiser(const GeneratingNetwork& network, double scale,
                                                      const schedule::TimeGrid& grid)
{
    recipe::GuidanceSpec guidance;
    guidance.scale = scale;
    auto guided = denoise::guided(makeDenoiser(network, "network", &grid), guidance);
    if (network.model->card().space.kind == model::SampleKind::latent)
        return guided;
    return denoise::clipped(std::move(guided), recipe::ClippingSpec{});
}

// The images first … last − 1 of the request.
torch::Tensor generateBatch(const GeneratingNetwork& network, const GenerationRequest& request,
                            const schedule::TimeGrid& grid, int first, int last)
{
    const c10::InferenceMode inference;
    const auto denoiser = makeGuidedDenoiser(network, request.guidance, grid);
    const auto sampler = samplers::makeSampler(request.sampler, network.schedule, grid);
    run::SeededNoise noise(request.seed, first);
    recipe::Condition condition;
    condition.classes.assign(request.classes.begin() + first, request.classes.begin() + last);
    const model::SampleSpace& space = network.model->card().space;
    const auto options = torch::TensorOptions(torch::kFloat32).device(network.model->device());
    const auto start = noise.initial({last - first, space.channels, space.height, space.width}, options);
    run::SamplingLoop loop({*denoiser, *sampler, network.schedule, grid, noise, condition},
                           run::initialState(start, grid[0]));
    while (!loop.isDone())
        loop.advance();
    if (const model::Decoder* decoder = network.model->decoder())
        return decoder->decode(loop.state().to(torch::kCPU), {});
    return loop.state().clamp(-1.0, 1.0).to(torch::kCPU);
}

}  // namespace

GeneratingNetwork generatingNetwork(std::shared_ptr<model::Model> model)
{
    const model::ModelCard& card = model->card();
    return {model, denoise::predictionTarget(card.target), schedule::makeSchedule(card.schedule)};
}

model::EncodedCondition textsOf(model::Model& model, const std::vector<std::string>& prompts)
{
    const c10::InferenceMode inference;
    std::vector<model::TextContext> contexts;
    std::vector<torch::Tensor> pooled;
    for (std::size_t k = 0; k <= prompts.size(); ++k) {
        const model::EncodedText text = model.encode(k < prompts.size() ? prompts[k] : "");
        contexts.push_back(text.context);
        if (text.pooled.defined())
            pooled.push_back(text.pooled);
    }
    return {{}, model::stacked(contexts), pooled.empty() ? torch::Tensor() : torch::cat(pooled)};
}

std::unique_ptr<denoise::Denoiser> makeDenoiser(const GeneratingNetwork& network, const std::string& name,
                                                const schedule::TimeGrid* grid)
{
    std::shared_ptr<model::FastForward> net = network.model->compile(1, "").forward;
    std::shared_ptr<const model::StepLengths> lengths;
    if (grid && network.model->readsStep())
        lengths = std::make_shared<const model::StepLengths>(*grid, network.schedule.levels());
    const auto forward = [net, model = network.model, texts = network.texts, lengths](
                             const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& ids) {
        if (!texts.text.defined())
            return net->forward(x, t, {ids, {}, {}, lengths ? lengths->at(t) : torch::Tensor()}, {});
        const torch::Tensor& pooled = texts.pooled;
        return net->forward(x, t,
                            {torch::zeros_like(ids),
                             {texts.text.states.index_select(0, ids), texts.text.bias.index_select(0, ids)},
                             pooled.defined() ? pooled.index_select(0, ids) : pooled},
                            {});
    };
    const int conditions = network.texts.text.defined() ? int(network.texts.text.bias.size(0)) - 1
                                                        : int(network.model->card().classNames.size());
    return std::make_unique<denoise::NetworkDenoiser>(denoise::TrainedNetwork{
        name, forward, network.target, network.schedule, conditions, network.model->device()});
}

torch::Tensor generate(const GeneratingNetwork& network, const GenerationRequest& request)
{
    const int count = static_cast<int>(request.classes.size());
    const model::Decoder* decoder = network.model->decoder();
    const model::SampleSpace space = decoder ? decoder->pictures() : network.model->card().space;
    const auto grid = schedule::makeTimeGrid(network.schedule, request.grid, request.steps);
    auto images = torch::empty({count, space.channels, space.height, space.width});
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
