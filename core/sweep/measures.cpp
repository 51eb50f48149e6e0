// SPDX-License-Identifier: GPL-3.0-or-later
// The list of measures, and those that need nothing but images.
#include "core/sweep/measures.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::sweep {

const std::vector<Measure>& measures()
{
    static const std::vector<Measure> list{
        {"evaluations", "network evaluations", "Network evaluations of the whole run; a guided pair is one.",
         Better::lower},
        {"seconds", "seconds", "Time of all steps, without loading the model.", Better::lower},
        {"network_seconds", "seconds in the network", "The part of that time inside the network.",
         Better::lower},
        {"class_agreement", "class agreement",
         "Share of the images in which the model's own classifier sees the class asked for.", Better::higher},
        {"error", "distance to the reference",
         "Root mean square of the difference from the result of the reference run.", Better::lower, true},
        {"psnr", "PSNR to the reference, dB",
         "Peak signal-to-noise ratio against the result of the reference run, in dB.", Better::higher, true},
        {"mean", "mean of the values", "Mean of all values of the result."},
        {"deviation", "standard deviation of the values", "Standard deviation of all values of the result."},
        {"outside", "share of values outside [−1, 1]", "Share of the result's values outside of [−1, 1].",
         Better::lower},
    };
    return list;
}

std::vector<std::string> measureIds()
{
    std::vector<std::string> ids;
    for (const Measure& measure : measures())
        ids.push_back(measure.id);
    return ids;
}

const Measure& measureOf(const std::string& id)
{
    const auto found = std::ranges::find(measures(), id, &Measure::id);
    if (found != measures().end())
        return *found;
    std::string names;
    for (const Measure& measure : measures())
        names += (names.empty() ? "" : ", ") + measure.id;
    throw Error(ErrorCode::invalidOption, "There is no measure \"" + id + "\".", "There are " + names + ".");
}

double meanOf(const record::ImageBatch& images)
{
    double sum = 0;
    for (const float value : images.values)
        sum += value;
    return images.values.empty() ? 0 : sum / double(images.values.size());
}

double deviationOf(const record::ImageBatch& images)
{
    const double mean = meanOf(images);
    double sum = 0;
    for (const float value : images.values)
        sum += (value - mean) * (value - mean);
    return images.values.empty() ? 0 : std::sqrt(sum / double(images.values.size()));
}

double shareOutside(const record::ImageBatch& images)
{
    const auto outside = std::ranges::count_if(images.values, [](float v) { return v < -1 || v > 1; });
    return images.values.empty() ? 0 : double(outside) / double(images.values.size());
}

double rmsBetween(const record::ImageBatch& a, const record::ImageBatch& b)
{
    if (!(a.shape == b.shape) || a.values.size() != b.values.size())
        throw Error(ErrorCode::invalidOption, "The reference run has images of another shape or number.",
                    "Leave model and batch out of \"reference\".");
    double sum = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const double difference = double(a.values[i]) - double(b.values[i]);
        sum += difference * difference;
    }
    return a.values.empty() ? 0 : std::sqrt(sum / double(a.values.size()));
}

}  // namespace diffuscope::sweep
