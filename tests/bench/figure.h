// SPDX-License-Identifier: GPL-3.0-or-later
// One measured number beside its goal, and the table that a person reads.
#pragma once

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace diffuscope::bench {

struct Figure
{
    std::string name;
    double value = 0;
    std::string unit;
    /// The largest value that meets the goal; absent where there is none.
    std::optional<double> goal{};
    /// The smallest that does, where more is better.
    std::optional<double> least{};

    bool meetsGoal() const { return (!goal || value <= *goal) && (!least || value >= *least); }
};

/// Milliseconds of wall time since `start`.
inline double msSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// The p-th percentile (0 … 100) by nearest rank; `values` must not be empty.
double percentile(std::vector<double> values, double p);
inline double median(const std::vector<double>& values)
{
    return percentile(values, 50);
}

/// One line: name, value, and the goal with whether it is met.
void print(std::ostream& out, const Figure& figure);

}  // namespace diffuscope::bench
