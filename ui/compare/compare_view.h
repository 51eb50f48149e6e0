// SPDX-License-Identifier: GPL-3.0-or-later
// The compared runs with what one can do to the picture, and the curve of how far they are apart.
#pragma once

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QCPGraph;
class QCustomPlot;
class QLabel;
class QLayout;
class QSlider;

namespace diffuscope::ui {

class ComparePanes;
class Comparison;
class FramePlot;
class ScaleBar;
class SessionDocument;
struct PlayheadPoint;

class CompareView : public QWidget
{
    Q_OBJECT

public:
    /// Both must outlive the view.
    CompareView(SessionDocument& document, Comparison& comparison, QWidget* parent = nullptr);

    ComparePanes& panes() { return *m_panes; }

Q_SIGNALS:
    void leaveRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildBar();
    void addModes(QLayout* cells);
    QWidget* buildReference();
    QWidget* buildAlignment();
    QWidget* buildScale();
    void buildPlot();
    void showRuns();
    void showReferences();
    void showShared();
    void showScale();
    void showMode();
    void fitFont();
    void plotAgain();
    void restyle();
    std::vector<PlayheadPoint> pointsAt(int frame) const;

    SessionDocument& m_document;
    Comparison& m_comparison;
    ComparePanes* m_panes;
    QButtonGroup* m_modes = nullptr;
    QComboBox* m_reference = nullptr;
    QSlider* m_swipe = nullptr;
    QLabel* m_layer = nullptr;
    ScaleBar* m_scale = nullptr;
    QLabel* m_shared = nullptr;
    QCustomPlot* m_plot = nullptr;
    FramePlot* m_frames = nullptr;
    std::vector<QCPGraph*> m_graphs;
};

}  // namespace diffuscope::ui
