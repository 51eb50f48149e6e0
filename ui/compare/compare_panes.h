// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the compared runs: side by side, their differences from one of them, or two over each other with a
// line between them that is drawn aside.
#pragma once

#include "core/record/image_batch.h"
#include "ui/compare/compare_geometry.h"
#include "ui/widgets/image_renderer.h"

#include <QFont>
#include <QImage>
#include <QWidget>

#include <optional>
#include <vector>

namespace diffuscope::ui {

class Comparison;
class SessionDocument;

class ComparePanes : public QWidget
{
    Q_OBJECT

public:
    enum class Mode {
        sideBySide,
        difference,  ///< the reference, and the others minus it
        swipe,       ///< the first run left of a line, the second right of it
    };

    /// Both must outlive the panes.
    ComparePanes(SessionDocument& document, Comparison& comparison, QWidget* parent = nullptr);

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    /// Where the line is, 0 … 1.
    double swipe() const { return m_swipe; }
    void setSwipe(double place);
    /// The largest difference that a pane shows, for its caption; 0 of the reference.
    double largestDifference(std::size_t pane) const { return m_panes.at(pane).largest; }
    int paneCount() const { return int(m_panes.size()); }
    /// What pane i shows, an atlas of images; null while it is being sampled.
    const QImage& atlas(std::size_t pane) const { return m_panes.at(pane).atlas; }
    /// What the pane says of its frame, and in place of images where it has none.
    QString caption(std::size_t pane) const { return m_panes.at(pane).caption; }
    QString note(std::size_t pane) const { return m_panes.at(pane).note; }
    /// The colours of all panes; of the differences in that mode.
    const ColorScale& scale() const { return m_scale; }
    const CompareGeometry& geometryOfPanes() const { return m_geometry; }

    QSize sizeHint() const override { return {640, 420}; }
    QSize minimumSizeHint() const override { return {240, 160}; }

Q_SIGNALS:
    void swipeChanged(double place);
    void scaleChanged(const diffuscope::ui::ColorScale& scale);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Pane
    {
        QImage atlas{};
        PaneImages images{};
        QString name{};
        QString details{};
        QString caption{};
        QString shortCaption{};  ///< the same for a narrow pane
        QString note{};
        double largest = 0;
    };

    void takeRuns();
    void render();
    std::optional<record::ImageBatch> read(std::size_t i);
    void subtract(std::vector<std::optional<record::ImageBatch>>& values, std::size_t reference);
    void color(const std::vector<std::optional<record::ImageBatch>>& values);
    void describe(std::size_t i);
    void arrange();
    void updateFonts();
    bool isLineNear(QPoint at) const;
    /// The pane whose head is there; −1 where there is none.
    int headAt(QPoint at) const;

    // compare_panes_painting.cpp
    void paintHead(QPainter& painter, std::size_t i, QRect area, bool isRight) const;
    void paintBadge(QPainter& painter, const QRectF& box, const QString& text) const;
    void paintImages(QPainter& painter, std::size_t i) const;
    void paintNote(QPainter& painter, std::size_t i) const;
    void paintSwipe(QPainter& painter) const;

    SessionDocument& m_document;
    Comparison& m_comparison;
    Mode m_mode = Mode::sideBySide;
    double m_swipe = 0.5;
    std::vector<Pane> m_panes;
    ColorScale m_scale;
    CompareGeometry m_geometry;
    QFont m_captionFont;
    int m_hoveredHead = -1;
};

}  // namespace diffuscope::ui
