// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/compute_menu.h"

#include "ui/recipe/compute_choices.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>

namespace diffuscope::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ComputeMenu", text);
}

/// Actions that exclude each other.
void addOptions(QMenu& menu, ComputeSettings& settings, const ComputeQuestion& question)
{
    menu.setToolTipsVisible(true);
    auto* group = new QActionGroup(&menu);
    for (const ComputeOption& option : question.options) {
        QAction* action = menu.addAction(option.text);
        action->setObjectName(QLatin1String(option.action));
        action->setCheckable(true);
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, &settings,
                         [&settings, question, option] { question.choose(option, settings); });
        const auto update = [&settings, action, question, option] {
            action->setText(question.textOf(option, settings));
            action->setChecked(question.chosenIn(settings) == option.value);
            action->setEnabled(question.isPossible(option, settings));
            const QString tip = question.tipOf(option, settings);
            action->setToolTip(tip);
            action->setStatusTip(tip);
        };
        QObject::connect(&settings, &ComputeSettings::changed, action, update);
        QObject::connect(&settings, &ComputeSettings::reported, action, update);
        update();
    }
}

}  // namespace

void addComputeActions(QMenu& menu, ComputeSettings& settings)
{
    QMenu* devices = menu.addMenu(tr("&Compute On"));
    devices->setObjectName(QStringLiteral("deviceMenu"));
    addOptions(*devices, settings, deviceQuestion());
    QMenu* precisions = menu.addMenu(tr("&Precision"));
    precisions->setObjectName(QStringLiteral("precisionMenu"));
    addOptions(*precisions, settings, precisionQuestion());
}

}  // namespace diffuscope::ui
