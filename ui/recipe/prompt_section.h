// SPDX-License-Identifier: GPL-3.0-or-later
// The words that a text-conditional model is asked by: a prompt, a negative one, and a second one to blend
// in.
#pragma once

#include "core/session/session_tree.h"
#include "ui/document/prompt_text.h"

#include <QObject>

class QDoubleSpinBox;
class QWidget;

namespace diffuscope::ui {

class PromptInput;
class ValueSlider;

/// The controls; the panel puts them into its form, and hides them with their labels.
class PromptSection : public QObject
{
    Q_OBJECT

public:
    /// The widgets belong to `form`.
    explicit PromptSection(QWidget* form);

    PromptInput* prompt() const { return m_prompt; }
    PromptInput* negative() const { return m_negative; }
    PromptInput* second() const { return m_second; }
    ValueSlider* blendSlider() const { return m_blendSlider; }
    QDoubleSpinBox* blend() const { return m_blend; }
    static QString promptTip();
    static QString negativeTip();
    static QString secondTip();
    static QString blendTip();

    void setReader(const PromptReader& reader);
    /// Shows a recipe's words, and how its prompt is written; signals nothing.
    void show(const recipe::TextCondition& text, const session::WrittenPrompt& written);
    /// How the prompt is written.
    const session::WrittenPrompt& written() const;

Q_SIGNALS:
    /// The words, or how the prompt is written().
    void edited(const diffuscope::recipe::TextCondition& text);
    /// The word of the prompt with the mouse or the focus on its chip, counted from 0 among those that are
    /// on; −1 where it has left.
    void wordPointedAt(int word);

private:
    PromptInput* makeInput(const QString& name, const QString& accessibleName, const QString& tip,
                           std::string recipe::TextCondition::*part, QWidget* form);

    recipe::TextCondition m_text;
    PromptInput* m_prompt = nullptr;
    PromptInput* m_negative = nullptr;
    PromptInput* m_second = nullptr;
    ValueSlider* m_blendSlider = nullptr;
    QDoubleSpinBox* m_blend = nullptr;
};

}  // namespace diffuscope::ui
