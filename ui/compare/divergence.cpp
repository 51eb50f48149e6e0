// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/divergence.h"

#include "core/record/step_quantities.h"

#include <algorithm>
#include <limits>
#include <memory>

namespace diffuscope::ui {

void Divergence::follow(std::vector<Pair> pairs, const std::vector<int>& images)
{
    const bool goesOn = images == m_images && pairs.size() >= m_pairs.size() &&
                        std::equal(m_pairs.begin(), m_pairs.end(), pairs.begin());
    if (!goesOn)
        m_values.restart();
    m_images = images;
    m_pairs = std::move(pairs);
    if (isUpToDate())
        return;
    const auto shared = std::make_shared<const std::vector<Pair>>(m_pairs);
    m_values.extend(int(m_pairs.size()), [shared, images](int i) {
        const Pair& pair = (*shared)[std::size_t(i)];
        return std::optional(
            record::rootMeanSquareApart(*pair.reference, *pair.compared, record::Layer::x0Hat, images)
                .value_or(std::numeric_limits<double>::quiet_NaN()));
    });
}

}  // namespace diffuscope::ui
