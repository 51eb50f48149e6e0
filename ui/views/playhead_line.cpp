#include "ui/views/playhead_line.h"

#include "ui/theme/plot_library.h"
#include "ui/theme/theme_colors.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <cmath>

namespace diffuscope::ui {

/// Draws the line, its handle, the points on the curves, and the focus frame.
class PlayheadItem : public QCPAbstractItem
{
public:
    explicit PlayheadItem(QCustomPlot* plot) : QCPAbstractItem(plot)
    {
        setClipToAxisRect(false);
        setSelectable(false);
    }

    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }

    bool shown = false;
    double key = 0;
    std::optional<double> rest;
    std::vector<PlayheadPoint> points;

protected:
    void draw(QCPPainter* painter) override
    {
        const ThemeColors& colors = themeColors(mParentPlot->palette());
        const QRect area = mParentPlot->axisRect()->rect();
        if (mParentPlot->hasFocus())
            drawFocus(*painter, area, colors);
        if (!shown)
            return;
        if (rest && *rest != key)
            drawRest(*painter, area, colors);
        drawLine(*painter, area, colors);
        for (const PlayheadPoint& point : points)
            drawPoint(*painter, area, point, colors);
    }

private:
    int pixelOf(double position) const
    {
        return int(std::lround(mParentPlot->xAxis->coordToPixel(position)));
    }

    static void drawFocus(QCPPainter& painter, const QRect& area, const ThemeColors& colors)
    {
        painter.setAntialiasing(false);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colors.accent, 1));
        painter.drawRect(area.adjusted(0, 0, -1, -1));
    }

    void drawRest(QCPPainter& painter, const QRect& area, const ThemeColors& colors) const
    {
        painter.setAntialiasing(false);
        painter.setPen(QPen(colors.mutedText, 1, Qt::DotLine));
        const int x = pixelOf(*rest);
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()));
    }

    void drawLine(QCPPainter& painter, const QRect& area, const ThemeColors& colors) const
    {
        const int x = pixelOf(key);
        painter.setAntialiasing(false);
        painter.setPen(QPen(colors.accent, 1));
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()));
        painter.setAntialiasing(true);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colors.accent);
        const qreal middle = x + 0.5;
        painter.drawPolygon(QPolygonF{{middle - 5, qreal(area.top()) - 6},
                                      {middle + 5, qreal(area.top()) - 6},
                                      {middle + 5, qreal(area.top()) - 2},
                                      {middle, qreal(area.top()) + 4},
                                      {middle - 5, qreal(area.top()) - 2}});
    }

    void drawPoint(QCPPainter& painter, const QRect& area, const PlayheadPoint& point,
                   const ThemeColors& colors) const
    {
        if (!std::isfinite(point.value) || !point.valueAxis)
            return;
        const QPointF center(pixelOf(point.key) + 0.5, point.valueAxis->coordToPixel(point.value));
        if (center.y() < area.top() - 1 || center.y() > area.bottom() + 1)
            return;
        painter.setAntialiasing(true);
        painter.setPen(QPen(colors.surface, 1.5));
        painter.setBrush(point.color);
        painter.drawEllipse(center, 4.5, 4.5);
    }
};

PlayheadLine::PlayheadLine(QCustomPlot& plot) : QObject(&plot), m_plot(plot)
{
    // Two buffers in all: the curves with everything around them, and the playhead on top.
    plot.layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmLogical);
    plot.addLayer(QStringLiteral("playhead"), plot.layer(QStringLiteral("overlay")), QCustomPlot::limAbove);
    m_layer = plot.layer(QStringLiteral("playhead"));
    m_layer->setMode(QCPLayer::lmBuffered);
    m_item = new PlayheadItem(&plot);
    m_item->setLayer(m_layer);
    plot.setFocusPolicy(Qt::StrongFocus);
    plot.setMouseTracking(true);
    plot.installEventFilter(this);
}

void PlayheadLine::moveTo(double key, std::vector<PlayheadPoint> points, std::optional<double> rest)
{
    m_item->shown = true;
    m_item->key = key;
    m_item->rest = rest;
    m_item->points = std::move(points);
    repaint();
}

void PlayheadLine::hide()
{
    if (!m_item->shown)
        return;
    m_item->shown = false;
    repaint();
}

bool PlayheadLine::isShown() const
{
    return m_item->shown;
}

double PlayheadLine::key() const
{
    return m_item->key;
}

void PlayheadLine::repaint()
{
    if (m_plot.isVisible())
        m_layer->replot();
}

bool PlayheadLine::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != &m_plot)
        return false;
    switch (event->type()) {
        case QEvent::MouseButtonPress:
        case QEvent::MouseButtonDblClick:
        case QEvent::MouseMove:
        case QEvent::MouseButtonRelease:
            return handleMouse(event);
        case QEvent::Leave:
            if (m_inside)
                Q_EMIT left();
            m_inside = false;
            return false;
        case QEvent::KeyPress: {
            const auto* key = static_cast<QKeyEvent*>(event);
            return handleKey(key->key(), key->modifiers());
        }
        case QEvent::FocusIn:
        case QEvent::FocusOut:
        case QEvent::Show:
            repaint();
            return false;
        default:
            return false;
    }
}

bool PlayheadLine::handleMouse(QEvent* event)
{
    const auto* mouse = static_cast<QMouseEvent*>(event);
    const QPointF position = mouse->position();
    const double key = m_plot.xAxis->pixelToCoord(position.x());
    const bool inArea = m_plot.axisRect()->rect().adjusted(-4, -8, 4, 4).contains(position.toPoint());
    if (event->type() == QEvent::MouseButtonRelease) {
        m_dragging = false;
        return false;
    }
    if (event->type() != QEvent::MouseMove && mouse->button() == Qt::LeftButton && inArea)
        m_dragging = true;
    if (m_dragging) {
        Q_EMIT picked(key);
        return false;
    }
    if (event->type() != QEvent::MouseMove || mouse->buttons() != Qt::NoButton)
        return false;
    const bool nearLine =
        m_item->shown && std::abs(position.x() - m_plot.xAxis->coordToPixel(m_item->key)) <= 5;
    m_plot.setCursor(inArea ? (nearLine ? Qt::SplitHCursor : Qt::PointingHandCursor) : Qt::ArrowCursor);
    if (inArea)
        Q_EMIT hovered(key);
    else if (m_inside)
        Q_EMIT left();
    m_inside = inArea;
    return false;
}

bool PlayheadLine::handleKey(int key, Qt::KeyboardModifiers modifiers)
{
    if (modifiers & ~(Qt::ShiftModifier | Qt::KeypadModifier))
        return false;
    const int frames = modifiers & Qt::ShiftModifier ? 10 : 1;
    switch (key) {
        case Qt::Key_Left:
            Q_EMIT stepRequested(-frames);
            return true;
        case Qt::Key_Right:
            Q_EMIT stepRequested(frames);
            return true;
        case Qt::Key_Home:
            Q_EMIT startRequested();
            return true;
        case Qt::Key_End:
            Q_EMIT endRequested();
            return true;
        default:
            return false;
    }
}

}  // namespace diffuscope::ui
