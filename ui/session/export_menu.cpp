// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/export_menu.h"

#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/session/export_dialog.h"

#include <QCoreApplication>
#include <QDir>
#include <QMainWindow>
#include <QMenu>
#include <QStatusBar>

namespace diffuscope::ui {

namespace {

constexpr int noticeMs = 8000;

QString translated(const char* text)
{
    return QCoreApplication::translate("ExportMenu", text);
}

/// In the letters that labels of pictures have.
std::string plainName(const session::Session& session, const session::SessionRun& run)
{
    return QString(runName(run) + QStringLiteral(": ") + runDetails(session, run))
        .replace(QStringLiteral(" · "), QStringLiteral(", "))
        .toStdString();
}

/// A run of which the result alone is known.
exports::ExportedRun resultAlone(const session::SessionRun& run, const record::FramePtr& result)
{
    auto trajectory = std::make_shared<record::Trajectory>();
    trajectory->frames = {result};
    trajectory->plannedFrames = 1;
    exports::ExportedRun exported;
    exported.recipe = run.recipe;
    exported.facts.trajectory = std::move(trajectory);
    return exported;
}

ExportSources sourcesOf(const SessionDocument& document)
{
    ExportSources sources{.shown = exportedRun(document.shownRun()),
                          .others = {},
                          .layer = document.layer(),
                          .selectedImage = document.selectedImage()};
    const session::Session& session = document.session();
    for (const session::SessionRun& run : session.runs()) {
        if (run.id == document.currentRun()) {
            sources.shown.name = plainName(session, run);
        } else if (const record::FramePtr result = document.resultOf(run.id)) {
            sources.others.push_back(resultAlone(run, result));
            sources.others.back().name = plainName(session, run);
        }
    }
    return sources;
}

void openDialog(SessionDocument& document, QWidget& window, exports::ExportKind kind)
{
    auto* dialog = new ExportDialog(sourcesOf(document), kind, &window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &ExportDialog::exported, &window, [&window](const QString& path) {
        if (auto* main = qobject_cast<QMainWindow*>(&window))
            main->statusBar()->showMessage(translated("Wrote %1").arg(QDir::toNativeSeparators(path)),
                                           noticeMs);
    });
    dialog->open();
}

}  // namespace

void addExportActions(QMenu& menu, SessionDocument& document, QWidget& window)
{
    QMenu* kinds = menu.addMenu(translated("E&xport"));
    kinds->setObjectName(QStringLiteral("exportMenu"));
    kinds->setToolTipsVisible(true);
    int number = 0;
    for (const ExportEntry& entry : exportEntries()) {
        QAction* action = kinds->addAction(entry.name + u'…');
        action->setObjectName(QStringLiteral("action.export.%1").arg(++number));
        action->setToolTip(entry.tip);
        action->setStatusTip(entry.tip);
        if (entry.kind == exports::ExportKind::filmStrip)
            action->setShortcut(QKeySequence(translated("Ctrl+Shift+E")));
        QObject::connect(action, &QAction::triggered, &window,
                         [&document, &window, kind = entry.kind] { openDialog(document, window, kind); });
        const auto enable = [&document, action] { action->setEnabled(document.trajectory().size() > 0); };
        QObject::connect(&document, &SessionDocument::trajectoryChanged, action, enable);
        enable();
    }
}

}  // namespace diffuscope::ui
