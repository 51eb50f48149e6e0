#include "ui/stage/run_view.h"

#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/stage/film_strip.h"
#include "ui/stage/stage_view.h"
#include "ui/stage/timeline.h"
#include "ui/widgets/failure_banner.h"

#include <QFrame>
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
}

void RunView::showPlayhead()
{
    m_strip->setPlayhead(m_document.committedFrame(), m_document.playhead());
    m_timeline->setFrame(m_document.frame().get());
}

}  // namespace diffuscope::ui
