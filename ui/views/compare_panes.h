// Draws the compared runs: side by side, their differences from the first, or two over each other with a line
// between them that is drawn aside.
#pragma once

#include <QImage>
#include <QWidget>

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
        difference,  ///< the first run, and the others minus it
        swipe,       ///< the first run left of a line, the second right of it
    };

    /// Both must outlive the panes.
    ComparePanes(SessionDocument& document, Comparison& comparison, QWidget* parent = nullptr);

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    /// Where the line is, 0 … 1.
    double swipe() const { return m_swipe; }
    void setSwipe(double place);
    /// The largest difference that a pane shows, for its caption; 0 of the first run.
    double largestDifference(std::size_t pane) const { return m_panes.at(pane).largest; }
    int paneCount() const { return int(m_panes.size()); }
    /// What pane i shows, an atlas of images; null while it is being sampled.
    const QImage& atlas(std::size_t pane) const { return m_panes.at(pane).atlas; }

    QSize sizeHint() const override { return {640, 420}; }
    QSize minimumSizeHint() const override { return {240, 160}; }

Q_SIGNALS:
    void swipeChanged(double place);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Pane
    {
        QImage atlas{};
        int images = 0;
        QSize imageSize{};
        QString title{};
        QString caption{};
        double largest = 0;
    };

    void render();
    Pane renderPane(std::size_t i) const;
    QRect paneRect(std::size_t i) const;
    QRect paneOf(int i, int count, int columns) const;
    QRect picturesRect(const QRect& pane) const;
    std::vector<QRect> imageRects(const Pane& pane, const QRect& area) const;
    void paintPane(QPainter& painter, std::size_t i) const;
    void paintImages(QPainter& painter, const Pane& pane, const QRect& area) const;
    void paintSwipe(QPainter& painter) const;
    QString captionOf(std::size_t i, int frame) const;

    SessionDocument& m_document;
    Comparison& m_comparison;
    Mode m_mode = Mode::sideBySide;
    double m_swipe = 0.5;
    std::vector<Pane> m_panes;
};

}  // namespace diffuscope::ui
