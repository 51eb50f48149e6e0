// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/link_dialog.h"

#include "core/base/error.h"
#include "core/session/share_link.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace diffuscope::ui {

namespace {

/// A few lines of text, in letters.
constexpr int linkColumns = 64, linkRows = 6;

/// "mnist · ddim · 20 steps · seed 1", for a person to see what comes.
QString inWords(const session::SharedState& state)
{
    const recipe::Recipe& recipe = state.plan.recipe;
    QStringList parts{QString::fromStdString(recipe.model), QString::fromStdString(recipe.sampler.id),
                      LinkDialog::tr("%n steps", nullptr, recipe.steps),
                      LinkDialog::tr("seed %1").arg(recipe.seed)};
    if (state.plan.from)
        parts.append(LinkDialog::tr("branch at frame %1").arg(state.plan.from->frame));
    if (state.lesson)
        parts.append(LinkDialog::tr("lesson “%1”, step %2")
                         .arg(QString::fromStdString(state.lesson->lesson))
                         .arg(state.lesson->step + 1));
    return parts.join(QStringLiteral(" · "));
}

}  // namespace

LinkDialog::LinkDialog(QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("linkDialog"));
    setWindowTitle(tr("Open Link"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* layout = new QVBoxLayout(this);
    auto* caption = new QLabel(tr("&Link, as it was copied, mailed or written down:"), this);
    m_link = new QPlainTextEdit(this);
    m_link->setObjectName(QStringLiteral("linkDialog.link"));
    m_link->setAccessibleName(tr("Link"));
    m_link->setPlaceholderText(QStringLiteral("diffuscope:…"));
    m_link->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_link->setTabChangesFocus(true);
    m_link->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_link->setWordWrapMode(QTextOption::WrapAnywhere);
    const QFontMetrics metrics(m_link->font());
    m_link->setMinimumSize(metrics.averageCharWidth() * linkColumns, metrics.lineSpacing() * linkRows);
    caption->setBuddy(m_link);
    m_says = new QLabel(this);
    m_says->setObjectName(QStringLiteral("linkDialog.says"));
    m_says->setTextFormat(Qt::PlainText);
    m_says->setWordWrap(true);
    m_says->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_says->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_buttons = new QDialogButtonBox(QDialogButtonBox::Open | QDialogButtonBox::Cancel, this);
    layout->addWidget(caption);
    layout->addWidget(m_link, 1);
    layout->addWidget(m_says);
    layout->addWidget(m_buttons);
    connect(m_link, &QPlainTextEdit::textChanged, this, &LinkDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &LinkDialog::choose);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const QString copied = QGuiApplication::clipboard()->text();
    if (session::looksLikeLink(copied.left(int(session::longestLink)).toStdString()))
        m_link->setPlainText(copied.left(2 * int(session::longestLink)));
    check();
    m_link->selectAll();
    m_link->setFocus();
}

void LinkDialog::check()
{
    QPushButton* open = m_buttons->button(QDialogButtonBox::Open);
    const QString text = m_link->toPlainText();
    open->setEnabled(false);
    if (text.trimmed().isEmpty()) {
        m_says->setText(tr(
            "A link holds a recipe, how one looks at it, and the step of a lesson; nothing in it is run."));
        return;
    }
    try {
        m_says->setText(inWords(session::stateOfLink(text.toStdString())));
        open->setEnabled(true);
    } catch (const Error& error) {
        m_says->setText(QString::fromUtf8(error.what()) + u' ' + QString::fromStdString(error.hint()));
    }
}

void LinkDialog::choose()
{
    const QString link = m_link->toPlainText();
    accept();
    Q_EMIT chosen(link);
}

}  // namespace diffuscope::ui
