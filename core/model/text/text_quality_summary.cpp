// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/text/text_quality_summary.h"

#include <cstdio>

namespace diffuscope::model {

std::string summary(const TextQuality& quality)
{
    std::size_t best = 0;
    double highest = -1;
    for (std::size_t scale = 0; scale < quality.guidance.size(); ++scale) {
        double sum = 0;
        for (const AttributeQuality& attribute : quality.attributes)
            sum += attribute.agreement[scale];
        if (sum > highest) {
            highest = sum;
            best = scale;
        }
    }
    std::string text = "named in the prompt, seen in the image:";
    char part[96];
    for (const AttributeQuality& attribute : quality.attributes) {
        std::snprintf(part, sizeof part, " %s %.1f %%,", attribute.name.substr(0, 60).c_str(),
                      100 * attribute.agreement[best]);
        text += part;
    }
    std::snprintf(part, sizeof part, " at guidance %g",
                  quality.guidance.empty() ? 1.0 : quality.guidance[best]);
    return text + part;
}

}  // namespace diffuscope::model
