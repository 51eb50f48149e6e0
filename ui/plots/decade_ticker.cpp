// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/decade_ticker.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

void DecadeTicker::generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision,
                            QVector<double>& ticks, QVector<double>* subTicks, QVector<QString>* tickLabels)
{
    ticks.clear();
    if (subTicks)
        subTicks->clear();
    if (tickLabels)
        tickLabels->clear();
    if (!(range.lower > 0) || !(range.upper > range.lower))
        return;
    const int first = int(std::floor(std::log10(range.lower)));
    const int last = int(std::ceil(std::log10(range.upper)));
    const int stride = std::max(1, int(std::ceil(double(last - first) / std::max(tickCount(), 1))));
    const auto add = [&range](QVector<double>& places, double place) {
        if (range.contains(place))
            places.append(place);
    };
    for (int power = first; power <= last; ++power) {
        const double decade = std::pow(10.0, power);
        // Multiples of the stride, so that 10⁰ has a label wherever it is in view.
        const bool isLabelled = power % stride == 0;
        if (isLabelled)
            add(ticks, decade);
        if (!subTicks)
            continue;
        if (!isLabelled)
            add(*subTicks, decade);
        for (int digit = 2; stride == 1 && digit <= 9; ++digit)
            add(*subTicks, digit * decade);
    }
    if (tickLabels)
        *tickLabels = createLabelVector(ticks, locale, formatChar, precision);
}

}  // namespace diffuscope::ui
