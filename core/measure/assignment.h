// SPDX-License-Identifier: GPL-3.0-or-later
// The cheapest one-to-one pairing of two sets of equal size.
#pragma once

#include <span>
#include <vector>

namespace diffuscope::measure {

/// For each row the column it is paired with, so that the sum of costs is least. `cost`: [n, n], row by row,
/// finite. Shortest augmenting paths after a column reduction (Jonker & Volgenant 1987, "A shortest
/// augmenting path algorithm for dense and sparse linear assignment problems"); O(n³), a second for n =
/// 2,000.
std::vector<int> cheapestPairing(std::span<const double> cost, int n);

}  // namespace diffuscope::measure
