// SPDX-License-Identifier: GPL-3.0-or-later
// A window with a fake model that is asked by words.
#pragma once

#include "core/model/text/vocabulary.h"
#include "tests/ui/window_fixture.h"
#include "ui/recipe/prompt_field.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QComboBox>
#include <QCompleter>
#include <QLabel>

namespace diffuscope::test {

inline std::shared_ptr<const model::Vocabulary> avatarVocabulary()
{
    static const auto words = std::make_shared<const model::Vocabulary>(std::vector<std::string>{
        "a", "and", "clothes", "dark", "glasses", "hair", "happy", "long", "person", "red", "skin", "with"});
    return words;
}

/// Shows the finished run of "red hair".
class WordsWindow : public WindowFixture
{
public:
    static constexpr int mostWords = 12;

    explicit WordsWindow(const std::string& prompt = "red hair")
    {
        QList<ui::ModelEntry> models = twoModels();
        models.append({.id = "avatar",
                       .displayName = "Portraits",
                       .description = "Small portraits.",
                       .classes = {},
                       .schedule = {},
                       .reader = {avatarVocabulary(), mostWords}});
        window->setModels(models, {});
        recipe::Recipe recipe = fakeRecipe(2.0);
        recipe.model = "avatar";
        recipe.condition = recipe::Condition::prompt(prompt);
        showSampled(recipe);
    }

    ui::PromptField& prompt() { return get<ui::PromptField>("prompt"); }
    /// The prompt of the recipe.
    std::string asked() const { return recipe().condition.text.prompt; }
    /// The list of words, a window of its own.
    QAbstractItemView& words() { return *prompt().findChild<QCompleter*>()->popup(); }
    QString message() const { return get<QLabel>("prompt.message").text(); }

    void type(const char* text)
    {
        prompt().setFocus();
        QTest::keyClicks(&prompt(), QString::fromUtf8(text));
    }
    void clear()
    {
        prompt().setFocus();
        QTest::keyClick(&prompt(), Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&prompt(), Qt::Key_Backspace);
    }
    void paste(const QString& text)
    {
        QApplication::clipboard()->setText(text);
        prompt().setFocus();
        QTest::keyClick(&prompt(), Qt::Key_V, Qt::ControlModifier);
    }
    void choose(const char* model)
    {
        auto& list = get<QComboBox>("modelBox");
        list.setCurrentIndex(list.findData(QLatin1String(model)));
        Q_EMIT list.activated(list.currentIndex());
    }
};

}  // namespace diffuscope::test
