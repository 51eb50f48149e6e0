// SPDX-License-Identifier: GPL-3.0-or-later
// Options and tasks of the families.
#include "app/cli/family_training.h"

#include "core/base/error.h"
#include "core/train/data/captioned_split.h"
#include "core/train/tasks/autoencoder_task.h"
#include "core/train/tasks/flow_teacher.h"
#include "core/train/tasks/latent_task.h"
#include "core/train/tasks/rival_task.h"
#include "core/train/tasks/shortcut_task.h"
#include "core/train/tasks/transformer_task.h"

#include <cstdio>

namespace diffuscope::cli {

using train::TrainingOptions;

namespace {

void addTransformerOptions(CLI::App& command, TrainingOptions& options)
{
    command.add_option("--network", options.architecture, "The network: unet, or dit, the transformer")
        ->check(CLI::IsMember({"unet", "dit"}))
        ->capture_default_str();
    command
        .add_option("--token-patch", options.dit.patch, "dit: side of the pixel squares that become tokens")
        ->capture_default_str();
    command.add_option("--token-width", options.dit.width, "dit: numbers a token")->capture_default_str();
    command.add_option("--layers", options.dit.layers, "dit: layers")->capture_default_str();
    command.add_option("--token-heads", options.dit.heads, "dit: attention heads")->capture_default_str();
    command.add_option("--times", options.times, "Distribution of the noise levels that are looked at")
        ->check(CLI::IsMember({"uniform", "logit-normal", "snr"}))
        ->capture_default_str();
    command.add_option("--times-mean", options.timesMean, "logit-normal: mean of log(sigma/alpha)")
        ->capture_default_str();
    command.add_option("--times-spread", options.timesSpread, "logit-normal: its standard deviation")
        ->check(CLI::Range(0.01, 10.0))
        ->capture_default_str();
}

void addStudentOptions(CLI::App& command, TrainingOptions& options)
{
    command
        .add_option(
            "--reflow", options.reflowPairs,
            "flow: straighten the flow of --teacher with so many pairs of noise and picture; 0: learn "
            "from the data")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command.add_option(
        "--teacher", options.teacher,
        "shortcut, flow with --reflow: folder of the flow's training, or of its model, to learn from");
    command
        .add_option("--teacher-guidance", options.teacherGuidance,
                    "shortcut: guidance that the student learns together with a class")
        ->check(CLI::Range(0.0, 20.0))
        ->capture_default_str();
    command
        .add_option("--consistency-share", options.consistencyShare,
                    "shortcut: share of a batch that takes long steps")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
}

void addPictureOptions(CLI::App& command, TrainingOptions& options)
{
    command
        .add_option("--rival-channels", options.rival.channels, "vae, gan: channels at a quarter of the side")
        ->capture_default_str();
    command
        .add_option("--rival-hidden", options.rival.hidden,
                    "vae, gan: width of two dense layers in place of convolutions; 0: convolutions")
        ->capture_default_str();
    command.add_option("--rival-latents", options.rival.latents, "vae, gan: numbers a picture is made from")
        ->capture_default_str();
    auto& autoencoder = options.autoencoder;
    command
        .add_option_function<std::string>(
            "--latent-kind",
            [&autoencoder](const std::string& kind) {
                autoencoder.kind = kind == "vq" ? model::LatentKind::codebook : model::LatentKind::gaussian;
            },
            "autoencoder: kl, Gaussian latents, or vq, a codebook")
        ->check(CLI::IsMember({"kl", "vq"}))
        ->default_str("kl");
    command
        .add_option("--latent-channels", autoencoder.latentChannels, "autoencoder: channels of the latents")
        ->capture_default_str();
    command
        .add_option("--picture-patch", autoencoder.patch, "autoencoder: side of squares that become channels")
        ->capture_default_str();
    command
        .add_option("--picture-channels", autoencoder.channels, "autoencoder: channels of the finest level")
        ->capture_default_str();
    command.add_option("--picture-halvings", autoencoder.halvings, "autoencoder: halvings after the squares")
        ->capture_default_str();
    command.add_option("--picture-blocks", autoencoder.blocks, "autoencoder: residual blocks a level")
        ->capture_default_str();
    command.add_option("--autoencoder", options.autoencoderFolder,
                       "latent: folder of the training of the autoencoder that makes the latents");
    command.add_option("--codes", autoencoder.codes, "autoencoder, vq: entries of the codebook")
        ->capture_default_str();
    command.add_option("--regularity", options.regularity, "autoencoder: weight of the latents' own loss")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

[[noreturn]] void refuseTask(const TrainingOptions& options, const std::string& data,
                             const std::string& remedy)
{
    throw Error(ErrorCode::invalidOption, "There is no task " + options.task + " for " + data + ".", remedy);
}

}  // namespace

void addFamilyOptions(CLI::App& command, TrainingOptions& options)
{
    addTransformerOptions(command, options);
    addStudentOptions(command, options);
    addPictureOptions(command, options);
}

void fitFamilies(TrainingOptions& options, const train::LabelledImages& images)
{
    if (options.task == "autoencoder" || options.task == "latent")
        refuseTask(options, "labelled images", "Train it on pictures with captions.");
    options.dit.imageHeight = images.height;
    options.dit.imageWidth = images.width;
    options.dit.classes = images.classCount();
    options.rival.imageSide = images.height;
    options.rival.classes = images.classCount();
    options.rival.isGan = options.task == "gan";
    if (options.task == "flow" || options.task == "shortcut") {
        options.target = "flow";
        options.schedule = "rectified_flow";
    }
    const bool isReflow = options.task == "flow" && options.reflowPairs > 0;
    if (options.task == "shortcut" || isReflow) {
        options.architecture = "dit";
        if (!options.teacher.empty()) {
            const auto teacher = train::loadFlowTeacher(options.teacher);
            options.dit = teacher.net->config();
            options.levels = teacher.levels;
        }
        options.dit.readsStep = options.task == "shortcut";
    }
}

void fitFamilies(TrainingOptions& options, const train::CaptionedImages& images)
{
    const bool isForLabels = options.task == "vae" || options.task == "gan" || options.task == "shortcut" ||
                             options.architecture == "dit";
    if (isForLabels)
        refuseTask(options, "images with captions", "Train it on labelled images (the MNIST layout).");
    if (options.task == "latent") {
        train::fitToLatents(options, images);
        return;
    }
    options.autoencoder.imageChannels = 3;
    options.autoencoder.imageSide = images.height;
    if (options.task == "flow") {
        options.target = "flow";
        options.schedule = "rectified_flow";
    }
}

std::unique_ptr<train::TrainingTask> makeFamilyTask(
    const TrainingOptions& options, const std::shared_ptr<const train::LabelledImages>& images, int replicas,
    const std::string& folder)
{
    if (options.task == "shortcut")
        return std::make_unique<train::ShortcutTask>(images, options, replicas);
    if (options.task == "vae" || options.task == "gan")
        return train::makeRivalTask(images, options, replicas);
    if ((options.task == "diffusion" || options.task == "flow") && options.architecture == "dit")
        return std::make_unique<train::TransformerTask>(images, options, replicas,
                                                        folder + "/pairs.safetensors");
    return nullptr;
}

std::unique_ptr<train::TrainingTask> makeFamilyTask(
    const TrainingOptions& options, const std::shared_ptr<const train::CaptionedImages>& images, int replicas)
{
    if (options.task == "latent")
        return std::make_unique<train::LatentTask>(images, options, replicas);
    if (options.task != "autoencoder")
        return nullptr;
    return std::make_unique<train::AutoencoderTask>(images, train::splitOf(*images, options.heldOut).train,
                                                    options, replicas);
}

void reportFamily(const TrainingOptions& options, const std::string& folder)
{
    if (options.task != "autoencoder")
        return;
    const auto images = train::readCaptionedFolder(options.dataFolder);
    auto autoencoder = train::loadTrainedAutoencoder(folder);
    const auto unseen = train::splitOf(images, options.heldOut).test;
    std::printf("Pictures that it was not trained on come back at %.2f dB (%zu pictures).\n",
                train::reconstructionPsnr(autoencoder, images, unseen), unseen.size());
}

}  // namespace diffuscope::cli
