// SPDX-License-Identifier: GPL-3.0-or-later
// What runs are computed on and in: a choice of the person at this machine, not of a recipe, since it changes
// the time of a run and not what the run is of.
#pragma once

#include <QObject>
#include <QString>

namespace diffuscope::ui {

/// As in sample::RunLimits.
struct ComputeChoice
{
    QString device = QStringLiteral("auto");     ///< "auto", "cpu" or "cuda"
    QString precision = QStringLiteral("auto");  ///< "auto", "float32" or "bfloat16"

    bool operator==(const ComputeChoice&) const = default;
};

/// What there is to choose from here.
struct ComputeAbilities
{
    bool hasGpu = false;       ///< LibTorch finds one
    bool hasBFloat16 = false;  ///< the processor multiplies it
};

/// What came of the choice: known once a model was loaded.
struct ComputeReport
{
    QString precision;  ///< "float32" or "bfloat16"; empty while it is not known
    QString reason;     ///< why, in half a sentence
    QString notice;     ///< why the network is evaluated slowly; empty where it is not

    bool operator==(const ComputeReport&) const = default;
};

/// The choice that holds now.
class ComputeSettings : public QObject
{
    Q_OBJECT

public:
    /// A choice of what is not there becomes the usual one.
    ComputeSettings(const ComputeAbilities& abilities, const ComputeChoice& choice,
                    QObject* parent = nullptr);

    const ComputeAbilities& abilities() const { return m_abilities; }
    const ComputeChoice& choice() const { return m_choice; }
    bool canChoose(const ComputeChoice& choice) const;
    bool usesGpu() const { return m_abilities.hasGpu && m_choice.device != QLatin1String("cpu"); }
    /// Of the newest run; of none once another choice was made.
    const ComputeReport& report() const { return m_report; }
    void setReport(const ComputeReport& report);

    /// What cannot be chosen is left alone.
    void choose(const ComputeChoice& choice);

Q_SIGNALS:
    void changed(const diffuscope::ui::ComputeChoice& choice);
    void reported(const diffuscope::ui::ComputeReport& report);

private:
    ComputeAbilities m_abilities;
    ComputeChoice m_choice;
    ComputeReport m_report;
};

}  // namespace diffuscope::ui
