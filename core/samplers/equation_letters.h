// SPDX-License-Identifier: GPL-3.0-or-later
// The letters that the equations of all samplers share, in the markup of sampler_equation.h.
#pragma once

#include "core/samplers/sampler_equation.h"

#include <string>

namespace diffuscope::samplers::letters {

inline const std::string next = "x_{t−1} = ";
inline const std::string x = R"(\xt{x_{t}})";
inline const std::string x0 = R"(\xo{\hat{x}_{0}})";
inline const std::string x0Before = R"(\xo{\hat{x}_{0,t+1}})";
/// Without the condition, where samplers mix the two themselves.
inline const std::string u0 = R"(\xo{\hat{u}_{0}})";
inline const std::string u0Before = R"(\xo{\hat{u}_{0,t+1}})";
inline const std::string eps = R"(\ep{\hat{ε}})";
inline const std::string epsBefore = R"(\ep{\hat{ε}_{t+1}})";
inline const std::string z = R"(\nz{z})";
/// α_{t−1}/α_{t} and σ_{t−1}/σ_{t}.
inline const std::string ratioOfAlphas = R"(\frac{α_{t−1}}{α_{t}})";
inline const std::string ratioOfSigmas = R"(\frac{σ_{t−1}}{σ_{t}})";

inline const std::string ratioOfNoise = "k = σ/α";
/// The two parts of an ancestral step in k.
inline const std::string kUp = R"(k_{↑} = η k_{t−1} \sqrt{1−k_{t−1}^{2}/k_{t}^{2}})";
inline const std::string kDown = R"(k_{↓} = \sqrt{k_{t−1}^{2}−k_{↑}^{2}})";
inline const std::string earlierSteps =
    R"(t+1\rm{ marks estimates of the step before; first steps use the few there are})";
inline const std::string stepLength = R"(h = λ_{t−1}−λ_{t}, λ = \rm{log}(α/σ))";
inline const std::string beforeIsLast =
    R"(t+1\rm{ marks estimates of the step before; the first step takes }D\rm{ = the one there is})";
inline const std::string churnLifts =
    R"(\rm{first, noise })" + z + R"(\rm{ lifts }k_{t}\rm{ a little (churn)})";
/// −σ_{t−1}(e^h − 1) and −α_{t−1}(e^−h − 1): the factors of a constant estimate.
inline const std::string noiseFactor = "− σ_{t−1} (e^{h}−1) ";
inline const std::string imageFactor = "+ α_{t−1} (1−e^{−h}) ";

/// The estimate of evaluation `number` (2, 3, …) of the step.
inline std::string x0At(int number)
{
    return R"(\xo{\hat{x}_{0}^{()" + std::to_string(number) + ")}}";
}
inline std::string epsAt(int number)
{
    return R"(\ep{\hat{ε}^{()" + std::to_string(number) + ")}}";
}

/// D of two estimates, (1 + 1/2r)·m − 1/2r·m_before.
inline std::string extrapolated(const std::string& now, const std::string& before)
{
    return R"(D = (1+\frac{1}{2r}) )" + now + R"( − \frac{1}{2r} )" + before +
           R"(, r = \frac{λ_{t}−λ_{t+1}}{h})";
}

}  // namespace diffuscope::samplers::letters
