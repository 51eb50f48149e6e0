// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the desktop wants dark windows, and when it changes its mind.
#pragma once

#include <QObject>

#ifdef QT_DBUS_LIB
#include <QDBusVariant>
#endif

namespace diffuscope::ui {

/// Asks, in this order: the desktop portal (org.freedesktop.appearance, where Qt has D-Bus), Qt itself
/// (from 6.5), the palette of the platform's theme.
class SystemColorScheme : public QObject
{
    Q_OBJECT

public:
    /// Reads the platform's palette: resets the application's own palette to do so.
    explicit SystemColorScheme(QObject* parent = nullptr);

    bool isDark() const { return m_dark; }

Q_SIGNALS:
    void changed();

#ifdef QT_DBUS_LIB
private Q_SLOTS:
    void takePortalSetting(const QString& space, const QString& key, const QDBusVariant& value);
#endif

private:
    void setDark(bool dark);
    void askPortal();

    bool m_dark = false;
};

}  // namespace diffuscope::ui
