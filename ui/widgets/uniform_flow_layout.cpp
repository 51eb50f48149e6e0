// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/uniform_flow_layout.h"

#include <QStyle>
#include <QWidget>

#include <algorithm>

namespace diffuscope::ui {

UniformFlowLayout::UniformFlowLayout(QWidget* parent) : QLayout(parent)
{
}

UniformFlowLayout::~UniformFlowLayout() = default;

void UniformFlowLayout::addItem(QLayoutItem* item)
{
    m_items.emplace_back(item);
}

QLayoutItem* UniformFlowLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? m_items[std::size_t(index)].get() : nullptr;
}

QLayoutItem* UniformFlowLayout::takeAt(int index)
{
    if (!itemAt(index))
        return nullptr;
    QLayoutItem* item = m_items[std::size_t(index)].release();
    m_items.erase(m_items.begin() + index);
    return item;
}

QSize UniformFlowLayout::cellSize() const
{
    QSize size(1, 1);
    for (const auto& item : m_items)
        if (!item->isEmpty())
            size = size.expandedTo(item->sizeHint());
    return size;
}

int UniformFlowLayout::visibleCount() const
{
    return int(
        std::count_if(m_items.begin(), m_items.end(), [](const auto& item) { return !item->isEmpty(); }));
}

int UniformFlowLayout::columnsFor(int width) const
{
    const int most = std::max(visibleCount(), 1);
    const int cell = cellSize().width();
    const int fitting = std::clamp((width + spacing()) / (cell + spacing()), 1, most);
    // As many rows as are needed anyway, evenly filled.
    const int rows = (most + fitting - 1) / fitting;
    return (most + rows - 1) / rows;
}

int UniformFlowLayout::outerHeight(int rows) const
{
    const QMargins margins = contentsMargins();
    return rows * cellSize().height() + std::max(rows - 1, 0) * spacing() + margins.top() + margins.bottom();
}

int UniformFlowLayout::heightForWidth(int width) const
{
    const QMargins margins = contentsMargins();
    const int columns = columnsFor(width - margins.left() - margins.right());
    return outerHeight((visibleCount() + columns - 1) / columns);
}

QSize UniformFlowLayout::sizeHint() const
{
    const QMargins margins = contentsMargins();
    const int columns = std::max(visibleCount(), 1);
    const int width = columns * cellSize().width() + (columns - 1) * spacing();
    return {width + margins.left() + margins.right(), outerHeight(1)};
}

QSize UniformFlowLayout::minimumSize() const
{
    const QMargins margins = contentsMargins();
    return {cellSize().width() + margins.left() + margins.right(), outerHeight(1)};
}

void UniformFlowLayout::setGeometry(const QRect& rect)
{
    QLayout::setGeometry(rect);
    const QRect inner = rect.marginsRemoved(contentsMargins());
    const int columns = columnsFor(inner.width());
    const QSize cell = cellSize();
    const auto direction = parentWidget() ? parentWidget()->layoutDirection() : Qt::LeftToRight;
    int place = 0;
    for (const auto& item : m_items) {
        if (item->isEmpty())
            continue;
        const int column = place % columns;
        const int row = place / columns;
        const int left = column * (inner.width() + spacing()) / columns;
        const int right = (column + 1) * (inner.width() + spacing()) / columns - spacing();
        const QRect box(inner.left() + left, inner.top() + row * (cell.height() + spacing()), right - left,
                        cell.height());
        item->setGeometry(QStyle::visualRect(direction, inner, box));
        ++place;
    }
}

}  // namespace diffuscope::ui
