// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/training_recipe.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iomanip>
#include <locale>
#include <sstream>

namespace diffuscope::train {
namespace {

std::string shortest(double value)
{
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return std::string(buffer, end);
}

std::string joined(const std::vector<int>& values)
{
    std::string text;
    for (const int value : values)
        text += (text.empty() ? "" : ",") + std::to_string(value);
    return text;
}

std::string quoted(const std::string& word)
{
    const bool isPlain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::isalnum(c) || std::string("_./,=+:@%-").find(char(c)) != std::string::npos;
    });
    if (isPlain)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? "'\\''" : std::string(1, c);
    return text + "'";
}

class CommandLine
{
public:
    explicit CommandLine(std::string start) : m_text(std::move(start)) {}

    void add(const char* option, const std::string& value)
    {
        m_text += std::string(" --") + option + " " + quoted(value);
    }
    void add(const char* option, double value) { add(option, shortest(value)); }
    void add(const char* option, int64_t value) { add(option, std::to_string(value)); }
    void add(const char* option, int value) { add(option, std::to_string(value)); }
    void addFlag(const char* option, bool isSet) { m_text += isSet ? std::string(" --") + option : ""; }
    const std::string& text() const { return m_text; }

private:
    std::string m_text;
};

void addNetwork(CommandLine& command, const model::UNetConfig& network)
{
    command.add("channels", network.baseChannels);
    command.add("multipliers", joined(network.multipliers));
    command.add("blocks", network.blocksPerLevel);
    if (!network.attentionLevels.empty())
        command.add("attention-levels", joined(network.attentionLevels));
    command.add("heads", network.attentionHeads);
    command.add("groups", network.normalizationGroups);
    command.add("patch", network.patch);
    command.add("embedding", network.embeddingWidth);
    if (network.hasText()) {
        command.add("text-levels", joined(network.text.levels));
        command.add("text-width", network.text.width);
        command.add("text-layers", network.text.layers);
        command.add("text-heads", network.text.heads);
        command.add("text-words", network.text.mostWords);
    }
}

bool isDiffusionTask(const TrainingOptions& options)
{
    return options.task == "diffusion" || options.task == "flow" || options.task == "latent" ||
           options.task == "shortcut";
}

void addTransformer(CommandLine& command, const model::DitConfig& dit)
{
    command.add("network", std::string("dit"));
    command.add("token-patch", dit.patch);
    command.add("token-width", dit.width);
    command.add("layers", dit.layers);
    command.add("token-heads", dit.heads);
}

void addTimes(CommandLine& command, const TrainingOptions& options)
{
    if (options.times == "uniform")
        return;
    command.add("times", options.times);
    if (options.times == "logit-normal") {
        command.add("times-mean", options.timesMean);
        command.add("times-spread", options.timesSpread);
    }
}

void addAutoencoder(CommandLine& command, const TrainingOptions& options)
{
    const auto& autoencoder = options.autoencoder;
    const bool isCodebook = autoencoder.kind == model::LatentKind::codebook;
    command.add("latent-kind", std::string(isCodebook ? "vq" : "kl"));
    command.add("latent-channels", autoencoder.latentChannels);
    command.add("picture-patch", autoencoder.patch);
    command.add("picture-channels", autoencoder.channels);
    command.add("picture-halvings", autoencoder.halvings);
    command.add("picture-blocks", autoencoder.blocks);
    if (isCodebook)
        command.add("codes", autoencoder.codes);
    command.add("regularity", options.regularity);
}

/// What the families' tasks heed.
void addFamily(CommandLine& command, const TrainingOptions& options)
{
    if (options.task == "shortcut") {
        command.add("teacher-guidance", options.teacherGuidance);
        command.add("consistency-share", options.consistencyShare);
    } else if (options.task == "vae" || options.task == "gan") {
        command.add("rival-channels", options.rival.channels);
        command.add("rival-hidden", options.rival.hidden);
        command.add("rival-latents", options.rival.latents);
    } else if (options.task == "autoencoder") {
        addAutoencoder(command, options);
    } else if (options.task == "latent") {
        command.add("autoencoder", options.autoencoderFolder);
        addNetwork(command, options.network);
    } else if (options.architecture == "dit" && options.reflowPairs == 0) {
        addTransformer(command, options.dit);
    } else if (isDiffusionTask(options) && options.reflowPairs == 0) {
        addNetwork(command, options.network);
    }
    addTimes(command, options);
}

/// What a training makes small.
std::string lossOf(const TrainingOptions& options)
{
    if (options.task == "shortcut")
        return "mean squared error on the teacher's velocity and on the mean of two half steps";
    if (options.task == "vae")
        return "negative evidence lower bound with the pixels' Bernoulli likelihood";
    if (options.task == "gan")
        return "hinge loss of generator and discriminator";
    if (options.task == "autoencoder")
        return "mean absolute and squared error, and the latents' own term";
    return std::string(isDiffusionTask(options) ? "mean squared error on the target"
                                                : "cross-entropy of the class") +
           ", times spread evenly over the batch";
}

}  // namespace

std::string trainingCommand(const TrainingOptions& options, const std::string& outputFolder)
{
    const auto& optimizer = options.optimizer;
    CommandLine command("diffuscope-cli train");
    command.add("task", options.task);
    command.add("data", options.dataFolder);
    if (!options.startFrom.empty())
        command.add("start-from", options.startFrom);
    command.add("out", outputFolder);
    command.add("steps", optimizer.steps);
    command.add("batch", optimizer.batch);
    command.add("learning-rate", optimizer.learningRate);
    command.add("warmup", optimizer.warmupSteps);
    command.add("weight-decay", optimizer.weightDecay);
    command.add("ema", optimizer.emaDecay);
    command.add("clip", optimizer.gradientClip);
    command.add("seed", std::to_string(options.seed));
    command.addFlag("flip", options.flip);
    if (options.task == "classifier") {
        command.add("shift", options.shift);
    } else {
        command.add("schedule", options.schedule);
        command.add("levels", options.levels);
    }
    if (options.task == "diffusion")
        command.add("target", options.target);
    if (isDiffusionTask(options))
        command.add("condition-dropout", options.conditionDropout);
    if (!options.teacher.empty())
        command.add("teacher", options.teacher);
    if (options.reflowPairs > 0)
        command.add("reflow", options.reflowPairs);
    addFamily(command, options);
    for (const std::string& pair : options.heldOut)
        command.add("hold-out", pair);
    command.add("precision", options.precision);
    if (options.threads > 0)
        command.add("threads", options.threads);
    return command.text();
}

std::map<std::string, std::string> describeTraining(const TrainingOptions& options, int64_t stepsDone,
                                                    const std::string& outputFolder)
{
    const auto& optimizer = options.optimizer;
    const bool isDiffusion = isDiffusionTask(options);
    std::map<std::string, std::string> training = {
        {"program", "diffuscope-cli train"},
        {"command", trainingCommand(options, outputFolder)},
        {"loss", lossOf(options)},
        {"optimizer", "AdamW, weight decay " + shortNumber(optimizer.weightDecay, 4)},
        {"learning_rate", shortNumber(optimizer.learningRate, 4) + ", " +
                              std::to_string(optimizer.warmupSteps) + " steps warm-up, cosine decay to 0"},
        {"batch", std::to_string(optimizer.batch)},
        {"steps", std::to_string(stepsDone) + " of " + std::to_string(optimizer.steps)},
        {"ema_decay", shortNumber(optimizer.emaDecay, 6)},
        {"gradient_clip", shortNumber(optimizer.gradientClip, 4)},
        {"flip", options.flip ? "yes" : "no"},
        {"seed", std::to_string(options.seed)}};
    if (isDiffusion)
        training["condition_dropout"] = shortNumber(options.conditionDropout, 4);
    for (const std::string& pair : options.heldOut)
        training["held_out"] += (training["held_out"].empty() ? "" : "; ") + pair;
    return training;
}

void writeTrainingSection(std::ostream& text, const std::map<std::string, std::string>& training)
{
    text << "## Training recipe\n\n";
    if (const auto command = training.find("command"); command != training.end())
        text << "```sh\n" << command->second << "\n```\n\n";
    text << "| | |\n|---|---|\n";
    for (const auto& [key, value] : training)
        if (key != "command")
            text << "| " << key << " | " << value << " |\n";
}

std::string shortNumber(double value, int digits)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::setprecision(digits) << value;
    return text.str();
}

}  // namespace diffuscope::train
