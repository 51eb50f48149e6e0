// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the plan of a sweep, strictly.
#include "core/sweep/sweep_plan.h"

#include "core/base/error.h"
#include "core/base/json_object_reader.h"
#include "core/sweep/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace diffuscope::sweep {

namespace {

using base::JsonObjectReader;
using nlohmann::json;

constexpr int planVersion = 1;
constexpr std::size_t mostAxes = 16, mostFields = 16;
constexpr std::uint64_t countless = std::numeric_limits<std::uint64_t>::max();

/// a·b, or `countless` where that does not fit.
std::uint64_t product(std::uint64_t a, std::uint64_t b)
{
    return b != 0 && a > countless / b ? countless : a * b;
}

/// 1000000000 → "1,000,000,000"
std::string grouped(std::uint64_t number)
{
    const std::string digits = std::to_string(number);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0)
            text += ',';
        text += digits[i];
    }
    return text;
}

bool isFieldPath(const std::string& path)
{
    const bool plain = std::ranges::all_of(path, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '.';
    });
    return plain && !path.empty() && path.size() <= 100 && path.front() != '.' && path.back() != '.' &&
           path.find("..") == std::string::npos && std::ranges::count(path, '.') <= 4;
}

std::string fieldOf(const json& value, JsonObjectReader& axis, const char* key)
{
    if (!value.is_string() || !isFieldPath(value.get_ref<const std::string&>()))
        axis.refuse(key, "a field of a recipe, such as steps, guidance.scale or sampler.options.eta");
    const std::string field = value.get<std::string>();
    if (field == "version" || field == "from" || field.starts_with("from."))
        throw Error(ErrorCode::invalidOption,
                    "\"" + axis.pathOf(key) + "\" is \"" + field + "\", which a sweep cannot change.",
                    "Name another field of the recipe.");
    return field;
}

std::vector<std::string> fieldsOf(JsonObjectReader& axis)
{
    const json* one = axis.find("field");
    const json* several = axis.find("fields");
    if (bool(one) == bool(several))
        axis.refuse("field", "there alone: give \"field\", or \"fields\" for fields that change together");
    if (one)
        return {fieldOf(*one, axis, "field")};
    if (!several->is_array() || several->empty() || several->size() > mostFields)
        axis.refuse("fields", "a list of 1 to " + std::to_string(mostFields) + " fields");
    std::vector<std::string> fields;
    for (const json& field : *several)
        fields.push_back(fieldOf(field, axis, "fields"));
    return fields;
}

void readListed(JsonObjectReader& reader, const json& values, bool isTogether, Axis& axis)
{
    if (!values.is_array() || values.empty())
        reader.refuse("values", "a list of at least one value");
    std::set<std::string> seen;
    for (const json& value : values) {
        const std::string asText = value.dump();
        if (!seen.insert(asText).second)
            throw Error(ErrorCode::invalidOption,
                        "\"" + reader.pathOf("values") + "\" holds " + asText.substr(0, 80) + " twice.",
                        "Leave one of the two out.");
        if (!isTogether) {
            axis.listed.push_back({asText});
            continue;
        }
        if (!value.is_array() || value.size() != axis.fields.size())
            reader.refuse("values", "a list of lists, each with a value for every field of \"fields\"");
        std::vector<std::string>& together = axis.listed.emplace_back();
        for (const json& part : value)
            together.push_back(part.dump());
    }
    axis.count = axis.listed.size();
}

const json& numberOf(JsonObjectReader& reader, const char* key, const json& usual)
{
    const json* value = reader.find(key);
    if (!value && usual.is_null())
        reader.refuse(key, "there; a range has \"from\" and \"to\"");
    if (value && !(value->is_number() && std::isfinite(value->get<double>())))
        reader.refuse(key, "a number");
    return value ? *value : usual;
}

void readRange(JsonObjectReader& reader, Axis& axis)
{
    const json none, one = 1u;
    const json& from = numberOf(reader, "from", none);
    const json& to = numberOf(reader, "to", none);
    const json& step = numberOf(reader, "step", one);
    if (step.get<double>() <= 0)
        reader.refuse("step", "a number above 0");
    if (to.get<double>() < from.get<double>())
        reader.refuse("to", "at least \"from\"");
    Range& range = axis.range.emplace();
    if (from.is_number_unsigned() && to.is_number_unsigned() && step.is_number_unsigned()) {
        range.whole = Range::Whole{from.get<std::uint64_t>(), step.get<std::uint64_t>()};
        const std::uint64_t further = (to.get<std::uint64_t>() - range.whole->from) / range.whole->step;
        axis.count = further == countless ? countless : further + 1;
        return;
    }
    range.from = from.get<double>();
    range.step = step.get<double>();
    // A billionth of a step more, so that 0.1 … 0.3 by 0.1 has three values and not two.
    const double further = std::floor((to.get<double>() - range.from) / range.step + 1e-9);
    axis.count = further < 1e18 ? std::uint64_t(further) + 1 : countless;
}

Axis readAxis(const json& object, const std::string& path)
{
    JsonObjectReader reader(object, path);
    Axis axis{.fields = fieldsOf(reader)};
    const bool isTogether = object.contains("fields");
    const json* values = reader.find("values");
    if (values)
        readListed(reader, *values, isTogether, axis);
    else if (isTogether)
        reader.refuse("values", "there; fields that change together need a list");
    else
        readRange(reader, axis);
    reader.finish();
    return axis;
}

/// "sampler" holds "sampler.options.eta".
bool overlap(const std::string& a, const std::string& b)
{
    return a == b || a.starts_with(b + ".") || b.starts_with(a + ".");
}

void checkFieldsApart(const std::vector<Axis>& axes)
{
    std::vector<std::string> known;
    for (const Axis& axis : axes)
        for (const std::string& field : axis.fields) {
            for (const std::string& other : known)
                if (overlap(field, other))
                    throw Error(ErrorCode::invalidOption,
                                "The plan varies " + field + " and " + other + ", which are one field.",
                                "Vary the whole field, with an object for each value.");
            known.push_back(field);
        }
}

std::vector<std::string> readIds(JsonObjectReader& plan, const char* key,
                                 const std::vector<std::string>& known)
{
    const json* list = plan.find(key);
    std::vector<std::string> ids;
    if (!list)
        return ids;
    std::string names;
    for (const std::string& id : known)
        names += (names.empty() ? "" : ", ") + id;
    const std::string expected = "a list, without repetition, of these: " + names;
    if (!list->is_array())
        plan.refuse(key, expected);
    for (const json& id : *list) {
        if (!id.is_string() || std::ranges::find(known, id.get<std::string>()) == known.end() ||
            std::ranges::find(ids, id.get<std::string>()) != ids.end())
            plan.refuse(key, expected);
        ids.push_back(id.get<std::string>());
    }
    return ids;
}

void readReference(JsonObjectReader& reader, SweepPlan& plan)
{
    const json* reference = reader.find("reference");
    const auto needing = std::ranges::find_if(
        plan.measures, [](const std::string& id) { return measureOf(id).needsReference; });
    if (needing != plan.measures.end() && !reference)
        throw Error(ErrorCode::invalidOption,
                    "The measure \"" + *needing + "\" needs a run to compare with, and the plan names none.",
                    "Add \"reference\": {\"steps\": 500} with what that run has of its own.");
    if (!reference)
        return;
    if (!reference->is_object())
        reader.refuse("reference", "an object of a recipe's fields");
    for (const auto& [field, value] : reference->items())
        if (!isFieldPath(field))
            reader.refuse("reference", "an object of a recipe's fields");
    plan.reference = needing == plan.measures.end() ? "" : reference->dump();
}

}  // namespace

const std::vector<std::string>& keptFiles()
{
    static const std::vector<std::string> ids{"images", "sheet"};
    return ids;
}

std::string Axis::valueAt(std::uint64_t k, std::size_t field) const
{
    if (!range)
        return listed.at(k).at(field);
    if (range->whole)
        return std::to_string(range->whole->from + k * range->whole->step);
    return json(range->from + double(k) * range->step).dump();
}

std::uint64_t SweepPlan::runs() const
{
    std::uint64_t count = 1;
    for (const Axis& axis : axes)
        count = product(count, axis.count);
    return count;
}

SweepPlan planFromJson(const std::string& text)
{
    const json document = base::parsedStrictly("plan", text, std::size_t(8) << 20, 12);
    JsonObjectReader reader(document, "plan");
    const json* version = reader.find("version");
    if (!version || *version != planVersion)
        reader.refuse("version", std::to_string(planVersion) + ", the version that this program reads");
    SweepPlan plan;
    const json* recipe = reader.find("recipe");
    if (recipe && !recipe->is_object())
        reader.refuse("recipe", "an object");
    json common = recipe ? *recipe : json::object();
    if (!common.contains("version"))
        common["version"] = 1;
    plan.recipe = common.dump();
    const json* vary = reader.find("vary");
    if (!vary || !vary->is_array() || vary->size() > mostAxes)
        reader.refuse("vary", "a list of at most " + std::to_string(mostAxes) + " fields and their values");
    for (std::size_t i = 0; i < vary->size(); ++i)
        plan.axes.push_back(readAxis((*vary)[i], "plan.vary[" + std::to_string(i) + "]"));
    checkFieldsApart(plan.axes);
    plan.measures = readIds(reader, "measure", measureIds());
    if (plan.measures.empty())
        plan.measures = {"evaluations", "seconds"};
    plan.kept = readIds(reader, "keep", keptFiles());
    readReference(reader, plan);
    reader.finish();
    if (const std::uint64_t runs = plan.runs(); runs > mostRuns)
        throw Error(ErrorCode::invalidOption,
                    "The plan asks for " +
                        (runs == countless ? "more than " + grouped(countless) : grouped(runs)) +
                        " runs; a sweep has at most " + grouped(mostRuns) + ".",
                    "Vary fewer fields, or give fewer values.");
    return plan;
}

}  // namespace diffuscope::sweep
