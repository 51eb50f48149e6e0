// SPDX-License-Identifier: GPL-3.0-or-later
// Notices beneath a control of the recipe: a small sign and a sentence in the quiet colour, the reasons in
// the tooltip.
#pragma once

#include "core/run/recipe_notices.h"

#include <QWidget>

#include <vector>

namespace diffuscope::ui {

/// The sign of a notice, in the size of the text beside it.
class NoticeSign : public QWidget
{
    Q_OBJECT

public:
    explicit NoticeSign(run::NoticeKind kind = run::NoticeKind::information, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    run::NoticeKind m_kind;
};

/// Sentences wrap to the width there is; the list is hidden while it is empty.
class NoticeList : public QWidget
{
    Q_OBJECT

public:
    explicit NoticeList(QWidget* parent = nullptr);

    void setNotices(const std::vector<run::Notice>& notices);
    const std::vector<run::Notice>& notices() const { return m_notices; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();

    std::vector<run::Notice> m_notices;
};

}  // namespace diffuscope::ui
