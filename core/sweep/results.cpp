// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and writes the results of a sweep, and locks runs against each other.
#include "core/sweep/results.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_object_reader.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace diffuscope::sweep {

namespace {

namespace fs = std::filesystem;
using base::JsonObjectReader;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t mostResultBytes = std::size_t(1) << 20;

[[noreturn]] void refuseWriting(const fs::path& path)
{
    throw Error(ErrorCode::writeFailed, "Cannot write " + path.string() + ": " + std::strerror(errno) + ".",
                "Check that the folder exists, may be written to and has room.");
}

std::string resultText(const Result& result)
{
    ordered_json measures = ordered_json::object();
    for (const auto& [id, value] : result.measures)
        measures[id] = std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
    ordered_json whole{{"version", 1},
                       {"key", result.key},
                       {"measures", measures},
                       {"files", result.files},
                       {"weights", result.weights},
                       {"host", result.host},
                       {"finished", result.finished}};
    if (result.isFailure()) {
        whole["problem"] = result.problem;
        whole["hint"] = result.hint;
    }
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

void readText(JsonObjectReader& reader, const char* key, std::string& target)
{
    const json* value = reader.find(key);
    if (!value)
        return;
    if (!value->is_string())
        reader.refuse(key, "a text");
    target = value->get<std::string>();
}

Result parsedResult(const std::string& text)
{
    const json document = base::parsedStrictly("result", text, mostResultBytes, 6);
    JsonObjectReader reader(document, "result");
    if (const json* version = reader.find("version"); !version || *version != 1)
        reader.refuse("version", "1, the version that this program reads");
    Result result;
    for (const auto& [key, target] :
         std::array<std::pair<const char*, std::string*>, 6>{{{"key", &result.key},
                                                              {"weights", &result.weights},
                                                              {"host", &result.host},
                                                              {"finished", &result.finished},
                                                              {"problem", &result.problem},
                                                              {"hint", &result.hint}}})
        readText(reader, key, *target);
    const json* measures = reader.find("measures");
    const json* files = reader.find("files");
    if (!measures || !measures->is_object())
        reader.refuse("measures", "an object of numbers");
    for (const auto& [id, value] : measures->items()) {
        if (!value.is_number() && !value.is_null())
            reader.refuse("measures", "an object of numbers");
        result.measures[id] = value.is_null() ? std::nan("") : value.get<double>();
    }
    if (!files || !files->is_object())
        reader.refuse("files", "an object of file names");
    for (const auto& [id, name] : files->items()) {
        // A file of this folder, nowhere else.
        if (!name.is_string() || fs::path(name.get<std::string>()).filename() != name.get<std::string>())
            reader.refuse("files", "an object of file names");
        result.files[id] = name.get<std::string>();
    }
    reader.finish();
    return result;
}

std::optional<Result> readResult(const std::string& path, const std::string& key)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return {};
    std::string text(mostResultBytes + 1, '\0');
    file.read(text.data(), std::streamsize(text.size()));
    text.resize(std::size_t(file.gcount()));
    try {
        Result result = parsedResult(text);
        if (result.key != key)
            throw Error(ErrorCode::invalidFile, "It is the result of another run.");
        return result;
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile, path + " is damaged: " + error.what(),
                    "Delete it and run the sweep again.");
    }
}

}  // namespace

Claim::Claim(Claim&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path))
{
}

Claim::~Claim()
{
    if (m_descriptor < 0)
        return;
    ::unlink(
        m_path.c_str());  // before it is given back: whoever waits for it looks whether it is still there
    ::close(m_descriptor);
}

Results::Results(fs::path folder) : m_folder(std::move(folder))
{
    std::error_code failure;
    fs::create_directories(m_folder, failure);
    if (failure || !fs::is_directory(m_folder, failure)) {
        errno = failure ? failure.value() : ENOTDIR;
        refuseWriting(m_folder);
    }
}

fs::path Results::folderOf(const fs::path& jobs)
{
    fs::path folder = jobs;
    return folder.replace_extension(".results");
}

bool Results::isDone(const std::string& key) const
{
    std::error_code ignored;
    return fs::exists(m_folder / (key + ".json"), ignored);
}

std::optional<Result> Results::read(const std::string& key) const
{
    if (auto result = readResult(path(key + ".json"), key))
        return result;
    return readResult(path(key + ".failed.json"), key);
}

void Results::write(const Result& result) const
{
    const std::string failure = path(result.key + ".failed.json");
    base::writeFileAtomically(result.isFailure() ? failure : path(result.key + ".json"), resultText(result));
    if (!result.isFailure())
        ::unlink(failure.c_str());
}

std::optional<Claim> Results::tryClaim(const std::string& key) const
{
    const fs::path path = m_folder / (key + ".lock");
    for (;;) {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (descriptor < 0)
            refuseWriting(path);
        Claim claim(descriptor, path);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            const int reason = errno;
            claim.m_descriptor = -1;
            ::close(descriptor);
            if (reason == EWOULDBLOCK)
                return {};
            errno = reason;
            refuseWriting(path);
        }
        struct stat locked
        {
        };
        // Its owner may have unlinked it between open and flock: then another file is the lock now.
        if (::fstat(descriptor, &locked) == 0 && locked.st_nlink > 0)
            return claim;
        claim.m_descriptor = -1;
        ::close(descriptor);
    }
}

std::optional<Claim> Results::claim(const std::string& key, const std::function<bool()>& isStopped) const
{
    using namespace std::chrono_literals;
    for (auto pause = 5ms; !isStopped(); pause = std::min(2 * pause, std::chrono::milliseconds(250))) {
        if (auto claim = tryClaim(key))
            return claim;
        std::this_thread::sleep_for(pause);
    }
    return {};
}

std::string timeNow()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32] = {};
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

}  // namespace diffuscope::sweep
