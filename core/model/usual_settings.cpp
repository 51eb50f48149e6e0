// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/usual_settings.h"

#include "core/model/step_lengths.h"

namespace diffuscope::model {

bool isGenerator(const ModelCard& card)
{
    return card.network == "vae" || card.network == "gan";
}

UsualSettings usualSettings(const ModelCard& card)
{
    constexpr int studentSteps = 4, manyPoints = 1000;
    UsualSettings usual;
    if (card.schedule.family == "rectified_flow")
        usual.grid = "trailing";
    if (isGenerator(card))
        usual.steps = 1;
    else if (readsStep(card))
        usual.steps = studentSteps;
    if (card.space.kind == SampleKind::points) {
        usual.clipping = "none";
        usual.samples = manyPoints;
    }
    return usual;
}

}  // namespace diffuscope::model
