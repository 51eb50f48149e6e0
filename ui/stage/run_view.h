// SPDX-License-Identifier: GPL-3.0-or-later
// The middle of the window: the stage, the film strip and the timeline of the run that is shown.
#pragma once

#include "ui/document/model_entry.h"

#include <QWidget>

class QFrame;
class QLabel;
class QToolButton;

namespace diffuscope::ui {

class FailureBanner;
class FilmStrip;
class Player;
class SessionDocument;
class StageView;
class Timeline;

/// Binds strip and timeline to the document's playhead: hovering previews, a click goes there.
class RunView : public QWidget
{
    Q_OBJECT

public:
    /// Document and player must outlive the view.
    RunView(SessionDocument& document, Player& player, QWidget* parent = nullptr);

    StageView& stage() { return *m_stage; }
    FailureBanner& banner() { return *m_banner; }
    void setModels(const QList<ModelEntry>& models);

private:
    void connectDocument();
    void connectControls();
    void showTrajectory();
    void showPlayhead();
    void buildSubject();
    void showSubject();
    void actOnSubject();

    SessionDocument& m_document;
    Player& m_player;
    FailureBanner* m_banner = nullptr;
    StageView* m_stage = nullptr;
    QFrame* m_subject = nullptr;  ///< says whose images these are, where that is not what one would think
    QLabel* m_subjectText = nullptr;
    QToolButton* m_subjectButton = nullptr;
    FilmStrip* m_strip = nullptr;
    Timeline* m_timeline = nullptr;
};

}  // namespace diffuscope::ui
