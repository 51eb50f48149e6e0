// What runs are computed on and in: a choice of the person at this machine, not of a recipe, since it changes
// the time of a run and not what the run is of.
#pragma once

#include <QObject>
#include <QString>

namespace diffuscope::ui {

/// As in sample::RunLimits.
struct ComputeChoice
{
    QString device = QStringLiteral("auto");        ///< "auto", "cpu" or "cuda"
    QString precision = QStringLiteral("float32");  ///< "auto", "float32" or "bfloat16"

    bool operator==(const ComputeChoice&) const = default;
};

/// What there is to choose from here.
struct ComputeAbilities
{
    bool hasGpu = false;       ///< LibTorch finds one
    bool hasBFloat16 = false;  ///< the processor multiplies it
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
    /// Whether runs are computed on a GPU, and whether in bfloat16.
    bool usesGpu() const { return m_abilities.hasGpu && m_choice.device != QLatin1String("cpu"); }
    bool usesBFloat16() const;

    /// What cannot be chosen is left alone.
    void setDevice(const QString& device) { choose({device, m_choice.precision}); }
    void setPrecision(const QString& precision) { choose({m_choice.device, precision}); }

Q_SIGNALS:
    void changed(const diffuscope::ui::ComputeChoice& choice);

private:
    void choose(const ComputeChoice& choice);

    ComputeAbilities m_abilities;
    ComputeChoice m_choice;
};

}  // namespace diffuscope::ui
