// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/recipe_batch.h"

#include "ui/engine/background_runs.h"
#include "ui/experiments/recipe_grid.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <utility>

namespace diffuscope::ui {

namespace {

QString batchText(const char* text, int count = -1)
{
    return QCoreApplication::translate("diffuscope::ui::RecipeBatch", text, nullptr, count);
}

/// Milliseconds an evaluation took, of all images of the run; 0 where none is known.
double evaluationMs(const RunUpdate& run)
{
    double ms = 0;
    int evaluations = 0;
    for (const record::FramePtr& frame : run.trajectory->frames) {
        ms += frame->networkMs;
        evaluations += frame->evaluations;
    }
    return evaluations > 0 ? ms / evaluations : 0;
}

QString durationText(double seconds)
{
    constexpr double secondsPerMinute = 60;
    if (seconds < 2 * secondsPerMinute)
        return batchText("about %1 s").arg(QLocale().toString(std::ceil(seconds), 'f', 0));
    return batchText("about %1 min").arg(QLocale().toString(std::ceil(seconds / secondsPerMinute), 'f', 0));
}

}  // namespace

QString costSentence(std::span<const recipe::Recipe> recipes, const RunUpdate& shown)
{
    constexpr double msPerSecond = 1000;
    qint64 evaluations = 0;
    for (const recipe::Recipe& recipe : recipes)
        evaluations += plannedEvaluations(recipe);
    const QString runs = recipes.size() == 1 ? batchText("1 run") : batchText("%1 runs").arg(recipes.size());
    QString text = runs + batchText(", %1 network evaluations").arg(QLocale().toString(evaluations));
    if (const double ms = evaluationMs(shown); ms > 0)
        text += QStringLiteral(", ") + durationText(ms * double(evaluations) / msPerSecond);
    return text + QLatin1Char('.');
}

RecipeBatch::RecipeBatch(BackgroundRuns& background, QObject* parent)
    : QObject(parent), m_background(background)
{
    connect(&m_background, &BackgroundRuns::runFinished, this, [this](const RunUpdate& update) {
        if (!update.from && !update.trajectory->frames.empty())
            end(*update.recipe, [this, &update](int index) { Q_EMIT finished(index, update); });
    });
    connect(&m_background, &BackgroundRuns::runFailed, this,
            [this](const recipe::RunPlan& plan, const Failure& failure) {
                if (!plan.from)
                    end(plan.recipe, [this, &failure](int index) { Q_EMIT failed(index, failure.message); });
            });
    connect(&m_background, &BackgroundRuns::cleared, this, &RecipeBatch::stop);
}

RecipeBatch::~RecipeBatch()
{
    blockSignals(true);
    cancel();
}

void RecipeBatch::start(const std::vector<recipe::Recipe>& recipes)
{
    cancel();
    m_items.clear();
    for (const recipe::Recipe& recipe : recipes)
        m_items.push_back({recipe});
    m_left = int(recipes.size());
    for (const recipe::Recipe& recipe : recipes)
        m_background.add({recipe, {}});
    Q_EMIT samplingChanged(isSampling());
}

void RecipeBatch::cancel()
{
    for (const Item& item : m_items)
        if (!item.hasEnded)
            m_background.remove({item.recipe, {}});
    stop();
}

void RecipeBatch::stop()
{
    m_items.clear();
    if (std::exchange(m_left, 0) > 0)
        Q_EMIT samplingChanged(false);
}

template <typename Tell>
void RecipeBatch::end(const recipe::Recipe& recipe, const Tell& tell)
{
    std::vector<int> ended;
    for (std::size_t i = 0; i < m_items.size(); ++i)
        if (!m_items[i].hasEnded && m_items[i].recipe == recipe) {
            m_items[i].hasEnded = true;
            --m_left;
            ended.push_back(int(i));
        }
    for (const int index : ended)
        tell(index);
    if (!ended.empty() && m_left == 0)
        Q_EMIT samplingChanged(false);
}

}  // namespace diffuscope::ui
