// SPDX-License-Identifier: GPL-3.0-or-later
// A list in the recipe panel of what runs can be computed on or in.
#pragma once

#include "ui/recipe/compute_choices.h"

#include <QComboBox>

namespace diffuscope::ui {

/// One question as a list; it follows the settings, which must outlive it. What this machine does not have is
/// disabled, and says why.
class ComputeBox : public QComboBox
{
    Q_OBJECT

public:
    ComputeBox(const ComputeQuestion& question, ComputeSettings& settings, QWidget* parent = nullptr);

private:
    void refresh();

    ComputeQuestion m_question;
    ComputeSettings& m_settings;
};

}  // namespace diffuscope::ui
