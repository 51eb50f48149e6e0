// SPDX-License-Identifier: GPL-3.0-or-later
// How a model was trained, for its card: the recipe in words, and the command line that repeats it.
#pragma once

#include "core/train/loop/training_options.h"

#include <map>
#include <ostream>
#include <string>

namespace diffuscope::train {

/// "diffuscope-cli train --data … --out … --steps …": every option that the task heeds, spelled out, so that
/// it says the same when a later program has other defaults. Paths that a shell would part are quoted.
std::string trainingCommand(const TrainingOptions& options, const std::string& outputFolder);

/// What the card's field "training" holds: "optimizer", "steps", …, and "command".
std::map<std::string, std::string> describeTraining(const TrainingOptions& options, int64_t stepsDone,
                                                    const std::string& outputFolder);

/// The same as a section of a README: the command as a block, the rest as a table.
void writeTrainingSection(std::ostream& text, const std::map<std::string, std::string>& training);

/// In the C locale, without trailing zeros.
std::string shortNumber(double value, int digits);

}  // namespace diffuscope::train
