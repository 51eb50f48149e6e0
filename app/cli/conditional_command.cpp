// SPDX-License-Identifier: GPL-3.0-or-later
// "conditional": how Gaussian one reverse step is, for steps of every size, on a line.
#include "app/cli/commands.h"
#include "app/cli/point_table.h"
#include "app/cli/registry_view.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model/exact/data_sets.h"
#include "core/model/exact/reverse_conditional.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

namespace diffuscope::cli {
namespace {

struct ConditionalArguments
{
    std::string model;
    std::string schedule = "linear";
    std::vector<int> steps{2, 5, 10, 20, 50, 100, 250, 1000};
    double t = 500;
    std::optional<double> x;
    double eta = 1;
    bool isAlong = false;
    bool isCsv = false;
    std::string out;
};

/// The distances at the point, from t to the time T/steps before it.
PointTable atOnePoint(const ConditionalArguments& arguments, const model::ExactField& field,
                      const schedule::NoiseSchedule& schedule)
{
    PointTable table{.header = {"steps", "t", "s", "x", "mean", "sd", "sampler_mean", "sampler_sd",
                                "tv_moments", "kl_moments", "tv_sampler", "kl_sampler"},
                     .rows = {}};
    const schedule::NoiseLevel from = schedule.levelAt(arguments.t);
    for (const int steps : arguments.steps) {
        const double target = arguments.t - double(schedule.levels()) / steps;
        const schedule::NoiseLevel to =
            target < 0 ? schedule::NoiseLevel{-1, 1, 0} : schedule.levelAt(target);
        const auto exact = model::reverseConditional(field, from, to, *arguments.x);
        const auto own = model::samplersGaussian(field, from, to, *arguments.x, arguments.eta);
        const auto ofMoments = model::distanceBetween(exact, {exact.mean(), exact.variance()});
        const auto ofSampler = model::distanceBetween(exact, own);
        table.rows.push_back({double(steps), from.t, to.t, *arguments.x, exact.mean(),
                              std::sqrt(exact.variance()), own.mean, std::sqrt(own.variance),
                              ofMoments.totalVariation, ofMoments.divergence, ofSampler.totalVariation,
                              ofSampler.divergence});
    }
    return table;
}

/// The mean distances along whole grids.
PointTable alongGrids(const ConditionalArguments& arguments, const model::ExactField& field,
                      const schedule::NoiseSchedule& schedule)
{
    PointTable table{.header = {"steps", "t", "tv_moments", "kl_moments", "tv_sampler", "kl_sampler"},
                     .rows = {}};
    for (const int steps : arguments.steps) {
        const auto grid = schedule::makeTimeGrid(schedule, {.rule = "trailing", .options = {}}, steps);
        for (const auto& distance : model::distancesAlong(field, grid.levels, arguments.eta))
            table.rows.push_back({double(steps), distance.step, distance.ofMoments.totalVariation,
                                  distance.ofMoments.divergence, distance.ofSampler.totalVariation,
                                  distance.ofSampler.divergence});
    }
    return table;
}

void showConditional(const ConditionalArguments& arguments)
{
    const model::ExactField field(model::exactData(arguments.model));
    const ChosenEntry entry = chosenEntry(base::EntryKind::schedule, arguments.schedule);
    const schedule::NoiseSchedule schedule = schedule::makeSchedule({entry.id, entry.options});
    if (!arguments.isAlong && !arguments.x)
        throw Error(ErrorCode::invalidOption, "There is no point to stand at.",
                    "Give --x, or --along for all of them.");
    if (!(arguments.t > 0 && arguments.t <= schedule.levels() - 1))
        throw Error(ErrorCode::invalidOption, "A reverse step begins at a time above 0.",
                    "Times end at " + std::to_string(schedule.levels() - 1) + ".");
    const PointTable table =
        arguments.isAlong ? alongGrids(arguments, field, schedule) : atOnePoint(arguments, field, schedule);
    const std::string text = arguments.isCsv || !arguments.out.empty() ? csvOf(table) : alignedText(table);
    if (arguments.out.empty())
        std::fputs(text.c_str(), stdout);
    else
        base::writeFileAtomically(arguments.out, text);
}

}  // namespace

void addConditionalCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("conditional", "Print how far one reverse step is from a Gaussian, on a line");
    auto arguments = std::make_shared<ConditionalArguments>();
    command
        ->add_option("--model", arguments->model, "Exact model of a line, such as exact:pair:mean=1,sd=0.2")
        ->type_name("exact:NAME[:OPTION=VALUE,...]")
        ->required();
    command->add_option("--t", arguments->t, "Time from which the step is taken")
        ->type_name("TIME")
        ->default_str("500");
    command->add_option("--x", arguments->x, "The state there")->type_name("NUMBER");
    command->add_flag("--along", arguments->isAlong, "The mean over all states, for every step of each grid");
    command->add_option("--steps", arguments->steps, "Numbers of steps of which this is one")
        ->type_name("NUMBER[,NUMBER...]")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--eta", arguments->eta, "Of the sampler's own Gaussian: 1 is DDPM, 0 is DDIM, a point")
        ->type_name("NUMBER")
        ->check(CLI::Range(0.0, 1.0))
        ->default_str("1");
    command->add_option("--schedule", arguments->schedule, "Schedule of the noise")
        ->type_name("NAME[:OPTION=VALUE,...]")
        ->default_str(arguments->schedule);
    command->add_flag("--csv", arguments->isCsv, "CSV in full precision");
    command->add_option("--out", arguments->out, "CSV file to write")->type_name("FILE.csv");
    command->callback([arguments] { showConditional(*arguments); });
}

}  // namespace diffuscope::cli
