// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/words_link.h"

#include "ui/recipe/recipe_panel.h"
#include "ui/stage/stage_view.h"
#include "ui/window/action_registry.h"
#include "ui/window/dock_table.h"
#include "ui/words/words_view.h"

#include <QAction>
#include <QMenu>

namespace diffuscope::ui {

WordsLink::WordsLink(Docks& docks, RecipePanel& recipe, StageView& stage)
    : QObject(&docks), m_docks(docks), m_recipe(recipe), m_words(docks.content<WordsView>(dock_id::words))
{
    connect(&m_words, &WordsView::overlayChanged, &stage,
            [&stage](const HeatPicture& heat) { stage.grid().setOverlay(heat.atlas); });
    connect(&stage, &StageView::pixelHovered, &m_words, &WordsView::hoverPixel);
    connect(&stage, &StageView::pixelLeft, &m_words, &WordsView::leavePixel);
    connect(&m_recipe, &RecipePanel::wordPointedAt, &m_words, &WordsView::previewWord);
    connect(&m_recipe, &RecipePanel::modelChanged, this, &WordsLink::follow);
}

bool WordsLink::hasText() const
{
    const ModelEntry* model = m_recipe.currentModel();
    return model && model->hasText();
}

void WordsLink::follow()
{
    m_docks.setPreferred(hasText() ? dock_id::words : QString());
    m_docks.dock(dock_id::words).setVisible(hasText());
    if (!hasText())
        return m_words.setShowsOverlay(false);
    m_docks.dock(dock_id::words).raise();
}

void WordsLink::addAction(QMenu& menu, ActionRegistry& actions)
{
    QAction* action = actions.add(
        menu, QStringLiteral("action.wordOverlay"), tr("Attention to the &Word"), {QKeySequence(Qt::Key_W)},
        tr("Show over the pictures where the network looks for the chosen word of the prompt."));
    action->setCheckable(true);
    connect(action, &QAction::triggered, &m_words, [this, action](bool on) {
        m_words.setShowsOverlay(on && hasText());
        action->setChecked(m_words.showsOverlay());
    });
    connect(&m_words, &WordsView::showsOverlayChanged, action, &QAction::setChecked);
}

}  // namespace diffuscope::ui
