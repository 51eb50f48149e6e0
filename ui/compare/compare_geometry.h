// SPDX-License-Identifier: GPL-3.0-or-later
// Where the pictures of compared runs are: panes side by side, each with its head and its images below.
#pragma once

#include <QRect>
#include <QSize>

#include <vector>

namespace diffuscope::ui {

/// What is shown in one pane: so many images of this size; 0 where there is none yet.
struct PaneImages
{
    int count = 0;
    QSize size{};
    bool operator==(const PaneImages&) const = default;
};

/// In as many columns of panes as leave the images largest; images are a whole number of pixels a pixel
/// where that is at least 2.
class CompareGeometry
{
public:
    static constexpr int gapPx = 10;

    CompareGeometry() = default;
    /// `head` is the height of a pane's title and caption.
    CompareGeometry(QSize room, int head, std::vector<PaneImages> panes);

    /// Made of the same.
    bool isOf(QSize room, int head, const std::vector<PaneImages>& panes) const
    {
        return m_room == room && m_headHeight == head && m_images == panes;
    }

    int paneCount() const { return int(m_panes.size()); }
    /// Title and caption of a pane.
    QRect head(std::size_t pane) const;
    /// What is left of it for images.
    QRect pictures(std::size_t pane) const;
    /// Of each image of a pane.
    const std::vector<QRect>& images(std::size_t pane) const { return m_rects.at(pane); }

private:
    QRect paneOf(int pane, int columns) const;
    std::vector<QRect> imageRects(const PaneImages& images, const QRect& area) const;

    QSize m_room;
    int m_headHeight = 0;
    std::vector<PaneImages> m_images;
    std::vector<QRect> m_panes;
    std::vector<std::vector<QRect>> m_rects;
};

}  // namespace diffuscope::ui
