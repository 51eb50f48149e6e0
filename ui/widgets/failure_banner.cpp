// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/failure_banner.h"

#include "ui/document/session_document.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/glyph_icon.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include <utility>

namespace diffuscope::ui {

namespace {

constexpr int edgePx = 4;
/// Older ones have no room.
constexpr int mostEntries = 3;

QColor mixed(const QColor& a, const QColor& b, float share)
{
    return QColor::fromRgbF(a.redF() + (b.redF() - a.redF()) * share,
                            a.greenF() + (b.greenF() - a.greenF()) * share,
                            a.blueF() + (b.blueF() - a.blueF()) * share);
}

}  // namespace

FailureBanner::FailureBanner(SessionDocument& document, QWidget* parent)
    : QFrame(parent), m_document(document)
{
    setObjectName(QStringLiteral("failureBanner"));
    setAccessibleName(tr("Failure"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12 + edgePx, 8, 8, 8);
    row->setSpacing(12);
    m_icon = new QLabel(this);
    m_icon->setPixmap(glyphIcon(Glyph::warning).pixmap(20, 20));
    row->addWidget(m_icon, 0, Qt::AlignTop);

    auto* texts = new QWidget(this);
    auto* column = new QVBoxLayout(texts);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    for (int i = 0; i < mostEntries; ++i)
        addRow(texts, i);
    row->addWidget(texts, 1);

    auto* dismiss = new QToolButton(this);
    dismiss->setObjectName(QStringLiteral("failureDismiss"));
    dismiss->setIcon(glyphIcon(Glyph::close));
    dismiss->setAutoRaise(true);
    dismiss->setFocusPolicy(Qt::TabFocus);
    dismiss->setAccessibleName(tr("Dismiss"));
    dismiss->setToolTip(tr("Hide this message; the recipe stays as it is."));
    row->addWidget(dismiss, 0, Qt::AlignTop);

    connect(dismiss, &QToolButton::clicked, this, [this] {
        m_entries.clear();
        showEntries();
    });
    connect(&m_document, &SessionDocument::failureChanged, this, &FailureBanner::takeRun);
    // The same failure again, after another edit, is news too.
    connect(&m_document, &SessionDocument::stateChanged, this, [this](RunState state) {
        if (state == RunState::failed || (state == RunState::running && !m_document.failure()))
            takeRun();
    });
    connect(&m_document.undoStack(), &QUndoStack::indexChanged, this, &FailureBanner::forgetReports);
    takeRun();
}

/// Object names are those of the topmost; the others' are numbered.
void FailureBanner::addRow(QWidget* texts, int row)
{
    const QString number = row == 0 ? QString() : QStringLiteral(".%1").arg(row);
    auto* message = new QLabel(texts);
    message->setObjectName(QStringLiteral("failureMessage") + number);
    auto* hint = new QLabel(texts);
    hint->setObjectName(QStringLiteral("failureHint") + number);
    for (auto* label : {message, hint}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        texts->layout()->addWidget(label);
    }
    if (row > 0)
        message->setContentsMargins(0, 4, 0, 0);
    QFont bold = message->font();
    bold.setBold(true);
    message->setFont(bold);
    m_rows.append(Row{message, hint});
}

/// The failure of the newest run, or none.
void FailureBanner::takeRun()
{
    m_entries.removeIf([](const Entry& entry) { return entry.isOfRun; });
    if (const auto& failure = m_document.failure())
        put({.failure = *failure, .topic = {}, .isOfRun = true});
    showEntries();
}

void FailureBanner::report(const Failure& failure, const QString& topic)
{
    m_entries.removeIf([&](const Entry& entry) {
        return !entry.isOfRun && (entry.failure == failure || (!topic.isEmpty() && entry.topic == topic));
    });
    put({.failure = failure, .topic = topic, .isOfRun = false});
    showEntries();
}

void FailureBanner::put(Entry entry)
{
    m_entries.prepend(std::move(entry));
    while (m_entries.size() > mostEntries)
        m_entries.removeLast();
}

void FailureBanner::forgetReports()
{
    m_entries.removeIf([](const Entry& entry) { return !entry.isOfRun; });
    showEntries();
}

void FailureBanner::showEntries()
{
    for (int i = 0; i < mostEntries; ++i) {
        const bool isUsed = i < m_entries.size();
        const Row& row = m_rows[i];
        row.message->setVisible(isUsed);
        QStringList hints;
        if (isUsed) {
            row.message->setText(m_entries[i].failure.message);
            hints.append(m_entries[i].failure.hint);
            if (m_entries[i].isOfRun && m_document.shownRun().run != 0)
                hints.append(m_document.showsStoredResult() ? tr("Its stored result is shown.")
                                                            : tr("The last good run is still shown."));
        }
        row.hint->setText(hints.join(u' ').trimmed());
        row.hint->setVisible(!row.hint->text().isEmpty());
    }
    setVisible(!m_entries.isEmpty());
}

/// The sign has the colour of text, which the theme changes.
void FailureBanner::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_icon)
        m_icon->setPixmap(glyphIcon(Glyph::warning).pixmap(20, 20));
}

void FailureBanner::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor alarm = themeColors(palette()).series[0];
    painter.fillRect(rect(), mixed(palette().color(QPalette::Window), alarm, 0.14F));
    painter.fillRect(QRect(0, 0, edgePx, height()), alarm);
}

}  // namespace diffuscope::ui
