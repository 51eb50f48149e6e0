#include "tests/bench/window_figures.h"

#include "tests/bench/recorded_fake.h"
#include "ui/document/session_document.h"
#include "ui/main_window.h"
#include "ui/playback/player.h"
#include "ui/theme/theme.h"
#include "ui/views/detail_plot.h"
#include "ui/views/path_plot.h"
#include "ui/views/path_series.h"
#include "ui/views/stage_view.h"

#include <QDockWidget>
#include <QElapsedTimer>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <unistd.h>

namespace diffuscope::bench {

namespace {

constexpr double nsPerMs = 1e6;
constexpr double bytesPerMb = 1e6;

/// The window as the program makes it, with settings of its own.
class BenchWindow
{
public:
    BenchWindow(PaintClock& application, const ui::SamplingService::MakeFactory& makeFactory,
                const QList<ui::ModelEntry>& models)
        : m_application(application), m_service(makeFactory)
    {
        m_document.setAutoRun(false);
        m_window.setModels(models, {});
        m_window.resize(1280, 720);
        m_window.show();
        m_application.watch(&m_window.stage().grid());
    }

    ui::SessionDocument& document() { return m_document; }
    QImage sheet() { return m_window.stage().sheet(1); }

    void waitForEnd()
    {
        m_application.waitUntil("a run to end", [this] {
            const ui::RunState state = m_document.state();
            return state != ui::RunState::running && state != ui::RunState::idle;
        });
        if (const auto failure = m_document.failure())
            throw std::runtime_error(failure->message.toStdString());
    }

    /// Makes this the recipe, and returns the milliseconds until the first pixels of its run are in the
    /// window.
    double msUntilChanged(const session::Recipe& recipe)
    {
        const QImage before = sheet();
        const ui::RunId shownBefore = m_document.shownRun().run;
        int paintingsBefore = -1;
        const auto watchRun =
            QObject::connect(&m_document, &ui::SessionDocument::trajectoryChanged, &m_window, [&] {
                if (paintingsBefore < 0 && m_document.shownRun().run != shownBefore)
                    paintingsBefore = m_application.paintings();
            });
        QElapsedTimer clock;
        clock.start();
        m_document.setRecipe(recipe);
        m_application.waitUntil("an edit to be seen", [&] {
            return m_document.failure() ||
                   (paintingsBefore >= 0 && m_application.paintings() > paintingsBefore);
        });
        const double elapsedMs = double(clock.nsecsElapsed()) / nsPerMs;
        QObject::disconnect(watchRun);
        if (const auto failure = m_document.failure())
            throw std::runtime_error(failure->message.toStdString());
        if (sheet() == before)
            throw std::runtime_error("the window was painted anew, but an edit changed none of its images");
        return elapsedMs;
    }

    /// Shows one image alone, makes this the recipe, and returns the milliseconds until the image's result is
    /// in the window.
    double msUntilResultOfOne(const session::Recipe& recipe)
    {
        m_window.stage().grid().setEnlarged(true);
        const ui::RunId shownBefore = m_document.shownRun().run;
        int paintingsBefore = -1;
        const auto watchRun =
            QObject::connect(&m_document, &ui::SessionDocument::firstLookChanged, &m_window, [&] {
                const ui::RunUpdate* look = m_document.firstLook();
                if (paintingsBefore < 0 && look && look->run > shownBefore &&
                    look->firstLook.trajectory->isComplete())
                    paintingsBefore = m_application.paintings();
            });
        QElapsedTimer clock;
        clock.start();
        m_document.setRecipe(recipe);
        m_application.waitUntil("the result of one image to be seen", [&] {
            return m_document.failure() ||
                   (paintingsBefore >= 0 && m_application.paintings() > paintingsBefore);
        });
        const double elapsedMs = double(clock.nsecsElapsed()) / nsPerMs;
        QObject::disconnect(watchRun);
        m_window.stage().grid().setEnlarged(false);
        return elapsedMs;
    }

    /// Lets the run go on for a while and cancels it.
    double msUntilCancelled(double afterMs)
    {
        QElapsedTimer clock;
        clock.start();
        m_application.waitUntil("a moment in a run",
                                [&] { return double(clock.nsecsElapsed()) / nsPerMs > afterMs; });
        clock.start();
        m_document.cancelSampling();
        waitForEnd();
        return double(clock.nsecsElapsed()) / nsPerMs;
    }

    /// Every dock beside the others, in a window of this size.
    void openAllDocks(QSize size)
    {
        m_window.resize(size);
        bool isLeft = false;
        for (auto* dock : m_window.findChildren<QDockWidget*>()) {
            m_window.removeDockWidget(dock);
            m_window.addDockWidget(isLeft ? Qt::LeftDockWidgetArea : Qt::RightDockWidgetArea, dock);
            dock->show();
            isLeft = !isLeft;
        }
        m_application.waitUntil("all docks to be open", [this] {
            for (const auto* dock : m_window.findChildren<QDockWidget*>())
                if (!dock->widget()->isVisible() || dock->widget()->visibleRegion().isEmpty())
                    return false;
            return true;
        });
        const auto& detail = *m_window.findChild<ui::DetailPlot*>();
        const auto& paths = m_window.findChild<ui::PathPlot*>()->series();
        m_application.waitUntil("the plots to be complete",
                                [&] { return detail.isUpToDate() && paths.isUpToDate(); });
    }

    void showAllLayers(bool all)
    {
        m_window.stage().setShowsAllLayers(all);
        m_application.watch(&m_window.stage().visibleGrid());
    }

    double msToScrubTo(int frame)
    {
        QElapsedTimer clock;
        clock.start();
        m_document.commitFrame(frame);
        m_application.paintAgain();
        const double elapsedMs = double(clock.nsecsElapsed()) / nsPerMs;
        if (m_document.playhead() != frame)
            throw std::runtime_error("the playhead did not follow");
        return elapsedMs;
    }

private:
    PaintClock& m_application;
    QTemporaryDir m_folder;
    QSettings m_settings{m_folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    ui::SamplingService m_service;
    ui::SessionDocument m_document{m_service};
    ui::Player m_player{m_document};
    ui::Theme m_theme;
    ui::MainWindow m_window{{m_document, m_player, m_theme, m_settings}};
};

/// Bytes of this process that are in memory.
double residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        throw std::runtime_error("cannot read /proc/self/statm");
    return file.readAll().split(' ').at(1).toDouble() * double(sysconf(_SC_PAGESIZE));
}

void addTimes(std::vector<Figure>& figures, const std::string& name, const std::vector<double>& ms,
              std::optional<double> goalMs)
{
    figures.push_back({name + ", median", median(ms), "ms"});
    figures.push_back({name + ", 99th percentile", percentile(ms, 99), "ms", goalMs});
}

}  // namespace

std::vector<Figure> editFigures(PaintClock& application, const ui::SamplingService::MakeFactory& makeFactory,
                                const QList<ui::ModelEntry>& models, const EditEffort& effort)
{
    BenchWindow window(application, makeFactory, models);
    session::Recipe recipe = window.document().recipe();
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
    session::Recipe recipe = window.document().recipe();
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
    session::Recipe recipe = window.document().recipe();
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
