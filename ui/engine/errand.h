// SPDX-License-Identifier: GPL-3.0-or-later
// Something that is asked of the worker besides runs.
#pragma once

#include "core/run/run.h"

#include <functional>
#include <stop_token>

namespace diffuscope::ui {

/// `work` is called on the worker's thread, unless a run takes its place before it begins. It must not throw;
/// the factory, which is made where there is none yet, may. Its token is set when a run wants the thread.
struct Errand
{
    using Factory = std::function<run::RunFactory&()>;

    std::function<void(const Factory& factory, const std::stop_token& stop)> work{};
};

}  // namespace diffuscope::ui
