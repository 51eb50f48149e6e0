// SPDX-License-Identifier: GPL-3.0-or-later
// Plays a lesson in the live window: puts recipe and view of a step into the document, and computes what its
// question asks for from the run that is shown. No widget.
#pragma once

#include "core/lesson/lesson.h"
#include "ui/engine/analysis_thread.h"
#include "ui/lessons/lesson_host.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace diffuscope::ui {

class SessionDocument;

/// The lesson works on a run of its own in the session (two where it compares), so that nothing of the
/// person's is changed; whatever it does can be undone. It can be left and taken up again at any step.
class LessonPlayer : public QObject
{
    Q_OBJECT

public:
    /// The document must outlive it.
    LessonPlayer(SessionDocument& document, LessonHost host, QObject* parent = nullptr);

    /// Begins at this step.
    void begin(const lesson::Lesson& lesson, int step = 0);
    /// Ends the lesson; its runs stay in the session.
    void leave();
    bool isPlaying() const { return m_lesson.has_value(); }
    const lesson::Lesson& lesson() const { return *m_lesson; }
    int stepIndex() const { return m_step; }
    const lesson::Step& step() const { return m_lesson->steps.at(std::size_t(m_step)); }
    void goTo(int step);

    /// Everything is free, and nothing is pointed at, until the step is restored.
    bool isExploring() const { return m_isExploring; }
    void explore();
    /// Recipe and view of the step, as at its beginning.
    void restore();

    /// The run of the step, and the one that it is compared with, have been sampled to their ends as the step
    /// has them.
    bool isReady() const;
    /// Computes the figure on another thread and then tells answered(). An answer is the place of a choice, a
    /// number, a frame or an image. Does nothing while isReady() is false.
    void answer(double answer);
    /// The same with the right answer, for lessons that are played without hands.
    void answerRightly();
    bool isAnswered() const { return m_isAnswered; }

Q_SIGNALS:
    /// Another lesson, another step, none, or exploring began or ended.
    void changed();
    /// isReady() is another.
    void readyChanged();
    void answered(bool isRight, const QString& reply, double answer);
    /// The answer cannot be computed; one sentence.
    void failed(const QString& problem);

private:
    void apply();
    void applyView();
    int shown(int run, const recipe::Recipe& recipe, const QString& name);
    void compute(std::optional<double> answer);
    void take(std::optional<double> asked, double figure);
    void updateReady();

    SessionDocument& m_document;
    LessonHost m_host;
    std::optional<lesson::Lesson> m_lesson;
    int m_step = 0;
    bool m_isExploring = false;
    bool m_isAnswered = false;
    bool m_wasReady = false;
    bool m_viewWaits = false;  ///< for the run, to be put in its place
    int m_run = 0;             ///< the ids of the lesson's runs in the session; 0 before there are any
    int m_compared = 0;
    int m_asked = 0;  ///< counts computations, so that an old one is not taken
    QTimer m_watch;   ///< compared runs tell nobody when they are done
    AnalysisThread m_thread;
};

}  // namespace diffuscope::ui
