// SPDX-License-Identifier: GPL-3.0-or-later
// Lets a person drop a file onto a window.
#pragma once

#include <QObject>
#include <QStringList>

class QWidget;

namespace diffuscope::ui {

/// Takes one local file whose name ends as one of these, e.g. ".json"; "/" takes folders.
class FileDrop : public QObject
{
    Q_OBJECT

public:
    /// The window owns it.
    FileDrop(QWidget& window, QStringList suffixes);

Q_SIGNALS:
    void dropped(const QString& path);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QStringList m_suffixes;
};

}  // namespace diffuscope::ui
