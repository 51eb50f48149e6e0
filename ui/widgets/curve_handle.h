// SPDX-License-Identifier: GPL-3.0-or-later
// One control point of a curve: a dot with a hit area larger than itself.
#pragma once

#include <QPointF>
#include <QWidget>

namespace diffuscope::ui {

class CurveHandles;

/// Turns mouse and keys into wishes to its CurveHandles.
class CurveHandle : public QWidget
{
    Q_OBJECT

public:
    static constexpr int side = 23;  ///< of the hit area, odd so that the dot has a middle pixel

    CurveHandle(CurveHandles& handles, int index, QWidget* plot);

    void setCentre(const QPointF& pixel);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    bool isPressed() const { return m_pressed; }
    /// Whether this is one of the keys that work on a handle.
    static bool isOwnKey(const QKeyEvent& event);

    CurveHandles& m_handles;
    int m_index;
    QPointF m_centre;
    QPointF m_pressedAt;  ///< global position
    QPointF m_centreAtPress;
    bool m_pressed = false;
    bool m_dragging = false;
};

}  // namespace diffuscope::ui
