// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/level_readouts.h"

#include "ui/plots/noise_curves.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/readout.h"
#include "ui/widgets/uniform_flow_layout.h"

#include <cmath>
#include <limits>

namespace diffuscope::ui {

LevelReadouts::LevelReadouts(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("curveReadouts"));
    auto* cells = new UniformFlowLayout(this);
    cells->setContentsMargins(6, 2, 6, 4);
    cells->setSpacing(4);
    m_time = add(tr("t"), "timeReadout", tr("Training time"),
                 tr("The training time of the frame at the playhead."));
    m_toldTime =
        add(tr("t, as trained"), "toldTimeReadout", tr("Time that the network is told"),
            tr("The time that the network is told instead: at it, training mixed signal and noise in the "
               "same log-SNR as this schedule does here."));
    m_beta = add(tr("β"), "betaReadout", tr("Beta"),
                 tr("The schedule's β at the playhead, interpolated between whole times."));
    m_alphaBar = add(tr("ᾱ"), "alphaBarReadout", tr("Alpha bar"),
                     tr("The share of the image's variance at the playhead."));
    m_snr = add(tr("SNR"), "snrReadout", tr("Signal-to-noise ratio"),
                tr("Signal-to-noise ratio α²/σ² at the playhead."));
    m_ratio = add(tr("σ/α"), "noiseToSignalReadout", tr("Noise over signal"),
                  tr("Noise over signal at the playhead."));
    m_toldTime->hide();
}

Readout* LevelReadouts::add(const QString& caption, const char* name, const QString& spoken,
                            const QString& tip)
{
    auto* readout = new Readout(caption, QStringLiteral("8.88·10⁻⁸"));
    readout->setObjectName(QLatin1String(name));
    readout->setAccessibleName(spoken);
    readout->setToolTip(richTip(tip));
    layout()->addWidget(readout);
    return readout;
}

void LevelReadouts::setLevels(const schedule::NoiseLevel* level, const schedule::NoiseLevel* second,
                              const schedule::NoiseSchedule* schedule,
                              const schedule::NoiseSchedule* training)
{
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    m_toldTime->setVisible(training != nullptr);
    const auto show = [&](Readout& readout, bool isTime, const auto& valueOf) {
        const auto text = [&](double value) {
            return isTime && std::isfinite(value) ? timeText(value, locale()) : numberText(value, locale());
        };
        if (!level || !schedule) {
            readout.setValue(QString());
            return readout.setSecond(std::nullopt);
        }
        const double a = valueOf(*level);
        readout.setValue(text(a));
        if (!second)
            return readout.setSecond(std::nullopt);
        const double b = valueOf(*second);
        readout.setSecond(SecondValue{text(b), text(b - a)});
    };
    using Level = schedule::NoiseLevel;
    show(*m_time, true, [&](const Level& at) { return at.isClean() ? unknown : at.t; });
    show(*m_toldTime, true, [&](const Level& at) {
        return at.isClean() || !training ? unknown : training->timeOfNoiseToSignal(at.noiseToSignal());
    });
    show(*m_beta, false, [&](const Level& at) { return curveValue(CurveSet::beta, 0, *schedule, at); });
    show(*m_alphaBar, false, [](const Level& at) { return at.alphaBar(); });
    show(*m_snr, false, [](const Level& at) { return at.snr(); });
    show(*m_ratio, false, [](const Level& at) { return at.noiseToSignal(); });
    if (level && schedule && level->isClean())
        m_time->setValue(tr("clean"));
}

}  // namespace diffuscope::ui
