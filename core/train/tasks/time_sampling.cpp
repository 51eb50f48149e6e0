// SPDX-License-Identifier: GPL-3.0-or-later
// The distributions of training times.
#include "core/train/tasks/time_sampling.h"

#include "core/base/error.h"
#include "core/train/tasks/level_table.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::train {
namespace {

constexpr double mostSnr = 5.0;

/// The density of level k under a normal distribution of log(sigma/alpha); levels are not evenly spaced in
/// it.
double normalWeight(const schedule::NoiseSchedule& schedule, int level, const TrainingOptions& options)
{
    const auto logRatio = [&schedule](int at) {
        const auto known = schedule.level(at);
        return std::log(known.sigma) - std::log(known.alpha);
    };
    const int before = std::max(0, level - 1), after = std::min(schedule.levels() - 1, level + 1);
    const double width = (logRatio(after) - logRatio(before)) / std::max(1, after - before);
    const double distance = (logRatio(level) - options.timesMean) / options.timesSpread;
    const double weight = std::exp(-distance * distance / 2) * width;
    return std::isfinite(weight) ? weight : 0.0;
}

/// What a drawn level is worth relative to a uniform one: the weight of its error in the network's target.
double snrWeight(const schedule::NoiseSchedule& schedule, int level, const std::string& target)
{
    const auto known = schedule.level(level);
    const double snr = known.alpha * known.alpha / (known.sigma * known.sigma);
    const double ofX0 = std::min(snr, mostSnr);
    if (target == "x0")
        return ofX0;
    // An error e of eps is one of e/√SNR of x0; of v or the flow, one of e·sigma (Hang et al. 2023,
    // section 3.4).
    return target == "eps" ? ofX0 / snr : ofX0 / (snr + 1.0);
}

}  // namespace

TimeSampling::TimeSampling(const TrainingOptions& options) : m_levels(options.levels)
{
    if (options.times == "uniform")
        return;
    if (options.times != "logit-normal" && options.times != "snr")
        throw Error(ErrorCode::invalidOption,
                    "The trainer has no distribution of times \"" + options.times + "\".",
                    "Use uniform, logit-normal or snr.");
    const auto schedule = trainingSchedule(options);
    double sum = 0.0;
    for (int level = 0; level < m_levels; ++level) {
        sum += options.times == "snr" ? snrWeight(schedule, level, options.target)
                                      : normalWeight(schedule, level, options);
        m_cumulative.push_back(sum);
    }
    if (!(sum > 0.0) || !std::isfinite(sum))
        throw Error(ErrorCode::invalidOption, "No noise level has any weight in the distribution of times.",
                    "Choose a mean that the schedule's levels reach, or uniform times.");
}

std::int64_t TimeSampling::levelAt(double fraction) const
{
    if (m_cumulative.empty())
        return static_cast<std::int64_t>(fraction * m_levels);
    const auto found =
        std::upper_bound(m_cumulative.begin(), m_cumulative.end(), fraction * m_cumulative.back());
    return std::min<std::int64_t>(found - m_cumulative.begin(), m_levels - 1);
}

}  // namespace diffuscope::train
