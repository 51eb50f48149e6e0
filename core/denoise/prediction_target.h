// What a network was trained to output, by name.
#pragma once

#include <string>

namespace diffuscope::denoise {

/// eps: the added noise (Ho 2020); x0: the clean image; v: alpha·eps − sigma·x0 (Salimans & Ho 2022).
enum class PredictionTarget { eps, x0, v };

/// "eps", "x0", "v".
std::string toString(PredictionTarget target);

/// From the names above; throws Error(invalidOption) that lists them.
PredictionTarget predictionTarget(const std::string& name);

}  // namespace diffuscope::denoise
