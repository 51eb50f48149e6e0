// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses what of a run is written to a file, says how large it will be, and writes it.
#pragma once

#include "ui/session/export_job.h"

#include <QDialog>
#include <QList>

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace diffuscope::ui {

/// A kind of export as a person meets it.
struct ExportEntry
{
    exports::ExportKind kind;
    QString name;
    QString tip;
};
/// In the order in which they are offered.
const QList<ExportEntry>& exportEntries();

/// What there is to export.
struct ExportSources
{
    exports::ExportedRun shown;                ///< the run that is shown
    std::vector<exports::ExportedRun> others;  ///< finished runs to compare it with, each with a name
    record::Layer layer = record::Layer::xt;   ///< that is looked at
    int selectedImage = -1;
};

/// Writes on a thread of its own, with progress; it can be cancelled. Closing it cancels.
class ExportDialog : public QDialog
{
    Q_OBJECT

public:
    ExportDialog(ExportSources sources, exports::ExportKind kind, QWidget* parent = nullptr);

    /// Writes to this file, as if it had been chosen.
    void exportTo(const QString& path);
    exports::ExportKind kind() const;
    exports::ExportOptions options() const;

Q_SIGNALS:
    void exported(const QString& path);

private:
    void buildControls(exports::ExportKind kind);
    void buildRunList();
    void buildFeet();
    void followKind();
    void refreshSize();
    void askWhere();
    void showBusy(bool busy);
    void say(const QString& text);
    std::vector<exports::ExportedRun> chosenRuns() const;
    QString sizeText() const;
    template <typename Control>
    Control* named(Control* control, const char* name, const QString& label, const QString& tip);

    ExportSources m_sources;
    ExportJob m_job;
    QFormLayout* m_form = nullptr;
    QComboBox* m_kind = nullptr;
    QLabel* m_about = nullptr;
    QComboBox* m_layer = nullptr;
    QComboBox* m_images = nullptr;
    QSpinBox* m_frames = nullptr;
    QSpinBox* m_zoom = nullptr;
    QDoubleSpinBox* m_rate = nullptr;
    QComboBox* m_format = nullptr;
    QListWidget* m_runs = nullptr;
    QLabel* m_size = nullptr;
    QLabel* m_message = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_export = nullptr;
    QPushButton* m_close = nullptr;
};

}  // namespace diffuscope::ui
