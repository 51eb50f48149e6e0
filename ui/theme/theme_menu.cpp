// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme_menu.h"

#include "ui/theme/theme.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>

namespace diffuscope::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ThemeMenu", text);
}

void addModes(QMenu& menu, Theme& theme)
{
    QMenu* modes = menu.addMenu(tr("&Theme"));
    modes->setObjectName(QStringLiteral("themeMenu"));
    auto* group = new QActionGroup(modes);
    const auto add = [&](Theme::Mode mode, const QString& text, const QString& name, const QString& tip) {
        QAction* action = modes->addAction(text);
        action->setObjectName(name);
        action->setStatusTip(tip);
        action->setCheckable(true);
        action->setChecked(theme.mode() == mode);
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, &theme, [&theme, mode] { theme.setMode(mode); });
        QObject::connect(&theme, &Theme::changed, action,
                         [&theme, action, mode] { action->setChecked(theme.mode() == mode); });
    };
    add(Theme::Mode::system, tr("&As the System"), QStringLiteral("themeSystemAction"),
        tr("Light or dark as the desktop is"));
    add(Theme::Mode::light, tr("&Light"), QStringLiteral("themeLightAction"),
        tr("Dark text on light surfaces"));
    add(Theme::Mode::dark, tr("&Dark"), QStringLiteral("themeDarkAction"), tr("Light text on dark surfaces"));
}

}  // namespace

void addThemeActions(QMenu& menu, Theme& theme)
{
    addModes(menu, theme);

    QAction* larger = menu.addAction(tr("&Larger Text"));
    larger->setObjectName(QStringLiteral("largerTextAction"));
    larger->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)});
    larger->setStatusTip(tr("Enlarge all text, for a projector"));
    QObject::connect(larger, &QAction::triggered, &theme, &Theme::enlargeText);

    QAction* smaller = menu.addAction(tr("&Smaller Text"));
    smaller->setObjectName(QStringLiteral("smallerTextAction"));
    smaller->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Minus));
    smaller->setStatusTip(tr("Reduce all text"));
    QObject::connect(smaller, &QAction::triggered, &theme, &Theme::reduceText);

    QAction* normal = menu.addAction(tr("&Normal Text Size"));
    normal->setObjectName(QStringLiteral("normalTextAction"));
    normal->setShortcut(QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_0));
    normal->setStatusTip(tr("Text as large as in the system's other programs"));
    QObject::connect(normal, &QAction::triggered, &theme, [&theme] { theme.setTextScale(1); });

    const auto update = [&theme, larger, smaller, normal] {
        larger->setEnabled(theme.canEnlargeText());
        smaller->setEnabled(theme.canReduceText());
        normal->setEnabled(theme.canReduceText());
    };
    QObject::connect(&theme, &Theme::changed, larger, update);
    update();
}

}  // namespace diffuscope::ui
