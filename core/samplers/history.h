// SPDX-License-Identifier: GPL-3.0-or-later
// What a multistep sampler remembers: the last predictions with the levels at which they were made.
#pragma once

#include "core/samplers/sampler.h"

#include <deque>

namespace diffuscope::samplers {

/// A prediction (of the image or of the noise, as the solver takes it) and its level.
struct Remembered
{
    NoiseLevel level;
    Tensor value;
};

/// The last `capacity` predictions, the newest first.
class History
{
public:
    explicit History(int capacity) : m_capacity(std::size_t(capacity)) {}

    void add(const NoiseLevel& level, const Tensor& value)
    {
        m_entries.push_front({level, value});
        if (m_entries.size() > m_capacity)
            m_entries.pop_back();
    }
    int size() const { return int(m_entries.size()); }
    bool empty() const { return m_entries.empty(); }
    const Remembered& operator[](int i) const { return m_entries.at(std::size_t(i)); }

private:
    std::size_t m_capacity;
    std::deque<Remembered> m_entries;
};

/// How a multistep solver behaves at the end, where high orders overshoot (Lu 2022b, section 5).
struct EndOrders
{
    /// At most order 2 in the last step but one and 1 in the last, where there are fewer than 15 steps.
    bool lowered = true;
    /// Order 1 in the last step always. A step to the clean level is of order 1 anyway.
    bool firstAtEnd = false;
};

/// The order to use in this step with `remembered` predictions, this step's own included.
inline int usableOrder(int order, int remembered, const StepContext& step, EndOrders end)
{
    const int left = step.steps() - step.index;
    const bool lowered = end.lowered && step.steps() < 15;
    int usable = std::min(order, remembered);
    if (left == 1 && (step.next.isClean() || end.firstAtEnd || lowered))
        usable = 1;
    if (left == 2 && lowered)
        usable = std::min(usable, 2);
    return usable;
}

}  // namespace diffuscope::samplers
