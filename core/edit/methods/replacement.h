// SPDX-License-Identifier: GPL-3.0-or-later
// Replacement, which RePaint repeats.
#pragma once

#include "core/edit/methods/heeding.h"

namespace diffuscope::edit {

/// Song et al. 2021 (score SDE), section 5 and appendix I.2: after each step the known part is put back, with
/// the noise of the level.
class Replacement : public Heeding
{
public:
    using Heeding::Heeding;
    Tensor step(const Tensor& x, const StepContext& context) override;
};

}  // namespace diffuscope::edit
