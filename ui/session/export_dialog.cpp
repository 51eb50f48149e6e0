// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/export_dialog.h"

#include "core/base/error.h"
#include "ui/engine/failure.h"
#include "ui/widgets/layers.h"
#include "ui/widgets/number_box.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace diffuscope::ui {

using exports::ExportKind;

namespace {

constexpr int usualStripFrames = 8;
constexpr int mostZoom = 16;

bool isPicture(ExportKind kind)
{
    return kind == ExportKind::filmStrip || kind == ExportKind::comparison || kind == ExportKind::animation;
}

}  // namespace

const QList<ExportEntry>& exportEntries()
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("ExportDialog", text); };
    static const QList<ExportEntry> entries{
        {ExportKind::filmStrip, tr("&Film Strip"),
         tr("Write the steps of the images side by side, labelled, as a PNG that holds its recipe.")},
        {ExportKind::comparison, tr("&Comparison Sheet"),
         tr("Write the results of several runs beneath each other, labelled, as a PNG that holds the "
            "recipe.")},
        {ExportKind::animation, tr("&Animation"), tr("Write all steps as a GIF, MP4 or WebM.")},
        {ExportKind::plots, tr("&Plots"),
         tr("Write the schedule and the quantities of each step as plots without pixels, SVG or PDF.")},
        {ExportKind::stepTable, tr("&Table of Steps"),
         tr("Write the levels, quantities and times of each step as CSV, for a spreadsheet.")},
        {ExportKind::scheduleTable, tr("Table of the &Schedule"),
         tr("Write every training level of the schedule as CSV, for a spreadsheet.")},
        {ExportKind::tensors, tr("A&rrays"),
         tr("Write the states and estimates of each step as arrays that NumPy reads (NPZ).")}};
    return entries;
}

ExportDialog::ExportDialog(ExportSources sources, ExportKind kind, QWidget* parent)
    : QDialog(parent), m_sources(std::move(sources))
{
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export – Diffuscope"));
    auto* column = new QVBoxLayout(this);
    column->setSpacing(12);
    m_form = new QFormLayout;
    m_form->setHorizontalSpacing(16);
    column->addLayout(m_form);
    buildControls(kind);
    buildRunList();
    column->addStretch(1);
    buildFeet();

    connect(&m_job, &ExportJob::progressed, m_progress, &QProgressBar::setValue);
    connect(&m_job, &ExportJob::finished, this, [this](const QString& path) {
        showBusy(false);
        Q_EMIT exported(path);
        accept();
    });
    connect(&m_job, &ExportJob::cancelled, this, [this] {
        showBusy(false);
        say(tr("Cancelled; nothing was written."));
    });
    connect(&m_job, &ExportJob::failed, this, [this](const Failure& failure) {
        showBusy(false);
        say(failure.message + u' ' + failure.hint);
    });
    followKind();
    setMinimumWidth(fontMetrics().averageCharWidth() * 62);
}

template <typename Control>
Control* ExportDialog::named(Control* control, const char* name, const QString& label, const QString& tip)
{
    control->setObjectName(QLatin1String(name));
    control->setToolTip(tip);
    control->setAccessibleName(QString(label).remove(u'&'));
    m_form->addRow(label, control);
    return control;
}

void ExportDialog::buildControls(ExportKind kind)
{
    m_kind = named(new QComboBox, "export.kind", tr("&What"), tr("What is written of the run."));
    for (const ExportEntry& entry : exportEntries())
        m_kind->addItem(QString(entry.name).remove(u'&'), int(entry.kind));
    m_kind->setCurrentIndex(m_kind->findData(int(kind)));
    m_about = new QLabel;
    m_about->setWordWrap(true);
    m_about->setForegroundRole(QPalette::PlaceholderText);
    m_form->addRow(QString(), m_about);

    m_layer = named(new QComboBox, "export.layer", tr("&Layer"), tr("Which quantity the pictures show."));
    for (const record::Layer layer : allLayers())
        m_layer->addItem(layerName(layer), int(layer));
    m_layer->setCurrentIndex(m_layer->findData(int(m_sources.layer)));
    m_images = named(new QComboBox, "export.images", tr("&Images"), tr("Which images of the batch."));
    m_images->addItem(tr("All"), -1);
    if (m_sources.selectedImage >= 0) {
        m_images->addItem(tr("The selected one"), m_sources.selectedImage);
        m_images->setCurrentIndex(1);
    }
    m_frames = named(new WholeBox, "export.frames", tr("&Steps"),
                     tr("How many steps, evenly spaced from pure noise to the result; 0 is all of them."));
    m_frames->setRange(0, std::max(1, m_sources.shown.trajectory().size()));
    m_frames->setSpecialValueText(tr("all"));
    m_frames->setValue(usualStripFrames);
    m_zoom = named(new WholeBox, "export.zoom", tr("&Magnification"),
                   tr("How many pixels of the picture one pixel of an image is wide."));
    m_zoom->setRange(1, mostZoom);
    m_zoom->setSuffix(tr(" ×"));
    m_zoom->setValue(exports::PictureOptions().zoom);
    m_rate = named(new DecimalBox, "export.rate", tr("S&peed"), tr("Steps a second."));
    m_rate->setRange(1, 60);
    m_rate->setDecimals(1);
    m_rate->setSuffix(tr(" steps/s"));
    m_rate->setValue(exports::ExportOptions().framesPerSecond);
    m_format = named(new QComboBox, "export.format", tr("F&ormat"), tr("The kind of file."));

    connect(m_kind, &QComboBox::currentIndexChanged, this, &ExportDialog::followKind);
    for (QComboBox* box : {m_layer, m_images, m_format})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportDialog::refreshSize);
    for (QSpinBox* box : {m_frames, m_zoom})
        connect(box, &QSpinBox::valueChanged, this, &ExportDialog::refreshSize);
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, &ExportDialog::refreshSize);
}

void ExportDialog::buildRunList()
{
    m_runs =
        named(new QListWidget, "export.runs", tr("&Runs"), tr("Which runs are compared with the shown one."));
    for (const exports::ExportedRun& run : m_sources.others) {
        auto* item = new QListWidgetItem(QString::fromStdString(run.name), m_runs);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Checked);
    }
    const int rows = std::clamp(m_runs->count(), 2, 6);
    m_runs->setFixedHeight(rows * (m_runs->fontMetrics().height() + 6) + 2 * m_runs->frameWidth());
    connect(m_runs, &QListWidget::itemChanged, this, &ExportDialog::refreshSize);
}

void ExportDialog::buildFeet()
{
    auto* column = qobject_cast<QVBoxLayout*>(layout());
    m_size = new QLabel;
    m_size->setObjectName(QStringLiteral("export.size"));
    m_size->setAccessibleName(tr("Size"));
    m_message = new QLabel;
    m_message->setObjectName(QStringLiteral("export.message"));
    for (QLabel* label : {m_size, m_message}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        column->addWidget(label);
    }
    m_progress = new QProgressBar;
    m_progress->setObjectName(QStringLiteral("export.progress"));
    m_progress->setAccessibleName(tr("Progress"));
    m_progress->hide();
    column->addWidget(m_progress);
    auto* buttons = new QDialogButtonBox;
    m_export = buttons->addButton(tr("&Export…"), QDialogButtonBox::ActionRole);
    m_export->setObjectName(QStringLiteral("export.export"));
    m_export->setToolTip(tr("Choose a file and write it."));
    m_export->setDefault(true);
    m_close = buttons->addButton(QDialogButtonBox::Close);
    m_close->setObjectName(QStringLiteral("export.close"));
    m_close->setIcon({});
    m_close->setToolTip(tr("Close without writing."));
    column->addWidget(buttons);
    connect(m_export, &QPushButton::clicked, this, &ExportDialog::askWhere);
    connect(m_close, &QPushButton::clicked, this, [this] {
        if (m_job.isRunning())
            m_job.cancel();
        else
            reject();
    });
}

ExportKind ExportDialog::kind() const
{
    return ExportKind(m_kind->currentData().toInt());
}

exports::ExportOptions ExportDialog::options() const
{
    exports::ExportOptions options;
    // A result has no noise estimate nor anything else of a step.
    options.picture.layer =
        kind() == ExportKind::comparison ? record::Layer::xt : record::Layer(m_layer->currentData().toInt());
    if (const int image = m_images->currentData().toInt(); image >= 0)
        options.picture.images = {image};
    options.picture.frames = m_frames->value();
    options.picture.zoom = m_zoom->value();
    options.framesPerSecond = m_rate->value();
    return options;
}

std::vector<exports::ExportedRun> ExportDialog::chosenRuns() const
{
    std::vector<exports::ExportedRun> runs{m_sources.shown};
    for (int i = 0; kind() == ExportKind::comparison && i < m_runs->count(); ++i)
        if (m_runs->item(i)->checkState() == Qt::Checked)
            runs.push_back(m_sources.others[std::size_t(i)]);
    return runs;
}

void ExportDialog::followKind()
{
    const ExportKind now = kind();
    m_about->setText(exportEntries().at(m_kind->currentIndex()).tip);
    m_form->setRowVisible(m_layer, isPicture(now) && now != ExportKind::comparison);
    m_form->setRowVisible(m_images, now != ExportKind::scheduleTable);
    m_form->setRowVisible(m_frames, now == ExportKind::filmStrip);
    m_form->setRowVisible(m_zoom, isPicture(now));
    m_form->setRowVisible(m_rate, now == ExportKind::animation);
    m_form->setRowVisible(m_runs, now == ExportKind::comparison);
    m_format->clear();
    for (const std::string& suffix : exports::suffixesOf(now))
        m_format->addItem(QString::fromStdString(suffix).mid(1).toUpper(), QString::fromStdString(suffix));
    m_form->setRowVisible(m_format, m_format->count() > 1);
    say({});
    refreshSize();
}

QString ExportDialog::sizeText() const
{
    const std::vector<exports::ExportedRun> runs = chosenRuns();
    const exports::ExportSize size = exports::exportSize(kind(), runs, options());
    const QLocale locale;
    const QString pixels =
        tr("%1 × %2 pixels").arg(locale.toString(size.width), locale.toString(size.height));
    switch (kind()) {
        case ExportKind::filmStrip:
            return pixels;
        case ExportKind::comparison:
            return pixels + tr(", %n run(s)", nullptr, int(runs.size()));
        case ExportKind::animation:
            return pixels + tr(", %1 steps, %2 s")
                                .arg(locale.toString(size.frames),
                                     locale.toString(
                                         size.frames / options().framesPerSecond + options().lastFrameSeconds,
                                         'f', 1));
        case ExportKind::plots:
            return tr("One page, 18 cm wide");
        case ExportKind::stepTable:
        case ExportKind::scheduleTable:
            return tr("%1 lines").arg(locale.toString(size.frames));
        case ExportKind::tensors:
            return tr("%1 steps, %2")
                .arg(locale.toString(size.frames), locale.formattedDataSize(qint64(size.bytes)));
    }
    return {};
}

void ExportDialog::refreshSize()
{
    try {
        if (m_format->count() == 0)
            throw Error(ErrorCode::invalidOption, tr("This build writes no animations.").toStdString(),
                        tr("Export a film strip.").toStdString());
        m_size->setText(sizeText());
        m_export->setEnabled(true);
    } catch (const Error& error) {
        m_size->setText(sentencesOf(error));
        m_export->setEnabled(false);
    }
}

void ExportDialog::askWhere()
{
    const QString suffix = m_format->currentData().toString();
    const QString name = QString(exportEntries().at(m_kind->currentIndex()).name).remove(u'&').toLower();
    const QString usual = QString::fromStdString(m_sources.shown.recipe.model) + u' ' + name;
    QString path =
        QFileDialog::getSaveFileName(this, tr("Export"), QString(usual).replace(u' ', u'-') + suffix,
                                     tr("%1 files (*%2)").arg(suffix.mid(1).toUpper(), suffix));
    if (path.isEmpty())
        return;
    if (!path.endsWith(suffix, Qt::CaseInsensitive))
        path += suffix;
    exportTo(path);
}

void ExportDialog::exportTo(const QString& path)
{
    say({});
    showBusy(true);
    m_job.start({kind(), path, chosenRuns(), options()});
}

void ExportDialog::showBusy(bool busy)
{
    m_progress->setValue(0);
    m_progress->setVisible(busy);
    m_export->setEnabled(!busy);
    m_close->setText(busy ? tr("Cancel") : tr("Close"));
    for (int row = 0; row < m_form->rowCount(); ++row)
        if (auto* field = m_form->itemAt(row, QFormLayout::FieldRole); field && field->widget())
            field->widget()->setEnabled(!busy);
}

void ExportDialog::say(const QString& text)
{
    m_message->setText(text.trimmed());
    m_message->setVisible(!m_message->text().isEmpty());
}

}  // namespace diffuscope::ui
