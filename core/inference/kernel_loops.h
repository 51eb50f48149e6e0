// SPDX-License-Identifier: GPL-3.0-or-later
// All loops of an inference plan, for one source file a generation of processors (see kernel_registers.h).
#pragma once

#include "core/inference/kernel_activations.h"
#include "core/inference/kernel_products.h"
#include "core/inference/kernel_winograd.h"

namespace diffuscope::inference {
namespace {

template <typename Format>
constexpr Kernels kernelsOf(const char* name)
{
    return {.name = name,
            .lanes = lanes,
            .pairing = Format::kPairing,
            .storedBytes = sizeof(typename Format::Value),
            .multiply = multiply<Format>,
            .multiplyFloats = multiply<FloatFormat>,
            .store = store<Format>,
            .transformTaps = transformTaps,
            .toWinograd = toWinograd<Format>,
            .fromWinograd = fromWinograd,
            .sumMoments = sumMoments,
            .activate = activate<Format>,
            .softmax = softmax};
}

}  // namespace
}  // namespace diffuscope::inference
