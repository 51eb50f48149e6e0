// SPDX-License-Identifier: GPL-3.0-or-later
// The options of the desktop program.
#pragma once

#include "ui/theme/theme.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>

namespace diffuscope {

struct CommandLine
{
    QString model;         ///< the id of the model to start with; empty for the last one
    QString modelsFolder;  ///< looked into first; empty for the usual folders only
    QString recipeFile;    ///< a recipe, a session or a link to start with
    QString device;        ///< "auto", "cpu" or "cuda"; empty for the last one
    QString precision;     ///< "auto", "float32" or "bfloat16"; empty for the last one
    int threads = 0;       ///< 0: one per core
    std::optional<ui::Theme::Mode> theme{};
    QSize size{};  ///< of the window; invalid for the last one

    // Taking a picture of the window
    QString screenshotFile;  ///< where to; empty for none
    std::optional<double>
        afterSeconds{};          ///< when: so long after the start; absent for when the run has finished
    std::optional<int> frame{};  ///< of which frame; absent for the last

    QString lesson;          ///< a lesson to begin with; empty for none
    QString lessonPictures;  ///< a folder: play the lesson, write a picture of every step there, and end

    /// End at the first sampled image; for measuring the start.
    bool endsAtFirstImage = false;

    bool takesScreenshot() const { return !screenshotFile.isEmpty() || !lessonPictures.isEmpty(); }
};

/// Reads the program's arguments. Ends the process after --help and --version, and with status 2 and one
/// sentence on stderr where they are wrong.
CommandLine parseCommandLine(const QStringList& arguments);

}  // namespace diffuscope
