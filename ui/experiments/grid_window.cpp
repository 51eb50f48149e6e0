// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/grid_window.h"

#include "core/base/error.h"
#include "ui/document/picture_file.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/engine/failure.h"
#include "ui/experiments/grid_canvas.h"
#include "ui/experiments/value_list_edit.h"
#include "ui/widgets/dialog_size.h"
#include "ui/widgets/image_renderer.h"
#include "ui/widgets/save_path.h"

#include <QCloseEvent>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

namespace diffuscope::ui {

namespace {

constexpr ValueRange cellRange{-1, 1};
constexpr QSize usualGridSize{900, 720};

/// The first images of a result, as many as make a small square.
QImage cellPicture(const record::Frame& result)
{
    const int side = result.shape.batch >= 4 ? 2 : 1;
    const int width = result.shape.width, height = result.shape.height;
    QImage picture(side * width, side * height, QImage::Format_RGB32);
    QPainter painter(&picture);
    for (int k = 0; k < side * side; ++k) {
        record::BatchShape one = result.shape;
        one.batch = 1;
        painter.drawImage(k % side * width, k / side * height,
                          renderImage(one, result.layer(record::Layer::xt, k), ColorScale{cellRange, false}));
    }
    return picture;
}

}  // namespace

GridWindow::GridWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent)
    : QDialog(parent), m_document(document), m_batch(background)
{
    setObjectName(QStringLiteral("gridWindow"));
    setWindowTitle(tr("Grid of Runs – Diffuscope"));
    build();
    connect(&m_batch, &RecipeBatch::finished, this, &GridWindow::takeResult);
    connect(&m_batch, &RecipeBatch::failed, this, &GridWindow::takeFailure);
    connect(&m_batch, &RecipeBatch::samplingChanged, this, &GridWindow::updateButtons);
    connect(&m_document, &SessionDocument::recipeChanged, this, &GridWindow::showCost);
    connect(&m_document, &SessionDocument::stateChanged, this, &GridWindow::showCost);
    takeUsualSize(*this, usualGridSize);
    showCost();
    showCell(-1);
    updateButtons();
}

void GridWindow::build()
{
    auto* form = new QGridLayout(this);
    m_acrossInput = addDirection(form, 0, tr("&Across"), "across", GridField::steps);
    m_downInput = addDirection(form, 1, tr("&Down"), "down", GridField::sampler);
    m_cost = new QLabel(this);
    m_cost->setObjectName(QStringLiteral("gridCost"));
    m_cost->setWordWrap(true);
    form->addWidget(m_cost, 2, 0, 1, 3);
    m_canvas = new GridCanvas(this);
    form->addWidget(m_canvas, 3, 0, 1, 3);
    form->addWidget(buildButtons(), 4, 0, 1, 3);
    form->setColumnStretch(2, 1);
    form->setRowStretch(3, 1);
    connect(m_canvas, &GridCanvas::currentChanged, this, &GridWindow::showCell);
    connect(m_canvas, &GridCanvas::cellChosen, this, &GridWindow::openCell);
}

GridWindow::Direction GridWindow::addDirection(QGridLayout* form, int row, const QString& text,
                                               const char* name, GridField field)
{
    const QString plain = QString(text).remove(QLatin1Char('&'));
    auto* label = new QLabel(text, this);
    auto* box = new QComboBox(this);
    box->setObjectName(QLatin1String(name) + QStringLiteral("Field"));
    box->setAccessibleName(plain);
    box->setToolTip(tr("Which field of the recipe changes in this direction."));
    for (const GridField each : gridFields())
        box->addItem(gridFieldName(each), int(each));
    box->setCurrentIndex(box->findData(int(field)));
    auto* values = new ValueListEdit(QLatin1String(name) + QStringLiteral("Values"), mostValues, this);
    values->line().setAccessibleName(tr("Values: %1").arg(plain));
    values->setField(field);
    label->setBuddy(box);
    form->addWidget(label, row, 0);
    form->addWidget(box, row, 1);
    form->addWidget(values, row, 2);
    connect(box, &QComboBox::currentIndexChanged, values,
            [box, values] { values->setField(GridField(box->currentData().toInt())); });
    connect(box, &QComboBox::currentIndexChanged, this, &GridWindow::showCost);
    connect(values, &ValueListEdit::edited, this, &GridWindow::showCost);
    return {box, values};
}

QWidget* GridWindow::buildButtons()
{
    auto* row = new QWidget(this);
    auto* buttons = new QHBoxLayout(row);
    buttons->setContentsMargins(0, 0, 0, 0);
    m_detail = new QLabel(row);
    m_detail->setObjectName(QStringLiteral("gridDetail"));
    m_detail->setForegroundRole(QPalette::PlaceholderText);
    m_detail->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    buttons->addWidget(m_detail, 1);
    m_open = new QPushButton(tr("&Open Run"), row);
    m_open->setObjectName(QStringLiteral("gridOpen"));
    m_open->setToolTip(tr("Add the run of the framed picture to the session and show it (Return)."));
    m_save = new QPushButton(tr("Save S&heet As…"), row);
    m_save->setObjectName(QStringLiteral("gridSave"));
    m_save->setToolTip(
        tr("Write the grid with its labels as one PNG; it holds the recipe that the grid was made "
           "from, which comes back when the file is dropped onto the main window."));
    m_start = new QPushButton(row);
    m_start->setObjectName(QStringLiteral("gridStart"));
    m_start->setDefault(true);
    for (QPushButton* button : {m_open, m_save, m_start})
        buttons->addWidget(button);
    connect(m_open, &QPushButton::clicked, this, [this] { openCell(m_canvas->currentCell()); });
    connect(m_save, &QPushButton::clicked, this, &GridWindow::askWhereToSaveSheet);
    connect(m_start, &QPushButton::clicked, this, [this] { isSampling() ? cancel() : void(start()); });
    return row;
}

GridAxis GridWindow::axisOf(const Direction& direction)
{
    return {GridField(direction.field->currentData().toInt()), direction.values->values()};
}

/// Absent, with a sentence, where they cannot be.
std::optional<std::vector<recipe::Recipe>> GridWindow::recipes(QString& problem) const
{
    const GridAxis across = axisOf(m_acrossInput), down = axisOf(m_downInput);
    try {
        auto all = gridRecipes(m_document.recipe(), across, down);
        if (across.field == down.field)
            problem = tr("Choose two different fields.");
        else if (all.empty())
            problem = tr("Type at least one value in each direction.");
        else
            return all;
    } catch (const Error& error) {
        problem = sentencesOf(error);
    }
    return std::nullopt;
}

QString GridWindow::costText() const
{
    QString problem;
    const auto all = recipes(problem);
    return all ? costSentence(*all, m_document.shownRun()) : problem;
}

void GridWindow::showCost()
{
    m_cost->setText(costText());
    updateButtons();
}

bool GridWindow::start()
{
    QString problem;
    const auto all = recipes(problem);
    showCost();
    if (!all)
        return false;
    m_base = m_document.recipe();
    m_across = axisOf(m_acrossInput);
    m_down = axisOf(m_downInput);
    m_cells.clear();
    for (const recipe::Recipe& recipe : *all)
        m_cells.push_back({.recipe = recipe});
    QStringList columns, rows;
    for (const QString& value : m_across.values)
        columns.append(gridLabel(m_across.field, value));
    for (const QString& value : m_down.values)
        rows.append(gridLabel(m_down.field, value));
    m_canvas->setGrid(columns, rows);
    m_batch.start(*all);
    return true;
}

int GridWindow::finishedCells() const
{
    return int(std::ranges::count_if(m_cells, [](const Cell& cell) { return !cell.picture.isNull(); }));
}

void GridWindow::takeResult(int cell, const RunUpdate& update)
{
    Cell& at = m_cells.at(std::size_t(cell));
    const record::Frame& result = *update.trajectory->frames.back();
    at.picture = cellPicture(result);
    at.evaluations = result.totalEvaluations;
    at.totalMs = 0;
    for (const record::FramePtr& frame : update.trajectory->frames)
        at.totalMs += frame->totalMs;
    m_canvas->setCell(cell, at.picture, {});
    if (finishedCells() == int(m_cells.size()))
        showTimeTaken();
    updateButtons();
}

/// What the runs took, in place of what they were expected to take.
void GridWindow::showTimeTaken()
{
    double ms = 0;
    qint64 evaluations = 0;
    for (const Cell& cell : m_cells) {
        ms += cell.totalMs;
        evaluations += cell.evaluations;
    }
    m_cost->setText(tr("%1 runs, %2 network evaluations, sampled in %3 s.")
                        .arg(m_cells.size())
                        .arg(QLocale().toString(evaluations))
                        .arg(QLocale().toString(ms / 1000, 'f', 1)));
}

void GridWindow::takeFailure(int cell, const QString& message)
{
    m_cells.at(std::size_t(cell)).problem = message;
    m_canvas->setCell(cell, {}, message);
    updateButtons();
}

/// What the framed picture is.
void GridWindow::showCell(int cell)
{
    const bool isThere = cell >= 0 && cell < int(m_cells.size());
    m_open->setEnabled(isThere);
    if (!isThere)
        return m_detail->clear();
    const Cell& at = m_cells[std::size_t(cell)];
    QString text = recipeSummary(at.recipe);
    if (!at.problem.isEmpty())
        text = at.problem;
    else if (!at.picture.isNull())
        text += tr(" · NFE %1 · %2 s")
                    .arg(at.evaluations)
                    .arg(QLocale().toString(at.totalMs / 1000, 'f', at.totalMs < 10'000 ? 2 : 0));
    m_detail->setText(text);
    m_detail->setToolTip(text);
}

void GridWindow::updateButtons()
{
    m_start->setText(isSampling() ? tr("&Cancel (%1 of %2)").arg(finishedCells()).arg(m_cells.size())
                                  : tr("&Sample"));
    m_start->setToolTip(isSampling() ? tr("Sample no more of the grid; what is there stays.")
                                     : tr("Sample all runs in the background; you can go on working."));
    QString problem;
    m_start->setEnabled(isSampling() || recipes(problem));
    m_save->setEnabled(finishedCells() > 0);
}

void GridWindow::openCell(int cell)
{
    if (cell >= 0 && cell < int(m_cells.size()))
        m_document.addRun(m_cells[std::size_t(cell)].recipe, tr("Open Run of a Grid"));
}

QImage GridWindow::sheet() const
{
    return m_canvas->sheet(
        tr("%1 against %2 · %3")
            .arg(gridFieldName(m_across.field), gridFieldName(m_down.field), recipeSummary(m_base)));
}

bool GridWindow::saveSheet(const QString& path)
{
    try {
        writePictureFile(path, sheet(), {m_base, {}});
        return true;
    } catch (const Error& error) {
        m_cost->setText(sentencesOf(error));
        return false;
    }
}

void GridWindow::askWhereToSaveSheet()
{
    const QString path =
        askForSavePath(this, tr("Save Sheet As"), QStringLiteral("grid.png"), tr("PNG images (*.png)"));
    if (!path.isEmpty())
        saveSheet(path);
}

void GridWindow::closeEvent(QCloseEvent* event)
{
    cancel();
    QDialog::closeEvent(event);
}

}  // namespace diffuscope::ui
