#include "app/cli/class_list.h"
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "core/catalog/catalog.h"
#include "core/network/safetensors.h"
#include "core/registry/error.h"
#include "core/sample/model_run_factory.h"
#include "core/session/recipe.h"
#include "core/train/image_sheet.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

constexpr int kMostImages = 4096;

volatile std::sig_atomic_t stopSignalled = 0;

struct SampleArguments
{
    session::Recipe recipe;
    std::string classes = "0-9";
    std::string schedule;
    std::vector<std::string> samplerOptions;
    std::string sheet;
    std::string tensors;
    bool frames = false;
    int threads = 0;
};

/// What is kept of a run: the state and the estimate of each frame, [N, C, H, W], and the result alone.
struct Recording
{
    std::vector<torch::Tensor> xt;
    std::vector<torch::Tensor> x0Hat;
    torch::Tensor images;
};

registry::OptionValues parseSamplerOptions(const std::string& sampler, const std::vector<std::string>& texts)
{
    const auto& info = sample::samplerInfo(sampler);
    registry::OptionValues values;
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        const auto id = text.substr(0, equals);
        const auto found = std::find_if(info.options.begin(), info.options.end(),
                                        [&id](const registry::Option& option) { return option.id == id; });
        if (equals == std::string::npos || found == info.options.end()) {
            std::string known;
            for (const auto& option : info.options) {
                known += (known.empty() ? "" : ", ") + option.id;
            }
            throw Error(ErrorCode::invalidOption,
                        "The sampler " + info.id + " has no option \"" + text + "\".",
                        known.empty() ? "It has none." : "Write name=value with one of: " + known + ".");
        }
        values[id] = registry::parsed("sampler " + info.id, *found, text.substr(equals + 1));
    }
    return values;
}

torch::Tensor toTensor(const record::ImageBatch& batch)
{
    const auto& shape = batch.shape;
    return torch::tensor(torch::ArrayRef<float>(batch.values))
        .view({shape.batch, shape.channels, shape.height, shape.width});
}

Recording record(sample::Run& run, int steps, bool keepFrames)
{
    Recording recording;
    ProgressLine line;
    record::FramePtr last;
    while (const auto frame = run.advance({})) {
        if (stopSignalled) {
            throw CLI::RuntimeError(interruptedExit);
        }
        if (keepFrames) {
            recording.xt.push_back(toTensor(frame->layer(record::Layer::xt)));
            recording.x0Hat.push_back(toTensor(frame->layer(record::Layer::x0Hat)));
        }
        if (line.isDue() && frame->index < steps) {
            line.show("step " + std::to_string(frame->index + 1) + "/" + std::to_string(steps));
        }
        last = frame;
    }
    recording.images = toTensor(last->layer(record::Layer::xt)).clamp(-1.0, 1.0);
    line.finish(std::to_string(steps) + " steps, " + std::to_string(last->totalEvaluations) + " evaluations");
    return recording;
}

void writeTensors(const std::string& path, const Recording& recording, const session::Recipe& recipe)
{
    std::vector<std::pair<std::string, torch::Tensor>> tensors = {{"images", recording.images}};
    if (!recording.xt.empty()) {
        tensors.emplace_back("x_t", torch::stack(recording.xt));
        tensors.emplace_back("x0_hat", torch::stack(recording.x0Hat));
    }
    network::writeSafetensors(path, tensors, {{"format", "pt"}, {"recipe", session::toJson(recipe)}});
}

void runSampling(SampleArguments arguments)
{
    if (arguments.sheet.empty() && arguments.tensors.empty()) {
        throw Error(ErrorCode::invalidOption, "There is nowhere to write the images to.",
                    "Give --out sheet.png, --tensors run.safetensors, or both.");
    }
    session::Recipe& recipe = arguments.recipe;
    const auto folders = catalog::modelFolders();
    const auto model = catalog::findModel(folders, recipe.model);
    recipe.condition.classes = parseClassList(arguments.classes, model.card->architecture.classes);
    recipe.sampler.options = parseSamplerOptions(recipe.sampler.id, arguments.samplerOptions);
    if (!arguments.schedule.empty()) {
        recipe.schedule = schedule::ScheduleSpec{arguments.schedule, {}};
    }
    std::signal(SIGINT, [](int) { stopSignalled = 1; });
    sample::RunLimits limits;
    limits.maximumBatch = kMostImages;
    limits.threads = arguments.threads;
    sample::ModelRunFactory factory(folders, limits);
    const auto run = factory.start(recipe);
    const Recording recording = record(*run, recipe.steps, arguments.frames);
    if (!arguments.sheet.empty()) {
        const int columns = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(recipe.batch))));
        train::writeImageSheet(arguments.sheet, recording.images, columns);
    }
    if (!arguments.tensors.empty()) {
        writeTensors(arguments.tensors, recording, recipe);
    }
}

}  // namespace

void addSampleCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("sample", "Generate images with a model");
    auto arguments = std::make_shared<SampleArguments>();
    auto& recipe = arguments->recipe;
    command->add_option("--model", recipe.model, "Name of a model, or its folder")->capture_default_str();
    command->add_option("--class", arguments->classes, "A class (7), classes in turn (0-9 or 1,3,5), or none")
        ->capture_default_str();
    command->add_option("--count", recipe.batch, "Images")
        ->check(CLI::Range(1, kMostImages))
        ->capture_default_str();
    command->add_option("--sampler", recipe.sampler.id, "Sampler")->capture_default_str();
    command->add_option("--sampler-option", arguments->samplerOptions, "Option of the sampler, e.g. eta=0.5");
    command->add_option("--schedule", arguments->schedule, "Schedule to sample on; default: the model's own");
    command->add_option("--grid", recipe.grid.rule, "Rule of the time grid")->capture_default_str();
    command->add_option("--steps", recipe.steps, "Steps")->capture_default_str();
    command->add_option("--guidance", recipe.guidance.scale, "Guidance scale; 1 is none")
        ->capture_default_str();
    command->add_option("--seed", recipe.seed, "Seed")->capture_default_str();
    command->add_option("--out", arguments->sheet, "PNG sheet to write");
    command->add_option("--tensors", arguments->tensors,
                        "Safetensors file to write: images [N, C, H, W] in [-1, 1]");
    command->add_flag("--frames", arguments->frames, "Also write x_t and x0_hat, [frames, N, C, H, W]");
    command->add_option("--threads", arguments->threads, "Threads (0: one a core)")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    command->callback([arguments] { runSampling(*arguments); });
}

}  // namespace diffuscope::cli
