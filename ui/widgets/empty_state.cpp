// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/empty_state.h"

#include <QLabel>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace diffuscope::ui {

ViewPages addPages(QWidget& view, const QString& labelName, const QString& sentence)
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);

    auto* empty = new QLabel(sentence);
    empty->setObjectName(labelName);
    empty->setAlignment(Qt::AlignCenter);
    empty->setWordWrap(true);
    empty->setForegroundRole(QPalette::PlaceholderText);
    empty->setMargin(16);

    auto* pages = new QStackedLayout(&view);
    pages->addWidget(empty);
    pages->addWidget(content);
    return {pages, column};
}

QString richTip(const QString& text)
{
    return QStringLiteral("<p>%1</p>").arg(text);
}

}  // namespace diffuscope::ui
