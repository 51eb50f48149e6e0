// SPDX-License-Identifier: GPL-3.0-or-later
// Short ticks on the lower edge of a plot, one at each time that a grid visits.
#pragma once

#include "ui/theme/plot_library.h"

#include <vector>

namespace diffuscope::ui {

class VisitedTicks : public QCPAbstractItem
{
public:
    explicit VisitedTicks(QCustomPlot* plot) : QCPAbstractItem(plot) { setSelectable(false); }

    void setTimes(std::vector<double> times) { m_times = std::move(times); }
    const std::vector<double>& times() const { return m_times; }
    void setColor(const QColor& color) { m_color = color; }

    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override
    {
        constexpr int length = 7;
        const QCPAxis* axis = mParentPlot->xAxis;
        const int bottom = mParentPlot->axisRect()->rect().bottom();
        painter->setAntialiasing(false);
        painter->setPen(QPen(m_color, 1));
        for (const double time : m_times) {
            const int x = int(std::lround(axis->coordToPixel(time)));
            painter->drawLine(QLineF(x, bottom - length, x, bottom));
        }
    }

private:
    std::vector<double> m_times;
    QColor m_color;
};

}  // namespace diffuscope::ui
