// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/cursor_bar.h"

#include "ui/document/session_document.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/still_label.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include <cmath>

namespace diffuscope::ui {

CursorBar::CursorBar(SessionDocument& document, const QString& name, QWidget* parent)
    : QWidget(parent), m_document(document)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(6, 3, 6, 0);
    row->setSpacing(6);
    m_axis = new QComboBox;
    m_axis->setObjectName(name + QStringLiteral("AxisBox"));
    m_axis->setAccessibleName(tr("What the bottom axis counts"));
    m_axis->setToolTip(richTip(tr("What the bottom axis of all plots over frames counts.")));
    m_axis->setFocusPolicy(Qt::TabFocus);
    m_axis->addItem(tr("by step"), int(FrameAxis::step));
    m_axis->addItem(tr("by t"), int(FrameAxis::time));
    m_axis->addItem(tr("by log-SNR"), int(FrameAxis::logSnr));
    m_axis->addItem(tr("by NFE"), int(FrameAxis::evaluations));
    row->addWidget(m_axis);
    auto* text = new StillLabel;
    m_text = &text->label();
    m_text->setObjectName(name + QStringLiteral("CursorText"));
    m_text->setAccessibleName(tr("Cursors"));
    m_text->setForegroundRole(QPalette::PlaceholderText);
    m_text->setToolTip(richTip(tr(
        "Cursor A is the playhead. Ctrl+click in a plot, or M, puts cursor B; the values show both and how "
        "far they are apart.")));
    row->addWidget(text, 1);
    m_remove = new QToolButton;
    m_remove->setObjectName(name + QStringLiteral("RemoveSecond"));
    m_remove->setText(QStringLiteral("×"));
    m_remove->setAutoRaise(true);
    m_remove->setFocusPolicy(Qt::TabFocus);
    m_remove->setAccessibleName(tr("Remove cursor B"));
    m_remove->setToolTip(tr("Remove cursor B (Shift+M)."));
    row->addWidget(m_remove);

    connect(m_axis, &QComboBox::activated, this,
            [this] { m_document.cursors().setAxis(FrameAxis(m_axis->currentData().toInt())); });
    connect(m_remove, &QToolButton::clicked, &m_document.cursors(), &PlotCursors::removeSecond);
    connect(&m_document, &SessionDocument::playheadChanged, this, &CursorBar::refresh);
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &CursorBar::refresh);
    connect(&m_document.cursors(), &PlotCursors::secondChanged, this, &CursorBar::refresh);
    connect(&m_document.cursors(), &PlotCursors::axisChanged, this, &CursorBar::refresh);
    refresh();
}

QString CursorBar::valueText(double value) const
{
    const FrameAxis axis = m_document.cursors().axis();
    if (axis == FrameAxis::logSnr)
        return numberText(value, locale());
    if (std::isfinite(value))
        return timeText(value, locale());
    return axis == FrameAxis::time ? tr("clean") : numberText(value, locale());
}

void CursorBar::refresh()
{
    const PlotCursors& cursors = m_document.cursors();
    m_axis->setCurrentIndex(m_axis->findData(int(cursors.axis())));
    const int first = m_document.playhead();
    const int second = cursors.second();
    m_remove->setVisible(second >= 0);
    if (first < 0 || second < 0)
        return m_text->setText(tr("Ctrl+click sets cursor B"));
    const FrameKeys keys(cursors.axis(), m_document.shownRun());
    const double a = keys.value(first);
    const double b = keys.value(second);
    const QString difference = std::isfinite(b - a) ? valueText(b - a) : QStringLiteral("–");
    m_text->setText(tr("A %1   B %2   B−A %3").arg(valueText(a), valueText(b), difference));
}

}  // namespace diffuscope::ui
