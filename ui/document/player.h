// SPDX-License-Identifier: GPL-3.0-or-later
// Plays the frames of the shown run, and steps through them.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace diffuscope::ui {

class SessionDocument;

/// Moves the document's playhead by the clock: a frame that comes late is skipped, so that the rate holds.
/// While a run is going, playback that has caught up with it waits for more.
class Player : public QObject
{
    Q_OBJECT

public:
    static constexpr double slowestRate = 2;
    static constexpr double fastestRate = 60;
    static constexpr double usualRate = 15;

    /// The document must outlive the player.
    explicit Player(SessionDocument& document, QObject* parent = nullptr);

    bool isPlaying() const { return m_timer.isActive(); }
    /// From the end, plays from the start.
    void play();
    void pause();
    void toggle();

    double framesPerSecond() const { return m_rate; }
    /// Clamped to slowestRate … fastestRate.
    void setFramesPerSecond(double rate);
    bool isLooping() const { return m_loops; }
    void setLooping(bool loops);

    /// Moves by this many frames, as far as there are; a player that plays stops.
    void step(int frames);
    void toStart();
    void toEnd();

    /// Whole frames due after `elapsedMs` at `rate` frames a second.
    static int framesDue(qint64 elapsedMs, double rate);

Q_SIGNALS:
    void playingChanged(bool playing);
    void framesPerSecondChanged(double rate);
    void loopingChanged(bool loops);

private:
    void tick();
    void moveTo(int frame);
    /// Counts from the frame that is shown now.
    void restartClock();
    int lastFrame() const;
    bool mayGrow() const;

    SessionDocument& m_document;
    QTimer m_timer;
    QElapsedTimer m_clock;
    double m_rate = usualRate;
    bool m_loops = false;
    int m_origin = 0;       ///< the frame at which the clock started
    int m_lastMovedTo = 0;  ///< where playback put the playhead; elsewhere, somebody else did
};

}  // namespace diffuscope::ui
