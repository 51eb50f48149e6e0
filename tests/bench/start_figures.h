// SPDX-License-Identifier: GPL-3.0-or-later
// How long the program takes from its start to its first sampled image.
#pragma once

#include "tests/bench/figure.h"

#include <QString>

namespace diffuscope::bench {

/// Starts `program` anew `rounds` times with settings of its own. Throws std::runtime_error where it shows no
/// image.
std::vector<Figure> startFigures(const QString& program, const QString& model, int rounds);

}  // namespace diffuscope::bench
