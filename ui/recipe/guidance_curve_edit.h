// SPDX-License-Identifier: GPL-3.0-or-later
// The guidance scale of each step, drawn as a curve over the progress of the run, or typed.
#pragma once

#include <QWidget>

#include <string>

class QCPGraph;
class QCustomPlot;
class QLineEdit;
class QToolButton;

namespace diffuscope::ui {

class CurveHandles;

/// While there is no curve it shows the one scale of all steps with a handle at either end: moving one makes
/// a curve of it. The text below is the same curve as pairs progress:scale.
class GuidanceCurveEdit : public QWidget
{
    Q_OBJECT

public:
    /// `name` is the object name of the text field, and begins those of the other parts.
    explicit GuidanceCurveEdit(const QString& name, QWidget* parent = nullptr);

    /// Shows a curve as its text, empty for none; signals nothing. Text that is no curve is shown as text.
    void setText(const std::string& text);
    /// The scale where there is no curve.
    void setScale(double scale);

    QSize sizeHint() const override;

    bool eventFilter(QObject* watched, QEvent* event) override;

Q_SIGNALS:
    void edited(const std::string& text);
    /// A hand took hold of a handle, and let go of it.
    void dragBegan();
    void dragEnded();

private:
    void makePlot();
    void makeRules();
    void showCurve();
    void rescale();
    void restyle();
    void showMenu(int index, const QPoint& globalPosition);

    std::string m_text;
    double m_scale = 1;
    QCustomPlot* m_plot = nullptr;
    QCPGraph* m_graph = nullptr;
    CurveHandles* m_handles = nullptr;
    QLineEdit* m_field = nullptr;
    QToolButton* m_clear = nullptr;
};

}  // namespace diffuscope::ui
