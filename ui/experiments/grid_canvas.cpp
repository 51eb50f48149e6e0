// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/grid_canvas.h"

#include "ui/theme/theme_colors.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int cellGapPx = 4;
constexpr int labelGapPx = 8;
constexpr int sheetCellPx = 168;
constexpr int sheetMarginPx = 16;

int widestOf(const QStringList& labels, const QFontMetrics& metrics)
{
    int widest = 0;
    for (const QString& label : labels)
        widest = std::max(widest, metrics.horizontalAdvance(label));
    return widest;
}

}  // namespace

GridCanvas::GridCanvas(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("gridCanvas"));
    setAccessibleName(tr("Grid of runs"));
    setToolTip(
        tr("Click a picture, or go there with the arrow keys; a double-click or Return opens its run in "
           "the session."));
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void GridCanvas::setGrid(const QStringList& columns, const QStringList& rows)
{
    m_columns = columns;
    m_rows = rows;
    m_cells.assign(std::size_t(columns.size() * rows.size()), {});
    m_current = 0;
    update();
    Q_EMIT currentChanged(currentCell());
}

void GridCanvas::setCell(int cell, const QImage& picture, const QString& problem)
{
    m_cells.at(std::size_t(cell)) = {.picture = picture, .problem = problem};
    update();
    if (cell == m_current)
        Q_EMIT currentChanged(cell);
}

void GridCanvas::setCurrentCell(int cell)
{
    if (cell < 0 || cell >= cellCount() || std::exchange(m_current, cell) == cell)
        return;
    setAccessibleDescription(m_rows[cell / m_columns.size()] + QStringLiteral(", ") +
                             m_columns[cell % m_columns.size()]);
    update();
    Q_EMIT currentChanged(cell);
}

/// Of the first that is there.
QSize GridCanvas::pictureSize() const
{
    for (const Cell& cell : m_cells)
        if (!cell.picture.isNull())
            return cell.picture.size();
    return {1, 1};
}

/// As large as cells fit, in the middle; a whole number of pixels a pixel where that is at least 2.
GridCanvas::Layout GridCanvas::layoutFor(const QRect& area) const
{
    const QFontMetrics metrics(font());
    const int columns = int(m_columns.size()), rows = int(m_rows.size());
    Layout layout;
    layout.rowLabels = std::min(widestOf(m_rows, metrics), area.width() * 3 / 10);
    const int left = layout.rowLabels + 2 * labelGapPx;
    const int roomX = (area.width() - left - labelGapPx) / columns - cellGapPx;
    const bool wraps = widestOf(m_columns, metrics) > roomX;
    layout.columnLabels = (wraps ? 2 : 1) * metrics.lineSpacing();
    const int top = layout.columnLabels + 2 * labelGapPx;
    const int roomY = (area.height() - top - labelGapPx) / rows - cellGapPx;
    const QSize picture = pictureSize();
    double scale = std::min(double(roomX) / picture.width(), double(roomY) / picture.height());
    scale = scale >= 2 ? int(scale) : std::max(scale, 4.0 / picture.width());
    layout.cell = QSize(int(picture.width() * scale), int(picture.height() * scale));
    if (picture == QSize(1, 1))
        layout.cell = QSize(std::min(roomX, roomY), std::min(roomX, roomY)).expandedTo({4, 4});
    layout.pitchX = layout.cell.width() + cellGapPx;
    layout.pitchY = layout.cell.height() + cellGapPx;
    const int spareX = std::max(0, area.width() - left - labelGapPx - columns * layout.pitchX);
    // Labels that need it get what is left over beside the cells.
    if (wraps || widestOf(m_columns, metrics) > layout.cell.width())
        layout.pitchX += std::min(
            spareX / columns, std::max(0, widestOf(m_columns, metrics) + labelGapPx - layout.cell.width()));
    const int restX = std::max(0, area.width() - left - labelGapPx - columns * layout.pitchX);
    const int restY = std::max(0, area.height() - top - labelGapPx - rows * layout.pitchY);
    layout.origin = area.topLeft() + QPoint(left + restX / 2, top + restY / 2);
    return layout;
}

GridCanvas::Layout GridCanvas::sheetLayout(int top) const
{
    const QFontMetrics metrics(font());
    const QSize picture = pictureSize();
    const int scale = std::max(1, (sheetCellPx + picture.width() / 2) / picture.width());
    Layout layout;
    layout.cell = picture == QSize(1, 1) ? QSize(sheetCellPx, sheetCellPx) : picture * scale;
    layout.pitchX = std::max(layout.cell.width(), widestOf(m_columns, metrics) + labelGapPx) + cellGapPx;
    layout.pitchY = layout.cell.height() + cellGapPx;
    layout.rowLabels = widestOf(m_rows, metrics);
    layout.columnLabels = metrics.lineSpacing();
    layout.origin = {sheetMarginPx + layout.rowLabels + labelGapPx, top + layout.columnLabels + labelGapPx};
    return layout;
}

QRect GridCanvas::cellRect(const Layout& layout, int cell) const
{
    const int columns = int(m_columns.size());
    const int margin = (layout.pitchX - cellGapPx - layout.cell.width()) / 2;
    return {layout.origin + QPoint(cell % columns * layout.pitchX + margin, cell / columns * layout.pitchY),
            layout.cell};
}

QRect GridCanvas::cellRect(int cell) const
{
    return cell < 0 || cell >= cellCount() ? QRect() : cellRect(layoutFor(rect()), cell);
}

int GridCanvas::cellAt(QPoint at) const
{
    const Layout layout = m_cells.empty() ? Layout() : layoutFor(rect());
    for (int cell = 0; cell < cellCount(); ++cell)
        if (cellRect(layout, cell).contains(at))
            return cell;
    return -1;
}

/// Pixels stay squares of one size: where they are no whole number of pixels wide, with soft edges.
const QImage& GridCanvas::scaledPicture(const Cell& cell, QSize size) const
{
    if (cell.scaled.size() == size)
        return cell.scaled;
    const int whole = (size.width() + cell.picture.width() - 1) / cell.picture.width();
    cell.scaled = cell.picture.scaled(cell.picture.size() * whole);
    if (cell.scaled.size() != size)
        cell.scaled = cell.scaled.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    return cell.scaled;
}

void GridCanvas::paintCells(QPainter& painter, const Layout& layout, const ThemeColors& colors) const
{
    for (int cell = 0; cell < cellCount(); ++cell) {
        const Cell& shown = m_cells[std::size_t(cell)];
        const QRect place = cellRect(layout, cell);
        if (!shown.picture.isNull()) {
            painter.drawImage(place.topLeft(), scaledPicture(shown, place.size()));
            continue;
        }
        painter.fillRect(place, colors.raised);
        const QRect room = place.adjusted(4, 4, -4, -4);
        const int flags = Qt::AlignCenter | Qt::TextWordWrap;
        const bool fits = room.contains(painter.fontMetrics().boundingRect(room, flags, shown.problem));
        painter.setPen(colors.mutedText);
        painter.drawText(room, flags,
                         shown.problem.isEmpty() ? QStringLiteral("…")
                         : fits                  ? shown.problem
                                                 : QStringLiteral("–"));
    }
}

void GridCanvas::paintLabels(QPainter& painter, const Layout& layout, const ThemeColors& colors) const
{
    const QFontMetrics metrics = painter.fontMetrics();
    painter.setPen(colors.text);
    for (int column = 0; column < m_columns.size(); ++column) {
        const QRect place(layout.origin.x() + column * layout.pitchX,
                          layout.origin.y() - labelGapPx - layout.columnLabels, layout.pitchX - cellGapPx,
                          layout.columnLabels);
        const bool fits = metrics.horizontalAdvance(m_columns[column]) <= place.width();
        painter.drawText(
            place, Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap,
            fits ? m_columns[column]
                 : metrics.elidedText(m_columns[column], Qt::ElideRight,
                                      place.width() * layout.columnLabels / metrics.lineSpacing()));
    }
    for (int row = 0; row < m_rows.size(); ++row) {
        // All that is free beside the cells, not only what the widest label was reckoned to need.
        const int right = layout.origin.x() - labelGapPx;
        const QRect place(labelGapPx, layout.origin.y() + row * layout.pitchY, right - labelGapPx,
                          layout.cell.height());
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(m_rows[row], Qt::ElideRight, place.width()));
    }
}

QImage GridCanvas::sheet(const QString& title) const
{
    if (m_cells.empty())
        return {};
    const ThemeColors& colors = lightColors();
    const QFontMetrics metrics(font());
    const int top = sheetMarginPx + (title.isEmpty() ? 0 : 2 * metrics.lineSpacing());
    const Layout layout = sheetLayout(top);
    const int width = std::max(layout.origin.x() + int(m_columns.size()) * layout.pitchX,
                               sheetMarginPx + metrics.horizontalAdvance(title)) +
                      sheetMarginPx;
    const int height = layout.origin.y() + int(m_rows.size()) * layout.pitchY + sheetMarginPx;
    QImage image(width, height, QImage::Format_RGB32);
    image.fill(colors.surface);
    QPainter painter(&image);
    painter.setFont(QFont(font(), &image));
    painter.setPen(colors.text);
    painter.drawText(QRect(sheetMarginPx, sheetMarginPx, width - 2 * sheetMarginPx, metrics.lineSpacing()),
                     Qt::AlignLeft | Qt::AlignVCenter, title);
    paintCells(painter, layout, colors);
    paintLabels(painter, layout, colors);
    return image;
}

void GridCanvas::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.fillRect(rect(), colors.surface);
    if (m_cells.empty()) {
        painter.setPen(colors.mutedText);
        painter.drawText(
            rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
            tr("Choose two fields and their values above, then press Sample.\nEvery combination is "
               "sampled in the background and shown here."));
        return;
    }
    const Layout layout = layoutFor(rect());
    paintCells(painter, layout, colors);
    paintLabels(painter, layout, colors);
    painter.setPen(QPen(hasFocus() ? colors.accent : colors.outline, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cellRect(layout, m_current).adjusted(-1, -1, 1, 1));
}

void GridCanvas::mousePressEvent(QMouseEvent* event)
{
    setCurrentCell(cellAt(event->position().toPoint()));
}

void GridCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const int cell = cellAt(event->position().toPoint()); cell >= 0)
        Q_EMIT cellChosen(cell);
}

void GridCanvas::keyPressEvent(QKeyEvent* event)
{
    const int columns = std::max(1, int(m_columns.size()));
    const int row = m_current / columns * columns;
    switch (event->key()) {
        case Qt::Key_Left:
            return setCurrentCell(std::max(m_current - 1, row));
        case Qt::Key_Right:
            return setCurrentCell(std::min(m_current + 1, row + columns - 1));
        case Qt::Key_Up:
            return setCurrentCell(m_current - columns);
        case Qt::Key_Down:
            return setCurrentCell(m_current + columns);
        case Qt::Key_Home:
            return setCurrentCell(row);
        case Qt::Key_End:
            return setCurrentCell(row + columns - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (!m_cells.empty())
                Q_EMIT cellChosen(m_current);
            return;
        default:
            return QWidget::keyPressEvent(event);
    }
}

void GridCanvas::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void GridCanvas::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

}  // namespace diffuscope::ui
