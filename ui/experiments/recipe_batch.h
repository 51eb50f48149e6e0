// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes that are sampled together in the background, and what that costs.
#pragma once

#include "ui/engine/run_update.h"

#include <QObject>
#include <QString>

#include <span>
#include <vector>

namespace diffuscope::ui {

class BackgroundRuns;

/// "6 runs, 28 network evaluations, about 3 s.": the time at the pace of the run that is shown, left out
/// while that is not known.
QString costSentence(std::span<const recipe::Recipe> recipes, const RunUpdate& shown);

class RecipeBatch : public QObject
{
    Q_OBJECT

public:
    /// The background must outlive it.
    explicit RecipeBatch(BackgroundRuns& background, QObject* parent = nullptr);
    ~RecipeBatch() override;

    /// Samples these, one after the other, in place of what it samples now.
    void start(const std::vector<recipe::Recipe>& recipes);
    /// Samples no more of them; others that wait in the background go on.
    void cancel();
    bool isSampling() const { return m_left > 0; }

Q_SIGNALS:
    /// The recipe at this place of the list, which may be in it more than once.
    void finished(int index, const diffuscope::ui::RunUpdate& update);
    void failed(int index, const QString& message);
    /// isSampling() is another: none is left, or it was cancelled here or by what clears the background.
    void samplingChanged(bool on);

private:
    struct Item
    {
        recipe::Recipe recipe;
        bool hasEnded = false;
    };

    template <typename Tell>
    void end(const recipe::Recipe& recipe, const Tell& tell);
    void stop();

    BackgroundRuns& m_background;
    std::vector<Item> m_items;
    int m_left = 0;
};

}  // namespace diffuscope::ui
