// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/figure.h"

#include <algorithm>
#include <cmath>
#include <iomanip>

namespace diffuscope::bench {

double percentile(std::vector<double> values, double p)
{
    std::ranges::sort(values);
    const double rank = std::ceil(p / 100 * double(values.size()));
    return values.at(std::size_t(std::max(rank, 1.0)) - 1);
}

void print(std::ostream& out, const Figure& figure)
{
    const int decimals = figure.value < 10 ? 3 : figure.value < 100 ? 2 : 1;
    out << "  " << std::left << std::setw(52) << figure.name << std::right << std::fixed << std::setw(9)
        << std::setprecision(decimals) << figure.value << ' ' << std::left << std::setw(9) << figure.unit;
    if (figure.goal || figure.least)
        out << (figure.goal ? "  goal ≤ " : "  goal ≥ ") << std::defaultfloat << std::setprecision(6)
            << (figure.goal ? *figure.goal : *figure.least) << (figure.meetsGoal() ? "   met" : "   MISSED");
    out << '\n' << std::flush;
}

}  // namespace diffuscope::bench
