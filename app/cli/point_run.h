// SPDX-License-Identifier: GPL-3.0-or-later
// "sample" of an exact model: points in double precision through the program's samplers.
#pragma once

#include "app/cli/recipe_arguments.h"

namespace diffuscope::cli {

struct PointRunArguments
{
    recipe::Recipe recipe;
    std::string tensors;  ///< safetensors: "samples" [N, d]; with frames "x_t" and "x0_hat"
    std::string csv;      ///< the samples as CSV, with the class asked for
    std::string start;    ///< CSV of x_T
    bool frames = false;
    bool isDouble = true;  ///< the type of the tensors in the file
    int threads = 0;
};

/// Samples and writes; one line on the standard error says how long it took. Throws Error.
void samplePoints(const PointRunArguments& arguments);

}  // namespace diffuscope::cli
