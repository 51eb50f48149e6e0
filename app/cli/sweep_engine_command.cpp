// SPDX-License-Identifier: GPL-3.0-or-later
// "sweep submit": hands the runs to an engine. "sweep status": asks it how far they are.
#include "app/cli/sweep_command.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/sweep/engines.h"
#include "core/sweep/job.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sys/wait.h>
#include <thread>

namespace diffuscope::cli {
namespace {

namespace fs = std::filesystem;

struct SubmitArguments
{
    SweepFiles files;
    std::string engine;
    sweep::Submission submission;
    bool isDry = false;
};

struct CommandOutput
{
    int status = -1;  ///< exit status, −1 where it did not end by itself
    std::string text;
};

/// What a command prints. Its words are this program's own and quoted.
CommandOutput outputOf(const std::string& command)
{
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe)
        return {};
    CommandOutput output;
    constexpr std::size_t mostBytes = std::size_t(64) << 20;
    std::array<char, 4096> block{};
    while (const std::size_t read = std::fread(block.data(), 1, block.size(), pipe))
        if (output.text.size() < mostBytes)
            output.text.append(block.data(), read);
    const int status = ::pclose(pipe);
    output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
}

bool isOnPath(const std::string& program)
{
    return outputOf("command -v " + sweep::shellQuoted(program) + " 2>/dev/null").status == 0;
}

void requireEngine(sweep::Engine engine)
{
    if (engine == sweep::Engine::parallel && !isOnPath("parallel"))
        throw Error(ErrorCode::missingFile, "GNU parallel is not installed here.",
                    "Install the package parallel, or use --engine local.");
    if (engine == sweep::Engine::slurm && !isOnPath("sbatch"))
        throw Error(ErrorCode::missingFile, "Slurm's sbatch is not installed here.",
                    "Submit from a machine of the cluster, or use --engine local.");
}

/// What Slurm says of itself, or its default of 1001.
int mostArrayTasks()
{
    const CommandOutput config = outputOf("scontrol show config 2>/dev/null");
    const std::size_t at = config.text.find("MaxArraySize");
    const std::size_t equals = at == std::string::npos ? at : config.text.find('=', at);
    const int size = equals == std::string::npos ? 0 : std::atoi(config.text.c_str() + equals + 1);
    return (size > 1 ? size : 1001) - 1;
}

std::string recordPath(const sweep::Results& results)
{
    return results.path("submission.json");
}

void start(sweep::SubmissionRecord record, const sweep::Results& results)
{
    if (record.engine == sweep::Engine::slurm) {
        const CommandOutput answer = outputOf(record.command);
        record.job = answer.text.substr(0, answer.text.find_first_of(";\n"));
        const bool isNumber =
            !record.job.empty() && record.job.find_first_not_of("0123456789") == std::string::npos;
        if (answer.status != 0 || !isNumber)
            throw Error(ErrorCode::internal, "Slurm did not take the job; its own words are above.",
                        "Ask sinfo whether there is a node, or use --engine local.");
        base::writeFileAtomically(recordPath(results), sweep::toJson(record));
        std::printf("job %s\n", record.job.c_str());
        return;
    }
    base::writeFileAtomically(recordPath(results), sweep::toJson(record));
    const int status = std::system(record.command.c_str());
    if (status != 0)
        throw CLI::RuntimeError(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void submit(SubmitArguments& arguments)
{
    sweep::Submission& submission = arguments.submission;
    submission.engine = sweep::engineNamed(arguments.engine);
    if (!submission.hosts.empty() && submission.engine != sweep::Engine::parallel)
        throw Error(ErrorCode::invalidOption, "--host is for GNU parallel.", "Use --engine parallel.");
    const std::vector<sweep::Job> jobs = sweep::readJobs(arguments.files.jobs);
    const sweep::Results results = resultsOf(arguments.files);
    for (const sweep::Job& job : jobs)
        if (!results.isDone(job.key))
            submission.lines.push_back(job.line);
    submission.program = fs::read_symlink("/proc/self/exe").string();
    submission.jobs = fs::absolute(arguments.files.jobs).string();
    submission.results = fs::absolute(results.folder()).string();
    if (submission.lines.empty()) {
        std::printf("All %zu runs are done.\n", jobs.size());
        return;
    }
    if (!arguments.isDry)
        requireEngine(submission.engine);
    const int mostTasks = submission.engine == sweep::Engine::slurm ? mostArrayTasks() : 0;
    const std::string command = sweep::commandLine(submission, mostTasks);
    std::printf("%s\n", command.c_str());
    std::fflush(stdout);
    if (!arguments.isDry)
        start({.engine = submission.engine,
               .command = command,
               .job = {},
               .tasks = sweep::tasksOf(submission),
               .submitted = sweep::timeNow()},
              results);
}

std::string fileText(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

sweep::EngineState stateOfSlurm(const std::string& job, int tasks)
{
    const CommandOutput queue =
        outputOf("squeue --noheader --array --jobs " + job + " --format '%K %T' 2>/dev/null");
    sweep::EngineState state = sweep::stateOfQueue(queue.status == 0 ? queue.text : "");
    // Without a database sacct has nothing to say; what has left the queue has ended then.
    const CommandOutput accounts = outputOf("sacct --noheader --parsable2 --allocations --array --jobs " +
                                            job + " --format JobID,State 2>/dev/null");
    if (accounts.status == 0) {
        const sweep::EngineState ended = sweep::stateOfAccounts(accounts.text);
        state.ended = std::max(state.ended, ended.ended);
        state.failed = std::max(state.failed, ended.failed);
    } else {
        state.ended = std::max(state.ended, tasks - state.waiting - state.running - state.failed);
    }
    return state;
}

void printEngine(const sweep::SubmissionRecord& record, const sweep::Results& results)
{
    std::printf("handed to %s at %s\n", sweep::nameOf(record.engine).c_str(), record.submitted.c_str());
    sweep::EngineState state;
    if (record.engine == sweep::Engine::parallel)
        state = sweep::stateOfJoblog(fileText(results.path("parallel.log")));
    else if (record.engine == sweep::Engine::slurm)
        state = stateOfSlurm(record.job, record.tasks);
    else
        return;
    if (record.engine == sweep::Engine::slurm)
        std::printf("slurm job %s, %d tasks: %d waiting, %d running, %d ended, %d failed\n",
                    record.job.c_str(), record.tasks, state.waiting, state.running, state.ended,
                    state.failed);
    else
        std::printf("parallel, %d tasks: %d ended, %d failed\n", record.tasks, state.ended, state.failed);
}

void printStatus(const SweepFiles& files)
{
    const std::vector<sweep::Job> jobs = sweep::readJobs(files.jobs);
    const sweep::Results results = resultsOf(files);
    int done = 0, failed = 0;
    for (const sweep::Job& job : jobs) {
        if (results.isDone(job.key))
            ++done;
        else if (results.read(job.key))
            ++failed;
    }
    std::printf("%zu runs: %d done, %d failed, %d not done\n", jobs.size(), done, failed,
                int(jobs.size()) - done - failed);
    if (const std::string record = fileText(recordPath(results)); !record.empty())
        printEngine(sweep::recordFromJson(record), results);
}

}  // namespace

void addSweepEngineCommands(CLI::App& sweep)
{
    auto* command =
        sweep.add_subcommand("submit", "Print the one line that hands the runs to an engine, and start it");
    auto arguments = std::make_shared<SubmitArguments>();
    addSweepFiles(*command, arguments->files);
    sweep::Submission& submission = arguments->submission;
    submission.workers = int(std::max(1U, std::thread::hardware_concurrency()));
    command->add_option("--engine", arguments->engine, "local, parallel (GNU parallel) or slurm")
        ->type_name("NAME")
        ->required();
    command->add_option("--workers", submission.workers, "Processes at once; of parallel on each host")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 100'000))
        ->default_str("one a core");
    command->add_option("--threads", submission.threads, "Threads of each")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 256))
        ->default_str("1");
    command->add_option("--block", submission.block, "Runs that one process does, one after the other")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 100'000))
        ->default_str("1");
    command
        ->add_option("--host", submission.hosts,
                     "For parallel: a login over ssh, or : for this machine; may be given again")
        ->type_name("LOGIN")
        ->take_all()
        ->allow_extra_args(false);
    command->add_flag("--dry-run", arguments->isDry, "Only print the line");
    command->callback([arguments] { submit(*arguments); });

    auto* status = sweep.add_subcommand("status", "How far the runs are, and what the engine says");
    auto files = std::make_shared<SweepFiles>();
    addSweepFiles(*status, *files);
    status->callback([files] { printStatus(*files); });
}

}  // namespace diffuscope::cli
