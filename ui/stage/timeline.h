// SPDX-License-Identifier: GPL-3.0-or-later
// The playhead's control: transport buttons, a slider over the frames that also shows how far the run is, and
// a line that says where the playhead is.
#pragma once

#include "core/record/frame.h"
#include "ui/widgets/glyph_icon.h"

#include <QAbstractSlider>
#include <QWidget>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace diffuscope::ui {

class NoticeSign;

/// A slider over all frames of a run, whose groove fills as frames arrive; those that have not cannot be
/// chosen.
class TimelineSlider : public QAbstractSlider
{
    Q_OBJECT

public:
    explicit TimelineSlider(QWidget* parent = nullptr);

    void setFrames(int arrived, int planned);
    int arrived() const { return m_arrived; }
    /// The frame at a horizontal position, of those that have arrived; −1 if none has.
    int frameAt(double x) const;
    /// The horizontal position of a frame.
    double positionOf(int frame) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// A person chose this frame.
    void frameChosen(int frame);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void choose(int frame);

    int m_arrived = 0;
};

class Timeline : public QWidget
{
    Q_OBJECT

public:
    explicit Timeline(QWidget* parent = nullptr);

    void setFrames(int arrived, int planned);
    /// The frame the slider and the line show; null for none.
    void setFrame(const record::Frame* frame);
    void setPlaying(bool playing);

    /// "step 12 / 20 · t = 412 · SNR 0.35".
    static QString description(const record::Frame& frame, int plannedFrames);
    /// Why a frame on the way is not the result of so many steps; empty for the result.
    static QString wayNotice(const record::Frame& frame, int plannedFrames);

Q_SIGNALS:
    void frameChosen(int frame);
    void stepRequested(int frames);
    void startRequested();
    void endRequested();
    void playToggled();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fitLabel();
    QToolButton* addButton(const char* name, Glyph glyph, const QString& text, const QString& tip);
    void updateEnabled();

    TimelineSlider* m_slider = nullptr;
    QHBoxLayout* m_buttons = nullptr;
    QToolButton* m_first = nullptr;
    QToolButton* m_previous = nullptr;
    QToolButton* m_play = nullptr;
    QToolButton* m_next = nullptr;
    QToolButton* m_last = nullptr;
    NoticeSign* m_sign = nullptr;
    QLabel* m_label = nullptr;
    QString m_place;  ///< all that the label says where it has room
    int m_planned = 0;
};

}  // namespace diffuscope::ui
