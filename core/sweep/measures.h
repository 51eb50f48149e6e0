// SPDX-License-Identifier: GPL-3.0-or-later
// What a sweep can measure of a run.
#pragma once

#include "core/record/image_batch.h"

#include <string>
#include <vector>

namespace diffuscope::sweep {

/// Which of two values is the better one.
enum class Better { lower, higher, neither };

struct Measure
{
    std::string id;     ///< as in plans and tables: "class_agreement"
    std::string title;  ///< for plots
    std::string explanation;
    Better better = Better::neither;
    /// The result is compared with that of another run.
    bool needsReference = false;
};

const std::vector<Measure>& measures();
std::vector<std::string> measureIds();
/// Throws Error(invalidOption) that names those there are.
const Measure& measureOf(const std::string& id);

/// Figures of images alone, in float64.
double meanOf(const record::ImageBatch& images);
double deviationOf(const record::ImageBatch& images);
/// The share of values outside of [-1, 1], 0 … 1.
double shareOutside(const record::ImageBatch& images);
/// The root mean square of the difference. Throws Error(invalidOption) for other shapes.
double rmsBetween(const record::ImageBatch& a, const record::ImageBatch& b);

}  // namespace diffuscope::sweep
