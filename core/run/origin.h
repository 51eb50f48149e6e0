// SPDX-License-Identifier: GPL-3.0-or-later
// What a run needs of another run to go on from one of its frames. No torch in here.
#pragma once

#include "core/record/trajectory.h"
#include "core/samplers/step_terms.h"
#include "core/schedule/noise_schedule.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::run {

/// The beginning of a run: its frames 0 … k, of which the last is gone on from.
struct Origin
{
    std::vector<record::FramePtr> frames;
    /// That the run was sampled on.
    std::shared_ptr<const schedule::NoiseSchedule> schedule;
    /// Of the noise of each of the steps 0 … k − 1.
    std::vector<std::uint64_t> seeds;
    /// Of (at least) the steps 0 … k − 1; null or shorter where they are not known.
    std::shared_ptr<const std::vector<samplers::StepTerms>> terms{};

    int frame() const { return int(frames.size()) - 1; }
};

/// How a run is to begin, beyond what its recipe says.
struct RunStart
{
    /// Null for noise of the seed.
    std::shared_ptr<const Origin> origin{};
    /// The state itself at the grid's first level, [batch, channels, height, width] row by row; null for
    /// noise of the seed. Not together with `origin`.
    std::shared_ptr<const std::vector<double>> state{};
    /// This frame and those before it that a branch may look at keep full precision, whatever the memory
    /// budget says.
    std::optional<int> exactFrame{};
};

/// No multistep sampler looks at more predictions than this.
constexpr int longestHistory = 8;

/// Whether frames 0 … k are there, and k and what a multistep sampler looks at before it are at full
/// precision: a run can then go on from k exactly as the one that was recorded.
inline bool canContinueExactly(const std::vector<record::FramePtr>& frames, int k)
{
    if (k < 0 || std::size_t(k) >= frames.size())
        return false;
    for (int i = k > longestHistory ? k - longestHistory : 0; i <= k; ++i)
        if (frames[std::size_t(i)]->xt.precision() != record::Precision::full)
            return false;
    return true;
}

/// What a sampler that remembers earlier steps does at a branch.
enum class BranchHistory {
    notNeeded,  ///< it looks at nothing but the state
    replayed,   ///< it was shown the recorded steps, and goes on as if it had made them
    restarted,  ///< the record does not hold what it remembers: it starts anew
};

/// One sentence on that, for a person; empty for notNeeded.
std::string branchHistoryText(BranchHistory history, const std::string& samplerName);

}  // namespace diffuscope::run
