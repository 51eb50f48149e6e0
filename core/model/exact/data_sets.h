// SPDX-License-Identifier: GPL-3.0-or-later
// The data of the plane and the line by name: "exact:moons", "exact:pair:mean=1,sd=0.2,weight=0.85".
#pragma once

#include "core/base/option.h"
#include "core/model/exact/point_mixture.h"

#include <functional>
#include <string>
#include <vector>

namespace diffuscope::model {

/// One set of data: its names, its options, and how it is made.
struct DataSet
{
    std::string id;           ///< as after "exact:", e.g. "moons"
    std::string displayName;  ///< "Two moons"
    std::string description;  ///< one or two plain sentences
    std::vector<base::Option> options;
    /// From completed options.
    std::function<PointMixture(const base::OptionValues&)> make;
};

/// Every set, in the order in which they are shown. "file" is not among them: see exactData().
const std::vector<DataSet>& dataSets();

/// The set of this id; throws Error(invalidOption) that names the nearest, or all.
const DataSet& dataSet(const std::string& id);

/// A name that says what an exact model is of: "exact:" and then a data set with options, or "file:" and a
/// path with options.
bool isExactName(const std::string& name);

/// The parts of such a name.
struct ExactName
{
    std::string id;      ///< of a data set, or "file"
    std::string path{};  ///< of a file
    base::OptionValues options{};
};

/// Throws Error(invalidOption) for a name that is not one, an unknown set, an unknown option, and a value
/// that is none. `file` names take the options `width` (of points and pictures) and `points` (of pictures).
ExactName parsedExactName(const std::string& name);

/// The data of a name. Files are points (.csv: x,y[,class] or x[,class]), pictures (.png: dark is dense) and
/// mixtures (.json); see point_file.h. Throws Error(invalidOption), Error(missingFile) and
/// Error(invalidFile).
PointMixture exactData(const std::string& name);
PointMixture exactData(const ExactName& name);

/// "Two moons", "Points of points.csv".
std::string exactTitle(const ExactName& name);

/// The name with the options that differ from their defaults, in a fixed order: two names of the same data
/// have the same text.
std::string canonicalExactName(const ExactName& name);

}  // namespace diffuscope::model
