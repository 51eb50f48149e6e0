// SPDX-License-Identifier: GPL-3.0-or-later
// Networks out of checkpoints.
#include "core/train/loop/trained_network.h"

#include "core/base/error.h"
#include "core/model/autoencoder/picture_decoder_model.h"
#include "core/model/dit/dit.h"
#include "core/model/dit/dit_kind.h"
#include "core/model/rivals/rival_model.h"
#include "core/model/rivals/rivals.h"
#include "core/model/unet/unet.h"
#include "core/model/unet/unet_kind.h"
#include "core/train/data/captioned_images.h"
#include "core/train/loop/training_loop.h"
#include "core/train/tasks/autoencoder_task.h"

#include <algorithm>
#include <vector>

namespace diffuscope::train {
namespace {

/// Pictures that the linear preview of latents is fitted to.
constexpr std::int64_t previewPictures = 600;

template <typename Net>
TrainedNetwork loaded(Net net, const std::string& folder, std::optional<double> decay)
{
    const std::int64_t steps = loadAveragedWeights(folder, *net, decay);
    return {net.ptr(), steps};
}

}  // namespace

TrainedNetwork trainedNetwork(const TrainingOptions& options, const std::string& folder,
                              std::optional<double> decay, model::ModelCard& card)
{
    card.target = options.target;
    card.schedule = {options.schedule, {{"levels", static_cast<double>(options.levels)}}};
    const bool isDiffusion = options.task == "diffusion" || options.task == "flow";
    if (options.task == "shortcut" || (isDiffusion && options.architecture == "dit")) {
        model::describeDit(card, options.dit);
        return loaded(model::Dit(options.dit), folder, decay);
    }
    if (options.task == "vae" || options.task == "gan") {
        card.target = "x0";
        card.schedule = {"rectified_flow", {{"levels", static_cast<double>(options.levels)}}};
        model::describeRival(card, options.rival);
        if (options.rival.isGan) {
            model::Gan net(options.rival);
            const std::int64_t steps = loadAveragedWeights(folder, *net, decay);
            return {net->generator().ptr(), steps};
        }
        model::Vae net(options.rival);
        const std::int64_t steps = loadAveragedWeights(folder, *net, decay);
        return {net->generator().ptr(), steps};
    }
    if (isDiffusion || options.task == "latent") {
        model::describeUNet(card, options.network);
        if (options.task == "latent")
            card.space.kind = model::SampleKind::latent;
        return loaded(model::UNet(options.network), folder, decay);
    }
    throw Error(ErrorCode::invalidOption, checkpointPath(folder) + " is a " + options.task + ", not a model.",
                "Give the folder of a training of a model.");
}

void exportDecoder(const TrainingOptions& options, const std::string& modelFolder)
{
    if (options.task != "latent")
        return;
    auto autoencoder = loadTrainedAutoencoder(options.autoencoderFolder);
    const CaptionedImages images = readCaptionedFolder(options.dataFolder);
    const ScaledLatents latents = latentsOf(autoencoder, images);
    std::vector<uint32_t> chosen(static_cast<size_t>(std::min(previewPictures, images.count)));
    for (size_t k = 0; k < chosen.size(); ++k)
        chosen[k] = static_cast<uint32_t>(k * static_cast<size_t>(images.count) / chosen.size());
    const std::vector<int64_t> rows(chosen.begin(), chosen.end());
    model::DecoderCard card;
    card.config = autoencoder->config();
    card.scale = latents.scale;
    card.preview =
        model::linearPreview(latents.values.index_select(0, torch::tensor(rows)), picturesAt(images, chosen));
    model::saveDecoder(modelFolder, card, autoencoder->decoder());
}

}  // namespace diffuscope::train
