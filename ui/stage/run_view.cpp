// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/run_view.h"

#include "ui/document/player.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/stage/film_strip.h"
#include "ui/stage/stage_view.h"
#include "ui/stage/timeline.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/failure_banner.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace diffuscope::ui {

namespace {

QFrame* separator(QWidget* parent)
{
    auto* line = new QFrame(parent);
    line->setFrameShape(QFrame::HLine);
    line->setFrameShadow(QFrame::Plain);
    line->setForegroundRole(QPalette::Mid);
    line->setFixedHeight(1);
    return line;
}

}  // namespace

RunView::RunView(SessionDocument& document, Player& player, QWidget* parent)
    : QWidget(parent), m_document(document), m_player(player)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_stage = new StageView(document, this);
    m_stage->setObjectName(QStringLiteral("stageView"));
    m_strip = new FilmStrip(this);
    m_strip->setObjectName(QStringLiteral("filmStrip"));
    m_strip->setAccessibleName(tr("Film strip"));
    m_strip->viewport()->setObjectName(QStringLiteral("filmStripViewport"));
    m_strip->setToolTip(
        tr("The frames of the run for the selected image, each with its training time t; hover to "
           "look, click to go there."));
    m_timeline = new Timeline(this);
    m_timeline->setObjectName(QStringLiteral("timeline"));
    m_banner = new FailureBanner(document, this);
    column->addWidget(m_banner);
    column->addWidget(m_stage, 1);
    buildSubject();
    column->addWidget(separator(this));
    column->addWidget(m_strip);
    column->addWidget(m_timeline);

    connectDocument();
    connectControls();
    m_strip->setColoring(m_stage->coloring());
    showTrajectory();
}

void RunView::setModels(const QList<ModelEntry>& models)
{
    m_stage->setModels(models);
}

void RunView::connectDocument()
{
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &RunView::showTrajectory);
    connect(&m_document, &SessionDocument::playheadChanged, this, &RunView::showPlayhead);
    connect(&m_document, &SessionDocument::selectionChanged, m_strip,
            [this](int image) { m_strip->setImage(std::max(0, image)); });
    connect(m_stage, &StageView::coloringChanged, m_strip, &FilmStrip::setColoring);
    connect(&m_player, &Player::playingChanged, m_timeline, &Timeline::setPlaying);
    connect(&m_document, &SessionDocument::recipeChanged, this, &RunView::showSubject);
    connect(&m_document, &SessionDocument::sessionChanged, this, &RunView::showSubject);
    connect(&m_document, &SessionDocument::currentRunChanged, this, &RunView::showSubject);
    connect(&m_document, &SessionDocument::stateChanged, this, &RunView::showSubject);
    connect(&m_document, &SessionDocument::autoRunChanged, this, &RunView::showSubject);
}

/// Below the stage's bars, so that no control moves when it comes.
void RunView::buildSubject()
{
    m_subject = new QFrame(m_stage);
    m_subject->setObjectName(QStringLiteral("stageSubject"));
    m_subject->setAutoFillBackground(true);
    m_subject->setBackgroundRole(QPalette::AlternateBase);
    auto* row = new QHBoxLayout(m_subject);
    row->setContentsMargins(10, 3, 8, 3);
    m_subjectText = new QLabel(m_subject);
    m_subjectText->setObjectName(QStringLiteral("stageSubjectText"));
    m_subjectText->setWordWrap(true);
    m_subjectText->setTextFormat(Qt::PlainText);
    row->addWidget(m_subjectText, 1);
    m_subjectButton = new QToolButton(m_subject);
    m_subjectButton->setObjectName(QStringLiteral("stageSubjectButton"));
    m_subjectButton->setFocusPolicy(Qt::TabFocus);
    m_subjectButton->setAccessibleName(tr("Sample the recipe, or go to the run that this one branches from"));
    m_subjectButton->setToolTip(
        richTip(tr("Samples the edited recipe, or goes back to the run that this one branches from.")));
    row->addWidget(m_subjectButton);
    connect(m_subjectButton, &QToolButton::clicked, this, &RunView::actOnSubject);
    constexpr int belowBars = 1;
    static_cast<QBoxLayout*>(m_stage->layout())->insertWidget(belowBars, m_subject);
    m_subject->hide();
}

/// A recipe that was edited and not sampled, and a branch, whose recipe holds from one step on.
void RunView::showSubject()
{
    const RunUpdate& shown = m_document.shownRun();
    const bool isStale = shown.run != 0 && !m_document.isAutoRun() &&
                         m_document.state() != RunState::running && shown.plan() != m_document.plan();
    const session::SessionRun* current = m_document.session().find(m_document.currentRun());
    const session::SessionRun* parent = current ? m_document.session().find(current->parent) : nullptr;
    QString text, action;
    if (isStale) {
        const QStringList differs = recipeChanges(m_document.recipe(), *shown.recipe);
        text = differs.isEmpty() ? tr("These images are of another run; the recipe has not been sampled yet.")
                                 : tr("The recipe has been edited; these images are still of: %1.")
                                       .arg(differs.join(QStringLiteral(" · ")));
        action = tr("Run (Ctrl+R)");
    } else if (parent) {
        text = tr("%1: its recipe holds from step %2 of %3 on; the steps before are those of %4.")
                   .arg(runName(*current))
                   .arg(current->frame + 1)
                   .arg(parent->recipe.steps)
                   .arg(runName(*parent));
        action = tr("Back to %1").arg(runName(*parent));
    }
    m_subjectText->setText(text);
    m_subjectButton->setText(action);
    if (!action.isEmpty())
        m_subjectButton->setAccessibleName(action);
    m_subject->setVisible(!text.isEmpty());
}

void RunView::actOnSubject()
{
    const session::SessionRun* current = m_document.session().find(m_document.currentRun());
    if (m_document.shownRun().plan() != m_document.plan() && !m_document.isAutoRun())
        m_document.sample();
    else if (current && current->parent != 0)
        m_document.selectRun(current->parent);
}

void RunView::connectControls()
{
    connect(m_strip, &FilmStrip::frameHovered, &m_document, &SessionDocument::previewFrame);
    connect(m_strip, &FilmStrip::hoverEnded, &m_document, &SessionDocument::leavePreview);
    const auto goTo = [this](int frame) {
        m_player.pause();
        m_document.commitFrame(frame);
        showPlayhead();
    };
    connect(m_strip, &FilmStrip::frameClicked, this, goTo);
    connect(m_timeline, &Timeline::frameChosen, this, goTo);
    connect(m_timeline, &Timeline::stepRequested, &m_player, &Player::step);
    connect(m_timeline, &Timeline::startRequested, &m_player, &Player::toStart);
    connect(m_timeline, &Timeline::endRequested, &m_player, &Player::toEnd);
    connect(m_timeline, &Timeline::playToggled, &m_player, &Player::toggle);
}

void RunView::showTrajectory()
{
    const auto& trajectory = m_document.shownRun().trajectory;
    m_strip->setRun(m_document.shownRun());
    m_timeline->setFrames(trajectory->size(), trajectory->plannedFrames);
    showPlayhead();
    showSubject();
}

void RunView::showPlayhead()
{
    m_strip->setPlayhead(m_document.committedFrame(), m_document.playhead());
    m_timeline->setFrame(m_document.frame().get());
}

}  // namespace diffuscope::ui
