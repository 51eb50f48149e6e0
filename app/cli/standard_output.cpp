// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/standard_output.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace diffuscope::cli {
namespace {

bool isStandardOutput(const std::string& path)
{
    return path == "-" || path == "/dev/stdout" || path == "/dev/fd/1" || path == "/proc/self/fd/1";
}

}  // namespace

void keepStandardStreams()
{
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(descriptor, F_GETFD) < 0)
            (void)!::open(descriptor == STDOUT_FILENO ? "/dev/full" : "/dev/null", O_RDWR);
}

std::vector<std::string> separatedEmptyValues(int argc, char** argv)
{
    std::vector<std::string> words;
    bool onlyValues = false;
    for (int index = 1; index < argc; ++index) {
        std::string word = argv[index];
        onlyValues = onlyValues || word == "--";
        const bool isEmptyValue =
            !onlyValues && word.size() > 3 && word.starts_with("--") && word.find('=') == word.size() - 1;
        if (isEmptyValue)
            word.pop_back();
        words.push_back(std::move(word));
        if (isEmptyValue)
            words.emplace_back();
    }
    return words;
}

std::string outputTarget(const std::string& path)
{
    static bool isTaken = false;
    if (!isStandardOutput(path))
        return path;
    if (isTaken)
        throw Error(ErrorCode::invalidOption, "Only one file can be written to the standard output.",
                    "Give the others names.");
    if (::isatty(STDOUT_FILENO) == 1)
        throw Error(ErrorCode::invalidOption, "The standard output is a terminal, which shows no such file.",
                    "Send it to a file or a program, or name a file.");
    isTaken = true;
    std::fflush(stdout);
    const int data = ::fcntl(STDOUT_FILENO, F_DUPFD, STDERR_FILENO + 1);
    if (data < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        throw Error(ErrorCode::writeFailed,
                    std::string("Cannot use the standard output: ") + std::strerror(errno) + ".");
    return "/dev/fd/" + std::to_string(data);
}

int finishedOutput()
{
    errno = 0;
    const bool printed = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    const int problem = errno;
    std::cout.flush();
    if (printed && std::cout.good())
        return 0;
    std::fprintf(stderr, "diffuscope-cli: Cannot write to the standard output%s%s.\n", problem ? ": " : "",
                 problem ? std::strerror(problem) : "");
    return 1;
}

}  // namespace diffuscope::cli
