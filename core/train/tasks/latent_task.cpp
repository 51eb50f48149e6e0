// SPDX-License-Identifier: GPL-3.0-or-later
// Latents in the place of pixels.
#include "core/train/tasks/latent_task.h"

#include "core/base/error.h"
#include "core/measure/generation.h"
#include "core/train/data/captioned_split.h"
#include "core/train/data/image_sheet.h"
#include "core/train/tasks/autoencoder_task.h"
#include "core/train/tasks/diffusion_loss.h"
#include "core/train/tasks/flow_path.h"
#include "core/train/tasks/preview_model.h"
#include "core/train/tasks/text_diffusion_task.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

constexpr int latentSteps = 20;
constexpr int latentColumns = 12;
constexpr double latentGuidance = 3.0;

const TrainingOptions& checkedLatent(const TrainingOptions& options)
{
    if (options.autoencoderFolder.empty())
        throw Error(ErrorCode::invalidOption, "Latents need an autoencoder.",
                    "Name the folder of its training with --autoencoder.");
    return options;
}

}  // namespace

void fitToLatents(TrainingOptions& options, const CaptionedImages& images)
{
    checkedLatent(options);
    fitToImages(options, images);
    options.autoencoder = loadTrainedAutoencoder(options.autoencoderFolder)->config();
    options.target = "flow";
    options.schedule = "rectified_flow";
    options.network.imageChannels = options.autoencoder.latentChannels;
    options.network.imageHeight = options.network.imageWidth = options.autoencoder.latentSide();
}

LatentTask::LatentTask(std::shared_ptr<const CaptionedImages> images, const TrainingOptions& options,
                       int replicas)
    : m_options(checkedLatent(options)),
      m_target(trainableTarget(options.target)),
      m_schedule(trainingSchedule(options)),
      m_autoencoder(loadTrainedAutoencoder(options.autoencoderFolder)),
      m_nets(options, replicas, [&options] { return model::UNet(options.network); }),
      m_levels(m_schedule, m_nets.device())
{
    const auto& config = m_autoencoder->config();
    const auto& network = options.network;
    if (config != options.autoencoder || network.imageChannels != config.latentChannels ||
        network.imageHeight != config.latentSide() || network.imageWidth != config.latentSide() ||
        !network.hasText())
        throw Error(ErrorCode::invalidOption,
                    "The autoencoder in " + options.autoencoderFolder + " makes latents of " +
                        std::to_string(config.latentChannels) + "×" + std::to_string(config.latentSide()) +
                        "×" + std::to_string(config.latentSide()) + ", which are not this network's.",
                    "Name the autoencoder that the training began with.");
    if (images->height != config.imageSide || images->width != config.imageSide)
        throw Error(ErrorCode::invalidOption, "The pictures have another size than the autoencoder's.",
                    "Train on pictures of " + std::to_string(config.imageSide) + " pixels a side.");
    const auto latents = latentsOf(m_autoencoder, *images);
    m_scale = latents.scale;
    m_batches = std::make_unique<TextBatches>(images, splitOf(*images, options.heldOut).train, options,
                                              latents.values);
    m_previewPrompts = {"",
                        "rocket, fluent3d style",
                        "red heart, twemoji style",
                        "cat face, noto style",
                        "pizza, fluentflat style",
                        "tree, blob style"};
}

torch::Tensor LatentTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const auto x0 = share.of(m_batch.x0), eps = share.of(m_batch.eps), t = share.of(m_batch.t);
    const auto alpha = m_levels.alphaAt(t), sigma = m_levels.sigmaAt(t);
    auto& net = m_nets[replica];
    const auto text = net->encode({share.of(m_batch.tokens.ids), share.of(m_batch.tokens.bias)});
    const auto predicted = net(alpha * x0 + sigma * eps, t.to(torch::kFloat32), torch::zeros_like(t), text);
    return torch::mse_loss(predicted, targetOf(m_target, x0, eps, alpha, sigma)) * share.weight();
}

void LatentTask::writePreview(const std::string& path)
{
    const torch::NoGradGuard noGrad;
    auto& net = m_nets[0];
    const auto device = m_nets.device();
    // A row for each prompt and, in the last, the one for none.
    const auto contexts = measure::textsOf(*previewModel(m_options, net), m_previewPrompts).text;
    const auto rows = static_cast<int64_t>(m_previewPrompts.size()), count = rows * latentColumns;
    const auto asked = torch::arange(rows, torch::TensorOptions(torch::kInt64).device(device))
                           .repeat_interleave(latentColumns);
    const auto velocityOf = [&](const torch::Tensor& x, double u, const torch::Tensor& texts) {
        const model::TextContext text{contexts.states.index_select(0, texts),
                                      contexts.bias.index_select(0, texts)};
        const auto t = torch::full({count}, u * m_options.levels - 1.0, x.options());
        return net(x, t, torch::zeros_like(texts), text);
    };
    const auto& config = m_options.network;
    auto noise = torch::empty({count, config.imageChannels, config.imageHeight, config.imageWidth});
    CounterRandom(m_options.seed, RandomStream::Preview, 0)
        .fillNormal(noise.data_ptr<float>(), noise.numel());
    const auto latents = followFlow(
        [&](const torch::Tensor& x, double u, double) {
            const auto plain = velocityOf(x, u, torch::full_like(asked, rows));
            return plain + latentGuidance * (velocityOf(x, u, asked) - plain);
        },
        noise.to(device), latentSteps);
    writeImageSheet(path, m_autoencoder->decode(latents.cpu() / m_scale), latentColumns);
}

}  // namespace diffuscope::train
