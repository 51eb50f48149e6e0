// SPDX-License-Identifier: GPL-3.0-or-later
// A real window for measurements.
#pragma once

#include "tests/bench/figure.h"
#include "tests/bench/paint_clock.h"
#include "ui/document/model_entry.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/engine/sampling_service.h"
#include "ui/plots/detail_plot.h"
#include "ui/plots/path_plot.h"
#include "ui/plots/path_series.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"

#include <QDockWidget>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>

#include <stdexcept>

namespace diffuscope::bench {

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
    ui::MainWindow& window() { return m_window; }
    ui::SamplingService& service() { return m_service; }
    QSettings& settings() { return m_settings; }
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
    double msUntilChanged(const recipe::Recipe& recipe)
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
    double msUntilResultOfOne(const recipe::Recipe& recipe)
    {
        m_window.stage().grid().setEnlarged(true);
        const ui::RunId shownBefore = m_document.shownRun().run;
        int paintingsBefore = -1;
        // Of a batch that is too small for a first look, the image's result comes with the others.
        const auto watch = [&] {
            const ui::RunUpdate* look = m_document.firstLook();
            const bool isThere = look && look->run > shownBefore && look->firstLook.trajectory->isComplete();
            const bool allAreThere =
                m_document.shownRun().run > shownBefore && m_document.trajectory().isComplete();
            if (paintingsBefore < 0 && (isThere || allAreThere))
                paintingsBefore = m_application.paintings();
        };
        const auto ofFirstLook =
            QObject::connect(&m_document, &ui::SessionDocument::firstLookChanged, &m_window, watch);
        const auto ofAll =
            QObject::connect(&m_document, &ui::SessionDocument::trajectoryChanged, &m_window, watch);
        QElapsedTimer clock;
        clock.start();
        m_document.setRecipe(recipe);
        m_application.waitUntil("the result of one image to be seen", [&] {
            return m_document.failure() ||
                   (paintingsBefore >= 0 && m_application.paintings() > paintingsBefore);
        });
        const double elapsedMs = double(clock.nsecsElapsed()) / nsPerMs;
        QObject::disconnect(ofFirstLook);
        QObject::disconnect(ofAll);
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
    static constexpr double nsPerMs = 1e6;

    PaintClock& m_application;
    QTemporaryDir m_folder;
    QSettings m_settings{m_folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    ui::SamplingService m_service;
    ui::SessionDocument m_document{m_service};
    ui::Player m_player{m_document};
    ui::Theme m_theme;
    ui::MainWindow m_window{{m_document, m_player, m_theme, m_settings}};
};

/// Their median and the 99th percentile, which has the goal.
inline void addTimes(std::vector<Figure>& figures, const std::string& name, const std::vector<double>& ms,
                     std::optional<double> goalMs)
{
    figures.push_back({name + ", median", median(ms), "ms"});
    figures.push_back({name + ", 99th percentile", percentile(ms, 99), "ms", goalMs});
}

}  // namespace diffuscope::bench
