// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::schedule {

namespace {

using base::number;
using base::Option;
using base::OptionValues;

/// alphaBar up to a factor, over t in [0, 1].
using Curve = std::function<double(double t)>;

/// beta_i = min(1 − f((i+1)/T)/f(i/T), maximum) (Nichol & Dhariwal 2021, eq. 17).
std::vector<double> betasOf(const Curve& alphaBar, int levels, double maximum)
{
    std::vector<double> betas;
    for (int i = 0; i < levels; ++i)
        betas.push_back(
            std::min(1 - alphaBar(double(i + 1) / levels) / alphaBar(double(i) / levels), maximum));
    return betas;
}

Option maximumBeta()
{
    return Option::number(
        "max_beta", "β cap", 0.999, 0.5, 0.9999,
        "The largest share of noise one step may add; without a cap the curve would divide by zero "
        "at its end.",
        4);
}

ScheduleFamily family(std::string id, std::string displayName, std::string description,
                      std::vector<Option> options, std::function<Curve(const OptionValues&)> curve)
{
    options.push_back(maximumBeta());
    std::string name = displayName;
    auto make = [name, curve = std::move(curve)](const OptionValues& values) {
        return finished(name,
                        betasOf(curve(values), base::integer(values, "levels"), number(values, "max_beta")),
                        values);
    };
    return {std::move(id), std::move(displayName), std::move(description),
            withSharedOptions(std::move(options)), std::move(make)};
}

/// cos²((t + s)/(1 + s)·π/2) (Nichol & Dhariwal 2021, eq. 17).
Curve cosine(const OptionValues& values)
{
    const double offset = number(values, "offset");
    return [offset](double t) {
        const double root = std::cos((t + offset) / (1 + offset) * std::numbers::pi / 2);
        return root * root;
    };
}

double logistic(double x)
{
    return 1 / (1 + std::exp(-x));
}

/// (logistic(e/tau) − logistic((t(e − s) + s)/tau)) / (logistic(e/tau) − logistic(s/tau)) (Jabri et al. 2022,
/// "Scalable adaptive computation", appendix B).
Curve sigmoid(const OptionValues& values)
{
    const double start = number(values, "start");
    const double end = number(values, "end");
    const double tau = number(values, "tau");
    const double atStart = logistic(start / tau);
    const double atEnd = logistic(end / tau);
    return
        [=](double t) { return (atEnd - logistic((t * (end - start) + start) / tau)) / (atEnd - atStart); };
}

Curve exponential(const OptionValues& values)
{
    const double rate = number(values, "rate");
    return [rate](double t) { return std::exp(-rate * t); };
}

/// 1 − √(t + s) (Li et al. 2022, "Diffusion-LM", appendix A).
Curve squareRoot(const OptionValues& values)
{
    const double offset = number(values, "offset");
    return [offset](double t) { return 1 - std::sqrt(t + offset); };
}

/// √(snr/(1 + snr)) with log snr = mu − b·sgn(1/2 − t)·ln(1 − 2|1/2 − t| + 1e-6) (Hang et al. 2024, "Improved
/// noise schedule for diffusion training", in the form in which the field's programs have it).
Curve laplace(const OptionValues& values)
{
    const double scale = number(values, "scale");
    return [scale](double t) {
        const double logSnr =
            -scale * std::copysign(1.0, 0.5 - t) * std::log(1 - 2 * std::abs(0.5 - t) + 1e-6);
        return std::sqrt(logistic(logSnr));
    };
}

std::vector<Option> sigmoidOptions()
{
    return {Option::number("start", "Start", -3, -20, 0, "Where on the S the least noisy level lies.", 2),
            Option::number("end", "End", 3, 0.01, 20, "Where on the S the noisiest level lies.", 2),
            Option::number("tau", "τ", 1, 0.1, 10,
                           "How soft the S is: a smaller value makes the fall in the middle steeper.", 2)};
}

}  // namespace

std::vector<ScheduleFamily> alphaBarFamilies()
{
    return {
        family("cosine", "Cosine",
               "The share of signal falls along a squared cosine, slowly at both ends and evenly between. It "
               "leaves "
               "more levels at which something can be seen than the linear schedule does.",
               {Option::number(
                   "offset", "s", 0.008, 0, 0.5,
                   "A small shift that keeps the first steps from adding vanishingly little noise.")},
               cosine),
        family("sigmoid_alpha_bar", "Sigmoid (ᾱ)",
               "The share of signal itself falls along an S, slowly at both ends and fast in the middle. It "
               "suits "
               "large pictures, whose coarse shapes survive more noise.",
               sigmoidOptions(), sigmoid),
        family(
            "exponential", "Exponential",
            "The share of signal falls by the same factor at every step. Most of the picture is gone after "
            "the "
            "first third of the levels.",
            {Option::number("rate", "Rate", 12, 0.1, 30,
                            "How fast the signal falls: at the last level e to the minus this is left.", 2)},
            exponential),
        family("sqrt", "Square root (Diffusion-LM)",
               "The share of signal falls as one minus the square root of time, so noise rises fast at first "
               "and "
               "slowly later. It was introduced for text, where a little noise is removed too easily.",
               {Option::number("offset", "s", 1e-4, 0, 0.1,
                               "How much noise the very first level starts with.", 5)},
               squareRoot),
        family("laplace", "Laplace",
               "Most levels lie around equal parts of signal and noise, where training is most useful. A "
               "trace of the "
               "picture survives at the last level.",
               {Option::number("scale", "b", 0.5, 0.05, 2, "How widely the levels spread around equal parts.",
                               2)},
               laplace),
    };
}

}  // namespace diffuscope::schedule
