// SPDX-License-Identifier: GPL-3.0-or-later
// DPM-Solver-12 and DPM-Solver-23 with adaptive steps: Lu et al. 2022, DPM-Solver, appendix C.
#include "core/samplers/adaptive.h"
#include "core/samplers/equation_letters.h"
#include "core/samplers/probability_flow.h"
#include "core/samplers/sampler_entry.h"
#include "core/samplers/singlestep.h"

#include <cmath>

namespace diffuscope::samplers {

namespace {

using base::Option;

/// How steps are accepted and lengthened.
struct StepControl
{
    bool pid = false;  ///< by the last three errors (Söderlind 2003), as other programs do; else by the last
    double safety = 0.9;
    double p = 0, i = 1, d = 0;
    double acceptedFrom = 0.81;
};

/// Keeps the errors of accepted steps and says by which factor the next step is longer.
class PidController
{
public:
    PidController(const StepControl& control, double order)
        : m_newest((control.p + control.i + control.d) / order),
          m_middle(-(control.p + 2 * control.d) / order),
          m_oldest(control.d / order),
          m_acceptedFrom(control.acceptedFrom)
    {
    }

    struct Verdict
    {
        bool accepted;
        double factor;
    };
    Verdict judge(double error)
    {
        const double inverse = 1 / (error + 1e-8);
        if (m_last == 0)
            m_last = m_lastButOne = inverse;
        const double factor =
            std::pow(inverse, m_newest) * std::pow(m_last, m_middle) * std::pow(m_lastButOne, m_oldest);
        const double limited = 1 + std::atan(factor - 1);
        const bool accepted = limited >= m_acceptedFrom;
        if (accepted) {
            m_lastButOne = m_last;
            m_last = inverse;
        }
        return {accepted, limited};
    }

private:
    double m_newest, m_middle, m_oldest;
    double m_acceptedFrom;
    double m_last = 0;
    double m_lastButOne = 0;
};

class DpmAdaptive final : public Sampler
{
public:
    DpmAdaptive(int order, Tolerance tolerance, StepControl control, double eta, double noiseFactor)
        : m_order(order),
          m_tolerance(tolerance),
          m_control(control),
          m_eta(eta),
          m_noiseFactor(noiseFactor),
          m_pid(control, eta > 0 ? 1.5 : order)
    {
    }

    Tensor step(const Tensor& x, const StepContext& step) override
    {
        const NoiseLevel target = lastNoisyLevel(step);
        const Tensor state = m_control.pid ? withPid(x, target, step) : asInThePaper(x, target, step);
        return step.next.isClean() ? step.next.alpha * step.denoise(state, target).x0Hat : state;
    }

private:
    Tensor asInThePaper(const Tensor& x, const NoiseLevel& target, const StepContext& step)
    {
        Tensor state = x;
        NoiseLevel level = step.level;
        Tensor previous = m_previous.defined() ? m_previous : x;
        while (level.lambda() < target.lambda()) {
            const double left = target.lambda() - level.lambda();
            const double h = std::min(m_h, left);
            const NoiseLevel end = h == left ? target : levelOfLambda(step.schedule, level.lambda() + h);
            const Pair pair = bothOrders(state, level, end, step);
            const double error = errorNormOfMaximum(pair.high - pair.low, pair.low, previous, m_tolerance);
            if (error <= 1) {
                state = pair.high;
                previous = pair.low;
                level = end;
            }
            const double growth =
                std::clamp(m_control.safety * std::pow(std::max(error, 1e-10), -1.0 / m_order), 0.1, 5.0);
            m_h = error <= 1 && h < m_h ? m_h : h * growth;
            checkProgress("DPM-Solver adaptive", m_h);
        }
        m_previous = previous;
        return state;
    }

    /// As in k-diffusion (sample_dpm_adaptive): in y = x/alpha, the error a mean over the whole batch.
    Tensor withPid(const Tensor& x, const NoiseLevel& target, const StepContext& step)
    {
        constexpr double closeEnough = 1e-5;
        Tensor state = x;
        NoiseLevel level = step.level;
        Tensor previous = m_previous.defined() ? m_previous : x / level.alpha;
        while (level.lambda() < target.lambda() - closeEnough) {
            const double wanted = level.lambda() + m_h;
            const NoiseLevel end = wanted >= target.lambda() ? target : levelOfLambda(step.schedule, wanted);
            NoiseLevel lower = end;
            if (m_eta > 0) {
                const double down = ancestralSplit(level.noiseToSignal(), end.noiseToSignal(), m_eta).down;
                lower = down <= target.noiseToSignal() ? target : step.schedule.levelOfNoiseToSignal(down);
            }
            const Pair pair = bothOrders(state, level, lower, step);
            const Tensor low = pair.low / lower.alpha, high = pair.high / lower.alpha;
            const Tensor allowed = (m_tolerance.relative * torch::max(low.abs(), previous.abs()))
                                       .clamp_min(m_tolerance.absolute);
            const double error = ((low - high) / allowed).square().mean().sqrt().item<double>();
            const auto verdict = m_pid.judge(error);
            m_h *= verdict.factor;
            checkProgress("DPM-Solver adaptive", m_h);
            if (!verdict.accepted)
                continue;
            previous = low;
            const double up2 = std::pow(end.noiseToSignal(), 2) - std::pow(lower.noiseToSignal(), 2);
            state = end.alpha * high;
            if (m_eta > 0 && up2 > 0)
                state = state + (end.alpha * std::sqrt(up2) * m_noiseFactor) * step.noise();
            level = end;
        }
        m_previous = previous;
        return state;
    }

    struct Pair
    {
        Tensor low;
        Tensor high;
    };

    /// The solutions of two orders that share their evaluations: DPM-Solver-1 and 2 (r1 = 1/2), or 2 and 3
    /// (r1 = 1/3, r2 = 2/3). With PID control inner levels take the Taylor form of algorithm 2, line 5.
    Pair bothOrders(const Tensor& x, const NoiseLevel& from, const NoiseLevel& to,
                    const StepContext& step) const
    {
        const auto update = [&](const std::vector<StagePrediction>& made, const NoiseLevel& level) {
            return singlestepUpdate(Extrapolated::noise, false, x, made, level);
        };
        const auto inner = [&](const std::vector<StagePrediction>& made, const NoiseLevel& level) {
            return singlestepUpdate(Extrapolated::noise, m_control.pid, x, made, level);
        };
        std::vector<StagePrediction> made{{from, step.denoise(x, from)}};
        Tensor low;
        for (int stage = 1; stage < m_order; ++stage) {
            if (stage + 1 == m_order)
                low = update(made, to);
            const double lambda = from.lambda() + (to.lambda() - from.lambda()) * stage / m_order;
            const NoiseLevel level = levelOfLambda(step.schedule, lambda);
            made.push_back({level, step.denoise(inner(made, level), level)});
        }
        return {low, update(made, to)};
    }

    int m_order;
    Tolerance m_tolerance;
    StepControl m_control;
    double m_eta;
    double m_noiseFactor;
    PidController m_pid;
    double m_h = 0.05;  ///< the next step in lambda, kept from one level of the grid to the next
    Tensor m_previous{};
};

int orderOf(const base::OptionValues& values)
{
    return base::text(values, "pair") == "12" ? 2 : 3;
}

/// As many evaluations an attempt as its order, at 0, 1/order, 2/order, … of it.
std::vector<SubStep> dpmAttempts(const std::vector<double>& lambdas, const base::OptionValues& values)
{
    std::vector<SubStep> attempts;
    const int stages = orderOf(values);
    const auto count = std::size_t(stages);
    for (std::size_t first = 0; first + count <= lambdas.size(); first += count) {
        const double from = lambdas[first];
        attempts.push_back({from, from + (lambdas[first + 1] - from) * stages});
    }
    return attempts;
}

SamplerEquation dpmAdaptiveEquation(const base::OptionValues&)
{
    using namespace letters;
    return {letters::next + ratioOfAlphas + " " + x + " − σ_{t−1} (e^{h}−1) D",
            {R"(D\rm{ of two orders; their difference sets the length of each sub-step})"},
            "Lu et al. 2022, appendix C"};
}

}  // namespace

SamplerEntry dpmAdaptive()
{
    std::vector<Option> options{
        Option::choice("pair", "Orders", "23", {{"12", "1 and 2"}, {"23", "2 and 3"}},
                       "The two orders that are compared."),
        Option::number("rtol", "Relative tolerance", 0.05, 1e-6, 1,
                       "Allowed difference relative to the state.", 6),
        Option::number("atol", "Absolute tolerance", 0.0078, 1e-6, 1,
                       "Allowed difference where the state is near 0; 0.0078 is one step of 256 grey levels.",
                       6),
        Option::number("theta", "θ", 0.9, 0.1, 0.99,
                       "How cautious the next step is: the share of the length that would just do.", 2),
        Option::choice(
            "controller", "Step control", "paper", {{"paper", "As in the paper"}, {"pid", "PID"}},
            "What sets the length of the next step: the last error of the worst image, or the last "
            "three of the whole batch, as some other programs do.")
            .forCompatibility()};
    const auto pidOption = [&](const char* id, const char* name, double value, double most,
                               const char* explanation) {
        options.push_back(Option::number(id, name, value, 0, most, explanation, 2).forCompatibility());
    };
    pidOption("pcoeff", "P", 0, 10, "With PID control, the weight of the last error.");
    pidOption("icoeff", "I", 1, 10, "With PID control, the weight of the sum of errors.");
    pidOption("dcoeff", "D", 0, 10, "With PID control, the weight of the change of the error.");
    pidOption("accept_safety", "Accepted from", 0.81, 1,
              "With PID control, the least factor of the step's length with which a step is accepted.");
    pidOption("eta", "η", 0, 1, "With PID control, the share of fresh noise in each step.");
    pidOption("noise_factor", "S noise", 1, 2, "With PID control, the factor of the fresh noise.");
    return {{.id = "dpm_adaptive",
             .displayName = "DPM-Solver adaptive",
             .family = "Adaptive",
             .source = "Lu et al. 2022, DPM-Solver, appendix C (DPM-Solver-12, DPM-Solver-23)",
             .description = "Compares DPM-Solver of two orders and lengthens or shortens each step by their "
                            "difference. The grid only says where it stops to be looked at.",
             .order = 3,
             .evaluationsPerStep = 3,
             .stochastic = false,
             .options = std::move(options),
             .adaptive = true,
             .keepsHiddenState = true,
             .needs = [](const auto&) { return GridNeeds{.signal = true}; },
             .equation = dpmAdaptiveEquation,
             .dependsOnValues = [](const auto&) { return true; },
             .attempts = dpmAttempts},
            [](const base::OptionValues& values, const schedule::NoiseSchedule&, const schedule::TimeGrid&) {
                const auto number = [&](const char* id) { return base::number(values, id); };
                return std::make_unique<DpmAdaptive>(
                    orderOf(values), Tolerance{number("rtol"), number("atol")},
                    StepControl{.pid = base::text(values, "controller") == "pid",
                                .safety = number("theta"),
                                .p = number("pcoeff"),
                                .i = number("icoeff"),
                                .d = number("dcoeff"),
                                .acceptedFrom = number("accept_safety")},
                    number("eta"), number("noise_factor"));
            }};
}

}  // namespace diffuscope::samplers
