// What the images are asked to show: a class, classes in turn, or nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace diffuscope::denoise {

/// The condition of a batch. Image k gets `classes[k % classes.size()]`; an empty list means unconditional.
/// The class −1 means none for that image alone: so a guided pair is one batch.
struct Condition
{
    std::vector<int> classes{};

    static Condition none() { return {}; }
    static Condition classLabel(int label) { return {{label}}; }

    bool isNone() const { return classes.empty(); }
    /// The class of image k, or −1 for none.
    int classOf(int k) const { return classes.empty() ? -1 : classes[std::size_t(k) % classes.size()]; }
    bool operator==(const Condition&) const = default;
};

}  // namespace diffuscope::denoise
