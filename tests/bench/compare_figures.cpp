// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/compare_figures.h"

#include "tests/bench/bench_window.h"
#include "tests/bench/recorded_fake.h"
#include "ui/compare/compare_panes.h"
#include "ui/compare/comparison.h"
#include "ui/document/session_keeper.h"
#include "ui/engine/background_runs.h"
#include "ui/session/session_panel.h"
#include "ui/widgets/layers.h"

#include <QToolButton>

namespace diffuscope::bench {

namespace {

/// Four runs of one seed in one window.
class ComparingWindow
{
public:
    ComparingWindow(PaintClock& application, const CompareEffort& effort)
        : m_application(application), m_window(application, makeRecordedFake, {stripes()})
    {
        m_window.window().offerSession(m_keeper);
        recipe::Recipe recipe = m_window.document().recipe();
        recipe.model = "stripes";
        recipe.batch = effort.images;
        recipe.guidance.scale = 2;
        std::vector<int> runs;
        for (const auto& [sampler, steps] :
             {std::pair("ddpm", effort.steps), std::pair("ddim", effort.steps),
              std::pair("euler_a", (effort.steps + 1) / 2), std::pair("dpmpp_2m", 2 * effort.steps)}) {
            recipe.sampler = {sampler, {}};
            recipe.steps = steps;
            if (runs.empty())
                m_window.document().loadRecipe(recipe);
            else
                m_window.document().addRun(recipe, QStringLiteral("Run"));
            runs.push_back(m_window.document().currentRun());
            m_window.document().sample();
            m_window.waitForEnd();
        }
        m_window.document().cursors().setAxis(ui::FrameAxis::time);
        Q_EMIT m_window.window().findChild<ui::SessionPanel*>()->compareRequested(runs);
        m_application.watch(&panes());
        m_window.openAllDocks(QSize(2560, 1440));
        m_application.waitUntil("four runs side by side", [this] {
            for (int i = 0; i < 4; ++i)
                if (panes().paneCount() != 4 || panes().atlas(std::size_t(i)).isNull())
                    return false;
            return true;
        });
        // The last was sampled last, and the first is looked at: its frames are shown from memory.
        if (m_window.document().trajectory().size() != effort.steps + 1)
            throw std::runtime_error("the first of the compared runs is not shown");
    }

    ui::SessionDocument& document() { return m_window.document(); }
    ui::ComparePanes& panes() { return *m_window.window().findChild<ui::ComparePanes*>(); }
    void click(const char* button)
    {
        m_window.window().findChild<QToolButton*>(QLatin1String(button))->click();
        m_application.watch(&panes());
    }
    double msToScrubTo(int frame) { return m_window.msToScrubTo(frame); }
    double msToTakeNextReference()
    {
        QElapsedTimer clock;
        clock.start();
        m_window.window().findChild<ui::Comparison*>()->takeNextReference();
        m_application.paintAgain();
        return double(clock.nsecsElapsed()) / 1e6;
    }

private:
    static ui::ModelEntry stripes()
    {
        ui::ModelEntry entry;
        entry.id = QStringLiteral("stripes");
        entry.displayName = QStringLiteral("Stripes");
        return entry;
    }

    PaintClock& m_application;
    BenchWindow m_window;
    ui::BackgroundRuns m_background{m_window.service()};
    ui::SessionKeeper m_keeper{{.document = m_window.document(),
                                .background = m_background,
                                .settings = m_window.settings(),
                                .autosaveFolder = {},
                                .program = QStringLiteral("bench"),
                                .hashModel = {}}};
};

}  // namespace

std::vector<Figure> compareFigures(PaintClock& application, const CompareEffort& effort)
{
    constexpr double goalMs = 16;
    ComparingWindow window(application, effort);
    const std::string what = ", " + std::to_string(effort.images) + " images each, all docks open";
    const auto scrubbed = [&] {
        std::vector<double> ms;
        for (const record::Layer layer : ui::allLayers()) {
            window.document().setLayer(layer);
            for (int frame = 0; frame <= effort.steps; ++frame)
                ms.push_back(window.msToScrubTo(frame));
        }
        return ms;
    };
    std::vector<Figure> figures;
    addTimes(figures, "scrub, four runs side by side" + what, scrubbed(), goalMs);
    window.click("compareDifference");
    addTimes(figures, "scrub, differences of four runs" + what, scrubbed(), goalMs);
    window.document().setLayer(record::Layer::x0Hat);
    std::vector<double> chosen;
    for (int i = 0; i < effort.steps; ++i)
        chosen.push_back(window.msToTakeNextReference());
    addTimes(figures, "another reference of four runs" + what, chosen, std::nullopt);
    return figures;
}

}  // namespace diffuscope::bench
