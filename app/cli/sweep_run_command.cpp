// SPDX-License-Identifier: GPL-3.0-or-later
// "sweep run": does lines of a job file, alone or as several processes.
#include "app/cli/commands.h"
#include "app/cli/interruption.h"
#include "app/cli/progress_line.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/sweep_command.h"
#include "core/base/error.h"
#include "core/measure/class_judge.h"
#include "core/model/catalog.h"
#include "core/run/model_run_factory.h"
#include "core/sweep/run_job.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace diffuscope::cli {
namespace {

using namespace std::chrono_literals;

struct SweepRunArguments
{
    SweepFiles files;
    std::string lines;
    int block = 1;
    int workers = 1;
    bool isQuiet = false;
    RecipeArguments computation;  ///< of which threads, device and precision are asked for
};

/// The lines that are asked for; none for all.
std::vector<int> askedLines(const SweepRunArguments& arguments)
{
    std::vector<int> lines;
    if (arguments.lines.empty())
        return lines;
    for (const int block : parsedLines(arguments.lines))
        for (int k = 0; k < arguments.block; ++k)
            lines.push_back((block - 1) * arguments.block + 1 + k);
    return lines;
}

/// Of a block the last lines may be beyond the end of the file.
std::vector<sweep::Job> askedJobs(const SweepRunArguments& arguments)
{
    const std::vector<int> lines = askedLines(arguments);
    if (lines.empty())
        return sweep::readJobs(arguments.files.jobs);
    if (lines.size() == 1)
        return {sweep::readJob(arguments.files.jobs, lines.front())};
    std::vector<sweep::Job> jobs;
    for (const int line : lines) {
        if (arguments.block > 1 && !jobs.empty() && line > jobs.front().of)
            continue;
        jobs.push_back(sweep::readJob(arguments.files.jobs, line));
    }
    return jobs;
}

/// Hashes each model's weights once.
class WeightHashes
{
public:
    std::string of(const std::string& name)
    {
        const auto found = m_known.find(name);
        if (found != m_known.end())
            return found->second;
        const auto models = model::findModels(model::modelFolders());
        const auto entry = std::ranges::find(models, name, &model::Entry::id);
        const std::filesystem::path folder =
            entry == models.end() ? std::filesystem::path(name) : entry->folder;
        std::ifstream file(folder / "model.safetensors", std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        return m_known[name] = bytes.empty() ? "" : sweep::textHash(bytes);
    }

private:
    std::map<std::string, std::string> m_known;
};

void runHere(const SweepRunArguments& arguments)
{
    const std::vector<sweep::Job> jobs = askedJobs(arguments);
    const sweep::Results results = resultsOf(arguments.files);
    const StopOnInterruption interruption;
    run::ModelRunFactory factory(model::modelFolders(), limitsOf(arguments.computation));
    measure::ClassJudge judge(model::modelFolders());
    WeightHashes hashes;
    const sweep::JobTools tools{
        .runs = factory,
        .classAgreement = [&](const auto& recipe,
                              const auto& images) { return judge.agreement(recipe, images); },
        .weightsOf = [&](const std::string& name) { return hashes.of(name); },
        .stop = interruption.token()};
    ProgressLine line;
    int ended = 0;
    const auto onDone = [&](const sweep::Job& job, const Error* failure) {
        ++ended;
        if (failure)
            std::fprintf(stderr, "diffuscope-cli: line %d: %s %s\n", job.line, failure->what(),
                         failure->hint().c_str());
        if (!arguments.isQuiet && line.isDue())
            line.show(std::to_string(ended) + " of " + std::to_string(jobs.size()) + " runs");
    };
    sweep::JobCounts counts;
    try {
        counts = sweep::runJobs(jobs, results, tools, onDone);
    } catch (const Cancelled&) {
        throw CLI::RuntimeError(interruptedExit);
    }
    if (!arguments.isQuiet)
        line.finish(std::to_string(counts.done) + " runs done, " + std::to_string(counts.already) +
                    " were done already, " + std::to_string(counts.failed) + " failed");
    if (counts.failed > 0)
        throw CLI::RuntimeError(1);
}

pid_t startedWorker(const SweepRunArguments& arguments, const sweep::Results& results)
{
    std::vector<std::string> words{"diffuscope-cli",
                                   "sweep",
                                   "run",
                                   arguments.files.jobs,
                                   "--results",
                                   results.folder().string(),
                                   "--quiet",
                                   "--threads",
                                   std::to_string(std::max(1, arguments.computation.threads)),
                                   "--device",
                                   arguments.computation.device,
                                   "--precision",
                                   arguments.computation.precision};
    if (!arguments.lines.empty())
        words.insert(words.end(), {"--line", arguments.lines, "--block", std::to_string(arguments.block)});
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_t process = 0;
    if (const int failure =
            ::posix_spawn(&process, "/proc/self/exe", nullptr, nullptr, pointers.data(), environ))
        throw Error(ErrorCode::internal,
                    std::string("A worker could not be started: ") + std::strerror(failure) + ".",
                    "Ask for fewer workers.");
    return process;
}

/// How many of the runs have a result.
std::ptrdiff_t doneOf(const std::vector<sweep::Job>& jobs, const sweep::Results& results)
{
    return std::ranges::count_if(jobs, [&](const sweep::Job& job) { return results.isDone(job.key); });
}

/// Each worker looks at all lines and takes those that nobody else has: they need no other word.
void runInWorkers(const SweepRunArguments& arguments)
{
    const std::vector<sweep::Job> jobs = askedJobs(arguments);
    const sweep::Results results = resultsOf(arguments.files);
    watchForInterruption();
    std::vector<pid_t> workers;
    for (int k = 0; k < arguments.workers; ++k)
        workers.push_back(startedWorker(arguments, results));
    ProgressLine line;
    bool isTold = false, hasFailed = false;
    while (!workers.empty()) {
        std::erase_if(workers, [&](pid_t process) {
            int status = 0;
            if (::waitpid(process, &status, WNOHANG) != process)
                return false;
            hasFailed = hasFailed || status != 0;
            return true;
        });
        if (isInterrupted() && !std::exchange(isTold, true))
            for (const pid_t process : workers)
                ::kill(process, SIGTERM);
        if (line.isDue())
            line.show(std::to_string(doneOf(jobs, results)) + " of " + std::to_string(jobs.size()) + " runs");
        std::this_thread::sleep_for(50ms);
    }
    line.finish(std::to_string(doneOf(jobs, results)) + " of " + std::to_string(jobs.size()) + " runs done");
    if (isTold)
        throw CLI::RuntimeError(interruptedExit);
    if (hasFailed)
        throw CLI::RuntimeError(1);
}

}  // namespace

void addSweepRunCommand(CLI::App& sweep)
{
    auto* command = sweep.add_subcommand("run", "Do lines of a job file, those that are not done yet");
    auto arguments = std::make_shared<SweepRunArguments>();
    addSweepFiles(*command, arguments->files);
    command->add_option("--line", arguments->lines, "Lines to do, as 3, 1-10 or 1-10,15; default: all")
        ->type_name("LINES");
    command
        ->add_option("--block", arguments->block,
                     "Lines that a number of --line stands for: with 10, --line 2 is lines 11 to 20")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 100'000))
        ->default_str("1");
    command->add_option("--workers", arguments->workers, "Processes that share the lines")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 256))
        ->default_str("1");
    command->add_flag("--quiet", arguments->isQuiet, "Say nothing but what goes wrong");
    RecipeArguments& computation = arguments->computation;
    computation.threads = 1;
    command->add_option("--threads", computation.threads, "Threads of each process; 0: one a core")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 256))
        ->default_str("1");
    command->add_option("--device", computation.device, "auto, cpu or cuda")
        ->type_name("NAME")
        ->default_str(computation.device);
    command->add_option("--precision", computation.precision, "Of the network: float32, bfloat16 or auto")
        ->type_name("NAME")
        ->default_str(computation.precision);
    command->callback([arguments] {
        if (arguments->workers > 1)
            runInWorkers(*arguments);
        else
            runHere(*arguments);
    });
}

}  // namespace diffuscope::cli
