// SPDX-License-Identifier: GPL-3.0-or-later
// What the network can be computed on and in, in words: the same for the Run menu and the recipe panel.
#pragma once

#include "ui/engine/compute_settings.h"

#include <QList>
#include <QString>

namespace diffuscope::ui {

/// One value of a choice.
struct ComputeOption
{
    const char* action;  ///< its object's name in the menu
    QString value;       ///< as in ComputeChoice
    QString text;        ///< its key in the menu is behind "&"
    QString tip;
    QString whyNot;  ///< where it cannot be chosen here
};

/// One of the two things that are chosen.
struct ComputeQuestion
{
    QString ComputeChoice::*value;
    QList<ComputeOption> options;  ///< "auto" first

    const QString& chosenIn(const ComputeSettings& settings) const { return settings.choice().*value; }
    bool isPossible(const ComputeOption& option, const ComputeSettings& settings) const;
    void choose(const ComputeOption& option, ComputeSettings& settings) const;
    /// What to say of an option here, now.
    QString textOf(const ComputeOption& option, const ComputeSettings& settings) const;
    QString tipOf(const ComputeOption& option, const ComputeSettings& settings) const;

private:
    ComputeChoice with(const ComputeOption& option, const ComputeSettings& settings) const;
};

ComputeQuestion deviceQuestion();
ComputeQuestion precisionQuestion();

}  // namespace diffuscope::ui
