// SPDX-License-Identifier: GPL-3.0-or-later
// What a noise-aware classifier says of itself: everything in classifier.json. Standard types only.
#pragma once

#include "core/schedule/noise_schedule.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace diffuscope::model {

/// Share of the test set that the classifier is right on, noised to the level of time t.
struct NoisyAccuracy
{
    double t = 0;
    double share = 0;  ///< 0 … 1

    bool operator==(const NoisyAccuracy&) const = default;
};

struct NoiseClassifierCard
{
    std::string name;  ///< of the data set, and of the model that it guides: "mnist"
    std::string licence;
    std::string data;  ///< what it was trained on
    int imageChannels = 1;
    int imageHeight = 28;
    int imageWidth = 28;
    int classes = 10;
    schedule::ScheduleSpec schedule;  ///< whose levels it knows
    std::int64_t parameterCount = 0;
    std::map<std::string, std::string> training;  ///< the training recipe, for reading
    std::vector<NoisyAccuracy> accuracy;

    bool operator==(const NoiseClassifierCard&) const = default;
};

/// The folder of a model's noise-aware classifier: MODEL/noise-classifier.
std::string noiseClassifierFolder(const std::string& modelFolder);
bool hasNoiseClassifier(const std::string& modelFolder);

/// Reads and checks FOLDER/classifier.json. Throws Error that names the file and the field.
NoiseClassifierCard readNoiseClassifierCard(const std::string& folder);

/// Writes FOLDER/classifier.json atomically. Throws Error(writeFailed).
void writeNoiseClassifierCard(const std::string& folder, const NoiseClassifierCard& card);

}  // namespace diffuscope::model
