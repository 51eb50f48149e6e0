// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/compute_settings.h"

#include <QStringList>

namespace diffuscope::ui {

ComputeSettings::ComputeSettings(const ComputeAbilities& abilities, const ComputeChoice& choice,
                                 QObject* parent)
    : QObject(parent), m_abilities(abilities)
{
    ComputeChoice possible;
    if (canChoose({choice.device, possible.precision}))
        possible.device = choice.device;
    if (canChoose({possible.device, choice.precision}))
        possible.precision = choice.precision;
    m_choice = possible;
}

bool ComputeSettings::canChoose(const ComputeChoice& choice) const
{
    const bool deviceIsThere = choice.device == QLatin1String("auto") ||
                               choice.device == QLatin1String("cpu") ||
                               (choice.device == QLatin1String("cuda") && m_abilities.hasGpu);
    const bool isOnGpu = m_abilities.hasGpu && choice.device != QLatin1String("cpu");
    const bool precisionIsThere =
        choice.precision == QLatin1String("auto") || choice.precision == QLatin1String("float32") ||
        (choice.precision == QLatin1String("bfloat16") && (m_abilities.hasBFloat16 || isOnGpu));
    return deviceIsThere && precisionIsThere;
}

void ComputeSettings::setReport(const ComputeReport& report)
{
    if (report == m_report)
        return;
    m_report = report;
    Q_EMIT reported(m_report);
}

void ComputeSettings::choose(const ComputeChoice& choice)
{
    if (choice == m_choice || !canChoose(choice))
        return;
    m_choice = choice;
    Q_EMIT changed(m_choice);
    setReport({});
}

}  // namespace diffuscope::ui
