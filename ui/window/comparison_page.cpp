// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/comparison_page.h"

#include "ui/compare/compare_panes.h"
#include "ui/compare/compare_view.h"
#include "ui/compare/comparison.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/experiments/error_window.h"
#include "ui/experiments/grid_window.h"
#include "ui/experiments/models_window.h"
#include "ui/plots/path_plot.h"
#include "ui/session/session_panel.h"
#include "ui/window/action_registry.h"

#include <QAction>
#include <QMenu>
#include <QStackedWidget>

namespace diffuscope::ui {

namespace {

void bringUp(QWidget& window)
{
    window.show();
    window.raise();
    window.activateWindow();
}

}  // namespace

ComparisonPage::ComparisonPage(const Parts& parts) : QObject(&parts.pages), m_parts(parts)
{
    m_comparison = new Comparison(m_parts.document, m_parts.keeper.background(), this);
    m_view = new CompareView(m_parts.document, *m_comparison, &m_parts.pages);
    m_parts.pages.addWidget(m_view);
    connect(&m_parts.session, &SessionPanel::compareRequested, this, &ComparisonPage::compareRuns);
    connect(m_view, &CompareView::leaveRequested, this, &ComparisonPage::leave);
    connect(&m_parts.keeper, &SessionKeeper::comparisonRestored, this, &ComparisonPage::compareRuns);
    connect(m_comparison, &Comparison::changed, this, [this] {
        if (!m_comparison->isOn())
            m_parts.pages.setCurrentIndex(0);
    });
    // The path plot shows them in one plane; the first is the run that it shows anyway.
    connect(m_comparison, &Comparison::changed, this, [this] {
        std::vector<RunUpdate> others;
        for (std::size_t i = 1; i < m_comparison->entries().size(); ++i)
            others.push_back(m_comparison->entries()[i].update);
        m_parts.path.setComparedRuns(others);
    });
}

void ComparisonPage::addActions(QMenu& menu, ActionRegistry& actions)
{
    connect(
        actions.add(menu, QStringLiteral("action.compareTwice"), tr("Compare with &Twice the Steps"),
                    {QKeySequence(Qt::SHIFT | Qt::Key_C)},
                    tr("Sample the recipe with twice as many steps too, and show the result beside what that "
                       "run holds at the same noise level.")),
        &QAction::triggered, this, &ComparisonPage::compareWithTwiceTheSteps);
    auto* against =
        actions.add(menu, QStringLiteral("action.nextReference"), tr("Compare Against the Ne&xt"),
                    {QKeySequence(Qt::Key_R)}, tr("Take differences from the next of the compared runs."));
    connect(against, &QAction::triggered, m_comparison, &Comparison::takeNextReference);
    const auto enable = [this, against] { against->setEnabled(m_comparison->isOn()); };
    connect(m_comparison, &Comparison::changed, against, enable);
    enable();
    connect(
        actions.add(menu, QStringLiteral("action.grid"), tr("&Grid of Runs…"), {QKeySequence(tr("Ctrl+G"))},
                    tr("Sample two fields of the recipe against each other in the background, after saying "
                       "what that costs.")),
        &QAction::triggered, this, &ComparisonPage::showGrid);
    connect(actions.add(menu, QStringLiteral("action.errors"), tr("&Error against Evaluations…"),
                        {QKeySequence(tr("Ctrl+Shift+G"))},
                        tr("Plot how far samplers are from a reference of many steps, over what they cost.")),
            &QAction::triggered, this, &ComparisonPage::showErrors);
    connect(actions.add(menu, QStringLiteral("action.models"), tr("&Models Side by Side…"),
                        {QKeySequence(tr("Ctrl+Shift+M"))},
                        tr("The same seed through models of the same data: teacher and student in few steps, "
                           "diffusion beside its rivals VAE and GAN.")),
            &QAction::triggered, this, &ComparisonPage::showModels);
}

void ComparisonPage::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    if (m_modelsWindow)
        m_modelsWindow->setModels(models);
}

bool ComparisonPage::isShown() const
{
    return m_parts.pages.currentWidget() == m_view;
}

QImage ComparisonPage::picture() const
{
    return m_view->panes().grab().toImage();
}

void ComparisonPage::compareRuns(const std::vector<int>& runs)
{
    m_comparison->setRuns(runs);
    if (m_comparison->isOn())
        m_parts.pages.setCurrentWidget(m_view);
}

std::optional<RunUpdate> ComparisonPage::updateOf(int run) const
{
    for (const Comparison::Entry& entry : m_comparison->entries())
        if (entry.run == run)
            return entry.update;
    return std::nullopt;
}

bool ComparisonPage::leave()
{
    if (!isShown())
        return false;
    m_comparison->setRuns({});
    m_parts.pages.setCurrentIndex(0);
    return true;
}

void ComparisonPage::compareWithTwiceTheSteps()
{
    SessionDocument& document = m_parts.document;
    const int first = document.currentRun();
    recipe::Recipe twice = document.recipe();
    twice.steps *= 2;
    document.addBeside(twice, tr("Compare with Twice the Steps"));
    const int second = document.currentRun();
    if (second == first)
        return;
    document.cursors().setAxis(FrameAxis::step);
    compareRuns({first, second});
    m_parts.player.toEnd();
}

void ComparisonPage::showGrid()
{
    if (!m_gridWindow)
        m_gridWindow = new GridWindow(m_parts.document, m_parts.keeper.background(), m_parts.pages.window());
    bringUp(*m_gridWindow);
}

void ComparisonPage::showErrors()
{
    if (!m_errorWindow)
        m_errorWindow =
            new ErrorWindow(m_parts.document, m_parts.keeper.background(), m_parts.pages.window());
    bringUp(*m_errorWindow);
}

void ComparisonPage::showModels()
{
    if (!m_modelsWindow) {
        m_modelsWindow =
            new ModelsWindow(m_parts.document, m_parts.keeper.background(), m_parts.pages.window());
        m_modelsWindow->setModels(m_models);
    }
    bringUp(*m_modelsWindow);
    m_modelsWindow->start();
}

}  // namespace diffuscope::ui
