// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of one noise level under a plot: its time, β, ᾱ, SNR and σ/α.
#pragma once

#include "core/schedule/noise_schedule.h"

#include <QWidget>

namespace diffuscope::ui {

class Readout;

class LevelReadouts : public QWidget
{
    Q_OBJECT

public:
    explicit LevelReadouts(QWidget* parent = nullptr);

    /// Shows a level of this schedule, and how far a second one is from it; null for none. Where the network
    /// was trained on another schedule (`training`, null if not), also the time that it is told.
    void setLevels(const schedule::NoiseLevel* level, const schedule::NoiseLevel* second,
                   const schedule::NoiseSchedule* schedule, const schedule::NoiseSchedule* training);

private:
    Readout* add(const QString& caption, const char* name, const QString& spoken, const QString& tip);

    Readout* m_time = nullptr;
    Readout* m_toldTime = nullptr;
    Readout* m_beta = nullptr;
    Readout* m_alphaBar = nullptr;
    Readout* m_snr = nullptr;
    Readout* m_ratio = nullptr;
};

}  // namespace diffuscope::ui
