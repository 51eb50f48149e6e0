// SPDX-License-Identifier: GPL-3.0-or-later
// What a session file keeps of a run: enough to show its result at once, and to find the first frame at which
// a replay differs, and by how much.
#pragma once

#include "core/record/trajectory.h"
#include "core/session/state_sketch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::session {

struct RunRecord
{
    record::BatchShape shape{};  ///< of the run
    int frames = 0;              ///< of the run; the last is the result
    /// Of all values of each frame's state at full precision, 0 where the frame was kept at half precision.
    std::vector<std::uint64_t> digests{};
    /// How many images, from the first on, `states` holds.
    int sampledImages = 0;
    /// x_t [frames, sampledImages, C, H, W]; empty where only digests were kept.
    std::vector<float> states{};
    /// x_t of the result [batch, C, H, W].
    std::vector<float> result{};
    /// Of each image of each frame (see state_sketch.h); 0 in files of older versions.
    int projections = 0;
    /// [frames, batch, projections]
    std::vector<float> sketches{};

    /// The result as a frame, to be shown before the run is computed again; null where it was not kept.
    record::FramePtr resultFrame() const;
};

/// Of a run's states a file keeps about this many bytes, and of its sketches.
constexpr std::size_t usualStateBytes = std::size_t(256) << 10;

/// The record of a complete run. Its `states` are of as many images as fit into `mostStateBytes`; of one
/// where not even one fits but takes at most sixteen times as much, otherwise of none. Its sketches have as
/// many projections as fit into as much, up to usualProjections; one under the same condition.
RunRecord recordOf(const record::Trajectory& trajectory, std::size_t mostStateBytes = usualStateBytes);

/// The digest of a frame's state (64-bit FNV-1a over the floats' bits, never 0).
std::uint64_t digestOf(const record::Frame& frame);

/// Where a replay first differs from what was stored.
struct ReplayDifference
{
    int frame = 0;
    /// The largest difference of x_t over the images that were stored; absent where those are the same and
    /// another image differs, and where none were stored.
    std::optional<double> largest{};
    /// The same over all frames from that one on.
    std::optional<double> largestLater{};
    /// Where `largest` is absent: the image that differs most at that frame, by its sketch, and about how far
    /// (see SketchDifference). Absent where there are no sketches.
    std::optional<SketchDifference> about{};
    /// The largest such estimate over all frames from that one on; absent with `about`.
    std::optional<double> aboutLater{};
};

/// Compares frame by frame, bit for bit. Absent where the replay is the stored run. A replay with another
/// number of frames or another shape differs at the first frame that one of them lacks, or at 0.
std::optional<ReplayDifference> firstDifference(const RunRecord& stored, const record::Trajectory& replay);

}  // namespace diffuscope::session
