#include "ui/panels/failure_banner.h"

#include "ui/document/session_document.h"
#include "ui/panels/glyph_icon.h"
#include "ui/theme/theme_colors.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

namespace diffuscope::ui {

namespace {

constexpr int edgePx = 4;

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
    auto* icon = new QLabel(this);
    icon->setPixmap(glyphIcon(Glyph::warning).pixmap(20, 20));
    row->addWidget(icon, 0, Qt::AlignTop);

    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    m_message = new QLabel(this);
    m_message->setObjectName(QStringLiteral("failureMessage"));
    m_hint = new QLabel(this);
    m_hint->setObjectName(QStringLiteral("failureHint"));
    for (auto* label : {m_message, m_hint}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        texts->addWidget(label);
    }
    QFont bold = m_message->font();
    bold.setBold(true);
    m_message->setFont(bold);
    row->addLayout(texts, 1);

    auto* dismiss = new QToolButton(this);
    dismiss->setObjectName(QStringLiteral("failureDismiss"));
    dismiss->setIcon(glyphIcon(Glyph::close));
    dismiss->setAutoRaise(true);
    dismiss->setFocusPolicy(Qt::TabFocus);
    dismiss->setAccessibleName(tr("Dismiss"));
    dismiss->setToolTip(tr("Hide this message; the recipe stays as it is."));
    row->addWidget(dismiss, 0, Qt::AlignTop);

    connect(dismiss, &QToolButton::clicked, this, &QWidget::hide);
    connect(&m_document, &SessionDocument::failureChanged, this, &FailureBanner::refresh);
    // The same failure again, after another edit, is news too.
    connect(&m_document, &SessionDocument::stateChanged, this, [this](RunState state) {
        if (state == RunState::failed || (state == RunState::running && !m_document.failure()))
            refresh();
    });
    refresh();
}

void FailureBanner::refresh()
{
    if (const auto& failure = m_document.failure())
        report(*failure);
    else
        hide();
}

void FailureBanner::report(const Failure& failure)
{
    m_message->setText(failure.message);
    const QString kept = m_document.shownRun().run != 0 ? tr("The last good run is still shown.") : QString();
    m_hint->setText(QStringList{failure.hint, kept}.join(u' ').trimmed());
    m_hint->setVisible(!m_hint->text().isEmpty());
    show();
}

void FailureBanner::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor alarm = themeColors(palette()).series[0];
    painter.fillRect(rect(), mixed(palette().color(QPalette::Window), alarm, 0.14F));
    painter.fillRect(QRect(0, 0, edgePx, height()), alarm);
}

}  // namespace diffuscope::ui
