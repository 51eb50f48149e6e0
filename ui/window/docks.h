// SPDX-License-Identifier: GPL-3.0-or-later
// The docks of the window: which there are, where they usually stand, and which of them are open.
#pragma once

#include <QDockWidget>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

class QMainWindow;

namespace diffuscope::ui {

/// One dock. A new one is one more row of the table (dock_table.cpp).
struct DockSpec
{
    QString id;  ///< its object name, by which layouts, sessions and lessons know it
    QString title;
    Qt::DockWidgetArea area = Qt::RightDockWidgetArea;
    /// Its place in the column, from the top; docks of the same number share one place, in tabs.
    int order = 0;
    /// From so many lines of text in the column on it has a place of its own; with fewer it stands behind
    /// the place above. 0 for the first of a column.
    int minRows = 0;
    /// Of the column's height, beside the shares of the other places.
    int share = 1;
    std::function<QWidget*()> make;
    /// Shown from the start, and again with the usual layout.
    bool isOpenAtFirst = true;
};

class Docks : public QObject
{
    Q_OBJECT

public:
    /// Makes all docks of the table, in its order; the window must outlive this.
    Docks(QMainWindow& window, std::vector<DockSpec> table);

    const std::vector<DockSpec>& table() const { return m_table; }
    /// By id, which must be in the table.
    QDockWidget& dock(const QString& id) const;
    /// What is in a dock.
    template <typename Widget>
    Widget& content(const QString& id) const
    {
        return *static_cast<Widget*>(dock(id).widget());
    }
    /// Opens a dock and brings it before those that share its place. False for an id that there is not.
    bool bringUp(const QString& id);
    /// The ids of the docks that are not closed, in the order of the table.
    QStringList open() const;
    /// Opens these and closes the others; ids that there are not are left out.
    void setOpen(const QStringList& ids);
    /// Where it shares its place, this one comes to the front when docks are put into their places.
    void setPreferred(const QString& id) { m_preferred = id; }

    /// How wide a dock's column is at least; called when the columns get their usual widths.
    void setColumnWidth(std::function<int(Qt::DockWidgetArea)> width) { m_columnWidth = std::move(width); }
    /// As at first, before a layout is restored and the window is shown.
    void arrangeAtFirst();
    QByteArray state() const;
    /// False, with the usual layout, where it is not a layout of these docks.
    bool restore(const QByteArray& state);
    /// Puts all docks where they were at first.
    void reset();
    /// To be called when the window is shown: sizes are known from then on.
    void takeShown();
    /// To be called when text has another size: docks that nobody has moved are arranged anew where that
    /// pays.
    void takeTextSize();

Q_SIGNALS:
    void openChanged();

private:
    std::vector<const DockSpec*> column(Qt::DockWidgetArea area) const;
    bool hasOwnPlace(const DockSpec& spec, const DockSpec* above, int lines) const;
    QList<bool> ownPlaces(int lines) const;
    int lines() const;
    void place(Qt::DockWidgetArea area);
    void placeAll();
    void standAlone(const DockSpec& spec);
    void takeUsualSizes();
    bool isUsual() const;

    QMainWindow& m_window;
    std::vector<DockSpec> m_table;
    QHash<QString, QDockWidget*> m_docks;
    QString m_preferred;
    std::function<int(Qt::DockWidgetArea)> m_columnWidth;
    QByteArray m_usualState;
    int m_lines = 0;               ///< that the docks were arranged for
    bool m_hasUsualSizes = false;  ///< until the window is shown: no layout was restored
};

}  // namespace diffuscope::ui
