// SPDX-License-Identifier: GPL-3.0-or-later
// How far the estimates of one run are from those of another, frame beside frame, worked out in the
// background.
#pragma once

#include "core/record/trajectory.h"
#include "ui/engine/background_frames.h"

#include <functional>
#include <vector>

namespace diffuscope::ui {

class Divergence
{
public:
    /// Two frames that stand beside each other.
    struct Pair
    {
        record::FramePtr reference;
        record::FramePtr compared;
        bool operator==(const Pair&) const = default;
    };

    /// Lives on the GUI's thread; `grew` is called when values() has more entries.
    explicit Divergence(std::function<void()> grew) : m_values(std::move(grew)) {}

    /// More pairs than before go on from where they were; other ones, or other images, begin anew.
    void follow(std::vector<Pair> pairs, const std::vector<int>& images);

    /// Root mean square of x0Hat − x0Hat of the reference, of the first pairs; NaN where they cannot be
    /// compared.
    const std::vector<double>& values() const { return m_values.values(); }
    /// Every pair that was given has its value.
    bool isUpToDate() const { return values().size() == m_pairs.size(); }

private:
    std::vector<Pair> m_pairs;
    std::vector<int> m_images;
    BackgroundFrames<double> m_values;
};

}  // namespace diffuscope::ui
