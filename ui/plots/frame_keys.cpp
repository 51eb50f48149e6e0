// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/frame_keys.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

namespace {

schedule::NoiseLevel levelOf(const RunUpdate& run, int frame)
{
    const auto& frames = run.trajectory->frames;
    if (frame < int(frames.size()))
        return frames[std::size_t(frame)]->level;
    return run.grid && frame < int(run.grid->levels.size()) ? run.grid->levels[std::size_t(frame)]
                                                            : schedule::NoiseLevel{};
}

/// Spent before the frame; those to come at the pace so far.
double evaluationsBefore(const RunUpdate& run, int frame)
{
    const auto& frames = run.trajectory->frames;
    if (frame == 0 || frames.empty())
        return frame;
    const int known = std::min(frame, int(frames.size()));
    const double spent = frames[std::size_t(known - 1)]->totalEvaluations;
    return spent + (frame - known) * std::max(spent / known, 1.0);
}

double frameValue(FrameAxis axis, const RunUpdate& run, int frame)
{
    switch (axis) {
        case FrameAxis::step:
            return frame + 1;
        case FrameAxis::time: {
            const schedule::NoiseLevel level = levelOf(run, frame);
            return level.isClean() ? std::numeric_limits<double>::quiet_NaN() : level.t;
        }
        case FrameAxis::logSnr:
            return levelOf(run, frame).logSnr();
        case FrameAxis::evaluations:
            return evaluationsBefore(run, frame);
    }
    return frame;
}

/// Puts what is not finite one usual spacing beside the nearest that is.
std::vector<double> madeFinite(std::vector<double> keys)
{
    const auto isFinite = [](double key) { return std::isfinite(key); };
    const auto first = std::find_if(keys.begin(), keys.end(), isFinite);
    if (first == keys.end()) {
        for (std::size_t i = 0; i < keys.size(); ++i)
            keys[i] = double(i);
        return keys;
    }
    const auto last = std::find_if(keys.rbegin(), keys.rend(), isFinite).base() - 1;
    const double spacing = last == first ? 1.0 : (*last - *first) / double(last - first);
    for (auto key = first; key != keys.begin(); --key)
        *(key - 1) = *key - spacing;
    for (auto key = first + 1; key != keys.end(); ++key)
        if (!std::isfinite(*key))
            *key = *(key - 1) + spacing;
    return keys;
}

}  // namespace

FrameKeys::FrameKeys(FrameAxis axis, const RunUpdate& run) : m_axis(axis)
{
    const int planned = std::max(run.trajectory->plannedFrames, run.trajectory->size());
    for (int frame = 0; frame < planned; ++frame)
        m_values.push_back(frameValue(axis, run, frame));
    m_keys = madeFinite(m_values);
}

int FrameKeys::nearest(double key, int arrived) const
{
    int nearest = -1;
    for (int frame = 0; frame < std::min(arrived, size()); ++frame)
        if (nearest < 0 || std::abs(this->key(frame) - key) < std::abs(this->key(nearest) - key))
            nearest = frame;
    return nearest;
}

}  // namespace diffuscope::ui
