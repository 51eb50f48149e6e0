// SPDX-License-Identifier: GPL-3.0-or-later
// A layout of equally wide cells in as many columns as fit: read-outs that wrap in a narrow dock.
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace diffuscope::ui {

/// Rows are filled left to right (right to left where the language is); all cells have the size of the
/// largest hint, stretched so that a row fills the width.
class UniformFlowLayout : public QLayout
{
    Q_OBJECT

public:
    explicit UniformFlowLayout(QWidget* parent = nullptr);
    ~UniformFlowLayout() override;

    void addItem(QLayoutItem* item) override;
    int count() const override { return int(m_items.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;

    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    QSize cellSize() const;
    int columnsFor(int width) const;
    int visibleCount() const;
    int outerHeight(int rows) const;

    std::vector<std::unique_ptr<QLayoutItem>> m_items;
};

}  // namespace diffuscope::ui
