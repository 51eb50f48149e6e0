// SPDX-License-Identifier: GPL-3.0-or-later
// The general second-order method in any time and scaling: Karras et al. 2022, algorithms 1 and 2, appendix B
// and table 1 (EDM, ablation_sampler).
#include "core/samplers/churn.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/sampler_entry.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

enum class TimeOfSigma { sigma, variance, vp };

/// sigma(t) and s(t) of table 1, with sigma short for sigma/alpha: the state is s·y, y = x/alpha.
class EdmTime
{
public:
    /// `most` and `least` are the sigmas at t = 1 and 0.001 of the VP time.
    EdmTime(TimeOfSigma time, bool scaled, double most, double least) : m_time(time), m_scaled(scaled)
    {
        const double start = 1e-3;
        const double high = std::log1p(most * most), low = std::log1p(least * least);
        m_slope = 2 * (low / start - high) / (start - 1);
        m_start = high - 0.5 * m_slope;
    }

    double time(double k) const
    {
        switch (m_time) {
            case TimeOfSigma::sigma:
                return k;
            case TimeOfSigma::variance:
                return k * k;
            case TimeOfSigma::vp:
                break;
        }
        return (std::sqrt(m_start * m_start + 2 * m_slope * std::log1p(k * k)) - m_start) / m_slope;
    }
    double sigma(double t) const
    {
        switch (m_time) {
            case TimeOfSigma::sigma:
                return t;
            case TimeOfSigma::variance:
                return std::sqrt(t);
            case TimeOfSigma::vp:
                break;
        }
        return std::sqrt(std::expm1(0.5 * m_slope * t * t + m_start * t));
    }
    double sigmaRate(double t) const
    {
        switch (m_time) {
            case TimeOfSigma::sigma:
                return 1;
            case TimeOfSigma::variance:
                return 0.5 / std::sqrt(t);
            case TimeOfSigma::vp:
                break;
        }
        return 0.5 * (m_start + m_slope * t) * (sigma(t) + 1 / sigma(t));
    }
    double scale(double t) const { return m_scaled ? 1 / std::sqrt(1 + sigma(t) * sigma(t)) : 1; }
    double scaleRate(double t) const
    {
        return m_scaled ? -sigma(t) * sigmaRate(t) * std::pow(scale(t), 3) : 0;
    }

private:
    TimeOfSigma m_time;
    bool m_scaled;
    double m_slope = 0;
    double m_start = 0;
};

class EdmAblation final : public Sampler
{
public:
    EdmAblation(EdmTime time, bool euler, double alpha, Churn churn)
        : m_time(time), m_euler(euler), m_alpha(alpha), m_churn(churn)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const ChurnedState hat = churned(m_churn, x, step);
        const double from = m_time.time(hat.level.noiseToSignal());
        const double h = (step.next.isClean() ? 0 : m_time.time(step.next.noiseToSignal())) - from;
        const Tensor start = (m_time.scale(from) / hat.level.alpha) * hat.x;
        const Tensor d = slope(start, from, step.denoise(hat.x, hat.level));
        const auto inX = [&](const Tensor& state) {
            const double t = step.next.isClean() ? 0 : m_time.time(step.next.noiseToSignal());
            return (step.next.alpha / (step.next.isClean() ? 1 : m_time.scale(t))) * state;
        };
        if (m_euler || step.isLast())
            return inX(start + h * d);
        // Between Euler and Heun: a look at the share alpha of the step.
        const double there = from + m_alpha * h;
        const NoiseLevel inner = step.schedule.levelOfNoiseToSignal(m_time.sigma(there));
        const Tensor state = start + (m_alpha * h) * d;
        const Tensor second =
            slope(state, there, step.denoise((inner.alpha / m_time.scale(there)) * state, inner));
        return inX(start + h * ((1 - 1 / (2 * m_alpha)) * d + (1 / (2 * m_alpha)) * second));
    }

private:
    /// Algorithm 1, line 4.
    Tensor slope(const Tensor& state, double t, const Prediction& prediction) const
    {
        const double rate = m_time.sigmaRate(t) / m_time.sigma(t);
        return (rate + m_time.scaleRate(t) / m_time.scale(t)) * state -
               (rate * m_time.scale(t)) * prediction.x0Hat;
    }

    EdmTime m_time;
    bool m_euler;
    double m_alpha;
    Churn m_churn;
};

SamplerEquation edmAblationEquation(const base::OptionValues& values)
{
    using namespace letters;
    std::vector<std::string> where{
        R"(d = \frac{dy}{dτ}, y = s \frac{x}{α}\rm{, in the chosen time }τ(k)\rm{ and scaling }s)",
        R"(d^{(2)}\rm{ is asked at the share }α_{2}\rm{ of the step; }h = τ_{t−1}−τ_{t})", ratioOfNoise};
    if (base::number(values, "churn") > 0)
        where.push_back(churnLifts);
    return {R"(y_{t−1} = y_{t} + h ((1−\frac{1}{2α_{2}}) d + \frac{1}{2α_{2}} d^{(2)}))", where,
            "Karras et al. 2022, algorithms 1 and 2"};
}

std::vector<Option> edmAblationOptions()
{
    std::vector<Option> options{
        Option::choice("solver", "Order", "heun", {{"heun", "Second"}, {"euler", "First (Euler)"}},
                       "Whether a step looks at the slope once or twice."),
        Option::number("alpha", "α₂", 1, 0.1, 1,
                       "The share of a step after which the second look is taken: 1 is Heun, 1/2 the "
                       "midpoint, 2/3 Ralston.",
                       3),
        Option::choice("time", "Time", "linear", {{"linear", "σ"}, {"ve", "σ²"}, {"vp", "Time of a VP-SDE"}},
                       "The time in which the steps are straight."),
        Option::choice("scaling", "Scaling", "none", {{"none", "x/α"}, {"vp", "x of a VP-SDE"}},
                       "The scale of the state in which the steps are straight."),
    };
    for (Option& option : churnOptions())
        options.push_back(std::move(option));
    return options;
}

EdmTime edmTimeFrom(const base::OptionValues& values, const schedule::NoiseSchedule& schedule)
{
    const std::string& name = base::text(values, "time");
    const TimeOfSigma time = name == "ve"   ? TimeOfSigma::variance
                             : name == "vp" ? TimeOfSigma::vp
                                            : TimeOfSigma::sigma;
    return EdmTime(time, base::text(values, "scaling") == "vp",
                   schedule.level(schedule.levels() - 1).noiseToSignal(), schedule.level(0).noiseToSignal());
}

}  // namespace

SamplerEntry edmAblation()
{
    return {
        {.id = "edm_ablation",
         .displayName = "EDM general",
         .family = "ODE solvers in sigma",
         .source = "Karras et al. 2022, Elucidating the Design Space, algorithms 1 and 2, table 1; EDM, "
                   "ablation_sampler",
         .description = "The general second-order method of the EDM paper in the time and scaling that you "
                        "choose. It shows what the choice of Karras et al. gains over those before.",
         .order = 2,
         .evaluationsPerStep = 2,
         .stochastic = false,
         .options = edmAblationOptions(),
         .needs = [](const auto&) { return GridNeeds{.signal = true}; },
         .equation = edmAblationEquation,
         .asksAboutChurnedState = [](const auto& values) { return base::number(values, "churn") > 0; }},
        [](const base::OptionValues& values, const schedule::NoiseSchedule& schedule,
           const schedule::TimeGrid&) {
            return std::make_unique<EdmAblation>(
                edmTimeFrom(values, schedule), base::text(values, "solver") == "euler",
                base::number(values, "alpha"), churnFrom("EDM general", values));
        }};
}

}  // namespace diffuscope::samplers
