// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures of a grid of runs with their labels: on the screen, where one of them is current, and as a
// sheet.
#pragma once

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <vector>

namespace diffuscope::ui {

struct ThemeColors;

/// Click or arrows make a cell current; a double-click or Return chooses it.
class GridCanvas : public QWidget
{
    Q_OBJECT

public:
    explicit GridCanvas(QWidget* parent = nullptr);

    void setGrid(const QStringList& columns, const QStringList& rows);
    /// A picture, or in its place why there is none.
    void setCell(int cell, const QImage& picture, const QString& problem);
    int cellCount() const { return int(m_cells.size()); }
    int currentCell() const { return m_cells.empty() ? -1 : m_current; }
    void setCurrentCell(int cell);
    /// Where a cell is in the widget.
    QRect cellRect(int cell) const;

    /// The whole grid below a title, in the light colours, every pixel of a picture the same number of pixels
    /// wide.
    QImage sheet(const QString& title) const;

    QSize sizeHint() const override { return {760, 520}; }
    QSize minimumSizeHint() const override { return {320, 220}; }

Q_SIGNALS:
    void currentChanged(int cell);
    void cellChosen(int cell);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Cell
    {
        QImage picture{};
        QString problem{};
        mutable QImage scaled{};  ///< as it was painted last
    };

    /// Where cells and labels are.
    struct Layout
    {
        QPoint origin{};  ///< of the first cell
        QSize cell{};
        int pitchX = 0, pitchY = 0;
        int rowLabels = 0;     ///< the width of the labels at the left
        int columnLabels = 0;  ///< the height of those above
    };

    QSize pictureSize() const;
    Layout layoutFor(const QRect& area) const;
    Layout sheetLayout(int top) const;
    QRect cellRect(const Layout& layout, int cell) const;
    int cellAt(QPoint at) const;
    const QImage& scaledPicture(const Cell& cell, QSize size) const;
    void paintCells(QPainter& painter, const Layout& layout, const ThemeColors& colors) const;
    void paintLabels(QPainter& painter, const Layout& layout, const ThemeColors& colors) const;

    QStringList m_columns;
    QStringList m_rows;
    std::vector<Cell> m_cells;
    int m_current = 0;
};

}  // namespace diffuscope::ui
