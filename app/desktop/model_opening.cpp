// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/model_opening.h"

#include "app/desktop/model_list.h"
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/model/diffusers/inspection.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace diffuscope {

ui::OpenedModel openedModel(const QString& path)
{
    ui::OpenedModel opened;
    try {
        const std::string source = path.toStdString();
        opened.entry = modelList({model::findModel({}, source)}).front();
        opened.entry.id = path;  // recipes name it by its place
        if (opened.entry.displayName.isEmpty() || opened.entry.displayName == path)
            opened.entry.displayName = QFileInfo(path).fileName();
        if (model::diffusers::isOtherModel(source))
            opened.summary = QString::fromStdString(model::diffusers::inspectionText(source)).trimmed();
    } catch (const Error& error) {
        opened.problem =
            QString::fromUtf8(error.what()) + QLatin1Char(' ') + QString::fromStdString(error.hint());
    } catch (const std::exception& exception) {
        opened.problem = QCoreApplication::translate("diffuscope::openedModel", "“%1” cannot be read: %2")
                             .arg(path, QString::fromUtf8(exception.what()));
    }
    return opened;
}

}  // namespace diffuscope
