// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/run_plots.h"

#include "core/base/error.h"
#include "core/record/step_quantities.h"

#include <filesystem>
#include <limits>

namespace diffuscope::exports {

namespace {

// Colours that the colour-blind tell apart (Okabe & Ito 2008).
constexpr Color blue{0, 114, 178}, vermilion{213, 94, 0}, green{0, 158, 115}, purple{204, 121, 167};

double orNothing(const std::optional<double>& value)
{
    return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

Plot schedulePlot(const ExportedRun& run)
{
    Plot plot{"Schedule: " + run.schedule->name() + " (ticks: visited)",
              "training level t",
              {{"ᾱ", blue, {}}, {"σ", vermilion, {}}},
              {}};
    for (int t = 0; t < run.schedule->levels(); ++t) {
        const schedule::NoiseLevel level = run.schedule->level(t);
        plot.series[0].points.push_back({double(t), level.alphaBar()});
        plot.series[1].points.push_back({double(t), level.sigma});
    }
    for (const schedule::NoiseLevel& level : run.grid->levels)
        if (!level.isClean())
            plot.marks.push_back(level.t);
    return plot;
}

}  // namespace

std::vector<Plot> runPlots(const ExportedRun& run, const std::vector<int>& images)
{
    const std::vector<int> chosen = chosenImages(run, images);
    Plot norms{"Each step: root mean squares",
               "step",
               {{"change of x̂₀", blue, {}}, {"ε̂", vermilion, {}}, {"guidance difference Δ", green, {}}},
               {}};
    Plot times{"Each step: milliseconds", "step", {{"network", purple, {}}, {"whole step", blue, {}}}, {}};
    Plot ratio{"Log signal-to-noise ratio of the states", "step", {{"log ᾱ/σ²", vermilion, {}}}, {}};
    const record::Frame* previous = nullptr;
    for (const record::FramePtr& frame : run.trajectory().frames) {
        if (frame->isResult())
            break;
        const record::StepQuantities figures = record::stepQuantities(*frame, previous, chosen);
        const double step = frame->index;
        norms.series[0].points.push_back({step, orNothing(figures.x0HatChange)});
        norms.series[1].points.push_back({step, orNothing(figures.epsHat)});
        norms.series[2].points.push_back({step, orNothing(figures.guidanceDifference)});
        times.series[0].points.push_back({step, figures.networkMs});
        times.series[1].points.push_back({step, figures.totalMs});
        ratio.series[0].points.push_back({step, frame->level.logSnr()});
        previous = frame.get();
    }
    return {schedulePlot(run), ratio, norms, times};
}

std::string plotsFile(const std::string& path, const ExportedRun& run, const std::vector<int>& images)
{
    if (!run.schedule || !run.grid)
        throw Error(ErrorCode::invalidOption, "There is no run to export yet.", "Sample a recipe first.");
    const std::string suffix = std::filesystem::path(path).extension().string();
    if (suffix != ".svg" && suffix != ".pdf")
        throw Error(ErrorCode::invalidOption, "Plots cannot be written as \"" + suffix + "\".",
                    "Name a file that ends in .svg or .pdf.");
    const std::vector<Plot> plots = runPlots(run, images);
    const std::string title = runTitle(run);
    VectorPage page(suffix == ".svg" ? PageFormat::svg : PageFormat::pdf, pageWidth, pageHeight(plots.size()),
                    title, recipe::toJson(run.plan()));
    drawPlots(page, title, plots);
    return page.finish();
}

}  // namespace diffuscope::exports
