// SPDX-License-Identifier: GPL-3.0-or-later
// The folder of a sweep's results: one file a run, which is whole or not there, whoever writes it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::sweep {

/// What a run left behind.
struct Result
{
    std::string key;
    std::map<std::string, double> measures{};
    /// Id of keptFiles() → file name in the folder.
    std::map<std::string, std::string> files{};
    std::string weights{};  ///< hash of the model's weights file, empty where there is none
    std::string host{};
    std::string finished{};  ///< "2026-11-30T22:10:05Z"
    /// Why the run has no result, and what to do; empty where it has one.
    std::string problem{}, hint{};

    bool isFailure() const { return !problem.empty(); }
};

/// The sole right to do the run of a key. Another process that dies gives it back at once: the kernel holds
/// the lock (flock), no file that would be left behind.
class Claim
{
public:
    Claim(Claim&& other) noexcept;
    Claim& operator=(Claim&&) = delete;
    ~Claim();

private:
    friend class Results;
    Claim(int descriptor, std::filesystem::path path) : m_descriptor(descriptor), m_path(std::move(path)) {}

    int m_descriptor;
    std::filesystem::path m_path;
};

class Results
{
public:
    /// Creates the folder. Throws Error(writeFailed).
    explicit Results(std::filesystem::path folder);
    /// "sweeps/jobs.jsonl" → "sweeps/jobs.results"
    static std::filesystem::path folderOf(const std::filesystem::path& jobs);

    const std::filesystem::path& folder() const { return m_folder; }
    /// The file of that name in the folder.
    std::string path(const std::string& name) const { return (m_folder / name).string(); }

    /// Whether the run is done. Looks for a file, nothing more.
    bool isDone(const std::string& key) const;
    /// The result, or the failure of the last try; absent where there is neither. Throws
    /// Error(invalidFile) where the file is damaged.
    std::optional<Result> read(const std::string& key) const;
    /// Atomic; a result takes away the failure that was there before. Throws Error(writeFailed).
    void write(const Result& result) const;

    /// Absent where another process has it.
    std::optional<Claim> tryClaim(const std::string& key) const;
    /// Waits for it; absent where `isStopped` says so first.
    std::optional<Claim> claim(const std::string& key, const std::function<bool()>& isStopped) const;

private:
    std::filesystem::path m_folder;
};

/// The present time, "2026-11-30T22:10:05Z".
std::string timeNow();

}  // namespace diffuscope::sweep
