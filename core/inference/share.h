// SPDX-License-Identifier: GPL-3.0-or-later
// Which part of an operation's work is a thread's own, where several threads work on the same images.
#pragma once

namespace diffuscope::inference {

/// first, …, last − 1.
struct Range
{
    int first = 0, last = 0;

    int size() const { return last - first; }
    bool isEmpty() const { return last <= first; }
};

/// One of `count` shares of the work, as even as can be.
struct Share
{
    int index = 0, count = 1;

    /// The own ones of `units`, none of which may depend on another.
    Range of(int units) const { return {units * index / count, units * (index + 1) / count}; }
    /// What part of `units` the largest share has.
    double largest(int units) const
    {
        return static_cast<double>((units + count - 1) / count) / static_cast<double>(units);
    }
};

}  // namespace diffuscope::inference
