// SPDX-License-Identifier: GPL-3.0-or-later
// How one looks at runs, besides playhead, layer and selection: what sessions, lessons and links set and
// restore.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

namespace diffuscope::ui {

/// Views put in here what a person does in them, and follow what others set. Each signal comes only where
/// the value is another.
class ViewState : public QObject
{
    Q_OBJECT

public:
    explicit ViewState(QObject* parent = nullptr) : QObject(parent) {}

    /// The range of values of each layer, as LayerModes writes it; empty until a view has said.
    const QString& ranges() const { return m_ranges; }
    void setRanges(const QString& ranges);
    /// One image alone, large.
    bool isEnlarged() const { return m_isEnlarged; }
    void setEnlarged(bool enlarged);
    /// All layers of one image instead of one layer of all.
    bool showsAllLayers() const { return m_showsAllLayers; }
    void setShowsAllLayers(bool all);
    /// The ids of the docks that are open; empty until a window has said.
    const QStringList& openDocks() const { return m_openDocks; }
    void setOpenDocks(const QStringList& ids);
    /// Which curve of the schedule: "beta", "alphaBar", "coefficients", "snr" or "noiseToSignal".
    const QString& curve() const { return m_curve; }
    void setCurve(const QString& id);
    /// The lesson that is played, by its id, and its step; empty while none is.
    const QString& lesson() const { return m_lesson; }
    int lessonStep() const { return m_lessonStep; }
    void setLesson(const QString& id, int step);

Q_SIGNALS:
    void rangesChanged(const QString& ranges);
    void enlargedChanged(bool enlarged);
    void showsAllLayersChanged(bool all);
    void openDocksChanged(const QStringList& ids);
    void curveChanged(const QString& id);
    void lessonChanged(const QString& id, int step);
    /// Any of them.
    void changed();

private:
    QString m_ranges;
    bool m_isEnlarged = false;
    bool m_showsAllLayers = false;
    QStringList m_openDocks;
    QString m_curve = QStringLiteral("alphaBar");
    QString m_lesson;
    int m_lessonStep = 0;
};

}  // namespace diffuscope::ui
