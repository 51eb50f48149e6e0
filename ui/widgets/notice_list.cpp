// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/notice_list.h"

#include "ui/theme/fonts.h"
#include "ui/theme/symbols.h"
#include "ui/theme/theme_colors.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace diffuscope::ui {

using run::Notice;
using run::NoticeKind;

NoticeSign::NoticeSign(NoticeKind kind, QWidget* parent) : QWidget(parent), m_kind(kind)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize NoticeSign::sizeHint() const
{
    const int height = QFontMetrics(captionFont(font())).height();
    return {height, height};
}

void NoticeSign::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    const qreal unit = std::min(width(), height()) / 16.0;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(width() / 2.0, height() / 2.0);
    painter.scale(unit, unit);
    const QColor color = m_kind == NoticeKind::refusal ? colors.text : colors.mutedText;
    painter.setPen(QPen(color, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    if (m_kind == NoticeKind::refusal) {
        painter.drawPolygon(QPolygonF{{0, -6}, {6.4, 5.2}, {-6.4, 5.2}});
        painter.drawLine(QPointF(0, -1.8), QPointF(0, 1.2));
        painter.drawPoint(QPointF(0, 3.3));
    } else {
        painter.drawEllipse(QPointF(0, 0), 6, 6);
        painter.drawLine(QPointF(0, -0.4), QPointF(0, 2.9));
        painter.drawPoint(QPointF(0, -2.8));
    }
}

NoticeList::NoticeList(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 2);
    column->setSpacing(4);
    hide();
}

void NoticeList::setNotices(const std::vector<Notice>& notices)
{
    if (notices == m_notices)
        return;
    m_notices = notices;
    rebuild();
}

void NoticeList::rebuild()
{
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    QStringList spoken;
    for (std::size_t i = 0; i < m_notices.size(); ++i) {
        const Notice& notice = m_notices[i];
        const QString text = withHats(QString::fromStdString(notice.text));
        auto* row = new QWidget(this);
        row->setToolTip(QStringLiteral("<p>%1</p>")
                            .arg(withHats(QString::fromStdString(notice.explanation)).toHtmlEscaped()));
        auto* cells = new QHBoxLayout(row);
        cells->setContentsMargins(0, 0, 0, 0);
        cells->setSpacing(6);
        auto* label = new QLabel(text);
        label->setObjectName(QStringLiteral("%1.%2").arg(objectName()).arg(i));
        label->setAccessibleDescription(QString::fromStdString(notice.explanation));
        label->setFont(captionFont(font()));
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        if (notice.kind == NoticeKind::information)
            label->setForegroundRole(QPalette::PlaceholderText);
        // As wide as there is room: a notice must not widen the panel.
        QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
        policy.setHeightForWidth(true);
        label->setSizePolicy(policy);
        cells->addWidget(new NoticeSign(notice.kind), 0, Qt::AlignTop);
        cells->addWidget(label, 1);
        layout()->addWidget(row);
        spoken.append(text);
    }
    setAccessibleDescription(spoken.join(QLatin1Char(' ')));
    setVisible(!m_notices.empty());
}

void NoticeList::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        rebuild();
}

}  // namespace diffuscope::ui
