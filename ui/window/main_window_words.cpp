// The window's dock of words, and what it has to do with the prompt and the stage.
#include "ui/recipe/recipe_panel.h"
#include "ui/stage/run_view.h"
#include "ui/stage/stage_view.h"
#include "ui/window/main_window.h"
#include "ui/words/words_view.h"

#include <QDockWidget>
#include <QMenu>

namespace diffuscope::ui {

void MainWindow::buildWords()
{
    m_words = new WordsView(m_document);
    m_wordsDock = addDock(Qt::RightDockWidgetArea, QStringLiteral("wordsDock"), tr("Words"), m_words);
    m_wordsDock->hide();
    connect(m_words, &WordsView::overlayChanged, this,
            [this](const HeatPicture& heat) { stage().grid().setOverlay(heat.atlas); });
    connect(&stage(), &StageView::pixelHovered, m_words, &WordsView::hoverPixel);
    connect(&stage(), &StageView::pixelLeft, m_words, &WordsView::leavePixel);
    connect(m_recipe, &RecipePanel::wordPointedAt, m_words, &WordsView::previewWord);
    connect(m_recipe, &RecipePanel::modelChanged, this, &MainWindow::followWords);
}

/// The dock comes to the front for a model that is asked by words, and is out of the way for others.
void MainWindow::followWords()
{
    const ModelEntry* model = m_recipe->currentModel();
    const bool hasText = model && model->hasText();
    m_wordsDock->setVisible(hasText);
    if (!hasText)
        return m_words->setShowsOverlay(false);
    m_wordsDock->raise();
}

void MainWindow::addWordsAction(QMenu* menu)
{
    auto* action = addMenuAction(
        menu, QStringLiteral("action.wordOverlay"), tr("Attention to the &Word"), {QKeySequence(Qt::Key_W)},
        tr("Show over the pictures where the network looks for the chosen word of the prompt."));
    action->setCheckable(true);
    connect(action, &QAction::triggered, m_words, [this, action](bool on) {
        const ModelEntry* model = m_recipe->currentModel();
        m_words->setShowsOverlay(on && model && model->hasText());
        action->setChecked(m_words->showsOverlay());
    });
    connect(m_words, &WordsView::showsOverlayChanged, action, &QAction::setChecked);
}

}  // namespace diffuscope::ui
