// SPDX-License-Identifier: GPL-3.0-or-later
// Loss, preview and measurements of an autoencoder.
#include "core/train/tasks/autoencoder_task.h"

#include "core/base/error.h"
#include "core/train/data/image_sheet.h"
#include "core/train/loop/training_loop.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace diffuscope::train {
namespace {

constexpr size_t sheetColumns = 12;
constexpr size_t picturesAtOnce = 64;

const TrainingOptions& checkedPictures(const TrainingOptions& options, const CaptionedImages& images)
{
    const auto& config = options.autoencoder;
    if (config.imageChannels != 3 || images.height != config.imageSide || images.width != config.imageSide)
        throw Error(ErrorCode::invalidOption,
                    "The data's pictures are 3×" + std::to_string(images.height) + "×" +
                        std::to_string(images.width) + ", the autoencoder's are of another size.",
                    "Train an autoencoder for this data, whose pictures must be squares.");
    return options;
}

/// Calls use(pictures, first) for parts of the pictures.
template <typename Use>
void inParts(const CaptionedImages& images, const std::vector<uint32_t>& indices, Use use)
{
    for (size_t first = 0; first < indices.size(); first += picturesAtOnce) {
        const auto last = std::min(first + picturesAtOnce, indices.size());
        use(picturesAt(images,
                       {indices.begin() + std::ptrdiff_t(first), indices.begin() + std::ptrdiff_t(last)}),
            first);
    }
}

}  // namespace

torch::Tensor picturesAt(const CaptionedImages& images, const std::vector<uint32_t>& indices)
{
    const auto values = static_cast<size_t>(images.valuesPerImage());
    const auto pictures =
        torch::empty({static_cast<int64_t>(indices.size()), 3, images.height, images.width});
    auto* target = pictures.data_ptr<float>();
    for (const uint32_t index : indices) {
        const uint8_t* from = images.pixels.data() + index * values;
        target = std::transform(from, from + values, target,
                                [](uint8_t pixel) { return static_cast<float>(pixel) / 127.5f - 1.0f; });
    }
    return pictures;
}

AutoencoderTask::AutoencoderTask(std::shared_ptr<const CaptionedImages> images, std::vector<uint32_t> indices,
                                 const TrainingOptions& options, int replicas)
    : m_images(std::move(images)),
      m_indices(std::move(indices)),
      m_options(checkedPictures(options, *m_images)),
      m_nets(options, replicas, [&options] { return model::Autoencoder(options.autoencoder); }),
      m_order(options.seed, static_cast<uint32_t>(m_indices.size())),
      m_queue(options.optimizer.steps, [this](int64_t step) {
          const PixelSource source{&m_images->pixels, 3, m_images->height, m_images->width};
          return batchParts(source, m_options, step,
                            [this](uint64_t position) { return m_indices[m_order.at(position)]; });
      })
{
}

torch::Tensor AutoencoderTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const auto images = share.of(m_batch.x0);
    const auto& config = m_options.autoencoder;
    // The batch's noise is as large as its pictures; the latents take its first numbers.
    const int64_t side = config.latentSide();
    const auto noise = share.of(m_batch.eps)
                           .flatten(1)
                           .slice(1, 0, config.latentChannels * side * side)
                           .reshape({images.size(0), config.latentChannels, side, side});
    const auto pass = m_nets[replica]->forward(images, noise);
    const auto error = torch::l1_loss(pass.images, images) + torch::mse_loss(pass.images, images);
    return (error + m_options.regularity * pass.regularity) * share.weight();
}

void AutoencoderTask::writePreview(const std::string& path)
{
    const torch::NoGradGuard noGrad;
    std::vector<uint32_t> shown;
    for (size_t k = 0; k < sheetColumns; ++k)
        shown.push_back(m_indices[k * m_indices.size() / sheetColumns]);
    const auto pictures = picturesAt(*m_images, shown).to(m_nets.device());
    writeImageSheet(path, torch::cat({pictures, m_nets[0]->decode(m_nets[0]->encode(pictures))}),
                    static_cast<int>(sheetColumns), 2);
}

model::Autoencoder loadTrainedAutoencoder(const std::string& folder)
{
    const TrainingOptions options = readCheckpointOptions(folder);
    if (options.task != "autoencoder")
        throw Error(ErrorCode::invalidOption, folder + " is not the training of an autoencoder.",
                    "Train one with --task autoencoder, and name its folder.");
    model::Autoencoder autoencoder(options.autoencoder);
    loadAveragedWeights(folder, *autoencoder);
    autoencoder->eval();
    return autoencoder;
}

double reconstructionPsnr(model::Autoencoder& autoencoder, const CaptionedImages& images,
                          const std::vector<uint32_t>& indices)
{
    const torch::NoGradGuard noGrad;
    double sum = 0.0;
    inParts(images, indices, [&](const torch::Tensor& pictures, size_t) {
        const auto made = autoencoder->decode(autoencoder->encode(pictures)).clamp(-1.0, 1.0);
        const auto errors = (made - pictures).square().flatten(1).mean(1).clamp_min(1e-10);
        sum += (10.0 * torch::log10(4.0 / errors)).sum().item<double>();
    });
    return sum / static_cast<double>(std::max<size_t>(1, indices.size()));
}

ScaledLatents latentsOf(model::Autoencoder& autoencoder, const CaptionedImages& images)
{
    const torch::NoGradGuard noGrad;
    std::vector<uint32_t> all(static_cast<size_t>(images.count));
    std::iota(all.begin(), all.end(), 0u);
    std::vector<torch::Tensor> parts;
    inParts(images, all, [&](const torch::Tensor& pictures, size_t) {
        parts.push_back(autoencoder->encode(pictures).contiguous());
    });
    const auto latents = torch::cat(parts);
    const double scale = 1.0 / latents.std().item<double>();
    return {latents * scale, scale};
}

}  // namespace diffuscope::train
