// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/word_chips.h"

#include "ui/theme/theme_colors.h"
#include "ui/widgets/flow_layout.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int chipPaddingPx = 8;
constexpr int chipHeightPaddingPx = 7;

}  // namespace

WordChip::WordChip(QWidget* parent) : QToolButton(parent)
{
    setCheckable(true);
    setAttribute(Qt::WA_Hover);
}

void WordChip::setKnown(bool known)
{
    if (std::exchange(m_isKnown, known) != known)
        update();
}

QSize WordChip::sizeHint() const
{
    return {std::max(fontMetrics().horizontalAdvance(text()), fontMetrics().height() / 2) + 2 * chipPaddingPx,
            fontMetrics().height() + chipHeightPaddingPx};
}

void WordChip::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    const bool isOff = isCheckable() && !isChecked();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const double corner = box.height() / 2;
    const QColor quiet = isOff ? colors.window : colors.raised;
    painter.setBrush(isDown() || underMouse() ? colors.hover : quiet);
    painter.setPen(hasFocus() ? QPen(colors.accent, 1.5)
                              : QPen(isOff ? colors.outline : colors.mutedText, 1,
                                     isOff || !isCheckable() ? Qt::DashLine : Qt::SolidLine));
    painter.drawRoundedRect(box, corner, corner);
    QFont written = font();
    written.setStrikeOut(isOff);
    painter.setFont(written);
    painter.setPen(isOff || !isCheckable() ? colors.mutedText : colors.text);
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, width() - chipPaddingPx);
    painter.drawText(rect(), Qt::AlignCenter, shown);
    if (m_isKnown || isOff)
        return;
    // A wave beneath a word that the model does not know.
    const double left = chipPaddingPx;
    const double y = (height() + fontMetrics().height()) / 2.0 - 1;
    QPainterPath wave(QPointF(left, y));
    for (double x = left; x + 4 <= width() - chipPaddingPx; x += 4)
        wave.cubicTo(x + 1, y - 2, x + 3, y + 2, x + 4, y);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colors.series[0], 1.2));
    painter.drawPath(wave);
}

WordChips::WordChips(QWidget* parent) : QWidget(parent)
{
    auto* flow = new FlowLayout(this);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(4);
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    auto* list = new WordChip(this);
    list->setCheckable(false);
    list->setFocusPolicy(Qt::TabFocus);
    list->setText(QStringLiteral("+"));
    list->setObjectName(QStringLiteral("word.add"));
    list->setAccessibleName(tr("Add a word"));
    list->setToolTip(tr("List all words that the model knows (Ctrl+Space in the prompt)."));
    connect(list, &QToolButton::clicked, this, &WordChips::listRequested);
    m_list = list;
    flow->addWidget(m_list);
}

WordChip* WordChips::addChip()
{
    const int index = int(m_chips.size());
    auto* chip = new WordChip(this);
    chip->setObjectName(QStringLiteral("word.%1").arg(index));
    chip->setFocusPolicy(index == m_current ? Qt::TabFocus : Qt::NoFocus);
    chip->installEventFilter(this);
    connect(chip, &QToolButton::clicked, this, [this, chip, index] {
        setCurrent(index);
        Q_EMIT wordSwitched(index, !chip->isChecked());
    });
    m_chips.push_back(chip);
    layout()->removeWidget(m_list);
    layout()->addWidget(chip);
    layout()->addWidget(m_list);
    chip->show();
    // Behind the control before the words; which of them comes first does not matter, since one alone can be
    // reached by Tab.
    chip->setFocusPolicy(Qt::TabFocus);
    QWidget* before = m_list->previousInFocusChain();
    while (before != m_list && before->focusPolicy() == Qt::NoFocus)
        before = before->previousInFocusChain();
    QWidget::setTabOrder(before, chip);
    setCurrent(m_current);
    return chip;
}

void WordChips::setPieces(const QList<PromptPiece>& pieces)
{
    while (qsizetype(m_chips.size()) > pieces.size()) {
        WordChip* last = m_chips.back();
        m_chips.pop_back();
        last->hide();
        last->setObjectName({});
        layout()->removeWidget(last);
        last->deleteLater();
    }
    while (qsizetype(m_chips.size()) < pieces.size())
        addChip();
    for (int i = 0; i < pieces.size(); ++i)
        updateChip(i, pieces[i]);
    if (!m_chips.empty() && m_current >= int(m_chips.size()))
        setCurrent(int(m_chips.size()) - 1);
    layout()->invalidate();
    updateGeometry();
}

void WordChips::updateChip(int index, const PromptPiece& piece)
{
    WordChip& chip = *m_chips[std::size_t(index)];
    chip.setChecked(!piece.isOff);
    chip.setKnown(piece.isKnown);
    if (chip.text() != piece.text) {
        chip.setText(piece.text);
        chip.updateGeometry();
    }
    chip.setAccessibleName(piece.isOff ? tr("%1, off").arg(piece.text) : piece.text);
    chip.setToolTip(piece.isOff     ? tr("Put “%1” back into the prompt.").arg(piece.text)
                    : piece.isKnown ? tr("Leave “%1” out of the prompt, to see what it does; a second click "
                                         "puts it back.")
                                          .arg(piece.text)
                                    : tr("The model does not know this word; a click leaves it out."));
}

void WordChips::setCurrent(int index)
{
    m_current = index;
    for (int i = 0; i < int(m_chips.size()); ++i)
        m_chips[std::size_t(i)]->setFocusPolicy(i == index ? Qt::TabFocus : Qt::NoFocus);
}

bool WordChips::moveFocus(int key)
{
    const int last = int(m_chips.size()) - 1;
    int wanted = m_current;
    switch (key) {
        case Qt::Key_Left:
            wanted = std::max(0, m_current - 1);
            break;
        case Qt::Key_Right:
            wanted = std::min(last, m_current + 1);
            break;
        case Qt::Key_Home:
            wanted = 0;
            break;
        case Qt::Key_End:
            wanted = last;
            break;
        default:
            return false;
    }
    setCurrent(wanted);
    m_chips[std::size_t(wanted)]->setFocus(Qt::TabFocusReason);
    return true;
}

bool WordChips::eventFilter(QObject* watched, QEvent* event)
{
    const auto found = std::find(m_chips.begin(), m_chips.end(), watched);
    const int index = found == m_chips.end() ? -1 : int(found - m_chips.begin());
    switch (event->type()) {
        case QEvent::ShortcutOverride: {
            // The arrow keys move the playhead everywhere else.
            const int key = static_cast<QKeyEvent*>(event)->key();
            if (key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Home || key == Qt::Key_End)
                event->accept();
            break;
        }
        case QEvent::KeyPress:
            return moveFocus(static_cast<QKeyEvent*>(event)->key());
        case QEvent::Enter:
        case QEvent::FocusIn:
            Q_EMIT wordPointedAt(index);
            break;
        case QEvent::Leave:
        case QEvent::FocusOut:
            Q_EMIT wordPointedAt(-1);
            break;
        default:
            break;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace diffuscope::ui
