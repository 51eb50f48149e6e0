// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window_figures.h"

#include "tests/bench/bench_window.h"
#include "tests/bench/recorded_fake.h"

#include <QFile>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <unistd.h>

namespace diffuscope::bench {

namespace {

constexpr double nsPerMs = 1e6;
constexpr double bytesPerMb = 1e6;

/// Bytes of this process that are in memory.
double residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        throw std::runtime_error("cannot read /proc/self/statm");
    return file.readAll().split(' ').at(1).toDouble() * double(sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<Figure> editFigures(PaintClock& application, const ui::SamplingService::MakeFactory& makeFactory,
                                const QList<ui::ModelEntry>& models, const EditEffort& effort)
{
    BenchWindow window(application, makeFactory, models);
    recipe::Recipe recipe = window.document().recipe();
    recipe.model = models.value(0).id.toStdString();
    recipe.batch = effort.images;
    recipe.steps = effort.steps;
    recipe.guidance.scale = 1.5;
    window.document().loadRecipe(recipe);
    window.document().setAutoRun(true);
    window.waitForEnd();

    std::vector<double> seedFromRest, wholeRun, steps, guidanceFromRest, guidanceInMidRun;
    for (int edit = 0; edit < effort.edits; ++edit) {
        recipe.seed += 1;
        QElapsedTimer clock;
        clock.start();
        seedFromRest.push_back(window.msUntilChanged(recipe));
        window.waitForEnd();
        wholeRun.push_back(double(clock.nsecsElapsed()) / nsPerMs);
        for (const record::FramePtr& frame : window.document().trajectory().frames)
            steps.push_back(frame->totalMs);
    }
    for (int edit = 0; edit < effort.edits; ++edit) {
        recipe.guidance.scale = 2 + 0.1 * edit;
        guidanceFromRest.push_back(window.msUntilChanged(recipe));
        window.waitForEnd();
    }
    for (int edit = 0; edit < effort.edits; ++edit) {
        recipe.guidance.scale = 2.05 + 0.1 * edit;
        guidanceInMidRun.push_back(window.msUntilChanged(recipe));
    }
    window.waitForEnd();
    std::vector<double> cancelled;
    for (int edit = 0; edit < effort.edits; ++edit) {
        recipe.seed += 1;
        window.msUntilChanged(recipe);
        cancelled.push_back(window.msUntilCancelled(1.7 * edit));
    }

    std::vector<double> ofOne;
    for (int edit = 0; edit < effort.edits; ++edit) {
        recipe.seed += 1;
        ofOne.push_back(window.msUntilResultOfOne(recipe));
        window.waitForEnd();
    }

    const std::string images = ", " + std::to_string(effort.images) + " images";
    const std::string run = "with window: " + std::to_string(effort.images) + " images × " +
                            std::to_string(effort.steps) + " steps, guided";
    constexpr double goalMs = 100;
    const bool hasGoal = effort.images <= 16;
    const auto goal = [hasGoal](double value) { return hasGoal ? std::optional(value) : std::nullopt; };
    std::vector<Figure> figures;
    addTimes(figures, "another seed → changed pixels" + images, seedFromRest, goal(goalMs));
    addTimes(figures, "guidance → changed pixels" + images, guidanceFromRest, goal(goalMs));
    addTimes(figures, "guidance, in mid-run → changed pixels" + images, guidanceInMidRun, goal(goalMs));
    figures.push_back({run + ", median", median(wholeRun) / 1000, "s"});
    addTimes(figures, "one enlarged: another seed → its result" + images, ofOne, {});
    figures.push_back({"cancel → stopped" + images + ", median", median(cancelled), "ms"});
    figures.push_back({"longest wait after a cancel ÷ longest step" + images,
                       percentile(cancelled, 100) / percentile(steps, 100), "", goal(1)});
    return figures;
}

std::vector<Figure> docksFigures(PaintClock& application, const DocksEffort& effort)
{
    ui::ModelEntry stripes;
    stripes.id = QStringLiteral("stripes");
    stripes.displayName = QStringLiteral("Stripes");
    BenchWindow window(application, makeRecordedFake, {stripes});
    recipe::Recipe recipe = window.document().recipe();
    recipe.model = "stripes";
    recipe.batch = effort.images;
    recipe.steps = effort.steps;
    recipe.sampler = {"ddpm", {}};
    recipe.guidance.scale = 2;
    window.document().loadRecipe(recipe);
    window.document().sample();
    window.waitForEnd();
    window.openAllDocks(QSize(2560, 1440));
    window.document().cursors().placeSecond(effort.steps / 2);

    std::vector<double> oneLayer, allLayers;
    double slowest = 0;
    for (const record::Layer layer : ui::allLayers()) {
        window.document().setLayer(layer);
        std::vector<double> ofLayer;
        for (int frame = 0; frame <= effort.steps; ++frame)
            ofLayer.push_back(window.msToScrubTo(frame));
        slowest = std::max(slowest, median(ofLayer));
        oneLayer.insert(oneLayer.end(), ofLayer.begin(), ofLayer.end());
    }
    window.showAllLayers(true);
    for (int frame = 0; frame <= effort.steps; ++frame)
        allLayers.push_back(window.msToScrubTo(frame));

    constexpr double goalMs = 16;
    const std::string images = ", " + std::to_string(effort.images) + " images, all docks open";
    std::vector<Figure> figures;
    addTimes(figures, "scrub, each of ten layers" + images, oneLayer, goalMs);
    figures.push_back({"the slowest layer's median" + images, slowest, "ms"});
    addTimes(figures, "scrub, all layers of one" + images, allLayers, goalMs);
    return figures;
}

std::vector<Figure> scrubFigures(PaintClock& application, const ScrubEffort& effort)
{
    ui::ModelEntry stripes;
    stripes.id = QStringLiteral("stripes");
    stripes.displayName = QStringLiteral("Stripes");
    BenchWindow window(application, makeRecordedFake, {stripes});
    recipe::Recipe recipe = window.document().recipe();
    recipe.model = "stripes";
    recipe.batch = 1;
    recipe.steps = 1;
    window.document().loadRecipe(recipe);
    window.document().sample();
    window.waitForEnd();
    const double residentBefore = residentBytes();

    recipe.batch = effort.images;
    recipe.steps = effort.steps;
    window.document().loadRecipe(recipe);
    window.document().sample();
    application.waitUntil("the long run to end", [&] {
        return window.document().failure() || (window.document().shownRun().trajectory->isComplete() &&
                                               window.document().trajectory().size() == effort.steps + 1);
    });
    window.waitForEnd();

    const std::string size =
        std::to_string(effort.images) + " images × " + std::to_string(effort.steps) + " frames";
    std::vector<Figure> figures;
    figures.push_back(
        {size + ", recorded values", double(window.document().trajectory().bytes()) / bytesPerMb, "MB"});
    figures.push_back(
        {size + ", resident memory", (residentBytes() - residentBefore) / bytesPerMb, "MB", 400});

    std::vector<double> inOrder;
    for (int frame = 0; frame <= effort.steps; ++frame)
        inOrder.push_back(window.msToScrubTo(frame));
    std::vector<double> atRandom;
    std::mt19937 random(1);
    for (int move = 0, frame = effort.steps; move < effort.steps; ++move) {
        frame = (frame + 1 + int(random() % unsigned(effort.steps))) % (effort.steps + 1);
        atRandom.push_back(window.msToScrubTo(frame));
    }
    addTimes(figures, "scrub, frame by frame", inOrder, 8);
    addTimes(figures, "scrub, at random", atRandom, 8);
    return figures;
}

}  // namespace diffuscope::bench
