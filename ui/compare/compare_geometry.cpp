// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_geometry.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

CompareGeometry::CompareGeometry(QSize room, int head, std::vector<PaneImages> panes)
    : m_room(room), m_headHeight(head), m_images(std::move(panes))
{
    const int count = int(m_images.size());
    const auto filled =
        std::ranges::find_if(m_images, [](const PaneImages& images) { return images.count > 0; });
    int best = std::min(count, 2);
    double largest = 0;
    for (int columns = 1; columns <= count && filled != m_images.end(); ++columns) {
        const QRect area = paneOf(0, columns).adjusted(0, m_headHeight, 0, 0);
        const std::vector<QRect> images = imageRects(*filled, area);
        const double size = images.empty() ? 0 : images.front().width();
        if (size > largest || (size == largest && columns == 2)) {
            largest = size;
            best = columns;
        }
    }
    for (int pane = 0; pane < count; ++pane) {
        m_panes.push_back(paneOf(pane, best));
        m_rects.push_back(imageRects(m_images[std::size_t(pane)], pictures(std::size_t(pane))));
    }
}

QRect CompareGeometry::head(std::size_t pane) const
{
    QRect rect = m_panes.at(pane);
    rect.setHeight(m_headHeight);
    return rect;
}

QRect CompareGeometry::pictures(std::size_t pane) const
{
    return m_panes.at(pane).adjusted(0, m_headHeight, 0, 0);
}

QRect CompareGeometry::paneOf(int pane, int columns) const
{
    const QRect all = QRect(QPoint(), m_room).adjusted(gapPx, gapPx, -gapPx, -gapPx);
    const int rows = (int(m_images.size()) + columns - 1) / columns;
    const int width = (all.width() - (columns - 1) * gapPx) / columns;
    const int height = (all.height() - (rows - 1) * gapPx) / rows;
    return {all.left() + pane % columns * (width + gapPx), all.top() + pane / columns * (height + gapPx),
            width, height};
}

std::vector<QRect> CompareGeometry::imageRects(const PaneImages& images, const QRect& area) const
{
    if (images.count == 0 || area.isEmpty())
        return {};
    int columns = 1;
    double scale = 0;
    for (int tried = 1; tried <= images.count; ++tried) {
        const int rows = (images.count + tried - 1) / tried;
        const double fit = std::min(double(area.width() - tried) / (tried * images.size.width()),
                                    double(area.height() - rows) / (rows * images.size.height()));
        const double whole = fit >= 2 ? std::floor(fit) : fit;
        if (whole > scale || (whole == scale && images.count % tried == 0)) {
            scale = whole;
            columns = tried;
        }
    }
    const int rows = (images.count + columns - 1) / columns;
    const int width = int(images.size.width() * scale), height = int(images.size.height() * scale);
    // Beneath their head; one pane alone is in the middle.
    const bool isAlone = m_images.size() == 1;
    const int left = area.left() + (isAlone ? (area.width() - columns * (width + 1)) / 2 : 1);
    const int top = area.top() + (isAlone ? (area.height() - rows * (height + 1)) / 2 : 1);
    std::vector<QRect> rects;
    for (int k = 0; k < images.count; ++k)
        rects.emplace_back(left + (k % columns) * (width + 1), top + (k / columns) * (height + 1), width,
                           height);
    return rects;
}

}  // namespace diffuscope::ui
