// The letters that the equations of all samplers share, in the markup of sampler_equations.h.
#pragma once

#include "core/explain/sampler_equations.h"

#include <string>

namespace diffuscope::explain::letters {

inline const std::string next = "x_{t−1} = ";
inline const std::string x = R"(\xt{x_{t}})";
inline const std::string x0 = R"(\xo{\hat{x}_{0}})";
inline const std::string x0Before = R"(\xo{\hat{x}_{0,t+1}})";
inline const std::string eps = R"(\ep{\hat{ε}})";
inline const std::string epsBefore = R"(\ep{\hat{ε}_{t+1}})";
inline const std::string z = R"(\nz{z})";
/// α_{t−1}/α_{t} and σ_{t−1}/σ_{t}.
inline const std::string alphaRatio = R"(\frac{α_{t−1}}{α_{t}})";
inline const std::string sigmaRatio = R"(\frac{σ_{t−1}}{σ_{t}})";

/// The estimate of evaluation `number` (2, 3, …) of the step.
inline std::string x0At(int number)
{
    return R"(\xo{\hat{x}_{0}^{()" + std::to_string(number) + ")}}";
}
inline std::string epsAt(int number)
{
    return R"(\ep{\hat{ε}^{()" + std::to_string(number) + ")}}";
}

/// The value of a choice, number or toggle, or `usual` where it is not given.
template <typename T>
T given(const recipe::SamplerSpec& spec, const char* id, T usual)
{
    const auto found = spec.options.find(id);
    const T* value = found == spec.options.end() ? nullptr : std::get_if<T>(&found->second);
    return value ? *value : usual;
}

}  // namespace diffuscope::explain::letters

namespace diffuscope::explain {

/// The exponential integrators: DPM-Solver and its kin; false where `spec` is none of them.
bool exponentialEquation(const recipe::SamplerSpec& spec, SamplerEquation& equation);

}  // namespace diffuscope::explain
