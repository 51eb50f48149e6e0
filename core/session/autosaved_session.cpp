// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/autosaved_session.h"

#include "core/base/error.h"

#include <filesystem>
#include <optional>
#include <utility>

namespace diffuscope::session {

namespace {

std::optional<SessionFile> readTree(const std::string& path)
{
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return std::nullopt;
    try {
        return readSession(path);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// What the whole session knows of the runs that the newer tree still has.
void takeRecords(SessionFile& newer, SessionFile whole)
{
    for (auto& [id, record] : whole.records)
        if (newer.session.find(id) && newer.session.planOf(id) == whole.session.planOf(id))
            newer.records[id] = std::move(record);
    newer.made = std::move(whole.made);
    newer.problems.insert(newer.problems.end(), whole.problems.begin(), whole.problems.end());
}

}  // namespace

std::string editsPathOf(const std::string& path)
{
    return path + ".edits";
}

bool hasAutosavedSession(const std::string& path)
{
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) || std::filesystem::exists(editsPathOf(path), ignored);
}

AutosavedSession readAutosavedSession(const std::string& path)
{
    std::optional<SessionFile> tree = readTree(editsPathOf(path));
    if (!tree)
        return {readSession(path)};
    try {
        SessionFile whole = readSession(path);
        if (whole.view.autosaves >= tree->view.autosaves)
            return {std::move(whole)};
        takeRecords(*tree, std::move(whole));
        return {std::move(*tree)};
    } catch (const Error& error) {
        return {std::move(*tree), error.code() != ErrorCode::missingFile};
    }
}

}  // namespace diffuscope::session
