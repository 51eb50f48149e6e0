// SPDX-License-Identifier: GPL-3.0-or-later
// The shape of a small network over points. Standard types only.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::model {

/// How a number becomes features.
enum class MlpEmbedding {
    raw,         ///< the number itself (the time as a share of the whole)
    sinusoidal,  ///< sines and cosines of geometric frequencies (and the position itself)
    learned,     ///< of the time alone: a learned row for each of 64 parts of the time, interpolated
};

struct MlpConfig
{
    int dimensions = 2;  ///< 1 or 2
    int width = 128;     ///< of the hidden layers, a multiple of 16 from 16 to 1024
    int depth = 3;       ///< hidden layers, 1 to 16
    MlpEmbedding position = MlpEmbedding::sinusoidal;
    int positionFrequencies = 6;  ///< of each coordinate, 1 to 16
    MlpEmbedding time = MlpEmbedding::sinusoidal;
    int timeFeatures = 32;  ///< 2 to 128, even
    int classes = 0;        ///< 0: no condition
    int levels = 1000;      ///< times run from 0 to this

    /// Features of one point and time, before padding.
    int inputs() const;
    bool operator==(const MlpConfig&) const = default;
};

/// "raw", "sinusoidal", "learned"; throws Error(invalidOption) for another name.
std::string toString(MlpEmbedding embedding);
MlpEmbedding mlpEmbedding(const std::string& name);

/// Throws Error(invalidOption) that names the field for values outside the ranges above.
void checkMlpConfig(const MlpConfig& config);

/// As in model.json, `{"type": "mlp", …}`. Reading throws Error(invalidFile) that names file and field.
std::string toText(const MlpConfig& config);
MlpConfig mlpConfigFromText(const std::string& text, const std::string& where);

}  // namespace diffuscope::model
