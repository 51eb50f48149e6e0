// SPDX-License-Identifier: GPL-3.0-or-later
// A trained small network as a field of points: its score and estimate beside the exact ones. No torch in
// here.
#pragma once

#include "core/denoise/prediction_target.h"
#include "core/model/exact/exact_field.h"
#include "core/model/mlp/mlp.h"
#include "core/schedule/noise_schedule.h"

#include <string>

namespace diffuscope::model {

class LearnedField final : public PointField
{
public:
    /// `net` was trained on `schedule` to output `target`: eps, x0, v or flow. Throws Error(invalidOption)
    /// for edm, and for v and flow on a schedule of the other kind.
    LearnedField(Mlp net, denoise::PredictionTarget target, schedule::ScheduleSpec schedule);

    const Mlp& net() const { return m_net; }
    denoise::PredictionTarget target() const { return m_target; }
    const schedule::ScheduleSpec& scheduleSpec() const { return m_spec; }
    const schedule::NoiseSchedule& schedule() const { return m_schedule; }

    int dimensions() const override { return m_net.config().dimensions; }
    int classes() const override { return m_net.config().classes; }
    /// At levels of another schedule the network is asked at the level of its own with the same sigma/alpha.
    void estimate(const schedule::NoiseLevel& level, std::span<const double> points, double* x0Hat,
                  double* epsHat, int label, int threads) const override;
    void requireClass(int label) const override;

    /// −epsHat/sigma, [N, dimensions].
    std::vector<double> score(const schedule::NoiseLevel& level, std::span<const double> points,
                              int label = -1) const;

private:
    Mlp m_net;
    denoise::PredictionTarget m_target;
    schedule::ScheduleSpec m_spec;
    schedule::NoiseSchedule m_schedule;
};

/// The difference of a learned score from the exact one at one level, weighted by p_t.
struct FieldError
{
    double meanSquare = 0;  ///< E ‖s_learned − s_exact‖² over exact samples of p_t
    double relative = 0;    ///< √(meanSquare / E ‖s_exact‖²)
};

/// Over `samples` exact samples of p_t.
FieldError fieldError(const LearnedField& learned, const ExactField& exact, const schedule::NoiseLevel& level,
                      int samples = 1000, std::uint64_t seed = 1, int label = -1);

}  // namespace diffuscope::model
