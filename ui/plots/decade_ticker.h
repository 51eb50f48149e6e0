// SPDX-License-Identifier: GPL-3.0-or-later
// Ticks of a logarithmic axis: labels at powers of ten, small ticks between them at every scale.
#pragma once

#include "ui/theme/plot_library.h"

namespace diffuscope::ui {

/// Labels every decade, or every second, third … where there are more than fit; small ticks at 2 … 9 within a
/// decade, or at the decades without a label. (QCPAxisTickerLog crowds its small ticks where it skips
/// decades.)
class DecadeTicker : public QCPAxisTicker
{
public:
    void generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision,
                  QVector<double>& ticks, QVector<double>* subTicks, QVector<QString>* tickLabels) override;
};

}  // namespace diffuscope::ui
