// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/error_window.h"

#include "core/base/error.h"
#include "core/record/step_quantities.h"
#include "ui/document/picture_file.h"
#include "ui/document/session_document.h"
#include "ui/engine/failure.h"
#include "ui/experiments/error_plot.h"
#include "ui/experiments/value_list_edit.h"
#include "ui/widgets/dialog_size.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/save_path.h"

#include <QCloseEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSaveFile>

#include <algorithm>
#include <numeric>

namespace diffuscope::ui {

namespace {

constexpr QSize usualErrorSize{820, 660};

/// Over all images.
std::optional<double> resultError(const record::Frame& result, const record::Frame& reference)
{
    std::vector<int> images(std::size_t(std::min(result.shape.batch, reference.shape.batch)));
    std::iota(images.begin(), images.end(), 0);
    return record::rootMeanSquareApart(result, reference, record::Layer::xt, images);
}

}  // namespace

ErrorWindow::ErrorWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent)
    : QDialog(parent), m_document(document), m_batch(background)
{
    setObjectName(QStringLiteral("errorWindow"));
    setWindowTitle(tr("Error against Evaluations – Diffuscope"));
    build();
    connect(&m_batch, &RecipeBatch::finished, this, &ErrorWindow::takeResult);
    connect(&m_batch, &RecipeBatch::failed, this, &ErrorWindow::takeFailure);
    connect(&m_batch, &RecipeBatch::samplingChanged, this, &ErrorWindow::updateButtons);
    connect(&m_document, &SessionDocument::recipeChanged, this, &ErrorWindow::showCost);
    connect(&m_document, &SessionDocument::stateChanged, this, &ErrorWindow::showCost);
    takeUsualSize(*this, usualErrorSize);
    showCost();
}

void ErrorWindow::addRow(QGridLayout* form, int row, const QString& text, QWidget* field)
{
    auto* label = new QLabel(text, this);
    label->setBuddy(field);
    form->addWidget(label, row, 0);
    form->addWidget(field, row, 1);
}

void ErrorWindow::build()
{
    auto* form = new QGridLayout(this);
    m_samplers = new ValueListEdit(QStringLiteral("errorSamplers"), mostSamplers, this);
    m_samplers->setField(GridField::sampler);
    m_samplers->setText(QStringLiteral("ddim, heun, dpmpp_2m, unipc"));
    m_samplers->line().setAccessibleName(tr("Samplers"));
    m_samplers->line().setToolTip(
        richTip(tr("Their names, parted by commas; at most %1. Those that add noise of their own do not "
                   "approach the reference.")
                    .arg(mostSamplers)));
    m_steps = new ValueListEdit(QStringLiteral("errorSteps"), mostStepCounts, this);
    m_steps->setField(GridField::steps);
    m_steps->setText(QStringLiteral("4, 6, 8, 12, 16, 24, 32"));
    m_steps->line().setAccessibleName(tr("Steps"));
    m_steps->line().setToolTip(
        tr("How many steps each of them takes, parted by commas; at most %1.").arg(mostStepCounts));
    m_reference = new QLineEdit(QStringLiteral("heun, 100"), this);
    m_reference->setObjectName(QStringLiteral("errorReference"));
    m_reference->setAccessibleName(tr("Reference"));
    m_reference->setToolTip(tr("A sampler and its steps, whose result counts as exact."));
    addRow(form, 0, tr("Sa&mplers"), m_samplers);
    addRow(form, 1, tr("S&teps"), m_steps);
    addRow(form, 2, tr("&Reference"), m_reference);
    m_cost = new QLabel(this);
    m_cost->setObjectName(QStringLiteral("errorCost"));
    m_cost->setWordWrap(true);
    form->addWidget(m_cost, 3, 0, 1, 2);
    m_plot = new ErrorPlot(this);
    form->addWidget(m_plot, 4, 0, 1, 2);
    form->addWidget(buildButtons(), 5, 0, 1, 2);
    form->setRowStretch(4, 1);
    form->setColumnStretch(1, 1);
    connect(m_samplers, &ValueListEdit::edited, this, &ErrorWindow::showCost);
    connect(m_steps, &ValueListEdit::edited, this, &ErrorWindow::showCost);
    connect(m_reference, &QLineEdit::textChanged, this, &ErrorWindow::showCost);
}

QWidget* ErrorWindow::buildButtons()
{
    auto* row = new QWidget(this);
    auto* buttons = new QHBoxLayout(row);
    buttons->setContentsMargins(0, 0, 0, 0);
    m_saveTable = new QPushButton(tr("Save Ta&ble As…"), row);
    m_saveTable->setObjectName(QStringLiteral("errorSave"));
    m_saveTable->setToolTip(tr("Write the numbers as CSV."));
    m_savePlot = new QPushButton(tr("Save &Plot As…"), row);
    m_savePlot->setObjectName(QStringLiteral("errorSavePlot"));
    m_savePlot->setToolTip(richTip(
        tr("Write the plot as a PNG; it holds the recipe that the runs were made from, which comes back "
           "when the file is dropped onto the main window.")));
    m_start = new QPushButton(row);
    m_start->setObjectName(QStringLiteral("errorStart"));
    m_start->setDefault(true);
    buttons->addStretch();
    for (QPushButton* button : {m_saveTable, m_savePlot, m_start})
        buttons->addWidget(button);
    connect(m_start, &QPushButton::clicked, this, [this] { isSampling() ? cancel() : void(start()); });
    connect(m_saveTable, &QPushButton::clicked, this,
            [this] { askWhereToSave(QStringLiteral("error.csv"), tr("Tables (*.csv)")); });
    connect(m_savePlot, &QPushButton::clicked, this,
            [this] { askWhereToSave(QStringLiteral("error.png"), tr("PNG images (*.png)")); });
    return row;
}

std::vector<recipe::Recipe> ErrorWindow::recipes() const
{
    return gridRecipes(m_document.recipe(), {GridField::steps, m_steps->values()},
                       {GridField::sampler, m_samplers->values()});
}

recipe::Recipe ErrorWindow::reference() const
{
    const QStringList parts = parsedGridValues(m_reference->text(), 2);
    if (parts.size() != 2)
        throw Error(ErrorCode::invalidOption,
                    tr("The reference is a sampler and a number of steps.").toStdString(),
                    tr("Type, for example, heun, 100.").toStdString());
    return withField(withField(m_document.recipe(), GridField::sampler, parts[0]), GridField::steps,
                     parts[1]);
}

/// The reference's first; absent, with a sentence, where one cannot be.
std::optional<std::vector<recipe::Recipe>> ErrorWindow::allRecipes(QString& problem) const
{
    try {
        std::vector<recipe::Recipe> all = recipes();
        if (!all.empty()) {
            all.insert(all.begin(), reference());
            return all;
        }
        problem = tr("Type at least one sampler and one number of steps.");
    } catch (const Error& error) {
        problem = sentencesOf(error);
    }
    return std::nullopt;
}

QString ErrorWindow::costText() const
{
    QString problem;
    const auto all = allRecipes(problem);
    return all ? costSentence(*all, m_document.shownRun()) : problem;
}

void ErrorWindow::showCost()
{
    m_cost->setText(costText());
    updateButtons();
}

bool ErrorWindow::start()
{
    QString problem;
    const auto all = allRecipes(problem);
    showCost();
    if (!all)
        return false;
    const QStringList samplers = m_samplers->values();
    const std::size_t stepCounts = (all->size() - 1) / std::size_t(samplers.size());
    m_base = m_document.recipe();
    m_names.clear();
    for (const QString& sampler : samplers)
        m_names.append(gridLabel(GridField::sampler, sampler));
    m_points.clear();
    for (std::size_t i = 1; i < all->size(); ++i)
        m_points.push_back({.recipe = (*all)[i], .sampler = int((i - 1) / stepCounts)});
    m_referenceResult.reset();
    const recipe::Recipe& exact = all->front();
    const QString images = m_base.batch == 1 ? tr("1 image") : tr("%1 images").arg(m_base.batch);
    m_title = QStringList{QString::fromStdString(m_base.model),
                          tr("guidance %1").arg(QLocale().toString(m_base.guidance.scale, 'g', 4)),
                          tr("seed %1").arg(m_base.seed), images,
                          tr("reference %1, %2 steps")
                              .arg(gridLabel(GridField::sampler, QString::fromStdString(exact.sampler.id)))
                              .arg(exact.steps)}
                  .join(QStringLiteral(" · "));
    plotAgain();
    m_batch.start(*all);
    return true;
}

void ErrorWindow::takeResult(int index, const RunUpdate& update)
{
    const record::FramePtr result = update.trajectory->frames.back();
    if (index == 0)
        m_referenceResult = result;
    else
        m_points.at(std::size_t(index - 1)).result = result;
    measure();
}

void ErrorWindow::takeFailure(int index, const QString& message)
{
    if (index == 0) {
        cancel();
        m_cost->setText(tr("The reference cannot be sampled: %1").arg(message));
        return;
    }
    Point& point = m_points.at(std::size_t(index - 1));
    point.problem = message;
    m_cost->setText(tr("%1, %2 steps: %3").arg(m_names[point.sampler]).arg(point.recipe.steps).arg(message));
    updateButtons();
}

/// What was waiting for the reference too.
void ErrorWindow::measure()
{
    for (Point& point : m_points)
        if (m_referenceResult && point.result && !point.error) {
            point.evaluations = point.result->totalEvaluations;
            point.error = resultError(*point.result, *m_referenceResult);
        }
    plotAgain();
    updateButtons();
}

void ErrorWindow::plotAgain()
{
    std::vector<ErrorSeries> series;
    for (const QString& name : m_names)
        series.push_back({name});
    for (const Point& point : m_points)
        if (point.error && point.evaluations > 0)
            series.at(std::size_t(point.sampler)).points.push_back({point.evaluations, *point.error});
    m_plot->setSeries(m_title, std::move(series));
}

QString ErrorWindow::table() const
{
    QString text = QStringLiteral("sampler,steps,evaluations,rms_error\n");
    for (const Point& point : m_points)
        if (point.error)
            text += QStringLiteral("%1,%2,%3,%4\n")
                        .arg(QString::fromStdString(point.recipe.sampler.id))
                        .arg(point.recipe.steps)
                        .arg(point.evaluations)
                        .arg(QString::number(*point.error, 'g', 9));
    return text;
}

bool ErrorWindow::saveTo(const QString& path)
{
    if (path.endsWith(QStringLiteral(".png"), Qt::CaseInsensitive)) {
        try {
            writePictureFile(path, m_plot->picture(), {m_base, {}});
            return true;
        } catch (const Error& error) {
            m_cost->setText(sentencesOf(error));
            return false;
        }
    }
    QSaveFile file(path);
    const QByteArray bytes = table().toUtf8();
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return true;
    m_cost->setText(tr("“%1” could not be written: %2.").arg(path, file.errorString()));
    return false;
}

void ErrorWindow::askWhereToSave(const QString& name, const QString& filter)
{
    if (const QString path = askForSavePath(this, tr("Save As"), name, filter); !path.isEmpty())
        saveTo(path);
}

void ErrorWindow::updateButtons()
{
    const auto known =
        std::ranges::count_if(m_points, [](const Point& point) { return point.error.has_value(); });
    m_start->setText(isSampling() ? tr("&Cancel (%1 of %2)").arg(known).arg(m_points.size()) : tr("&Sample"));
    m_start->setToolTip(isSampling() ? tr("Sample no more of them; the points that are there stay.")
                                     : tr("Sample all of them in the background; you can go on working."));
    QString problem;
    m_start->setEnabled(isSampling() || allRecipes(problem));
    m_saveTable->setEnabled(known > 0);
    m_savePlot->setEnabled(known > 0);
}

void ErrorWindow::closeEvent(QCloseEvent* event)
{
    cancel();
    QDialog::closeEvent(event);
}

}  // namespace diffuscope::ui
