// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the command lines of engines and reads their state.
#include "core/sweep/engines.h"

#include "core/base/error.h"
#include "core/base/json_object_reader.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

namespace diffuscope::sweep {

namespace {

using nlohmann::ordered_json;

/// 1,2,3,7 → "1-3,7": lines as `--line` takes them.
std::string lineRanges(const std::vector<int>& lines)
{
    std::string text;
    for (std::size_t i = 0; i < lines.size();) {
        std::size_t end = i;
        while (end + 1 < lines.size() && lines[end + 1] == lines[end] + 1)
            ++end;
        text += (text.empty() ? "" : ",") + std::to_string(lines[i]);
        if (end > i)
            text += "-" + std::to_string(lines[end]);
        i = end + 1;
    }
    return text;
}

/// The blocks that hold the lines: block b has the lines (b − 1)·size + 1 … b·size.
std::vector<int> blocksOf(const std::vector<int>& lines, int size)
{
    std::vector<int> blocks;
    for (const int line : lines)
        if (const int block = (line - 1) / size + 1; blocks.empty() || blocks.back() != block)
            blocks.push_back(block);
    return blocks;
}

/// "diffuscope-cli sweep run JOBS --results FOLDER --threads 1 --block 4 --line", without the number.
std::string runCommand(const Submission& submission)
{
    std::string text = shellQuoted(submission.program) + " sweep run " + shellQuoted(submission.jobs) +
                       " --results " + shellQuoted(submission.results) + " --threads " +
                       std::to_string(submission.threads);
    if (submission.engine != Engine::local && submission.block > 1)
        text += " --block " + std::to_string(submission.block);
    return text;
}

std::string parallelLine(const Submission& submission)
{
    std::string line = "parallel --will-cite --jobs " + std::to_string(submission.workers) + " --joblog " +
                       shellQuoted(submission.results + "/parallel.log");
    std::string hosts;
    for (const std::string& host : submission.hosts)
        hosts += (hosts.empty() ? "" : ",") + host;
    if (!hosts.empty())
        line += " --sshlogin " + shellQuoted(hosts);
    std::string numbers;
    const std::string ranges = lineRanges(blocksOf(submission.lines, submission.block));
    // The shell counts ranges itself, so that the line stays short: seq 1 200.
    std::istringstream parts(ranges);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t dash = part.find('-');
        numbers +=
            (numbers.empty() ? "" : "; ") + ("seq " + part.substr(0, dash) + " " +
                                             (dash == std::string::npos ? part : part.substr(dash + 1)));
    }
    // parallel joins its words and hands them to a shell of each host: what is quoted once is quoted again.
    return "(" + numbers + ") | " + line + " " + shellQuoted(runCommand(submission) + " --line {}");
}

std::string slurmLine(const Submission& submission, int mostTasks)
{
    const std::vector<int> blocks = blocksOf(submission.lines, submission.block);
    if (!blocks.empty() && blocks.back() > mostTasks)
        throw Error(ErrorCode::invalidOption,
                    "Slurm takes array tasks up to " + std::to_string(mostTasks) +
                        " here, and this sweep has " + std::to_string(blocks.back()) + ".",
                    "Let each task do several runs: --block " +
                        std::to_string((submission.lines.back() + mostTasks - 1) / mostTasks));
    return "sbatch --parsable --job-name diffuscope-sweep --array " + lineRanges(blocks) + "%" +
           std::to_string(submission.workers) + " --cpus-per-task " + std::to_string(submission.threads) +
           " --requeue --output " + shellQuoted(submission.results + "/slurm-%A_%a.out") + " --wrap " +
           shellQuoted("exec " + runCommand(submission) + " --line $SLURM_ARRAY_TASK_ID");
}

std::vector<std::string> cellsOf(const std::string& line, char separator)
{
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, separator);)
        cells.push_back(cell);
    return cells;
}

/// Slurm's long state names, https://slurm.schedmd.com/squeue.html "JOB STATE CODES".
void count(EngineState& state, const std::string& name)
{
    const std::string word = name.substr(0, name.find(' '));  // "CANCELLED by 0"
    if (word == "COMPLETED")
        ++state.ended;
    else if (word == "RUNNING" || word == "COMPLETING" || word == "CONFIGURING" || word == "STAGE_OUT")
        ++state.running;
    else if (word == "PENDING" || word == "REQUEUED" || word == "SUSPENDED" || word == "STOPPED" ||
             word == "RESIZING" || word == "SIGNALING" || word == "REQUEUE_HOLD" || word == "SPECIAL_EXIT" ||
             word == "REQUEUE_FED" || word == "RESV_DEL_HOLD")
        ++state.waiting;
    else
        ++state.failed;
}

}  // namespace

Engine engineNamed(const std::string& name)
{
    for (const Engine engine : {Engine::local, Engine::parallel, Engine::slurm})
        if (nameOf(engine) == name)
            return engine;
    throw Error(ErrorCode::invalidOption, "There is no engine \"" + name.substr(0, 40) + "\".",
                "There are local, parallel and slurm.");
}

std::string nameOf(Engine engine)
{
    return engine == Engine::local ? "local" : engine == Engine::parallel ? "parallel" : "slurm";
}

std::string shellQuoted(const std::string& word)
{
    const bool isPlain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
        return std::isalnum(c) || std::string_view("_-./:=,+@%").find(char(c)) != std::string_view::npos;
    });
    if (isPlain)
        return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string commandLine(const Submission& submission, int mostTasks)
{
    if (submission.engine == Engine::parallel)
        return parallelLine(submission);
    if (submission.engine == Engine::slurm)
        return slurmLine(submission, mostTasks);
    return runCommand(submission) + " --workers " + std::to_string(submission.workers);
}

int tasksOf(const Submission& submission)
{
    return int(blocksOf(submission.lines, submission.block).size());
}

EngineState stateOfJoblog(const std::string& text)
{
    std::istringstream lines(text);
    std::map<std::string, bool> ended;  // by number of the task: whether it failed
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        if (++number == 1 || line.empty())
            continue;  // Seq Host Starttime JobRuntime Send Receive Exitval Signal Command
        const std::vector<std::string> cells = cellsOf(line, '\t');
        if (cells.size() < 9)
            throw Error(ErrorCode::invalidFile,
                        "Line " + std::to_string(number) + " of parallel's log has " +
                            std::to_string(cells.size()) + " columns in the place of 9.",
                        "Give the log that parallel --joblog wrote.");
        ended[cells[0]] = cells[6] != "0" || cells[7] != "0";
    }
    EngineState state;
    for (const auto& [task, isFailed] : ended)
        ++(isFailed ? state.failed : state.ended);
    return state;
}

EngineState stateOfQueue(const std::string& squeue)
{
    EngineState state;
    std::istringstream lines(squeue);
    for (std::string task, name; lines >> task >> name;)
        count(state, name);
    return state;
}

EngineState stateOfAccounts(const std::string& sacct)
{
    EngineState state, counted;
    std::istringstream lines(sacct);
    for (std::string line; std::getline(lines, line);)
        if (const std::vector<std::string> cells = cellsOf(line, '|'); cells.size() >= 2)
            count(counted, cells[1]);
    state.ended = counted.ended;
    state.failed = counted.failed;
    return state;
}

std::string toJson(const SubmissionRecord& record)
{
    return ordered_json{
               {"version", 1},      {"engine", nameOf(record.engine)}, {"command", record.command},
               {"job", record.job}, {"tasks", record.tasks},           {"submitted", record.submitted}}
               .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

SubmissionRecord recordFromJson(const std::string& text)
{
    const nlohmann::json document = base::parsedStrictly("record of the submission", text);
    base::JsonObjectReader reader(document, "submission");
    const auto read = [&](const char* key) {
        const nlohmann::json* value = reader.find(key);
        if (!value || !value->is_string())
            reader.refuse(key, "a text");
        return value->get<std::string>();
    };
    SubmissionRecord record{.engine = engineNamed(read("engine")),
                            .command = read("command"),
                            .job = read("job"),
                            .submitted = read("submitted")};
    if (!std::ranges::all_of(record.job, [](unsigned char c) { return std::isdigit(c); }))
        reader.refuse("job", "a number of a job");
    reader.read("tasks", record.tasks, 0, 1'000'000);
    return record;
}

}  // namespace diffuscope::sweep
