// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/sampler_equations.h"

namespace diffuscope::explain {

using samplers::StepQuantity;

std::string quantitySymbol(const StepQuantity& quantity, int step)
{
    const int back = step - quantity.step;
    const std::string time = back == 0 ? "t" : "t+" + std::to_string(back);
    const std::string before = back == 0 ? "" : time;
    const std::string number = quantity.index == 0 ? "" : "^{(" + std::to_string(quantity.index + 1) + ")}";
    switch (quantity.kind) {
        case StepQuantity::Kind::state:
            return R"(\xt{x_{)" + time + "}}";
        case StepQuantity::Kind::x0Hat:
            return R"(\xo{\hat{x}_{0)" + (before.empty() ? "" : "," + before) + "}" + number + "}";
        case StepQuantity::Kind::epsHat:
            return R"(\ep{\hat{ε})" + (before.empty() ? "" : "_{" + before + "}") + number + "}";
        case StepQuantity::Kind::noise:
            return R"(\nz{z)" + (before.empty() ? "" : "_{" + before + "}") + number + "}";
        case StepQuantity::Kind::x0Unconditional:
            return R"(\xo{\hat{u}_{0)" + (before.empty() ? "" : "," + before) + "}" + number + "}";
    }
    return {};
}

std::string nextSymbol(const recipe::SamplerSpec& spec)
{
    return samplers::samplerInfo(spec.id).inverse ? "x_{t+1}" : "x_{t−1}";
}

}  // namespace diffuscope::explain
