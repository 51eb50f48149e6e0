// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the networks, tokenizers and pipelines of other people's models against outputs of the original code:
// folders with golden.json and golden.safetensors.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace diffuscope::verify {

struct ModelReport
{
    std::string folder;  ///< as it was given, e.g. "unet2d/a1_cifar_like"
    std::string kind;    ///< class of the component, or of the pipeline and its scheduler
    std::string name;    ///< of the case
    double largestError = 0;
    double tolerance = 0;
    bool holds = false;
    bool isRefused = false;  ///< the folder was refused, as its files ask for; `detail` has the reason
    std::string detail;      ///< which output is worst, or what went wrong
};

/// Folders with a golden.json at or below `path`, sorted. Throws Error(missingFile) where there is none.
std::vector<std::filesystem::path> goldenFolders(const std::filesystem::path& path);

/// Runs all cases of a folder and reports each; a folder that cannot be read is one report that does not
/// hold.
void verifyModelFolder(const std::filesystem::path& folder,
                       const std::function<void(const ModelReport&)>& report);

/// One line: folder, kind, case, largest error, tolerance, ok or NOT OK, and a detail.
std::string reportLine(const ModelReport& report);

}  // namespace diffuscope::verify
