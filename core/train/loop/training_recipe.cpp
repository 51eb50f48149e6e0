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
    if (options.task == "diffusion") {
        command.add("target", options.target);
        command.add("condition-dropout", options.conditionDropout);
        addNetwork(command, options.network);
    }
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
    const bool isDiffusion = options.task == "diffusion";
    std::map<std::string, std::string> training = {
        {"program", "diffuscope-cli train"},
        {"command", trainingCommand(options, outputFolder)},
        {"loss",
         std::string(isDiffusion ? "mean squared error on the target" : "cross-entropy of the class") +
             ", times spread evenly over the batch"},
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
