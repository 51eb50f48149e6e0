// SPDX-License-Identifier: GPL-3.0-or-later
// The command of lessons: what there is, and whether their answers hold.
#pragma once

namespace CLI {
class App;
}

namespace diffuscope::cli {

/// lessons: list them, or check them
void addLessonsCommand(CLI::App& program);

}  // namespace diffuscope::cli
