// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures between pictures: the noise that they begin with, or the words, changes little by little.
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/standard_output.h"
#include "app/cli/text_layout.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/png_file.h"
#include "core/edit/interpolation.h"
#include "core/exports/animation.h"
#include "core/model/catalog.h"
#include "core/random/philox.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

struct InterpolateArguments
{
    RecipeArguments recipe;
    std::vector<std::uint64_t> seeds{1, 2};
    std::vector<std::string> pictures;
    std::string path = "line";
    std::string how = "slerp";
    int frames = 9;
    double framesPerSecond = 10;
    std::string file;
    std::string csv;
};

using State = std::vector<double>;

/// What is sampled: a state to begin with and a blend of the prompts for each frame.
struct Frames
{
    std::vector<State> states{};
    std::vector<double> blends{};  ///< empty where the words stay
    int columns = 1;
};

bool isMoving(const std::string& file)
{
    return file.ends_with(".gif") || file.ends_with(".mp4") || file.ends_with(".webm");
}

State noiseOf(std::uint64_t seed, const record::BatchShape& shape, const schedule::NoiseLevel& level)
{
    State values(std::size_t(shape.channels) * std::size_t(shape.height) * std::size_t(shape.width));
    random::fillNormal({.seed = seed, .image = 0, .step = random::NormalStream::initialNoise, .draw = 0},
                       std::span<double>(values));
    const double scale = std::sqrt(level.alpha * level.alpha + level.sigma * level.sigma);
    for (double& value : values)
        value *= scale;
    return values;
}

/// The noise that the recipe makes this picture of.
State invertedState(run::RunFactory& factory, const InterpolateArguments& arguments,
                    const std::string& picture)
{
    RecipeArguments own = arguments.recipe;
    own.edit.invert = picture.find(':', 2) == std::string::npos ? picture + ":exact" : picture;
    recipe::Recipe recipe = recipeOf(own, {});
    recipe.batch = 1;
    const auto run = factory.start(recipe);
    const auto frame = run->advance({});
    const auto values = frame->layer(record::Layer::xt).values;
    return {values.begin(), values.end()};
}

State between(const InterpolateArguments& arguments, const State& a, const State& b, double share)
{
    return arguments.how == "lerp" ? edit::straightMean(a, b, share) : edit::sphericalMean(a, b, share);
}

Frames alongPath(const InterpolateArguments& arguments, std::vector<State> corners)
{
    Frames frames;
    const int count = arguments.frames;
    if (arguments.path == "sheet") {
        if (count * count > mostImages)
            throw Error(ErrorCode::invalidOption,
                        "A sheet of " + std::to_string(count) + " frames a side has " +
                            std::to_string(count * count) + " pictures; at most " +
                            std::to_string(mostImages) + " are made at once.",
                        "Give --frames 64 or fewer.");
        if (corners.size() != 4)
            throw Error(ErrorCode::invalidOption, "A sheet has four corners.",
                        "Give --seeds 1 2 3 4, or --pictures with four files.");
        for (int row = 0; row < count; ++row)
            for (int column = 0; column < count; ++column) {
                const double down = count == 1 ? 0 : double(row) / (count - 1);
                const double across = count == 1 ? 0 : double(column) / (count - 1);
                frames.states.push_back(between(arguments, between(arguments, corners[0], corners[1], across),
                                                between(arguments, corners[2], corners[3], across), down));
            }
        frames.columns = count;
        return frames;
    }
    const bool isLoop = arguments.path == "loop";
    if (isLoop)
        corners.push_back(corners.front());
    const auto legs = double(corners.size() - 1);
    for (int k = 0; k < count; ++k) {
        const double place = legs * k / std::max(1, isLoop ? count : count - 1);
        const auto leg = std::min(std::size_t(place), corners.size() - 2);
        frames.states.push_back(between(arguments, corners[leg], corners[leg + 1], place - double(leg)));
    }
    frames.columns = count;
    return frames;
}

record::ImageBatch sampled(run::RunFactory& factory, recipe::Recipe recipe, const Frames& frames)
{
    record::ImageBatch all;
    const auto runFrom = [&](std::vector<double> state, int batch) {
        recipe.batch = batch;
        run::RunStart start;
        start.state = std::make_shared<const std::vector<double>>(std::move(state));
        const auto run = factory.startFrom(recipe, start);
        record::FramePtr last;
        while (const auto frame = run->advance({})) {
            if (isInterrupted())
                throw CLI::RuntimeError(interruptedExit);
            last = frame;
        }
        record::ImageBatch part = last->layer(record::Layer::xt);
        all.shape = part.shape;
        all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    };
    if (frames.blends.empty()) {
        State states;
        for (const State& state : frames.states)
            states.insert(states.end(), state.begin(), state.end());
        runFrom(std::move(states), int(frames.states.size()));
    } else {
        for (std::size_t k = 0; k < frames.states.size(); ++k) {
            recipe.condition.text.blend = frames.blends[k];
            runFrom(frames.states[k], 1);
        }
    }
    all.shape.batch = int(frames.states.size());
    return all;
}

void writeAnimation(const InterpolateArguments& arguments, const record::ImageBatch& images)
{
    const int zoom = std::max(1, 224 / std::max(1, images.shape.width));
    const int width = images.shape.width * zoom, height = images.shape.height * zoom;
    const auto format = exports::animationFormatOf(arguments.file);
    if (const std::string missing = exports::whyNotWritten(format); !missing.empty())
        throw Error(ErrorCode::invalidOption, missing);
    const auto writer = exports::makeAnimationWriter(format, width, height, arguments.framesPerSecond);
    for (int k = 0; k < images.shape.batch; ++k) {
        exports::Canvas canvas(width, height, 3);
        canvas.drawImage(0, 0, images, k, zoom);
        writer->add(canvas, 1 / arguments.framesPerSecond);
    }
    const auto bytes = writer->finish();
    base::writeFileAtomically(arguments.file, std::vector<base::ByteRange>{{bytes.data(), bytes.size()}});
}

void writeSheet(const InterpolateArguments& arguments, const Frames& frames, const record::ImageBatch& images)
{
    const int zoom = std::max(1, 56 / std::max(1, images.shape.width)), gap = 2;
    const int columns = frames.columns, rows = (images.shape.batch + columns - 1) / columns;
    const int width = images.shape.width * zoom + gap, height = images.shape.height * zoom + gap;
    exports::Canvas canvas(columns * width + gap, rows * height + gap, 3);
    for (int k = 0; k < images.shape.batch; ++k)
        canvas.drawImage(gap + k % columns * width, gap + k / columns * height, images, k, zoom);
    // Without a recipe: none makes these pictures, whose states lie between those of recipes.
    base::writePng(arguments.file,
                   {canvas.pixels().data(), canvas.width(), canvas.height(), canvas.channels()});
}

void writeTable(const std::string& path, const Frames& frames)
{
    std::string text = "frame,rms_of_noise\n";
    for (std::size_t k = 0; k < frames.states.size(); ++k)
        text += std::to_string(k) + "," + formatted(edit::rootMeanSquare(frames.states[k]), 9) + "\n";
    base::writeFileAtomically(path, text);
}

void interpolate(InterpolateArguments& arguments)
{
    if (arguments.file.empty())
        throw Error(ErrorCode::invalidOption, "There is nowhere to write the pictures to.",
                    "Give --out between.png, .gif or .mp4.");
    recipe::Recipe recipe = recipeOf(arguments.recipe, {});
    if (!arguments.recipe.classes && arguments.recipe.file.empty())
        recipe.condition.classes.clear();
    watchForInterruption();
    run::RunLimits limits = limitsOf(arguments.recipe);
    run::ModelRunFactory factory(model::modelFolders(), limits);
    recipe.batch = 1;
    const auto probe = factory.start(recipe);
    std::vector<State> corners;
    for (const std::string& picture : arguments.pictures)
        corners.push_back(invertedState(factory, arguments, picture));
    if (corners.empty())
        for (const std::uint64_t seed : arguments.seeds)
            corners.push_back(noiseOf(seed, probe->shape(), probe->grid()[0]));
    Frames frames;
    if (arguments.path == "prompts") {
        if (recipe.condition.text.second.empty())
            throw Error(ErrorCode::invalidOption, "There is no second prompt to go to.",
                        "Give --prompt WORDS and --second-prompt WORDS.");
        frames.columns = arguments.frames;
        for (int k = 0; k < arguments.frames; ++k) {
            frames.states.push_back(corners.front());
            frames.blends.push_back(arguments.frames == 1 ? 0 : double(k) / (arguments.frames - 1));
        }
    } else {
        if (corners.size() < 2)
            throw Error(ErrorCode::invalidOption, "There is nothing to go to.",
                        "Give two seeds or more, --seeds 1 2, or two pictures.");
        frames = alongPath(arguments, std::move(corners));
    }
    const record::ImageBatch images = sampled(factory, recipe, frames);
    if (!arguments.csv.empty())
        writeTable(arguments.csv, frames);
    if (isMoving(arguments.file))
        writeAnimation(arguments, images);
    else
        writeSheet(arguments, frames, images);
}

}  // namespace

void addInterpolateCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("interpolate", "Sample what lies between two noises, pictures or prompts");
    auto arguments = std::make_shared<InterpolateArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    addRunFlags(*command, arguments->recipe, {});
    command->add_option("--seeds", arguments->seeds, "Seeds of the noises to go along")
        ->type_name("SEED ...")
        ->delimiter(',')
        ->default_str("1 2");
    command
        ->add_option("--pictures", arguments->pictures,
                     "Pictures to go along in the place of seeds, each inverted first (:exact, or :ddim)")
        ->type_name("PICTURE ...");
    command
        ->add_option(
            "--path", arguments->path,
            "line, loop (back to the first), sheet (between four corners), or prompts (from --prompt to "
            "--second-prompt)")
        ->type_name("NAME")
        ->check(CLI::IsMember({"line", "loop", "sheet", "prompts"}))
        ->default_str("line");
    command
        ->add_option("--between", arguments->how,
                     "slerp: along the sphere, on which noise lies; lerp: straight, which shows why not")
        ->type_name("slerp|lerp")
        ->check(CLI::IsMember({"slerp", "lerp"}))
        ->default_str("slerp");
    command->add_option("--frames", arguments->frames, "Pictures on the way; of a sheet, on each side")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 200))
        ->default_str("9");
    command->add_option("--fps", arguments->framesPerSecond, "Pictures a second of an animation")
        ->type_name("NUMBER")
        ->check(CLI::Range(1.0, 60.0))
        ->default_str("10");
    command->add_option("--out", arguments->file, "A sheet (.png) or an animation (.gif, .mp4, .webm)")
        ->type_name("FILE");
    command
        ->add_option("--csv", arguments->csv, "Table of how strong the noise of each frame is; N(0, 1) has 1")
        ->type_name("FILE.csv");
    command->callback([arguments] { interpolate(*arguments); });
}

}  // namespace diffuscope::cli
