// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/docks.h"

#include <QFontMetrics>
#include <QMainWindow>

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

/// Raised when docks are added or renamed, so that an old layout is not applied to new docks.
constexpr int layoutVersion = 4;
constexpr Qt::DockWidgetArea columns[]{Qt::LeftDockWidgetArea, Qt::RightDockWidgetArea};

}  // namespace

Docks::Docks(QMainWindow& window, std::vector<DockSpec> table)
    : QObject(&window), m_window(window), m_table(std::move(table))
{
    m_window.setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowNestedDocks |
                            QMainWindow::AllowTabbedDocks);
    m_window.setCorner(Qt::TopLeftCorner, Qt::LeftDockWidgetArea);
    m_window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    m_window.setCorner(Qt::TopRightCorner, Qt::RightDockWidgetArea);
    m_window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    for (const DockSpec& spec : m_table) {
        auto* dock = new QDockWidget(spec.title, &m_window);
        dock->setObjectName(spec.id);
        dock->setWidget(spec.make());
        dock->toggleViewAction()->setObjectName(QStringLiteral("action.dock.") + spec.id);
        m_window.addDockWidget(spec.area, dock);
        if (!spec.isOpenAtFirst)
            dock->hide();
        m_docks[spec.id] = dock;
        connect(dock->toggleViewAction(), &QAction::toggled, this, &Docks::openChanged);
    }
}

QDockWidget& Docks::dock(const QString& id) const
{
    QDockWidget* dock = m_docks.value(id);
    Q_ASSERT_X(dock, "Docks::dock", qPrintable(id));
    return *dock;
}

bool Docks::bringUp(const QString& id)
{
    QDockWidget* dock = m_docks.value(id);
    if (!dock)
        return false;
    dock->show();
    dock->raise();
    return true;
}

QStringList Docks::open() const
{
    QStringList ids;
    for (const DockSpec& spec : m_table)
        if (!dock(spec.id).isHidden())
            ids.append(spec.id);
    return ids;
}

void Docks::setOpen(const QStringList& ids)
{
    for (const DockSpec& spec : m_table)
        if (dock(spec.id).isHidden() == ids.contains(spec.id))
            dock(spec.id).setVisible(ids.contains(spec.id));
}

/// From the top; those that share a place beside each other, as in the table.
std::vector<const DockSpec*> Docks::column(Qt::DockWidgetArea area) const
{
    std::vector<const DockSpec*> docks;
    for (const DockSpec& spec : m_table)
        if (spec.area == area)
            docks.push_back(&spec);
    std::ranges::stable_sort(docks, {}, &DockSpec::order);
    return docks;
}

bool Docks::hasOwnPlace(const DockSpec& spec, const DockSpec* above, int lines) const
{
    return !above || (spec.order != above->order && lines >= spec.minRows);
}

/// Two numbers of lines for which this is the same give the same arrangement.
QList<bool> Docks::ownPlaces(int lines) const
{
    QList<bool> own;
    for (const DockSpec& spec : m_table)
        own.append(lines >= spec.minRows);
    return own;
}

/// Lines of text that the window is high.
int Docks::lines() const
{
    return m_window.height() / std::max(1, m_window.fontMetrics().height());
}

/// Takes a dock out of the tabs that it may be in, to the end of its column.
void Docks::standAlone(const DockSpec& spec)
{
    QDockWidget& moved = dock(spec.id);
    const bool isShown = !moved.isHidden();
    m_window.addDockWidget(spec.area, &moved);
    moved.setVisible(isShown);
}

/// Titles beside each other would be cut where all docks of the plots share one place.
void Docks::place(Qt::DockWidgetArea area)
{
    const DockSpec* head = nullptr;
    std::vector<QDockWidget*> heads;
    for (const DockSpec* spec : column(area)) {
        if (!hasOwnPlace(*spec, head, m_lines)) {
            m_window.tabifyDockWidget(heads.back(), &dock(spec->id));
            continue;
        }
        if (head)
            standAlone(*spec);
        head = spec;
        heads.push_back(&dock(spec->id));
    }
    if (area == Qt::RightDockWidgetArea)
        m_window.setTabPosition(area, heads.size() == 1 ? QTabWidget::East : QTabWidget::South);
    for (QDockWidget* first : heads)
        first->raise();
}

void Docks::placeAll()
{
    for (const Qt::DockWidgetArea area : columns)
        place(area);
    if (QDockWidget* preferred = m_docks.value(m_preferred); preferred && !preferred->isHidden())
        preferred->raise();
}

void Docks::arrangeAtFirst()
{
    // With the docks in tabs: stacked, they would make a low window taller when it comes back to this.
    m_lines = 0;
    placeAll();
    m_usualState = state();
}

QByteArray Docks::state() const
{
    return m_window.QMainWindow::saveState(layoutVersion);
}

bool Docks::restore(const QByteArray& state)
{
    m_hasUsualSizes = !m_window.restoreState(state, layoutVersion);
    m_lines = lines();
    if (!m_hasUsualSizes)
        return true;
    // Before the window is shown: docks that are stacked first and tabbed later would make it taller than
    // the screen.
    placeAll();
    return false;
}

void Docks::reset()
{
    m_window.restoreState(m_usualState, layoutVersion);
    for (const DockSpec& spec : m_table)
        dock(spec.id).setVisible(spec.isOpenAtFirst || spec.id == m_preferred);
    takeUsualSizes();
}

/// The columns as wide as they ask for, and their places as high as their shares.
void Docks::takeUsualSizes()
{
    QList<QDockWidget*> firsts;
    QList<int> widths;
    for (const Qt::DockWidgetArea area : columns) {
        if (m_columnWidth && !column(area).empty()) {
            firsts.append(&dock(column(area).front()->id));
            widths.append(m_columnWidth(area));
        }
    }
    m_window.resizeDocks(firsts, widths, Qt::Horizontal);
    m_lines = lines();
    placeAll();
    for (const Qt::DockWidgetArea area : columns) {
        QList<QDockWidget*> places;
        QList<int> heights;
        const DockSpec* head = nullptr;
        for (const DockSpec* spec : column(area)) {
            if (!hasOwnPlace(*spec, head, m_lines))
                continue;
            head = spec;
            places.append(&dock(spec->id));
            heights.append(m_window.height() * spec->share / 100);
        }
        if (places.size() > 1)
            m_window.resizeDocks(places, heights, Qt::Vertical);
    }
}

void Docks::takeShown()
{
    if (std::exchange(m_hasUsualSizes, false))
        takeUsualSizes();
}

/// Every dock is in its area.
bool Docks::isUsual() const
{
    return std::ranges::all_of(m_table, [this](const DockSpec& spec) {
        return !dock(spec.id).isFloating() && m_window.dockWidgetArea(&dock(spec.id)) == spec.area;
    });
}

void Docks::takeTextSize()
{
    if (!isUsual())
        return;
    if (ownPlaces(lines()) != ownPlaces(m_lines))
        return takeUsualSizes();
    QDockWidget& first = dock(column(Qt::LeftDockWidgetArea).front()->id);
    if (m_columnWidth)
        m_window.resizeDocks({&first}, {std::max(first.width(), m_columnWidth(Qt::LeftDockWidgetArea))},
                             Qt::Horizontal);
}

}  // namespace diffuscope::ui
