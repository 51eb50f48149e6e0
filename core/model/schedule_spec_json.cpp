// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/schedule_spec_json.h"

#include "core/base/error.h"
#include "core/schedule/schedule_registry.h"

namespace diffuscope::model {

nlohmann::json toJson(const schedule::ScheduleSpec& spec)
{
    nlohmann::json options = nlohmann::json::object();
    for (const auto& [id, value] : spec.options)
        std::visit([&options, &key = id](const auto& held) { options[key] = held; }, value);
    return {{"family", spec.family}, {"options", options}};
}

schedule::ScheduleSpec scheduleSpecFromJson(const base::JsonFields& fields)
{
    schedule::ScheduleSpec spec;
    spec.family = fields.text("family");
    const base::JsonFields options = fields.object("options");
    for (const auto& [id, value] : options.json().items())
        if (value.is_boolean())
            spec.options[id] = value.get<bool>();
        else if (value.is_number())
            spec.options[id] = options.number(id.c_str());
        else
            spec.options[id] = options.text(id.c_str());
    try {
        schedule::makeSchedule(spec);
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile,
                    fields.where() + " describes a schedule that this program cannot make: " + error.what(),
                    "Restore the original file.");
    }
    return spec;
}

}  // namespace diffuscope::model
