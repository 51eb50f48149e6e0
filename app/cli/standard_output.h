// SPDX-License-Identifier: GPL-3.0-or-later
// Standard output as what commands print to and as a file that they write: nothing that went wrong is passed
// over.
#pragma once

#include <string>
#include <vector>

namespace diffuscope::cli {

/// Makes sure that the descriptors 0 to 2 are open, so that no file gets the number of a closed one.
void keepStandardStreams();

/// "--prompt=" as two words, the second empty: the next flag is not its value.
std::vector<std::string> separatedEmptyValues(int argc, char** argv);

/// Where a command is to write what was asked for as `path`. For "-" and the names of standard output
/// (/dev/stdout, /dev/fd/1), what the command prints goes to standard error from here on, so that the file is
/// alone on standard output; it can be had once. Other paths come back as they are. Throws
/// Error(invalidOption) where standard output is a terminal or taken.
std::string outputTarget(const std::string& path);

/// Flushes what was printed. Returns 0, or 1 after a sentence on standard error where some of it could not be
/// written.
int finishedOutput();

}  // namespace diffuscope::cli
