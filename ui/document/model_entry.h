// SPDX-License-Identifier: GPL-3.0-or-later
// What the window knows of a model: names to choose by. The network itself stays behind the thread boundary.
#pragma once

#include "core/model/usual_settings.h"
#include "core/recipe/recipe.h"
#include "core/schedule/noise_schedule.h"
#include "ui/document/prompt_text.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace diffuscope::ui {

struct ModelEntry
{
    QString id;                       ///< as in Recipe::model
    QString displayName;              ///< e.g. "MNIST digits"
    QString description;              ///< one or two sentences for the tooltip
    QStringList classes;              ///< names by class index; empty for an unconditional model
    schedule::ScheduleSpec schedule;  ///< the one it was trained on
    int levels = 1000;                ///< T
    QString problem{};                ///< why it cannot be used; empty if it can
    std::string target = "eps";       ///< what it predicts, as in its card
    double guidance = 0;              ///< at which its images are best, as measured; 0 if not known
    model::UsualSettings usual{};     ///< that its first recipe begins with
    bool hasNoiseClassifier = false;  ///< classifier guidance can be used
    QString network{};                ///< its kind, as in its card: "unet", "dit", "vae", …
    QString architecture{};           ///< one line for people
    QString loss{};                   ///< what its training made small; empty where its card does not say
    std::optional<model::ModelQuality> quality{};
    PromptReader reader{};  ///< of the words that it is asked by; none in a model of classes

    bool arePoints = false;  ///< a sample is a point of a plane or a line
    int dimensions = 0;      ///< of points

    bool isUsable() const { return problem.isEmpty(); }
    bool isGenerator() const { return network == u"vae" || network == u"gan"; }
    bool hasText() const { return reader.vocabulary != nullptr; }
};

/// Makes `recipe` one of this model: a class it does not have becomes its first, "each in turn" stays so, a
/// model without classes is asked for none, words that it does not read are left out, and steps end at T.
/// From another model it takes the guidance that is best for this one, and the grid and the steps that are
/// usual for it where those of `before`, the other one, had been left as they were.
void fitRecipe(recipe::Recipe& recipe, const ModelEntry& model, const ModelEntry* before = nullptr);

}  // namespace diffuscope::ui
