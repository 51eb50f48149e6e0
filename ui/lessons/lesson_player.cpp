// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lessons/lesson_player.h"

#include "core/base/error.h"
#include "core/explain/run_reader.h"
#include "ui/document/run_facts.h"
#include "ui/document/session_document.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace diffuscope::ui {

namespace {

constexpr int watchMs = 100;

bool isComplete(const RunUpdate& run)
{
    return run.state == RunState::finished && run.schedule && run.trajectory->isComplete();
}

/// Computed away from the GUI's thread.
double figureOf(const lesson::Question& question, const RunUpdate& run,
                const std::optional<RunUpdate>& compared)
{
    const explain::RunReader reader(factsOf(run));
    const lesson::LessonRun main{reader, *run.schedule, *run.recipe};
    if (!compared)
        return lesson::figureOf(question.answer, main);
    const explain::RunReader besideReader(factsOf(*compared));
    const lesson::LessonRun beside{besideReader, *compared->schedule, *compared->recipe};
    return lesson::figureOf(question.answer, main, &beside);
}

/// The answer that is right, of a figure.
double rightAnswer(const lesson::Question& question, double figure)
{
    return question.kind == lesson::QuestionKind::choice ? lesson::rightChoice(question, figure) : figure;
}

}  // namespace

LessonPlayer::LessonPlayer(SessionDocument& document, LessonHost host, QObject* parent)
    : QObject(parent), m_document(document), m_host(std::move(host))
{
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &LessonPlayer::updateReady);
    connect(&m_document, &SessionDocument::stateChanged, this, &LessonPlayer::updateReady);
    connect(&m_document, &SessionDocument::recipeChanged, this, &LessonPlayer::updateReady);
    m_watch.setInterval(watchMs);
    connect(&m_watch, &QTimer::timeout, this, &LessonPlayer::updateReady);
}

void LessonPlayer::begin(const lesson::Lesson& lesson, int step)
{
    m_lesson = lesson;
    m_watch.start();
    goTo(step);
}

void LessonPlayer::leave()
{
    if (!std::exchange(m_lesson, std::nullopt))
        return;
    m_watch.stop();
    m_thread.stopAll();
    ++m_asked;
    m_host.compare({});
    Q_EMIT changed();
}

void LessonPlayer::goTo(int step)
{
    if (!m_lesson)
        return;
    m_step = std::clamp(step, 0, int(m_lesson->steps.size()) - 1);
    restore();
}

void LessonPlayer::explore()
{
    if (!m_lesson || std::exchange(m_isExploring, true))
        return;
    Q_EMIT changed();
}

void LessonPlayer::restore()
{
    if (!m_lesson)
        return;
    m_isExploring = false;
    m_isAnswered = false;
    ++m_asked;
    apply();
    Q_EMIT changed();
    updateReady();
}

/// Puts the recipe into a run of the lesson, which becomes the current one; its id.
int LessonPlayer::shown(int run, const recipe::Recipe& recipe, const QString& name)
{
    if (run == 0 || !m_document.session().find(run)) {
        m_document.addRun(recipe, tr("Lesson"));
        const int added = m_document.currentRun();
        m_document.renameRun(added, name);
        return added;
    }
    m_document.selectRun(run);
    if (m_document.recipe() != recipe)
        m_document.setRecipe(recipe);
    return m_document.currentRun();
}

void LessonPlayer::apply()
{
    const lesson::Step& now = step();
    m_host.compare({});
    const bool branches = m_document.isBranchMode();
    m_document.setBranchMode(false);
    const QString title = QString::fromStdString(m_lesson->title);
    if (now.compared)
        m_compared = shown(m_compared, *now.compared, tr("%1, beside").arg(title));
    m_run = shown(m_run, now.recipe, title);
    m_document.setBranchMode(branches);
    if (!m_document.isAutoRun())
        m_document.sample();
    if (now.compared)
        m_host.compare({m_run, m_compared});
    for (const std::string& dock : now.view.docks)
        m_host.bringUpDock(QString::fromStdString(dock));
    m_viewWaits = true;
    applyView();
}

void LessonPlayer::applyView()
{
    const lesson::View& view = step().view;
    if (view.layer)
        m_document.setLayer(*view.layer);
    if (view.isEnlarged)
        m_document.view().setEnlarged(*view.isEnlarged);
    if (view.showsAllLayers)
        m_document.view().setShowsAllLayers(*view.showsAllLayers);
    if (!view.curve.empty())
        m_document.view().setCurve(QString::fromStdString(view.curve));
    if (view.image)
        m_document.selectImage(*view.image);
    if (view.frame) {
        const int frames = m_document.trajectory().plannedFrames;
        const int frame = *view.frame < 0 ? frames + *view.frame : *view.frame;
        if (frames > 0)
            m_document.commitFrame(std::clamp(frame, 0, frames - 1));
    }
}

bool LessonPlayer::isReady() const
{
    if (!m_lesson)
        return false;
    const RunUpdate& run = m_document.shownRun();
    if (!isComplete(run) || *run.recipe != step().recipe || m_document.recipe() != step().recipe)
        return false;
    if (!step().compared)
        return true;
    const auto beside = m_host.comparedRun(m_compared);
    return beside && isComplete(*beside) && *beside->recipe == *step().compared;
}

void LessonPlayer::updateReady()
{
    const bool ready = isReady();
    if (ready && std::exchange(m_viewWaits, false))
        applyView();  // the run is there now, with all of its frames
    if (std::exchange(m_wasReady, ready) != ready)
        Q_EMIT readyChanged();
}

void LessonPlayer::answer(double answer)
{
    compute(answer);
}

void LessonPlayer::answerRightly()
{
    compute(std::nullopt);
}

void LessonPlayer::compute(std::optional<double> answer)
{
    if (!isReady() || !step().question)
        return;
    std::optional<RunUpdate> compared;
    if (step().compared)
        compared = m_host.comparedRun(m_compared);
    const int asked = ++m_asked;
    m_thread.submit([this, asked, answer, question = *step().question, run = m_document.shownRun(),
                     compared](const std::stop_token&) {
        double figure = 0;
        QString problem;
        try {
            figure = figureOf(question, run, compared);
        } catch (const std::exception& exception) {
            problem = QString::fromUtf8(exception.what());
        }
        QMetaObject::invokeMethod(
            this,
            [this, asked, answer, figure, problem] {
                if (asked != m_asked || !m_lesson)
                    return;
                if (!problem.isEmpty())
                    Q_EMIT failed(problem);
                else
                    take(answer, figure);
            },
            Qt::QueuedConnection);
    });
}

void LessonPlayer::take(std::optional<double> asked, double figure)
{
    const lesson::Question& question = *step().question;
    const double answer = asked.value_or(rightAnswer(question, figure));
    m_isAnswered = true;
    Q_EMIT answered(lesson::isRight(question, figure, answer),
                    QString::fromStdString(lesson::replyTo(question, figure, answer)), answer);
}

}  // namespace diffuscope::ui
