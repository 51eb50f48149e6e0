// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/system_color_scheme.h"

#include "ui/theme/theme_colors.h"

#include <QGuiApplication>
#include <QStyleHints>

#ifdef QT_DBUS_LIB
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#endif

namespace diffuscope::ui {

SystemColorScheme::SystemColorScheme(QObject* parent) : QObject(parent)
{
    QGuiApplication::setPalette(QPalette());
    m_dark = ui::isDark(QGuiApplication::palette());
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto* hints = QGuiApplication::styleHints();
    if (hints->colorScheme() != Qt::ColorScheme::Unknown)
        m_dark = hints->colorScheme() == Qt::ColorScheme::Dark;
    connect(hints, &QStyleHints::colorSchemeChanged, this,
            [this](Qt::ColorScheme scheme) { setDark(scheme == Qt::ColorScheme::Dark); });
#endif
    askPortal();
}

void SystemColorScheme::setDark(bool dark)
{
    if (dark == m_dark)
        return;
    m_dark = dark;
    Q_EMIT changed();
}

#ifdef QT_DBUS_LIB

namespace {

const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString object = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearance = QStringLiteral("org.freedesktop.appearance");
const QString colorScheme = QStringLiteral("color-scheme");

}  // namespace

void SystemColorScheme::askPortal()
{
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(service, object, interface, QStringLiteral("SettingChanged"), this,
                SLOT(takePortalSetting(QString, QString, QDBusVariant)));
    auto read = QDBusMessage::createMethodCall(service, object, interface, QStringLiteral("Read"));
    read << appearance << colorScheme;
    auto* reply = new QDBusPendingCallWatcher(bus.asyncCall(read), this);
    connect(reply, &QDBusPendingCallWatcher::finished, this, [this, reply] {
        const QDBusPendingReply<QDBusVariant> answer = *reply;
        if (answer.isValid())
            takePortalSetting(appearance, colorScheme, answer.value());
        reply->deleteLater();
    });
}

void SystemColorScheme::takePortalSetting(const QString& space, const QString& key, const QDBusVariant& value)
{
    if (space != appearance || key != colorScheme)
        return;
    QVariant inner = value.variant();  // Read() wraps its answer twice, the signal once
    if (inner.canConvert<QDBusVariant>())
        inner = inner.value<QDBusVariant>().variant();
    bool isNumber = false;
    const uint scheme = inner.toUInt(&isNumber);  // 0 no preference, 1 dark, 2 light
    if (isNumber && scheme != 0)
        setDark(scheme == 1);
}

#else

void SystemColorScheme::askPortal()
{
}

#endif

}  // namespace diffuscope::ui
