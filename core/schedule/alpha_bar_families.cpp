#include "core/schedule/schedule_families.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::schedule {

namespace {

using registry::number;
using registry::Option;
using registry::OptionValues;

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
        return finished(
            name, betasOf(curve(values), registry::integer(values, "levels"), number(values, "max_beta")),
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
    };
}

}  // namespace diffuscope::schedule
