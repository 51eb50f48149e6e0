// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session_tree_view.h"

#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/theme/fonts.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/image_renderer.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

constexpr int rowGap = 3;
constexpr ValueRange pictureRange{-1, 1};

/// Two lines of text high.
int pictureSide(const QFont& font)
{
    return QFontMetrics(font).height() + QFontMetrics(captionFont(font)).height() + 6;
}

class SessionRowDelegate : public QStyledItemDelegate
{
public:
    SessionRowDelegate(SessionDocument& document, QObject* parent)
        : QStyledItemDelegate(parent), m_document(document)
    {
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {10 * pictureSide(option.font) / 3, pictureSide(option.font) + 2 * rowGap};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const override
    {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        option.text.clear();
        const QWidget* view = option.widget;
        view->style()->drawControl(QStyle::CE_ItemViewItem, &option, painter, view);

        const ThemeColors& colors = themeColors(option.palette);
        const bool isSelected = option.state & QStyle::State_Selected;
        const int side = pictureSide(option.font);
        const QRect picture(option.rect.left() + rowGap, option.rect.top() + rowGap, side, side);
        paintPicture(*painter, picture, index, colors);

        const int left = picture.right() + 8;
        QRect text(left, picture.top(), option.rect.right() - left - 4, side);
        text.setRight(text.right() - paintMark(*painter, text, index, option.font, isSelected, colors));
        const bool isCurrent = index.data(SessionTreeView::runRole).toInt() == m_document.currentRun();
        QFont nameFont = option.font;
        nameFont.setWeight(isCurrent ? QFont::DemiBold : QFont::Normal);
        const QFont detailsFont = captionFont(option.font);
        painter->setPen(isSelected ? colors.accentText : colors.text);
        painter->setFont(nameFont);
        const QFontMetrics nameMetrics(nameFont);
        painter->drawText(text, Qt::AlignTop | Qt::AlignLeft,
                          nameMetrics.elidedText(index.data().toString(), Qt::ElideRight, text.width()));
        painter->setPen(isSelected ? colors.accentText : colors.mutedText);
        painter->setFont(detailsFont);
        painter->drawText(text, Qt::AlignBottom | Qt::AlignLeft,
                          QFontMetrics(detailsFont)
                              .elidedText(index.data(SessionTreeView::detailsRole).toString(), Qt::ElideRight,
                                          text.width()));
    }

    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex&) const override
    {
        const int left = option.rect.left() + pictureSide(option.font) + 2 * rowGap + 4;
        const int height = editor->sizeHint().height();
        editor->setGeometry(left, option.rect.center().y() - height / 2, option.rect.right() - left, height);
    }

    void setModelData(QWidget* editor, QAbstractItemModel*, const QModelIndex& index) const override
    {
        const auto* line = qobject_cast<QLineEdit*>(editor);
        const int run = index.data(SessionTreeView::runRole).toInt();
        if (!line || !m_document.session().find(run))
            return;
        if (line->text() != runName(m_document.session().run(run)))
            m_document.renameRun(run, line->text());
    }

private:
    static void paintPicture(QPainter& painter, const QRect& place, const QModelIndex& index,
                             const ThemeColors& colors)
    {
        const QImage image = index.data(SessionTreeView::pictureRole).value<QImage>();
        if (image.isNull())
            painter.fillRect(place, colors.raised);
        else
            painter.drawImage(place, image);  // pixel by pixel: no smoothing
        painter.setPen(colors.separator);
        painter.drawRect(place.adjusted(0, 0, -1, -1));
    }

    /// The width that it takes.
    static int paintMark(QPainter& painter, const QRect& text, const QModelIndex& index, const QFont& font,
                         bool isSelected, const ThemeColors& colors)
    {
        const QString mark = index.data(SessionTreeView::markRole).toString();
        if (mark.isEmpty())
            return 0;
        painter.setFont(font);
        painter.setPen(isSelected                   ? colors.accentText
                       : mark == QLatin1String("✓") ? colors.mutedText
                                                    : colors.text);
        painter.drawText(text, Qt::AlignVCenter | Qt::AlignRight, mark);
        return QFontMetrics(font).horizontalAdvance(mark) + 6;
    }

    SessionDocument& m_document;
};

}  // namespace

SessionTreeView::SessionTreeView(SessionDocument& document, QWidget* parent)
    : QTreeWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("sessionTree"));
    setAccessibleName(tr("Runs of the session"));
    setAccessibleDescription(
        tr("Each branch lies below the run that it leaves; F2 renames, Delete deletes."));
    setHeaderHidden(true);
    setColumnCount(1);
    setRootIsDecorated(true);
    setItemsExpandable(false);
    setUniformRowHeights(true);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(EditKeyPressed);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setItemDelegate(new SessionRowDelegate(document, this));
    scaleWithFont();
    connect(&m_document, &SessionDocument::sessionChanged, this, &SessionTreeView::rebuild);
    connect(&m_document, &SessionDocument::currentRunChanged, this, &SessionTreeView::showCurrent);
    connect(&m_document, &SessionDocument::resultChanged, this, &SessionTreeView::updatePicture);
    connect(this, &QTreeWidget::itemSelectionChanged, this, &SessionTreeView::followSelection);
    rebuild();
}

void SessionTreeView::scaleWithFont()
{
    setIndentation(QFontMetrics(font()).height() * 5 / 4);
}

void SessionTreeView::changeEvent(QEvent* event)
{
    QTreeWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        scaleWithFont();
        doItemsLayout();
    }
}

void SessionTreeView::rebuild()
{
    const std::vector<int> selected = selectedRuns();
    m_isRebuilding = true;
    std::map<int, QTreeWidgetItem*> items;
    const bool isSameTree = [&] {
        if (m_items.size() != m_document.session().runs().size())
            return false;
        for (const session::SessionRun& run : m_document.session().runs())
            if (!m_items.contains(run.id))
                return false;
        return true;
    }();
    if (!isSameTree) {
        clear();
        m_items.clear();
    }
    for (const session::SessionRun& run : m_document.session().runs()) {
        QTreeWidgetItem*& item = m_items[run.id];
        if (!item) {
            item = run.parent == 0 ? new QTreeWidgetItem(this) : new QTreeWidgetItem(m_items.at(run.parent));
            item->setData(0, runRole, run.id);
            item->setFlags(item->flags() | Qt::ItemIsEditable);
            item->setExpanded(true);
        }
        const QString details = runDetails(m_document.session(), run);
        const QString note = QString::fromStdString(run.note);
        item->setText(0, runName(run));
        item->setData(0, detailsRole, details);
        item->setData(0, Qt::AccessibleTextRole, runName(run) + QStringLiteral(", ") + details);
        const auto mark = m_marks.find(run.id);
        QStringList tip{details};
        if (!note.isEmpty())
            tip.append(note);
        if (mark != m_marks.end())
            tip.append(mark->second.first);
        item->setToolTip(0, tip.join(QStringLiteral("\n\n")));
        item->setData(0, markRole,
                      mark == m_marks.end() ? QString() : QString(mark->second.second ? u'≠' : u'✓'));
        updatePicture(run.id);
    }
    if (!isSameTree)
        for (const int run : selected)
            if (const auto found = m_items.find(run); found != m_items.end() && selected.size() > 1)
                found->second->setSelected(true);
    m_isRebuilding = false;
    showCurrent();
}

void SessionTreeView::showCurrent()
{
    const auto found = m_items.find(m_document.currentRun());
    if (m_isRebuilding || found == m_items.end())
        return;
    m_isRebuilding = true;
    // Alone, also while Ctrl is held down for a shortcut, which would add it to what is selected.
    if (!found->second->isSelected())
        setCurrentItem(found->second, 0, QItemSelectionModel::ClearAndSelect);
    scrollToItem(found->second);
    viewport()->update();
    m_isRebuilding = false;
    Q_EMIT selectedRunsChanged();
}

/// One run that is selected becomes the current one; several are for comparing, and change nothing.
void SessionTreeView::followSelection()
{
    if (m_isRebuilding)
        return;
    const QList<QTreeWidgetItem*> selected = selectedItems();
    if (selected.size() == 1)
        m_document.selectRun(selected.front()->data(0, runRole).toInt());
    Q_EMIT selectedRunsChanged();
}

void SessionTreeView::updatePicture(int run)
{
    const auto found = m_items.find(run);
    if (found == m_items.end())
        return;
    QImage picture;
    if (const record::FramePtr result = m_document.resultOf(run)) {
        record::BatchShape one = result->shape;
        one.batch = 1;
        picture = renderImage(one, result->layer(record::Layer::xt, 0), ColorScale{pictureRange, false});
    }
    found->second->setData(0, pictureRole, picture);
}

std::vector<int> SessionTreeView::selectedRuns() const
{
    std::vector<int> runs;
    const int current = m_document.currentRun();
    for (const QTreeWidgetItem* item : selectedItems())
        runs.push_back(item->data(0, runRole).toInt());
    std::ranges::stable_partition(runs, [current](int run) { return run == current; });
    return runs;
}

void SessionTreeView::rename(int run)
{
    if (const auto found = m_items.find(run); found != m_items.end()) {
        setFocus();
        editItem(found->second, 0);
    }
}

void SessionTreeView::setMark(int run, const QString& sentence, bool isWarning)
{
    if (sentence.isEmpty())
        m_marks.erase(run);
    else
        m_marks[run] = {sentence, isWarning};
    rebuild();
}

/// A line from the parent's picture down to each of its branches.
void SessionTreeView::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const
{
    painter->setPen(QPen(themeColors(palette()).outline, 1.4));
    const int step = indentation();
    const auto isLast = [this](const QModelIndex& at) {
        return at.row() + 1 == model()->rowCount(at.parent());
    };
    const qreal middle = rect.center().y() + 0.5;
    int right = rect.right() + 1;
    if (index.parent().isValid()) {
        const qreal x = right - step / 2.0;
        painter->drawLine(QPointF(x, rect.top()), QPointF(x, isLast(index) ? middle : rect.bottom() + 1));
        painter->drawLine(QPointF(x, middle), QPointF(right, middle));
    }
    for (QModelIndex at = index.parent(); at.parent().isValid(); at = at.parent()) {
        right -= step;
        if (!isLast(at))
            painter->drawLine(QPointF(right - step / 2.0, rect.top()),
                              QPointF(right - step / 2.0, rect.bottom() + 1));
    }
}

}  // namespace diffuscope::ui
