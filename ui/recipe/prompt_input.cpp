// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/prompt_input.h"

#include "ui/recipe/prompt_field.h"
#include "ui/recipe/word_chips.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/notice_list.h"
#include "ui/widgets/segment_button.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace diffuscope::ui {

namespace {

constexpr int mostSuggestions = 3;

}  // namespace

PromptInput::PromptInput(const QString& name, Chips chips, QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_field = new PromptField(this);
    m_field->setObjectName(name);
    column->addWidget(m_field);
    if (chips == Chips::shown) {
        m_chips = new WordChips(this);
        m_chips->setObjectName(name + QStringLiteral(".words"));
        column->addWidget(m_chips);
        connect(m_chips, &WordChips::wordSwitched, m_field, &PromptField::switchWord);
        connect(m_chips, &WordChips::listRequested, m_field, &PromptField::listWords);
        connect(m_chips, &WordChips::wordPointedAt, this, &PromptInput::pointAt);
    }
    m_field->setFewestLines(m_chips ? 2 : 1);
    buildMessage(name);
    column->addWidget(m_message);
    setFocusProxy(m_field);
    connect(m_field, &PromptField::promptEdited, this, &PromptInput::promptEdited);
    connect(m_field, &PromptField::promptChanged, this, &PromptInput::refresh);
    updateFonts();
    refresh();
}

PromptInput::~PromptInput()
{
    // They lose the focus when they go, and would tell what is no longer there.
    m_field->disconnect(this);
    if (m_chips)
        m_chips->disconnect(this);
}

void PromptInput::buildMessage(const QString& name)
{
    m_message = new QWidget(this);
    auto* cells = new QHBoxLayout(m_message);
    cells->setContentsMargins(0, 0, 0, 2);
    cells->setSpacing(6);
    m_sign = new NoticeSign(run::NoticeKind::refusal);
    cells->addWidget(m_sign, 0, Qt::AlignTop);
    auto* lines = new QVBoxLayout;
    lines->setSpacing(4);
    m_text = new QLabel;
    m_text->setObjectName(name + QStringLiteral(".message"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    // As wide as there is room: a sentence must not widen the panel.
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    m_text->setSizePolicy(policy);
    lines->addWidget(m_text);
    m_suggestions = new QWidget;
    auto* flow = new FlowLayout(m_suggestions);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(4);
    for (int i = 0; i < mostSuggestions; ++i) {
        auto* button = new SegmentButton(m_suggestions);
        button->setObjectName(name + QStringLiteral(".suggestion.%1").arg(i));
        button->setCheckable(false);
        flow->addWidget(button);
        connect(button, &QToolButton::clicked, this, [this, button] {
            m_field->replaceWord(m_replaced, button->text());
            m_field->setFocus();
        });
        m_buttons.append(button);
    }
    lines->addWidget(m_suggestions);
    cells->addLayout(lines, 1);
}

void PromptInput::setReader(const PromptReader& reader)
{
    m_field->setReader(reader);
}

void PromptInput::setEmptyText(const QString& placeholder, const QString& sentence)
{
    m_field->setPlaceholderText(placeholder);
    m_emptySentence = sentence;
    refresh();
}

void PromptInput::refresh()
{
    if (m_chips)
        m_chips->setPieces(m_field->shownPieces());
    showMessage(m_field->problem());
}

/// Without a problem it says what an empty prompt means.
void PromptInput::showMessage(const PromptProblem& problem)
{
    const bool isPending = m_field->isPending() && !m_field->prompt().isReadable();
    QString text = problem.text;
    if (!problem.isNone() && isPending)
        text +=
            u' ' + (m_field->sampled().isEmpty() ? tr("The images are still those without it.")
                                                 : tr("The images are still those of the prompt before."));
    const bool isEmpty =
        problem.isNone() && m_field->prompt().sampled().isEmpty() && m_field->prompt().isReadable();
    if (isEmpty)
        text = m_emptySentence;
    m_replaced = problem.piece;
    for (int i = 0; i < m_buttons.size(); ++i) {
        const bool isOffered = i < problem.suggestions.size();
        m_buttons[i]->setVisible(isOffered);
        if (!isOffered)
            continue;
        m_buttons[i]->setText(problem.suggestions[i]);
        m_buttons[i]->setAccessibleName(tr("Write %1").arg(problem.suggestions[i]));
        m_buttons[i]->setToolTip(tr("Write “%1” in its place.").arg(problem.suggestions[i]));
        m_buttons[i]->updateGeometry();
    }
    m_suggestions->setVisible(!problem.suggestions.isEmpty());
    m_suggestions->updateGeometry();
    m_sign->setVisible(!isEmpty);
    m_text->setForegroundRole(isEmpty ? QPalette::PlaceholderText : QPalette::WindowText);
    m_text->setText(text);
    m_message->setVisible(!text.isEmpty());
    m_field->setAccessibleDescription(text);
}

/// Words are counted as the model gets them: without those that are off.
void PromptInput::pointAt(int piece)
{
    const auto& pieces = m_field->prompt().pieces();
    if (piece < 0 || piece >= pieces.size() || pieces[piece].isOff)
        return Q_EMIT wordPointedAt(-1);
    int word = 0;
    for (int i = 0; i < piece; ++i)
        word += pieces[i].isOff ? 0 : 1;
    Q_EMIT wordPointedAt(word);
}

void PromptInput::updateFonts()
{
    m_text->setFont(captionFont(font()));
    for (auto* button : m_buttons)
        button->setFont(captionFont(font()));
}

void PromptInput::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_text)
        updateFonts();
}

}  // namespace diffuscope::ui
