// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the window as files.
#pragma once

#include "core/recipe/run_plan.h"

class QImage;
class QString;

namespace diffuscope::ui {

/// Writes a PNG in one atomic step; what the picture was made from is in it, so that dropping the file onto
/// the window brings it back. Throws Error(writeFailed) that names the file.
void writePictureFile(const QString& path, const QImage& image, const recipe::RunPlan& plan);

}  // namespace diffuscope::ui
