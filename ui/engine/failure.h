// SPDX-License-Identifier: GPL-3.0-or-later
// Turns what core throws into a value that can be shown.
#pragma once

#include "ui/engine/run_update.h"

#include <exception>

namespace diffuscope::ui {

/// The Failure of an exception. An Error keeps its code, sentence and hint; failed allocations, LibTorch's
/// included, become outOfMemory; everything else is internal, cut to its first line (LibTorch appends a stack
/// trace). Must not be called with Cancelled, which is no failure.
Failure failureOf(const std::exception_ptr& exception);

/// What an Error says, and what to do, one after the other.
QString sentencesOf(const Error& error);

}  // namespace diffuscope::ui
