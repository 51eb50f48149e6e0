// SPDX-License-Identifier: GPL-3.0-or-later
// A noise schedule's description as JSON, in model cards and beside classifiers.
#pragma once

#include "core/base/json_fields.h"
#include "core/schedule/noise_schedule.h"

namespace diffuscope::model {

nlohmann::json toJson(const schedule::ScheduleSpec& spec);

/// Throws Error(invalidFile) that names the field, and where it describes a schedule that this program cannot
/// make.
schedule::ScheduleSpec scheduleSpecFromJson(const base::JsonFields& fields);

}  // namespace diffuscope::model
