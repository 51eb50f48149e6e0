#include "ui/views/level_readouts.h"

#include "ui/views/empty_state.h"
#include "ui/views/noise_curves.h"
#include "ui/views/number_text.h"
#include "ui/views/readout.h"
#include "ui/views/uniform_flow_layout.h"

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

void LevelReadouts::setLevel(const schedule::NoiseLevel* level, const schedule::NoiseSchedule* schedule,
                             const schedule::NoiseSchedule* training)
{
    m_toldTime->setVisible(training != nullptr);
    if (!level || !schedule) {
        for (Readout* readout : {m_time, m_toldTime, m_beta, m_alphaBar, m_snr, m_ratio})
            readout->setValue(QString());
        return;
    }
    m_time->setValue(level->isClean() ? tr("clean") : timeText(level->t, locale()));
    if (training)
        m_toldTime->setValue(level->isClean()
                                 ? QStringLiteral("–")
                                 : timeText(training->timeOfNoiseToSignal(level->noiseToSignal()), locale()));
    m_beta->setValue(numberText(curveValue(CurveSet::beta, 0, *schedule, *level), locale()));
    m_alphaBar->setValue(numberText(level->alphaBar(), locale()));
    m_snr->setValue(numberText(level->snr(), locale()));
    m_ratio->setValue(numberText(level->noiseToSignal(), locale()));
}

}  // namespace diffuscope::ui
