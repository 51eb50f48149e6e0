#include "core/sample/churn.h"

#include "core/registry/error.h"

namespace diffuscope::sample {

Churn churnFrom(const std::string& sampler, const registry::OptionValues& values)
{
    const Churn churn{.amount = registry::number(values, "churn"),
                      .from = registry::number(values, "churn_from"),
                      .to = registry::number(values, "churn_to"),
                      .noise = registry::number(values, "churn_noise")};
    if (churn.to > 0 && churn.from > churn.to)
        throw Error(ErrorCode::invalidOption,
                    "The option \"churn_from\" of sampler " + sampler +
                        " lies above \"churn_to\", so that the interval is empty.",
                    "Set \"churn_from\" from 0 to \"churn_to\", or \"churn_to\" to 0 for no limit.");
    return churn;
}

}  // namespace diffuscope::sample
