// SPDX-License-Identifier: GPL-3.0-or-later
// "lab": trains small networks on points and says how near they come, for one data set or all, one network or
// a grid.
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/point_table.h"
#include "app/cli/progress_line.h"
#include "app/cli/registry_view.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/plots.h"
#include "core/exports/vector_page.h"
#include "core/measure/point_figures.h"
#include "core/model/exact/data_sets.h"
#include "core/run/point_sampling.h"
#include "core/train/points/rectified_flow.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

namespace diffuscope::cli {
namespace {

using train::PointTrainer;
using train::PointTrainingOptions;

struct LabArguments
{
    std::vector<std::string> data{"exact:moons"};
    std::vector<std::string> targets{"eps"};
    std::vector<std::string> schedules;
    std::vector<std::string> times{"sinusoidal"};
    std::vector<std::string> positions{"sinusoidal"};
    std::vector<int> widths{128};
    std::vector<int> depths{3};
    PointTrainingOptions training{};
    int every = 250;
    int samples = 2000;
    int samplingSteps = 50;
    int threads = 0;
    bool isReflowed = false;
    bool isCsv = false;
    std::string curve, plot, pointsOut;
};

/// One training of the grid: what it is of, and its curve.
struct LabRun
{
    std::string data;
    PointTrainingOptions options;
    PointTable::Row result;
    std::vector<std::array<double, 6>> curve;  ///< step, seconds, loss, test loss, sliced W1, floor
};

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// 50 steps of DDIM from the network (on the straight lines of flow that is Euler's method), as many points
/// as the exact ones they are held against.
std::vector<double> samplesOf(const model::LearnedField& field, const LabArguments& arguments)
{
    recipe::Recipe recipe;
    recipe.schedule = field.scheduleSpec();
    recipe.condition = recipe::Condition::none();
    recipe.clipping = {.rule = "none", .options = {}};
    recipe.batch = arguments.samples;
    recipe.steps = arguments.samplingSteps;
    recipe.grid = {"trailing", {{"fractional", true}}};
    return run::samplePoints(std::make_shared<const model::LearnedField>(field), recipe,
                             {.threads = arguments.threads})
        .samples;
}

/// Sliced W1 in the plane, W1 on a line; with its floor at the same number.
std::pair<double, double> distanceAndFloor(const model::ExactField& exact, const std::vector<double>& samples)
{
    const auto figures = measure::figuresOf(exact, {exact.dimensions(), samples}, {.hasExactPairing = false});
    return {figures.front().value, figures.front().floor};
}

void trainOne(LabRun& lab, const LabArguments& arguments, ProgressLine& line)
{
    const model::ExactField exact(model::exactData(lab.data));
    PointTrainer trainer(exact.mixture(), lab.options, arguments.threads);
    const auto started = std::chrono::steady_clock::now();
    double trainingSeconds = 0, loss = none;
    const auto note = [&] {
        const auto [distance, floor] = distanceAndFloor(exact, samplesOf(trainer.field(), arguments));
        lab.curve.push_back(
            {double(trainer.step()), trainingSeconds, loss, trainer.testLoss(), distance, floor});
    };
    for (std::int64_t step = 0; step < lab.options.steps; ++step) {
        if (isInterrupted())
            throw CLI::RuntimeError(interruptedExit);
        const auto before = std::chrono::steady_clock::now();
        loss = trainer.advance().loss;
        trainingSeconds += secondsSince(before);
        if (line.isDue())
            line.show(lab.data + ", step " + std::to_string(step + 1) + "/" +
                      std::to_string(lab.options.steps));
        if (arguments.every > 0 && (step + 1) % arguments.every == 0 && step + 1 < lab.options.steps)
            note();
    }
    note();
    const auto& last = lab.curve.back();
    const schedule::NoiseSchedule schedule = trainer.field().schedule();
    const auto error = model::fieldError(trainer.field(), exact, schedule.level(schedule.levels() / 2));
    lab.result.insert(lab.result.end(), {last[2], last[3], error.relative, last[4], last[5],
                                         last[4] / last[5], trainingSeconds});
    if (arguments.isReflowed) {
        const auto before = train::flowQuality(trainer.field(), 1000, 1, arguments.threads);
        PointTrainer second(
            train::reflowPoints(trainer.field(), lab.options.trainPoints, 2, 64, false, arguments.threads),
            lab.options, arguments.threads);
        for (std::int64_t step = 0; step < lab.options.steps; ++step)
            second.advance();
        const auto after = train::flowQuality(second.field(), 1000, 1, arguments.threads);
        PointTrainer student(
            train::reflowPoints(second.field(), lab.options.trainPoints, 3, 64, true, arguments.threads),
            lab.options, arguments.threads);
        for (std::int64_t step = 0; step < lab.options.steps; ++step)
            student.advance();
        const auto noises = train::flowNoises(std::size_t(arguments.samples), exact.dimensions(), 9);
        const auto oneStep = distanceAndFloor(exact, train::flowEnds(student.field(), noises, 1));
        lab.result.insert(lab.result.end(), {before.straightness, after.straightness, before.stepError[0],
                                             after.stepError[0], before.stepError[1], after.stepError[1],
                                             before.stepError[2], after.stepError[2], oneStep.first});
    }
    line.finish(lab.data + ": " + std::to_string(lab.options.steps) + " steps in " +
                std::to_string(int(secondsSince(started) * 10) / 10) + " s");
    if (!arguments.pointsOut.empty())
        base::writeFileAtomically(arguments.pointsOut, [&] {
            std::string text = exact.dimensions() == 1 ? "x\n" : "x,y\n";
            const auto samples = samplesOf(trainer.field(), arguments);
            char number[64];
            for (std::size_t i = 0; i < samples.size(); ++i) {
                std::snprintf(number, sizeof number, "%.17g", samples[i]);
                text += number;
                text += (i + 1) % std::size_t(exact.dimensions()) == 0 ? "\n" : ",";
            }
            return text;
        }());
}

schedule::ScheduleSpec scheduleFor(const std::string& target, const std::string& name)
{
    if (name.empty())
        return {target == "flow" ? "rectified_flow" : "linear", {}};
    const ChosenEntry entry = chosenEntry(base::EntryKind::schedule, name);
    return {entry.id, entry.options};
}

std::vector<std::string> dataOf(const LabArguments& arguments)
{
    std::vector<std::string> names;
    for (const auto& name : arguments.data)
        if (name == "all")
            for (const auto& set : model::dataSets())
                names.push_back("exact:" + set.id);
        else
            names.push_back(name);
    return names;
}

/// Every combination that was asked for.
std::vector<LabRun> runsOf(const LabArguments& arguments)
{
    const std::vector<std::string> schedules =
        arguments.schedules.empty() ? std::vector<std::string>{""} : arguments.schedules;
    std::vector<LabRun> runs;
    for (const auto& data : dataOf(arguments))
        for (const auto& target : arguments.targets)
            for (const auto& schedule : schedules)
                for (const auto& position : arguments.positions)
                    for (const auto& time : arguments.times)
                        for (const int width : arguments.widths)
                            for (const int depth : arguments.depths) {
                                LabRun lab{
                                    .data = data, .options = arguments.training, .result = {}, .curve = {}};
                                lab.options.target = target;
                                lab.options.schedule = scheduleFor(target, schedule);
                                lab.options.net.position = model::mlpEmbedding(position);
                                lab.options.net.time = model::mlpEmbedding(time);
                                lab.options.net.width = width;
                                lab.options.net.depth = depth;
                                lab.result = {
                                    data,          target,        lab.options.schedule.family, position, time,
                                    double(width), double(depth), double(lab.options.steps)};
                                runs.push_back(std::move(lab));
                            }
    return runs;
}

std::string curveText(const std::vector<LabRun>& runs)
{
    PointTable table{.header = {"data", "target", "schedule", "position", "time", "width", "depth", "step",
                                "seconds", "loss", "test_loss", "distance", "floor"},
                     .rows = {}};
    for (const auto& lab : runs)
        for (const auto& point : lab.curve) {
            PointTable::Row row(lab.result.begin(), lab.result.begin() + 7);
            row.insert(row.end(), point.begin(), point.end());
            table.rows.push_back(std::move(row));
        }
    return csvOf(table);
}

/// Distance over its floor against the step, in logarithms, one line a run.
void writePlot(const std::string& path, const std::vector<LabRun>& runs)
{
    exports::Plot distance{.title = "Distance of 2,000 samples from the data, over the floor (log10)",
                           .xLabel = "step",
                           .series = {}};
    exports::Plot loss{.title = "Loss on test points (log10)", .xLabel = "step", .series = {}};
    for (std::size_t i = 0; i < runs.size(); ++i) {
        // Hues around the circle, dark enough on white.
        const double hue = 6.283185307179586 * double(i) / double(runs.size());
        const auto part = [hue](double shift) { return std::uint8_t(102 + 89 * std::cos(hue + shift)); };
        const exports::Color color{part(0), part(2.1), part(4.2)};
        exports::PlotSeries ofDistance{
            .label = runs[i].data.substr(runs[i].data.find(':') + 1), .color = color, .points = {}};
        exports::PlotSeries ofLoss = ofDistance;
        for (const auto& point : runs[i].curve) {
            ofDistance.points.push_back({point[0], std::log10(point[4] / point[5])});
            ofLoss.points.push_back({point[0], std::log10(point[3])});
        }
        distance.series.push_back(std::move(ofDistance));
        loss.series.push_back(std::move(ofLoss));
    }
    const std::vector<exports::Plot> plots{std::move(distance), std::move(loss)};
    const auto format = path.ends_with(".pdf") ? exports::PageFormat::pdf : exports::PageFormat::svg;
    exports::VectorPage page(format, exports::pageWidth, exports::pageHeight(plots.size()), "Learning curves",
                             "");
    exports::drawPlots(page, "Learning curves", plots);
    base::writeFileAtomically(path, page.finish());
}

void runLab(const LabArguments& arguments)
{
    watchForInterruption();
    std::vector<LabRun> runs = runsOf(arguments);
    ProgressLine line;
    for (auto& lab : runs)
        trainOne(lab, arguments, line);
    PointTable table{.header = {"data", "target", "schedule", "position", "time", "width", "depth", "steps",
                                "loss", "test_loss", "score_error", "distance", "floor", "ratio", "seconds"},
                     .rows = {}};
    if (arguments.isReflowed)
        table.header.insert(table.header.end(),
                            {"straightness", "after_reflow", "error_1", "after_1", "error_2", "after_2",
                             "error_4", "after_4", "distilled_distance"});
    for (const auto& lab : runs)
        table.rows.push_back(lab.result);
    std::fputs((arguments.isCsv ? csvOf(table) : alignedText(table)).c_str(), stdout);
    if (!arguments.curve.empty())
        base::writeFileAtomically(arguments.curve, curveText(runs));
    if (!arguments.plot.empty())
        writePlot(arguments.plot, runs);
}

}  // namespace

void addLabCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("lab", "Train small networks on points and measure what they learn");
    auto arguments = std::make_shared<LabArguments>();
    PointTrainingOptions& training = arguments->training;
    const auto list = [&](const char* flag, auto& values, const char* what, const char* type) {
        command->add_option(flag, values, what)->type_name(type)->delimiter(',');
    };
    command->add_option("--data", arguments->data, "Data to learn; may be given again; all: every data set")
        ->type_name("exact:NAME[:OPTION=VALUE,...]")
        ->take_all()
        ->allow_extra_args(false);
    list("--target", arguments->targets, "What the network says: eps, x0, v, flow", "NAME[,NAME...]");
    command
        ->add_option("--schedule", arguments->schedules,
                     "Schedule; may be given again; default: linear, for flow rectified_flow")
        ->type_name("NAME[:OPTION=VALUE,...]")
        ->take_all()
        ->allow_extra_args(false);
    list("--position", arguments->positions, "Embedding of the position: raw, sinusoidal", "NAME[,NAME...]");
    list("--time", arguments->times, "Embedding of the time: raw, sinusoidal, learned", "NAME[,NAME...]");
    list("--width", arguments->widths, "Width of the hidden layers, a multiple of 16", "NUMBER[,NUMBER...]");
    list("--depth", arguments->depths, "Hidden layers", "NUMBER[,NUMBER...]");
    command->add_option("--steps", training.steps, "Steps of training")
        ->type_name("NUMBER")
        ->default_str("2000");
    command->add_option("--batch", training.batch, "Points a step")->type_name("NUMBER")->default_str("512");
    command->add_option("--rate", training.learningRate, "Learning rate")
        ->type_name("NUMBER")
        ->default_str("0.002");
    command->add_option("--ema", training.emaDecay, "Decay of the average of the weights")
        ->type_name("NUMBER")
        ->default_str("0.998");
    command->add_option("--points", training.trainPoints, "Points to train on")
        ->type_name("NUMBER")
        ->default_str("20000");
    command->add_option("--seed", training.seed, "Seed")->type_name("NUMBER")->default_str("1");
    command->add_flag("--classes", training.usesClasses,
                      "Train with the data's classes, and without for guidance");
    command->add_flag("--reflow", arguments->isReflowed,
                      "Then straighten the flow, and distil it to one step");
    command->add_option("--every", arguments->every, "Measure every so many steps; 0: at the end")
        ->type_name("NUMBER")
        ->default_str("250");
    command->add_option("--samples", arguments->samples, "Samples to measure")
        ->type_name("NUMBER")
        ->check(CLI::Range(2, 100'000))
        ->default_str("2000");
    command->add_option("--threads", arguments->threads, "Threads; 0: one a core")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 256));
    command->add_option("--curve", arguments->curve, "CSV of the learning curves")->type_name("FILE.csv");
    command->add_option("--plot", arguments->plot, "Plot of the learning curves")->type_name("FILE.svg|.pdf");
    command->add_option("--save-points", arguments->pointsOut, "The last network's samples")
        ->type_name("FILE.csv");
    command->add_flag("--csv", arguments->isCsv, "CSV in full precision");
    command->callback([arguments] { runLab(*arguments); });
}

}  // namespace diffuscope::cli
