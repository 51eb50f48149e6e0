// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/player.h"

#include "ui/document/session_document.h"

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

Player::Player(SessionDocument& document, QObject* parent) : QObject(parent), m_document(document)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Player::tick);
}

void Player::play()
{
    if (isPlaying() || lastFrame() < 0)
        return;
    if (m_document.committedFrame() == lastFrame() && !mayGrow())
        moveTo(0);
    restartClock();
    m_timer.start(int(1000 / m_rate));
    Q_EMIT playingChanged(true);
}

void Player::pause()
{
    if (!isPlaying())
        return;
    m_timer.stop();
    Q_EMIT playingChanged(false);
}

void Player::toggle()
{
    if (isPlaying())
        pause();
    else
        play();
}

void Player::setFramesPerSecond(double rate)
{
    const double clamped = std::clamp(rate, slowestRate, fastestRate);
    if (std::exchange(m_rate, clamped) == clamped)
        return;
    if (isPlaying()) {
        restartClock();
        m_timer.start(int(1000 / m_rate));
    }
    Q_EMIT framesPerSecondChanged(m_rate);
}

void Player::setLooping(bool loops)
{
    if (std::exchange(m_loops, loops) != loops)
        Q_EMIT loopingChanged(loops);
}

void Player::step(int frames)
{
    pause();
    if (lastFrame() >= 0)
        m_document.commitFrame(std::clamp(m_document.playhead() + frames, 0, lastFrame()));
}

void Player::toStart()
{
    pause();
    m_document.commitFrame(0);
}

void Player::toEnd()
{
    pause();
    m_document.commitFrame(lastFrame());
}

int Player::framesDue(qint64 elapsedMs, double rate)
{
    return int(double(elapsedMs) * rate / 1000);
}

void Player::tick()
{
    if (m_document.committedFrame() != m_lastMovedTo)
        restartClock();  // The playhead was taken elsewhere, or another run came.
    const int due = m_origin + framesDue(m_clock.elapsed(), m_rate);
    const int last = lastFrame();
    if (due <= last) {
        moveTo(due);
    } else if (mayGrow()) {
        moveTo(last);
        restartClock();
    } else if (m_loops) {
        moveTo(due % (last + 1));
        restartClock();
    } else {
        moveTo(last);
        pause();
    }
}

void Player::moveTo(int frame)
{
    m_document.moveCommittedFrame(frame);
    m_lastMovedTo = m_document.committedFrame();
}

void Player::restartClock()
{
    m_origin = m_document.committedFrame();
    m_lastMovedTo = m_origin;
    m_clock.start();
}

int Player::lastFrame() const
{
    return m_document.trajectory().size() - 1;
}

bool Player::mayGrow() const
{
    return m_document.shownRun().isRunning();
}

}  // namespace diffuscope::ui
