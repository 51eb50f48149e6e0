// SPDX-License-Identifier: GPL-3.0-or-later
// The session's runs as a tree: thumbnail, name, and what was changed; lines lead from each run to its
// branches.
#pragma once

#include <QTreeWidget>

#include <map>

namespace diffuscope::ui {

class SessionDocument;

class SessionTreeView : public QTreeWidget
{
    Q_OBJECT

public:
    /// The document must outlive the view.
    explicit SessionTreeView(SessionDocument& document, QWidget* parent = nullptr);

    /// The runs that are selected, the current one first.
    std::vector<int> selectedRuns() const;
    /// Lets a person type the name of a run.
    void rename(int run);
    /// A mark beside a run, with the sentence that explains it; none for an empty sentence.
    void setMark(int run, const QString& sentence, bool isWarning);

    static constexpr int runRole = Qt::UserRole;
    static constexpr int detailsRole = Qt::UserRole + 1;
    static constexpr int pictureRole = Qt::UserRole + 2;
    static constexpr int markRole = Qt::UserRole + 3;

Q_SIGNALS:
    void selectedRunsChanged();

protected:
    void drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const override;
    void changeEvent(QEvent* event) override;
    /// Letters are the window's keys here, too.
    void keyboardSearch(const QString&) override {}

private:
    void rebuild();
    void showCurrent();
    void updatePicture(int run);
    void followSelection();
    void scaleWithFont();

    SessionDocument& m_document;
    std::map<int, QTreeWidgetItem*> m_items;
    std::map<int, std::pair<QString, bool>> m_marks;
    bool m_isRebuilding = false;
};

}  // namespace diffuscope::ui
