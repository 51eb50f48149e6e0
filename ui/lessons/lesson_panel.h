// SPDX-License-Identifier: GPL-3.0-or-later
// The lesson beside the stage: the list of lessons, and of the one that is played the text, the question and
// the way on.
#pragma once

#include "core/lesson/lesson_file.h"
#include "ui/lessons/highlight_frames.h"
#include "ui/lessons/lesson_player.h"

#include <QWidget>

#include <memory>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QScrollArea;
class QSettings;
class QStackedWidget;
class QVBoxLayout;

namespace diffuscope::ui {

class ControlLocks;

class LessonPanel : public QWidget
{
    Q_OBJECT

public:
    /// Document and what the host reaches must outlive it.
    LessonPanel(SessionDocument& document, QWidget* parent = nullptr);
    ~LessonPanel() override;

    /// Gives it the window around it; before that it shows the list alone.
    void setHost(LessonHost host, QSettings& settings);
    void setLessons(std::vector<lesson::LessonEntry> lessons);
    /// Begins the lesson of this id, at a step. False where there is none, or it is broken; the panel says
    /// why.
    bool begin(const QString& id, int step = 0);
    /// Null before there is a window.
    LessonPlayer* player() const { return m_player.get(); }
    QString replyText() const;

    QSize sizeHint() const override { return {300, 320}; }
    QSize minimumSizeHint() const override { return {220, 160}; }

Q_SIGNALS:
    void begun();

private:
    QWidget* makeList();
    QWidget* makeStep();
    void fillList();
    void showStep();
    void showQuestion();
    void showWait();
    void showReply(bool isRight, const QString& reply, double answer);
    void giveAnswer();
    void pointAndLock();
    int stepLeft(const QString& id) const;
    void saveProgress() const;

    SessionDocument& m_document;
    std::vector<lesson::LessonEntry> m_lessons;
    std::unique_ptr<LessonPlayer> m_player;
    LessonHost m_host;
    QSettings* m_settings = nullptr;  ///< where it is kept how far one has come
    HighlightFrames m_frames;
    std::unique_ptr<ControlLocks> m_locks;

    QStackedWidget* m_pages = nullptr;
    QListWidget* m_list = nullptr;
    QLabel* m_problem = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_where = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QWidget* m_question = nullptr;
    QLabel* m_ask = nullptr;
    QVBoxLayout* m_choices = nullptr;
    QButtonGroup* m_choiceGroup = nullptr;
    QLineEdit* m_number = nullptr;
    QLabel* m_how = nullptr;
    QPushButton* m_answer = nullptr;
    QLabel* m_reply = nullptr;
    QScrollArea* m_area = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_explore = nullptr;
    QPushButton* m_next = nullptr;
};

}  // namespace diffuscope::ui
