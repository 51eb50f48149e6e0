// SPDX-License-Identifier: GPL-3.0-or-later
// A layout that sets widgets side by side, each as wide as it likes, and goes on in the next row.
#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace diffuscope::ui {

/// Rows are filled left to right (right to left where the language is).
class FlowLayout : public QLayout
{
    Q_OBJECT

public:
    explicit FlowLayout(QWidget* parent = nullptr) : QLayout(parent) {}

    void addItem(QLayoutItem* item) override { m_items.emplace_back(item); }
    int count() const override { return int(m_items.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;

    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return arrange(QRect(0, 0, width, 0), false); }
    QSize sizeHint() const override { return minimumSize(); }
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    int arrange(const QRect& rect, bool places) const;

    std::vector<std::unique_ptr<QLayoutItem>> m_items;
};

}  // namespace diffuscope::ui
