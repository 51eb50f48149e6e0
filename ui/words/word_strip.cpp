// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/words/word_strip.h"

#include "ui/theme/fonts.h"
#include "ui/theme/layer_colors.h"
#include "ui/words/attention_heat.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr int stripMarginPx = 8;
constexpr int largestRowPx = 40;
constexpr int wordMarkPx = 3;

}  // namespace

WordStrip::WordStrip(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::MinimumExpanding);
    setAccessibleName(tr("Attention of words over the steps"));
}

void WordStrip::setTable(const WordTable& table)
{
    if (table == m_table)
        return;
    const bool isResized = table.words.size() != m_table.words.size();
    m_table = table;
    if (m_chosen >= m_table.words.size())
        m_chosen = -1;
    if (isResized)
        updateGeometry();
    describe();
    update();
}

void WordStrip::setStep(int step)
{
    if (std::exchange(m_step, step) == step)
        return;
    describe();
    update();
}

void WordStrip::setChosen(int word)
{
    if (std::exchange(m_chosen, word) == word)
        return;
    describe();
    update();
}

/// For those who do not see the cells.
void WordStrip::describe()
{
    const Cell here{m_chosen, m_step};
    setAccessibleDescription(m_chosen >= 0 && m_step >= 0 && m_step < m_table.steps ? cellText(here)
                                                                                    : QString());
}

int WordStrip::leastRowHeight() const
{
    return fontMetrics().height() + 2;
}

int WordStrip::axisHeight() const
{
    return QFontMetrics(captionFont(font())).height() + 6;
}

int WordStrip::rowHeight() const
{
    const int rows = std::max(1, int(m_table.words.size()));
    return std::clamp((height() - axisHeight()) / rows, leastRowHeight(),
                      std::max(largestRowPx, leastRowHeight()));
}

int WordStrip::labelWidth() const
{
    QFont bold = font();
    bold.setBold(true);  // as the chosen word is
    const QFontMetrics metrics(bold);
    int widest = metrics.horizontalAdvance(QStringLiteral("word"));
    for (const QString& word : m_table.words)
        widest = std::max(widest, metrics.horizontalAdvance(word) + 2);
    return std::min(widest, width() / 3) + 2 * stripMarginPx;
}

/// Where the cells of a step begin.
int WordStrip::stepEdge(int step) const
{
    const int cells = width() - labelWidth() - stripMarginPx;
    return labelWidth() + int(qint64(cells) * step / std::max(1, m_table.steps));
}

QRect WordStrip::cellRect(int word, int step) const
{
    const int top = word * rowHeight();
    if (step < 0)
        return {0, top, labelWidth(), rowHeight()};
    return {stepEdge(step), top, std::max(1, stepEdge(step + 1) - stepEdge(step)), rowHeight()};
}

WordStrip::Cell WordStrip::cellAt(QPoint position) const
{
    const int word = position.y() < 0 ? -1 : position.y() / rowHeight();
    if (word < 0 || word >= m_table.words.size())
        return {};
    const int cells = width() - labelWidth() - stripMarginPx;
    const int x = position.x() - labelWidth();
    if (x < 0 || cells <= 0 || m_table.steps == 0)
        return {word, -1};
    int step = std::clamp(int(qint64(x) * m_table.steps / cells), 0, m_table.steps - 1);
    while (step > 0 && stepEdge(step) > position.x())
        --step;
    while (step + 1 < m_table.steps && stepEdge(step + 1) <= position.x())
        ++step;
    return {word, step};
}

QString WordStrip::cellText(const Cell& cell) const
{
    const QString word = m_table.words[cell.word];
    const float share = cell.step >= 0 ? m_table.share(cell.word, cell.step) : -1;
    if (cell.step < 0)
        return tr("Choose “%1”.").arg(word);
    if (share < 0)
        return tr("“%1”, step %2: not known yet.").arg(word).arg(cell.step + 1);
    return tr("“%1”, step %2: %3 of the attention.")
        .arg(word)
        .arg(cell.step + 1)
        .arg(shareText(double(share)));
}

QSize WordStrip::sizeHint() const
{
    return {260, int(m_table.words.size()) * (leastRowHeight() + 4) + axisHeight()};
}

QSize WordStrip::minimumSizeHint() const
{
    return {160, int(m_table.words.size()) * leastRowHeight() + axisHeight()};
}

void WordStrip::paintEvent(QPaintEvent*)
{
    const ThemeColors& colors = themeColors(palette());
    QPainter painter(this);
    painter.fillRect(rect(), colors.surface);
    if (m_table.words.isEmpty())
        return;
    for (int word = 0; word < m_table.words.size(); ++word)
        paintRow(painter, word);
    const int bottom = int(m_table.words.size()) * rowHeight();
    if (m_table.secondBegins > 0) {
        painter.setPen(colors.mutedText);
        const int y = m_table.secondBegins * rowHeight();
        painter.drawLine(0, y, width(), y);
    }
    if (m_step >= 0 && m_step < m_table.steps) {
        const QRect column(stepEdge(m_step), 0, cellRect(0, m_step).width(), bottom);
        painter.setPen(QPen(colors.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(column).adjusted(0, 0.5, -0.5, -0.5));
    }
    paintAxis(painter);
    if (hasFocus()) {
        painter.setPen(QPen(colors.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void WordStrip::paintRow(QPainter& painter, int word) const
{
    const ThemeColors& colors = themeColors(palette());
    const QRect label = cellRect(word, -1);
    const bool isChosen = word == m_chosen;
    if (isChosen || word == m_hovered.word)
        painter.fillRect(label, isChosen ? colors.hover : colors.raised);
    if (isChosen)
        painter.fillRect(QRect(0, label.top(), wordMarkPx, label.height()), attentionColor());
    QFont written = font();
    written.setBold(isChosen);
    painter.setFont(written);
    painter.setPen(colors.text);
    const QRect room = label.adjusted(stripMarginPx, 0, -stripMarginPx, 0);
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_table.words[word], Qt::ElideRight, room.width()));
    for (int step = 0; step < m_table.steps; ++step) {
        const QRect cell = cellRect(word, step);
        const int gap = cell.width() > 6 ? 1 : 0;
        const QRect inner = cell.adjusted(0, 1, -gap, 0);
        const float share = m_table.share(word, step);
        if (share >= 0)
            painter.fillRect(inner, heatColor(share, m_table.top, colors.grid));
        else
            painter.fillRect(inner, QBrush(colors.grid, Qt::BDiagPattern));
        if (m_hovered == Cell{word, step}) {
            painter.setPen(colors.text);
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(inner.adjusted(0, 0, -1, -1));
        }
    }
}

void WordStrip::paintAxis(QPainter& painter) const
{
    const ThemeColors& colors = themeColors(palette());
    painter.setFont(tabularFont(captionFont(font())));
    painter.setPen(colors.mutedText);
    const int top = int(m_table.words.size()) * rowHeight() + 3;
    const QRect line(0, top, width(), axisHeight());
    painter.drawText(line.adjusted(0, 0, stepEdge(0) - stripMarginPx - width(), 0),
                     Qt::AlignRight | Qt::AlignTop, tr("step"));
    int every = 1;
    const int needed = painter.fontMetrics().horizontalAdvance(QString::number(m_table.steps)) + 10;
    for (const int candidate : {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}) {
        every = candidate;
        if (double(width() - labelWidth()) * candidate / std::max(1, m_table.steps) >= needed)
            break;
    }
    for (int step = 0; step < m_table.steps; ++step) {
        if ((step + 1) % every != 0 && step != 0)
            continue;
        if (step == 0 && every > 1 && stepEdge(every - 1) - stepEdge(0) < needed)
            continue;
        const QRect cell = cellRect(0, step);
        painter.drawText(QRect(cell.center().x() - needed, top, 2 * needed, axisHeight()),
                         Qt::AlignHCenter | Qt::AlignTop, QString::number(step + 1));
    }
}

void WordStrip::mouseMoveEvent(QMouseEvent* event)
{
    const Cell cell = cellAt(event->pos());
    setCursor(cell.word >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (event->buttons() & Qt::LeftButton && cell.word >= 0 && cell.step >= 0)
        Q_EMIT stepChosen(cell.step);
    if (cell == m_hovered)
        return;
    m_hovered = cell;
    update();
    if (cell.word >= 0)
        Q_EMIT cellHovered(cell.word, cell.step);
    else
        Q_EMIT left();
}

void WordStrip::mousePressEvent(QMouseEvent* event)
{
    const Cell cell = cellAt(event->pos());
    if (event->button() != Qt::LeftButton || cell.word < 0)
        return event->ignore();
    Q_EMIT wordChosen(cell.word);
    if (cell.step >= 0)
        Q_EMIT stepChosen(cell.step);
}

void WordStrip::leaveEvent(QEvent*)
{
    m_hovered = {};
    update();
    Q_EMIT left();
}

void WordStrip::keyPressEvent(QKeyEvent* event)
{
    const int last = int(m_table.words.size()) - 1;
    switch (event->key()) {
        case Qt::Key_Up:
        case Qt::Key_Down:
            if (last >= 0)
                Q_EMIT wordChosen(std::clamp(m_chosen + (event->key() == Qt::Key_Up ? -1 : 1), 0, last));
            return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            return Q_EMIT activated();
        default:
            QWidget::keyPressEvent(event);
    }
}

bool WordStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const Cell cell = cellAt(help->pos());
        QToolTip::showText(help->globalPos(), cell.word >= 0 ? cellText(cell) : toolTip(), this);
        return true;
    }
    return QWidget::event(event);
}

void WordStrip::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    if (event->type() == QEvent::PaletteChange)
        update();
}

}  // namespace diffuscope::ui
