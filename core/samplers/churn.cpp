// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/samplers/churn.h"

#include "core/base/error.h"

namespace diffuscope::samplers {

Churn churnFrom(const std::string& sampler, const base::OptionValues& values)
{
    const Churn churn{.amount = base::number(values, "churn"),
                      .from = base::number(values, "churn_from"),
                      .to = base::number(values, "churn_to"),
                      .noise = base::number(values, "churn_noise")};
    if (churn.to > 0 && churn.from > churn.to)
        throw Error(ErrorCode::invalidOption,
                    "The option \"churn_from\" of sampler " + sampler +
                        " lies above \"churn_to\", so that the interval is empty.",
                    "Set \"churn_from\" from 0 to \"churn_to\", or \"churn_to\" to 0 for no limit.");
    return churn;
}

}  // namespace diffuscope::samplers
