// SPDX-License-Identifier: GPL-3.0-or-later
// The session as one `.diffuscope` file: versioned JSON and tensors in a safetensors file, which any reader
// of those opens too.
#pragma once

#include "core/session/run_record.h"
#include "core/session/session_tree.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::session {

/// What the window showed.
struct ViewState
{
    int run = 0;              ///< the id of the run; 0 for none
    double place = 1;         ///< of the playhead in its frames, 0 … 1
    int selectedImage = -1;   ///< −1 for none
    int layer = 1;            ///< a record::Layer
    bool branchMode = false;  ///< edits in the middle of a run branch
    std::vector<int> compared{};
    bool isEnlarged = false;      ///< one image alone
    bool showsAllLayers = false;  ///< all layers of one image
    /// What the window makes of these is its own business; they are empty in sessions of version 1.0.
    std::string ranges{};              ///< of the layers' colours
    std::string curve{};               ///< of the schedule
    std::vector<std::string> docks{};  ///< the ids of those that are open
    /// Of a session that was saved by itself: its own file, if it has one, and whether that lacks edits.
    std::string file{};
    bool isModified = false;
    /// How often it had saved itself; the greater, the newer.
    std::int64_t autosaves = 0;

    bool operator==(const ViewState&) const = default;
};

/// What computed the runs.
struct Provenance
{
    std::string program{};  ///< its version
    std::string device{};
    int threads = 0;                              ///< 0 where it is not known
    std::map<std::string, std::string> models{};  ///< id → hash of its files

    bool operator==(const Provenance&) const = default;
};

struct SessionFile
{
    Session session;
    ViewState view;
    Provenance made;
    /// By run; those of a run that was edited since are not written.
    std::map<int, std::shared_ptr<const RunRecord>> records{};
    /// What could not be read, one sentence each; everything else is there.
    std::vector<std::string> problems{};
};

/// Throws Error(missingFile) where there is no file, Error(invalidFile) where it is not a session, is cut off
/// before its tree is whole, or comes from a newer version of the program.
SessionFile readSession(const std::string& path);

/// Atomically, flushed to the disk. Throws Error(writeFailed), Error(invalidOption) for a recipe with a
/// number that is not finite.
void writeSession(const std::string& path, const SessionFile& file);

/// Whether the file begins as a session does, without reading it.
bool looksLikeSession(const std::string& path);

}  // namespace diffuscope::session
