// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/grid_geometry.h"

#include <QtMath>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr int gridGapPx = 8;
constexpr int narrowGridGapPx = 4;
constexpr int manyImages = 36;

/// A whole number of device pixels is taken unless that would waste more than a quarter of the size (many
/// images in a small window) or shrink below one.
double wholeWhereItMay(double fitting)
{
    const double whole = std::floor(fitting);
    return whole >= 1 && whole >= 0.75 * fitting ? whole : fitting;
}

}  // namespace

void GridGeometry::arrange(int count, QSize image, const Space& space)
{
    const bool wasZoomed = isZoomed() && count == m_count && image == m_image;
    m_count = count;
    m_image = image;
    m_space = space;
    findFitting();
    if (!wasZoomed || m_magnification <= m_fitting)
        fit();
    else
        keepInside();
}

void GridGeometry::findFitting()
{
    m_columns = 1;
    m_fitting = 0;
    m_gap = qRound((m_count > manyImages ? narrowGridGapPx : gridGapPx) * m_space.ratio);
    if (m_count == 0 || m_image.isEmpty())
        return;
    const double caption = std::ceil(m_space.captionPx * m_space.ratio);
    const double width = (m_space.size.width() - 2 * marginPx) * m_space.ratio + m_gap;
    const double height = (m_space.size.height() - 2 * marginPx) * m_space.ratio + m_gap;
    int fewestEmpty = m_count;
    for (int columns = 1; columns <= m_count; ++columns) {
        const int rows = (m_count + columns - 1) / columns;
        const double byWidth = (width / columns - m_gap) / m_image.width();
        const double byHeight = (height / rows - m_gap - caption) / m_image.height();
        const double magnification = wholeWhereItMay(std::min(byWidth, byHeight));
        const int empty = columns * rows - m_count;
        const bool isLarger = magnification > m_fitting + 1e-9;
        if (isLarger || (magnification > m_fitting - 1e-9 && empty < fewestEmpty)) {
            m_columns = columns;
            m_fitting = magnification;
            fewestEmpty = empty;
        }
    }
    m_fitting = std::max(m_fitting, 0.25);
}

/// Of all cells with their captions, in device pixels.
QSizeF GridGeometry::extent() const
{
    const int rows = (m_count + m_columns - 1) / m_columns;
    const double caption = std::ceil(m_space.captionPx * m_space.ratio);
    return {m_columns * (qRound(m_magnification * m_image.width()) + m_gap) - double(m_gap),
            rows * (qRound(m_magnification * m_image.height()) + m_gap + caption) - double(m_gap)};
}

/// In the middle where there is room, else without a gap at any side.
void GridGeometry::keepInside()
{
    const auto within = [](double origin, double used, double room, double margin) {
        if (used + 2 * margin <= room)
            return std::round((room - used) / 2);
        return std::round(std::clamp(origin, room - margin - used, margin));
    };
    const QSizeF used = extent();
    const double margin = marginPx * m_space.ratio;
    const QSizeF room = QSizeF(m_space.size) * m_space.ratio;
    if (!isZoomed()) {
        m_origin =
            QPointF(qRound((room.width() - used.width()) / 2), qRound((room.height() - used.height()) / 2));
        return;
    }
    m_origin = QPointF(within(m_origin.x(), used.width(), room.width(), margin),
                       within(m_origin.y(), used.height(), room.height(), margin));
}

void GridGeometry::fit()
{
    m_magnification = m_fitting;
    keepInside();
}

QRectF GridGeometry::cell(int place) const
{
    const int width = qRound(m_magnification * m_image.width());
    const int height = qRound(m_magnification * m_image.height());
    const int caption = qCeil(m_space.captionPx * m_space.ratio);
    const double x = m_origin.x() + place % m_columns * (width + m_gap);
    const double y = m_origin.y() + place / m_columns * (height + m_gap + caption);
    return {x / m_space.ratio, y / m_space.ratio, width / m_space.ratio, height / m_space.ratio};
}

void GridGeometry::zoomAt(QPointF position, double factor)
{
    if (m_count == 0 || m_image.isEmpty() || !(factor > 0))
        return;
    double wanted = m_magnification * factor;
    if (m_magnification >= 1 && wanted >= 1) {
        // Whole pixels, and at least one more or less.
        wanted = factor > 1 ? std::max(std::round(wanted), std::floor(m_magnification) + 1)
                            : std::min(std::round(wanted), std::ceil(m_magnification) - 1);
    }
    wanted = std::min(wanted, std::max(mostMagnification, m_fitting));
    if (wanted <= m_fitting)
        return fit();

    // The cell under the position, or the nearest, and the position in it.
    int nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int place = 0; place < m_count; ++place) {
        const QPointF away = cell(place).center() - position;
        if (const double distance = std::hypot(away.x(), away.y()); distance < least) {
            least = distance;
            nearest = place;
        }
    }
    const QRectF before = cell(nearest);
    const QPointF inside((position.x() - before.left()) / before.width(),
                         (position.y() - before.top()) / before.height());
    m_magnification = wanted;
    const QRectF after = cell(nearest);
    const QPointF stays(after.left() + inside.x() * after.width(), after.top() + inside.y() * after.height());
    m_origin += (position - stays) * m_space.ratio;
    keepInside();
}

void GridGeometry::panBy(QPointF delta)
{
    if (!isZoomed())
        return;
    m_origin += delta * m_space.ratio;
    keepInside();
}

}  // namespace diffuscope::ui
