// SPDX-License-Identifier: GPL-3.0-or-later
// How a sweep is handed to an engine that exists (this machine, GNU parallel, Slurm), and how far that says
// it is.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::sweep {

enum class Engine { local, parallel, slurm };

/// "local", "parallel", "slurm"; throws Error(invalidOption) for another name.
Engine engineNamed(const std::string& name);
std::string nameOf(Engine engine);

/// What is handed over.
struct Submission
{
    Engine engine = Engine::local;
    std::string program;               ///< path of diffuscope-cli, the same on all machines
    std::string jobs;                  ///< absolute path of the job file
    std::string results;               ///< absolute path of the folder of results
    std::vector<int> lines;            ///< that are not done yet, ascending
    int workers = 1;                   ///< processes at once
    int threads = 1;                   ///< of each
    int block = 1;                     ///< lines that one process does, one after the other
    std::vector<std::string> hosts{};  ///< for parallel: ssh logins, with ":" for this machine
};

/// The one line that starts it, for a shell. GNU parallel and Slurm get it as their documents say; nothing of
/// this program runs besides it. Throws Error(invalidOption) for an array that Slurm would refuse: more than
/// `mostTasks` tasks (its MaxArraySize less one).
std::string commandLine(const Submission& submission, int mostTasks = 1000);

/// The tasks that it hands over: blocks with a line that is not done.
int tasksOf(const Submission& submission);

/// "a b" → "'a b'", for a shell.
std::string shellQuoted(const std::string& word);

/// What an engine says of its tasks, each of which is a block of lines.
struct EngineState
{
    int waiting = 0, running = 0, ended = 0, failed = 0;
    bool operator==(const EngineState&) const = default;
};

/// Reads the file that `parallel --joblog` writes; the last line of a task counts where it was tried again.
/// Throws Error(invalidFile) that names the line.
EngineState stateOfJoblog(const std::string& text);
/// Reads what `squeue --noheader --array --format "%K %T"` prints for the job.
EngineState stateOfQueue(const std::string& squeue);
/// Adds what `sacct --noheader --parsable2 --allocations --format JobID,State` prints: the tasks that the
/// queue does not hold any more.
EngineState stateOfAccounts(const std::string& sacct);

/// What submit leaves beside the results, for status.
struct SubmissionRecord
{
    Engine engine = Engine::local;
    std::string command;
    std::string job{};  ///< Slurm's number of the array
    int tasks = 0;      ///< that were handed over
    std::string submitted{};
};
std::string toJson(const SubmissionRecord& record);
/// Throws Error(invalidOption).
SubmissionRecord recordFromJson(const std::string& text);

}  // namespace diffuscope::sweep
