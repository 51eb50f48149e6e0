// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/still_label.h"

#include <QEvent>
#include <QLabel>

namespace diffuscope::ui {

StillLabel::StillLabel(QWidget* parent) : QWidget(parent), m_label(new QLabel(this))
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize StillLabel::sizeHint() const
{
    return {120, fontMetrics().height() + 2};
}

QSize StillLabel::minimumSizeHint() const
{
    return {0, sizeHint().height()};
}

void StillLabel::resizeEvent(QResizeEvent*)
{
    m_label->setGeometry(rect());
}

void StillLabel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

}  // namespace diffuscope::ui
