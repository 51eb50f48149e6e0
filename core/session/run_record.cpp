// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/run_record.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

namespace diffuscope::session {

namespace {

std::vector<float> stateOf(const record::Frame& frame, int images)
{
    std::vector<float> values(std::size_t(images) * frame.shape.imageValues());
    frame.xt.copyTo(values);
    return values;
}

double largestApart(const float* a, const std::vector<float>& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        const double apart = std::abs(double(a[i]) - double(b[i]));
        largest = std::isnan(apart) ? HUGE_VAL : std::max(largest, apart);
    }
    return largest;
}

/// Over the stored images of one frame; absent where none were stored.
std::optional<double> largestOf(const RunRecord& stored, const record::Frame& frame, int index)
{
    const std::size_t count = std::size_t(stored.sampledImages) * stored.shape.imageValues();
    if (stored.sampledImages == 0 || stored.states.size() < count * std::size_t(index + 1))
        return std::nullopt;
    return largestApart(stored.states.data() + count * std::size_t(index),
                        stateOf(frame, stored.sampledImages));
}

bool isFull(const record::Frame& frame)
{
    return frame.xt.precision() == record::Precision::full;
}

/// As many as fit, by the rule that holds for states too.
int fitting(int wanted, std::size_t bytesOfOne, std::size_t mostBytes)
{
    const int fits = int(std::min(std::size_t(wanted), mostBytes / bytesOfOne));
    return fits == 0 && bytesOfOne <= 16 * mostBytes ? 1 : fits;
}

void appendSketches(const StateSketcher& sketcher, const record::Frame& frame, std::vector<float>& sketches)
{
    const std::vector<float> values = stateOf(frame, frame.shape.batch);
    const std::size_t imageValues = frame.shape.imageValues();
    for (std::size_t at = 0; at < values.size(); at += imageValues)
        sketcher.append({values.data() + at, imageValues}, sketches);
}

/// The sketches of one frame.
std::span<const float> sketchesAt(const RunRecord& stored, int frame)
{
    const std::size_t count = std::size_t(stored.shape.batch) * std::size_t(stored.projections);
    return {stored.sketches.data() + count * std::size_t(frame), count};
}

/// Looks at sketches where the stored images are the same.
class SketchComparison
{
public:
    explicit SketchComparison(const RunRecord& stored)
        : m_stored(stored), m_sketcher(stored.shape.imageValues(), stored.projections)
    {
    }

    void compare(const record::Frame& frame, int index, bool isFirst, ReplayDifference& difference) const
    {
        if (m_stored.projections == 0)
            return;
        std::vector<float> replayed;
        appendSketches(m_sketcher, frame, replayed);
        const SketchDifference about = sketchDifference(sketchesAt(m_stored, index), replayed,
                                                        m_stored.projections, m_stored.shape.imageValues());
        if (isFirst)
            difference.about = about;
        difference.aboutLater = std::max(difference.aboutLater.value_or(0), about.rms);
    }

private:
    const RunRecord& m_stored;
    StateSketcher m_sketcher;
};

}  // namespace

record::FramePtr RunRecord::resultFrame() const
{
    if (result.size() != shape.values() || result.empty())
        return nullptr;
    auto frame = std::make_shared<record::Frame>();
    frame->index = frames - 1;
    frame->shape = shape;
    frame->xt = {result, record::Precision::full};
    frame->x0Hat = frame->xt;
    return frame;
}

std::uint64_t digestOf(const record::Frame& frame)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const float value : stateOf(frame, frame.shape.batch)) {
        hash ^= std::bit_cast<std::uint32_t>(value);
        hash *= 0x100000001b3ULL;
        hash ^= hash >> 29;  // a float's low bits would otherwise reach the high ones only
    }
    return hash == 0 ? 1 : hash;
}

RunRecord recordOf(const record::Trajectory& trajectory, std::size_t mostStateBytes)
{
    RunRecord made;
    if (trajectory.frames.empty())
        return made;
    made.shape = trajectory.frames.front()->shape;
    made.frames = trajectory.size();
    const std::size_t imageBytes = made.shape.imageValues() * sizeof(float) * std::size_t(made.frames);
    made.sampledImages = fitting(made.shape.batch, imageBytes, mostStateBytes);
    const std::size_t projectionBytes =
        std::size_t(made.frames) * std::size_t(made.shape.batch) * sizeof(float);
    made.projections = fitting(usualProjections, projectionBytes, mostStateBytes);
    const StateSketcher sketcher(made.shape.imageValues(), made.projections);
    for (const record::FramePtr& frame : trajectory.frames) {
        made.digests.push_back(isFull(*frame) ? digestOf(*frame) : 0);
        const std::vector<float> state = stateOf(*frame, made.sampledImages);
        made.states.insert(made.states.end(), state.begin(), state.end());
        if (made.projections > 0)
            appendSketches(sketcher, *frame, made.sketches);
    }
    made.result = stateOf(*trajectory.frames.back(), made.shape.batch);
    return made;
}

std::optional<ReplayDifference> firstDifference(const RunRecord& stored, const record::Trajectory& replay)
{
    if (replay.frames.empty() || replay.frames.front()->shape != stored.shape)
        return ReplayDifference{};
    const int both = std::min({stored.frames, replay.size(), int(stored.digests.size())});
    const SketchComparison sketches(stored);
    std::optional<ReplayDifference> found;
    for (int i = 0; i < both; ++i) {
        const record::Frame& frame = *replay.frames[std::size_t(i)];
        const std::uint64_t digest = stored.digests[std::size_t(i)];
        if (digest == 0 || !isFull(frame) || digest == digestOf(frame))
            continue;
        const std::optional<double> largest = largestOf(stored, frame, i);
        const bool isFirst = !found;
        if (isFirst) {
            found.emplace();
            found->frame = i;
            found->largest = largest;
        }
        if (largest)
            found->largestLater = std::max(found->largestLater.value_or(0), *largest);
        sketches.compare(frame, i, isFirst, *found);
    }
    if (!found && stored.frames != replay.size())
        return ReplayDifference{.frame = both};
    if (found && found->largest == 0.0)
        found->largest.reset();
    if (found && found->largestLater == 0.0)
        found->largestLater.reset();
    if (found && found->largest) {  // exact values say more
        found->about.reset();
        found->aboutLater.reset();
    }
    return found;
}

}  // namespace diffuscope::session
