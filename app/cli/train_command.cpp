// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/family_training.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_line.h"
#include "core/base/error.h"
#include "core/inference/compute_threads.h"
#include "core/measure/evaluation.h"
#include "core/train/data/captions.h"
#include "core/train/data/data_hash.h"
#include "core/train/data/labelled_tensors.h"
#include "core/train/loop/export_noise_classifier.h"
#include "core/train/loop/training_folder.h"
#include "core/train/loop/training_loop.h"
#include "core/train/tasks/attribute_task.h"
#include "core/train/tasks/classifier_task.h"
#include "core/train/tasks/diffusion_task.h"
#include "core/train/tasks/noise_classifier_task.h"
#include "core/train/tasks/text_diffusion_task.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

namespace diffuscope::cli {
namespace {

using train::TrainingOptions;

struct TrainArguments
{
    TrainingOptions options;
    train::LoopSettings loop;
    std::string data;    ///< as asked for; empty where the resumed training says it
    bool force = false;  ///< replace a training in the output folder
    int threads = 0;     ///< as asked for: 0 is one a core, or what the resumed training had
};

void addDataOptions(CLI::App& command, TrainArguments& arguments)
{
    auto& options = arguments.options;
    command.add_option("--out", arguments.loop.outputFolder, "Folder for checkpoints and previews")
        ->required();
    command.add_flag("--resume", arguments.loop.resume,
                     "Continue exactly from the checkpoint in --out, with the options stored in it");
    command
        .add_option("--start-from", options.startFrom,
                    "Folder of a training of the same network; begin with its averaged weights")
        ->excludes("--resume");
    command.add_flag("--force", arguments.force, "Replace a training that is in --out")->excludes("--resume");
    command.add_option(
        "--data", arguments.data,
        "Folder of an IDX data set (MNIST layout, gzipped or not), of sheets of tiles with JSON "
        "lines, or of images with captions beside them");
    command
        .add_option("--task", options.task,
                    "What to train: diffusion; flow, with the velocity as target; shortcut, the few-step "
                    "student of a "
                    "flow; vae or gan; autoencoder; latent, diffusion in an autoencoder's latents; the "
                    "classifier that judges images; or the noise-classifier "
                    "whose gradient guides a model")
        ->check(CLI::IsMember({"diffusion", "flow", "shortcut", "vae", "gan", "autoencoder", "latent",
                               "classifier", "noise-classifier"}))
        ->capture_default_str();
    command.add_option("--seed", options.seed, "Seed of everything random")->capture_default_str();
    command.add_flag("--flip", options.flip, "Mirror every second image at random");
    command.add_option("--shift", options.shift, "Classifier: move images at random by up to so many pixels")
        ->check(CLI::Range(0, 8))
        ->capture_default_str();
    command.add_option("--checkpoint-every", arguments.loop.checkpointEvery, "Steps between checkpoints")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--preview-every", arguments.loop.previewEvery, "Steps between sample sheets")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--precision", options.precision, "Of convolutions: auto, float32 or bfloat16")
        ->check(CLI::IsMember({"auto", "float32", "bfloat16"}))
        ->capture_default_str();
    command
        .add_option(
            "--threads", arguments.threads,
            "Replicas that share a batch, one a thread (0: one a core); part of what makes runs equal")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
}

void addOptimizerOptions(CLI::App& command, train::OptimizerOptions& options)
{
    command.add_option("--steps", options.steps, "Training steps")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--batch", options.batch, "Images a step")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    command.add_option("--learning-rate", options.learningRate, "Highest learning rate")
        ->check(CLI::Range(1e-9, 1.0))
        ->capture_default_str();
    command.add_option("--warmup", options.warmupSteps, "Steps until the highest rate is reached")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--weight-decay", options.weightDecay, "Of AdamW")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--ema", options.emaDecay, "Decay of the moving average of the weights")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command
        .add_option("--ema-also", options.moreEmaDecays,
                    "Decays of further averages to keep; export chooses with --ema")
        ->delimiter(',')
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--clip", options.gradientClip, "Largest norm of the gradient")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
}

void addNetworkOptions(CLI::App& command, TrainingOptions& options)
{
    auto& network = options.network;
    command.add_option("--target", options.target, "What the network predicts: eps, x0, v or flow")
        ->check(CLI::IsMember({"eps", "x0", "v", "flow"}))
        ->capture_default_str();
    command.add_option("--schedule", options.schedule, "Noise schedule, e.g. linear or cosine")
        ->capture_default_str();
    command.add_option("--levels", options.levels, "Noise levels T")
        ->check(CLI::Range(2, 10000))
        ->capture_default_str();
    command
        .add_option("--condition-dropout", options.conditionDropout,
                    "Share of images whose class is hidden, for guidance")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--channels", network.baseChannels, "Channels of the finest level")
        ->capture_default_str();
    command.add_option("--multipliers", network.multipliers, "Width of each level, in --channels")
        ->delimiter(',')
        ->capture_default_str();
    command.add_option("--blocks", network.blocksPerLevel, "Residual blocks a level")->capture_default_str();
    command
        .add_option("--attention-levels", network.attentionLevels, "Levels with attention after every block")
        ->delimiter(',');
    command.add_option("--heads", network.attentionHeads, "Attention heads")->capture_default_str();
    command.add_option("--groups", network.normalizationGroups, "Groups of GroupNorm")->capture_default_str();
    command.add_option("--patch", network.patch, "Side of the pixel squares that become channels")
        ->capture_default_str();
    command.add_option("--embedding", network.embeddingWidth, "Width of the time and class embedding")
        ->capture_default_str();
}

void addTextOptions(CLI::App& command, TrainingOptions& options)
{
    auto& text = options.network.text;
    command
        .add_option("--text-levels", text.levels,
                    "Captions: levels whose positions attend to the words after every block; default: all")
        ->delimiter(',');
    command.add_option("--text-width", text.width, "Captions: width of the transformer over the words")
        ->capture_default_str();
    command.add_option("--text-layers", text.layers, "Captions: its layers")->capture_default_str();
    command.add_option("--text-heads", text.heads, "Captions: its heads")->capture_default_str();
    command.add_option("--text-words", text.mostWords, "Captions: most words of a prompt")
        ->capture_default_str();
    command
        .add_option(
            "--hold-out", options.heldOut,
            "Captions: two attributes that are never shown together, ATTRIBUTE=VALUE+ATTRIBUTE=VALUE; "
            "may be given again")
        ->take_all()
        ->allow_extra_args(false);
}

std::string describe(const train::TrainingProgress& progress)
{
    char text[160];
    std::snprintf(text, sizeof text, "step %lld/%lld  loss %.5f  %.0f images/s  %s left",
                  static_cast<long long>(progress.step), static_cast<long long>(progress.steps),
                  progress.loss, progress.imagesPerSecond, formatDuration(progress.secondsLeft).c_str());
    return text;
}

void printNotes(const std::vector<std::string>& notes)
{
    for (const std::string& note : notes)
        std::printf("note: %s\n", note.c_str());
    std::fflush(stdout);
}

/// A resumed training must see the data that it began with, wherever they lie now.
void keepHash(TrainArguments& arguments, const std::string& hash)
{
    auto& options = arguments.options;
    if (arguments.loop.resume && !options.dataHash.empty() && options.dataHash != hash) {
        throw Error(ErrorCode::invalidOption,
                    "The data in " + options.dataFolder + " are not those that the training began with.",
                    "Give the folder of its data with --data, or begin a new training with --start-from.");
    }
    options.dataHash = hash;
}

/// What measures the result is looked for before the training, not after it.
void requireTestSet(const TrainingOptions& options)
{
    if (options.task == "classifier" || options.task == "noise-classifier")
        train::readIdxFolder(options.dataFolder, "t10k");
}

/// On captioned images; `options` are completed unless the training is resumed.
std::unique_ptr<train::TrainingTask> makeCaptionedTask(TrainArguments& arguments, int replicas)
{
    auto& options = arguments.options;
    const auto images =
        std::make_shared<const train::CaptionedImages>(train::readCaptionedFolder(options.dataFolder));
    keepHash(arguments, train::dataHash(*images));
    printNotes(images->notes);
    if (!arguments.loop.resume)
        fitFamilies(options, *images);
    if (auto task = makeFamilyTask(options, images, replicas))
        return task;
    if (options.task == "classifier")
        return std::make_unique<train::AttributeTask>(images, options, replicas);
    if (options.task != "diffusion" && options.task != "flow") {
        throw Error(ErrorCode::invalidOption,
                    "There is no task " + options.task + " for images with captions.",
                    "Train a diffusion model or a classifier on them.");
    }
    if (!arguments.loop.resume)
        train::fitToImages(options, *images);
    printNotes(train::captionNotes(*images, options.network.text.mostWords));
    return std::make_unique<train::TextDiffusionTask>(images, options, replicas);
}

std::unique_ptr<train::TrainingTask> makeLabelledTask(
    TrainingOptions& options, const std::shared_ptr<const train::LabelledImages>& images, int replicas,
    const std::string& folder)
{
    if (auto task = makeFamilyTask(options, images, replicas, folder))
        return task;
    if (options.task == "classifier")
        return std::make_unique<train::ClassifierTask>(images, options, replicas);
    if (options.task == "noise-classifier")
        return std::make_unique<train::NoiseClassifierTask>(images, options, replicas);
    return std::make_unique<train::DiffusionTask>(images, options, replicas);
}

void prepareNetwork(TrainingOptions& options, const train::LabelledImages& images)
{
    options.network.imageChannels = 1;
    options.network.imageHeight = images.height;
    options.network.imageWidth = images.width;
    options.network.classes = images.classCount();
    fitFamilies(options, images);
}

std::unique_ptr<train::TrainingTask> makeTask(TrainArguments& arguments, int replicas)
{
    if (train::isCaptionedFolder(arguments.options.dataFolder))
        return makeCaptionedTask(arguments, replicas);
    const auto images = std::make_shared<const train::LabelledImages>(
        train::readIdxFolder(arguments.options.dataFolder, "train"));
    keepHash(arguments, train::dataHash(*images));
    requireTestSet(arguments.options);
    if (!arguments.loop.resume)
        prepareNetwork(arguments.options, *images);
    return makeLabelledTask(arguments.options, images, replicas, arguments.loop.outputFolder);
}

void reportClassifier(train::ClassifierTask& task, const TrainArguments& arguments)
{
    model::saveClassifier(arguments.loop.outputFolder, task.classifier());
    const auto test = train::toTensors(train::readIdxFolder(arguments.options.dataFolder, "t10k"));
    const double right = measure::accuracy(task.classifier(), test);
    std::printf("The classifier is right on %.2f %% of the test set; its weights are in %s.\n", 100 * right,
                arguments.loop.outputFolder.c_str());
}

void reportAttributes(train::AttributeTask& task, const TrainArguments& arguments)
{
    auto& classifier = task.classifier();
    model::saveAttributeClassifier(arguments.loop.outputFolder, classifier);
    const auto images = train::readCaptionedFolder(arguments.options.dataFolder);
    const train::CaptionedSplit split = train::splitOf(images, {});
    const bool hasTest = !split.test.empty();
    const auto right = train::attributeAccuracy(classifier, images, hasTest ? split.test : split.train);
    std::printf("The classifier is right on the %s images:\n",
                hasTest ? "held-out" : "training (there are too few to hold any out)");
    for (size_t index = 0; index < right.size(); ++index)
        std::printf("  %-16s %6.2f %%\n", classifier.attributes[index].name.c_str(), 100 * right[index]);
    std::printf("Its weights are in %s.\n", arguments.loop.outputFolder.c_str());
}

void reportNoiseClassifier(const TrainArguments& arguments)
{
    ProgressLine line;
    const auto card =
        train::finishNoiseClassifier(arguments.loop.outputFolder, arguments.options,
                                     train::readIdxFolder(arguments.options.dataFolder, "t10k"),
                                     [&](int t) { line.show("measuring at t = " + std::to_string(t)); });
    line.finish("Right on the test set, noised to time t:");
    for (const auto& [t, share] : card.accuracy)
        std::printf("  t = %4.0f  %6.2f %%\n", t, 100 * share);
    std::printf(
        "The classifier is in %s; put it beside its model with: diffuscope-cli export --run %s --out "
        "MODEL\n",
        arguments.loop.outputFolder.c_str(), arguments.loop.outputFolder.c_str());
}

/// Replicas: as asked for, as the resumed training had, or one a core.
int replicasOf(const TrainArguments& arguments)
{
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const int noted = arguments.options.threads > 0 ? arguments.options.threads : cores;
    return arguments.threads > 0 ? arguments.threads : noted;
}

/// The options of a resumed training, with its data where they are now.
void resumeOptions(TrainArguments& arguments)
{
    arguments.options = train::readCheckpointOptions(arguments.loop.outputFolder);
    auto& options = arguments.options;
    if (!arguments.data.empty()) {
        options.dataFolder = arguments.data;
        options.dataPath = std::filesystem::absolute(arguments.data).lexically_normal().string();
        return;
    }
    const std::string named = options.dataFolder;
    for (const std::string& place : {options.dataPath, named}) {
        if (!place.empty() && std::filesystem::is_directory(place)) {
            options.dataFolder = place;
            return;
        }
    }
    throw Error(ErrorCode::missingFile,
                "The data of the training are no longer at " +
                    (options.dataPath.empty() ? named : options.dataPath) + ".",
                "Say where they are now with --data.");
}

void takeDataFolder(TrainArguments& arguments)
{
    if (arguments.data.empty()) {
        throw Error(ErrorCode::invalidOption, "There is no data to train on.",
                    "Give the folder of a data set with --data.");
    }
    arguments.options.dataFolder = arguments.data;
    arguments.options.dataPath = std::filesystem::absolute(arguments.data).lexically_normal().string();
}

train::FolderUse folderUse(const TrainArguments& arguments)
{
    return arguments.loop.resume ? train::FolderUse::resume
           : arguments.force     ? train::FolderUse::replace
                                 : train::FolderUse::begin;
}

void runTraining(TrainArguments arguments)
{
    if (!arguments.loop.resume)
        takeDataFolder(arguments);
    const train::TrainingFolder folder(arguments.loop.outputFolder, folderUse(arguments));
    if (arguments.loop.resume)
        resumeOptions(arguments);
    const int replicas = replicasOf(arguments);
    inference::setUpComputeThreads(1);
    if (!arguments.loop.resume)
        arguments.options.threads = replicas;
    const auto task = makeTask(arguments, replicas);

    ProgressLine line;
    std::string last;
    watchForInterruption();
    arguments.loop.stopRequested = isInterrupted;
    arguments.loop.onProgress = [&](const train::TrainingProgress& progress) {
        last = describe(progress);
        if (line.isDue())
            line.show(last);
    };
    arguments.loop.onNote = [&line](const std::string& note) { line.finish("note: " + note); };
    const auto outcome = train::trainTask(*task, arguments.options, arguments.loop);
    line.finish(last.empty() ? "The training had finished before." : last);
    if (outcome == train::TrainingOutcome::Stopped) {
        std::printf("Stopped; continue with: diffuscope-cli train --resume --out %s\n",
                    arguments.loop.outputFolder.c_str());
        throw CLI::RuntimeError(interruptedExit);
    }
    if (auto* classifier = dynamic_cast<train::ClassifierTask*>(task.get()))
        reportClassifier(*classifier, arguments);
    else if (auto* attributes = dynamic_cast<train::AttributeTask*>(task.get()))
        reportAttributes(*attributes, arguments);
    else if (arguments.options.task == "noise-classifier")
        reportNoiseClassifier(arguments);
    reportFamily(arguments.options, arguments.loop.outputFolder);
}

}  // namespace

void addTrainCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("train", "Train a model, or a classifier that judges or guides");
    auto arguments = std::make_shared<TrainArguments>();
    arguments->options.network.baseChannels = 48;
    arguments->options.network.attentionLevels = {};
    addDataOptions(*command, *arguments);
    addOptimizerOptions(*command, arguments->options.optimizer);
    addNetworkOptions(*command, arguments->options);
    addFamilyOptions(*command, arguments->options);
    addTextOptions(*command, arguments->options);
    command->callback([arguments] { runTraining(*arguments); });
}

}  // namespace diffuscope::cli
