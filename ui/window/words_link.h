// SPDX-License-Identifier: GPL-3.0-or-later
// What the dock of words has to do with the prompt and the stage.
#pragma once

#include <QObject>

class QMenu;

namespace diffuscope::ui {

class ActionRegistry;
class Docks;
class RecipePanel;
class StageView;
class WordsView;

class WordsLink : public QObject
{
    Q_OBJECT

public:
    /// All of it must outlive this.
    WordsLink(Docks& docks, RecipePanel& recipe, StageView& stage);

    /// The switch of the overlay.
    void addAction(QMenu& menu, ActionRegistry& actions);
    /// The dock comes to the front for a model that is asked by words, and is out of the way for others.
    void follow();

private:
    bool hasText() const;

    Docks& m_docks;
    RecipePanel& m_recipe;
    WordsView& m_words;
};

}  // namespace diffuscope::ui
