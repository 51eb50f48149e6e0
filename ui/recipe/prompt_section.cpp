// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/prompt_section.h"

#include "ui/recipe/prompt_field.h"
#include "ui/recipe/prompt_input.h"
#include "ui/widgets/number_box.h"
#include "ui/widgets/value_slider.h"

#include <QDoubleSpinBox>
#include <QSignalBlocker>

namespace diffuscope::ui {

using recipe::TextCondition;

QString PromptSection::promptTip()
{
    return tr(
        "What the images are to show, in words that the model knows; the images follow while you type "
        "(Ctrl+Space lists the words).");
}

QString PromptSection::negativeTip()
{
    return tr("What guidance steers away from: takes the place of the prediction without words.");
}

QString PromptSection::secondTip()
{
    return tr("Another prompt to blend the first one with.");
}

QString PromptSection::blendTip()
{
    return tr("How much of the second prompt is heeded: 0 is the first alone, 1 the second alone.");
}

PromptSection::PromptSection(QWidget* form) : QObject(form)
{
    m_prompt = makeInput(QStringLiteral("prompt"), tr("Prompt"), promptTip(), &TextCondition::prompt, form);
    m_negative = makeInput(QStringLiteral("negativePrompt"), tr("Negative prompt"), negativeTip(),
                           &TextCondition::negative, form);
    m_second = makeInput(QStringLiteral("secondPrompt"), tr("Second prompt"), secondTip(),
                         &TextCondition::second, form);
    m_prompt->setEmptyText(tr("What should they show?"),
                           tr("No words: the network draws whatever it likes (unconditional)."));
    m_negative->setEmptyText(tr("Leave out…"), {});
    m_second->setEmptyText(tr("Blend with…"), {});
    connect(m_prompt, &PromptInput::wordPointedAt, this, &PromptSection::wordPointedAt);

    m_blendSlider = new ValueSlider(form);
    m_blendSlider->setNumbers(0, 1, 0.05);
    m_blendSlider->setRounding(0.01);
    m_blendSlider->setObjectName(QStringLiteral("blendSlider"));
    m_blend = new DecimalBox(form);
    m_blend->setRange(0, 1);
    m_blend->setDecimals(2);
    m_blend->setSingleStep(0.05);
    m_blend->setKeyboardTracking(false);
    m_blend->setObjectName(QStringLiteral("blendSpin"));
    for (QWidget* control : {static_cast<QWidget*>(m_blendSlider), static_cast<QWidget*>(m_blend)}) {
        control->setAccessibleName(tr("Blend of the two prompts"));
        control->setToolTip(blendTip());
    }
    connect(m_blendSlider, &ValueSlider::numberEdited, m_blend, &QDoubleSpinBox::setValue);
    connect(m_blend, &QDoubleSpinBox::valueChanged, this, [this](double blend) {
        m_text.blend = blend;
        Q_EMIT edited(m_text);
    });
}

PromptInput* PromptSection::makeInput(const QString& name, const QString& accessibleName, const QString& tip,
                                      std::string TextCondition::*part, QWidget* form)
{
    const bool hasChips = part == &TextCondition::prompt;
    auto* input =
        new PromptInput(name, hasChips ? PromptInput::Chips::shown : PromptInput::Chips::none, form);
    input->field().setAccessibleName(accessibleName);
    input->field().setToolTip(tip);
    connect(input, &PromptInput::promptEdited, this, [this, part](const QString& prompt) {
        // The first word of a second prompt is to be seen: half of each until somebody says otherwise.
        constexpr double usualBlend = 0.5;
        const bool isFirstWord = part == &TextCondition::second && m_text.second.empty() && !prompt.isEmpty();
        if (isFirstWord && m_text.blend == 0)
            m_text.blend = usualBlend;
        m_text.*part = prompt.toStdString();
        Q_EMIT edited(m_text);
    });
    return input;
}

void PromptSection::setReader(const PromptReader& reader)
{
    for (PromptInput* input : {m_prompt, m_negative, m_second})
        input->setReader(reader);
}

const session::WrittenPrompt& PromptSection::written() const
{
    return m_prompt->field().written();
}

void PromptSection::show(const TextCondition& text, const session::WrittenPrompt& written)
{
    m_text = text;
    m_prompt->field().showPrompt(QString::fromStdString(text.prompt), written);
    m_negative->field().showPrompt(QString::fromStdString(text.negative));
    m_second->field().showPrompt(QString::fromStdString(text.second));
    const QSignalBlocker quiet(m_blend);
    m_blend->setValue(text.blend);
    if (!m_blendSlider->isSliderDown())
        m_blendSlider->setNumber(text.blend);
    m_blend->setEnabled(!text.second.empty());
    m_blendSlider->setEnabled(!text.second.empty());
}

}  // namespace diffuscope::ui
