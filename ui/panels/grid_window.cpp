#include "ui/panels/grid_window.h"

#include "core/registry/error.h"
#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/engine/background_runs.h"
#include "ui/theme/theme_colors.h"
#include "ui/views/image_renderer.h"

#include <QCloseEvent>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr int sheetCellSide = 168;
constexpr ValueRange cellRange{-1, 1};

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

/// Milliseconds an evaluation of the shown run took, of all its images.
double evaluationMs(const RunUpdate& run)
{
    double ms = 0;
    int evaluations = 0;
    for (const record::FramePtr& frame : run.trajectory->frames) {
        ms += frame->networkMs;
        evaluations += frame->evaluations;
    }
    return evaluations > 0 ? ms / evaluations : 0;
}

}  // namespace

GridCanvas::GridCanvas(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("gridCanvas"));
    setAccessibleName(tr("Grid of runs"));
    setToolTip(tr("Click a picture to open its run in the session; with the keyboard, arrows and Return."));
    setFocusPolicy(Qt::StrongFocus);
}

void GridCanvas::setGrid(const QStringList& columns, const QStringList& rows)
{
    m_columns = columns;
    m_rows = rows;
    m_pictures.assign(std::size_t(columns.size() * rows.size()), {});
    m_problems.assign(m_pictures.size(), {});
    m_current = 0;
    update();
}

void GridCanvas::setPicture(int cell, const QImage& picture, const QString& problem)
{
    m_pictures.at(std::size_t(cell)) = picture;
    m_problems.at(std::size_t(cell)) = problem;
    update();
}

QSize GridCanvas::sheetSize() const
{
    return {int(m_columns.size() + 1) * sheetCellSide,
            int(m_rows.size()) * sheetCellSide + 3 * fontMetrics().height()};
}

/// Labels take a column at the left and two lines at the top.
QRect GridCanvas::cellRect(const QRect& area, int cell) const
{
    const QFontMetrics metrics(font());
    int labels = 0;
    for (const QString& row : m_rows)
        labels = std::max(labels, metrics.horizontalAdvance(row) + 12);
    const QRect inner = area.adjusted(labels + 6, metrics.height() + 10, -6, -6);
    const int side =
        std::max(8, std::min(inner.width() / int(m_columns.size()), inner.height() / int(m_rows.size())));
    return {inner.left() + cell % int(m_columns.size()) * side,
            inner.top() + cell / int(m_columns.size()) * side, side - 4, side - 4};
}

void GridCanvas::paintSheet(QPainter& painter, const QRect& area) const
{
    const ThemeColors& colors = themeColors(palette());
    painter.fillRect(area, colors.surface);
    painter.setFont(font());
    if (m_pictures.empty()) {
        painter.setPen(colors.mutedText);
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Choose two fields and their values above, then press Sample."));
        return;
    }
    const QFontMetrics metrics(font());
    for (int cell = 0; cell < int(m_pictures.size()); ++cell) {
        const QRect place = cellRect(area, cell);
        painter.fillRect(place, colors.raised);
        if (!m_pictures[std::size_t(cell)].isNull())
            painter.drawImage(place, m_pictures[std::size_t(cell)]);
        else if (!m_problems[std::size_t(cell)].isEmpty()) {
            painter.setPen(colors.text);
            painter.drawText(place.adjusted(3, 3, -3, -3), Qt::AlignCenter | Qt::TextWordWrap,
                             m_problems[std::size_t(cell)]);
        }
        painter.setPen(colors.text);
        if (cell < m_columns.size())
            painter.drawText(QRect(place.left(), area.top(), place.width(), place.top() - area.top() - 4),
                             Qt::AlignHCenter | Qt::AlignBottom,
                             metrics.elidedText(m_columns[cell], Qt::ElideRight, place.width()));
        if (cell % m_columns.size() == 0)
            painter.drawText(QRect(area.left(), place.top(), place.left() - area.left() - 6, place.height()),
                             Qt::AlignRight | Qt::AlignVCenter, m_rows[cell / m_columns.size()]);
    }
}

void GridCanvas::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintSheet(painter, rect());
    if (hasFocus() && !m_pictures.empty()) {
        painter.setPen(QPen(themeColors(palette()).accent, 2));
        painter.drawRect(cellRect(rect(), m_current).adjusted(-1, -1, 1, 1));
    }
}

void GridCanvas::mousePressEvent(QMouseEvent* event)
{
    for (int cell = 0; cell < int(m_pictures.size()); ++cell)
        if (cellRect(rect(), cell).contains(event->position().toPoint())) {
            m_current = cell;
            update();
            Q_EMIT cellChosen(cell);
            return;
        }
}

void GridCanvas::keyPressEvent(QKeyEvent* event)
{
    const int columns = std::max(1, int(m_columns.size()));
    int to = m_current;
    switch (event->key()) {
        case Qt::Key_Left:
            to -= 1;
            break;
        case Qt::Key_Right:
            to += 1;
            break;
        case Qt::Key_Up:
            to -= columns;
            break;
        case Qt::Key_Down:
            to += columns;
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (!m_pictures.empty())
                Q_EMIT cellChosen(m_current);
            return;
        default:
            return QWidget::keyPressEvent(event);
    }
    if (to >= 0 && to < int(m_pictures.size()))
        m_current = to;
    update();
}

GridWindow::GridWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent)
    : QDialog(parent), m_document(document), m_background(background)
{
    setObjectName(QStringLiteral("gridWindow"));
    setWindowTitle(tr("Grid of Runs"));
    build();
    connect(&m_background, &BackgroundRuns::runFinished, this, &GridWindow::takeResult);
    connect(
        &m_background, &BackgroundRuns::runFailed, this,
        [this](const session::RunPlan& plan, const Failure& failure) { takeFailure(plan, failure.message); });
    connect(&m_document, &SessionDocument::recipeChanged, this, &GridWindow::showCost);
    showCost();
    updateButtons();
}

void GridWindow::build()
{
    auto* form = new QGridLayout(this);
    const auto addAxis = [&](int row, const QString& text, const char* name, GridField field) {
        auto* label = new QLabel(text, this);
        auto* box = new QComboBox(this);
        box->setObjectName(QLatin1String(name) + QStringLiteral("Field"));
        box->setAccessibleName(text);
        box->setToolTip(tr("Which field of the recipe changes in this direction."));
        for (const GridField each : gridFields())
            box->addItem(gridFieldName(each), int(each));
        box->setCurrentIndex(box->findData(int(field)));
        auto* values = new QLineEdit(usualGridValues(field), this);
        values->setObjectName(QLatin1String(name) + QStringLiteral("Values"));
        values->setAccessibleName(tr("Values: %1").arg(text));
        values->setToolTip(tr("Its values, parted by commas; at most %1.").arg(mostValues));
        label->setBuddy(box);
        form->addWidget(label, row, 0);
        form->addWidget(box, row, 1);
        form->addWidget(values, row, 2);
        connect(box, &QComboBox::currentIndexChanged, values,
                [box, values] { values->setText(usualGridValues(GridField(box->currentData().toInt()))); });
        connect(box, &QComboBox::currentIndexChanged, this, &GridWindow::showCost);
        connect(values, &QLineEdit::textChanged, this, &GridWindow::showCost);
        return std::pair(box, values);
    };
    std::tie(m_acrossField, m_acrossValues) = addAxis(0, tr("&Across"), "across", GridField::steps);
    std::tie(m_downField, m_downValues) = addAxis(1, tr("&Down"), "down", GridField::sampler);
    m_cost = new QLabel(this);
    m_cost->setObjectName(QStringLiteral("gridCost"));
    m_cost->setWordWrap(true);
    form->addWidget(m_cost, 2, 0, 1, 3);
    m_start = new QPushButton(this);
    m_start->setObjectName(QStringLiteral("gridStart"));
    m_save = new QPushButton(tr("Save Sheet &As…"), this);
    m_save->setObjectName(QStringLiteral("gridSave"));
    m_save->setToolTip(tr("Write the grid with its labels as one PNG sheet."));
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_save);
    buttons->addWidget(m_start);
    m_canvas = new GridCanvas(this);
    form->addWidget(m_canvas, 3, 0, 1, 3);
    form->addLayout(buttons, 4, 0, 1, 3);
    form->setColumnStretch(2, 1);
    form->setRowStretch(3, 1);
    m_start->setDefault(true);
    connect(m_start, &QPushButton::clicked, this, [this] { m_isSampling ? cancel() : void(start()); });
    connect(m_save, &QPushButton::clicked, this, &GridWindow::saveSheet);
    connect(m_canvas, &GridCanvas::cellChosen, this, &GridWindow::openCell);
}

GridAxis GridWindow::axisOf(const QComboBox* field, const QLineEdit* values) const
{
    return {GridField(field->currentData().toInt()), parsedGridValues(values->text(), mostValues)};
}

QString GridWindow::costText() const
{
    try {
        const auto recipes = gridRecipes(m_document.recipe(), axisOf(m_acrossField, m_acrossValues),
                                         axisOf(m_downField, m_downValues));
        if (m_acrossField->currentIndex() == m_downField->currentIndex())
            return tr("Choose two different fields.");
        if (recipes.empty())
            return tr("Type at least one value in each direction.");
        qint64 evaluations = 0;
        for (const session::Recipe& recipe : recipes)
            evaluations += plannedEvaluations(recipe);
        QString text = tr("%1 runs").arg(recipes.size()) +
                       tr(", %1 network evaluations").arg(QLocale().toString(evaluations));
        if (const double ms = evaluationMs(m_document.shownRun()); ms > 0)
            text += tr(", about %1 s")
                        .arg(QLocale().toString(std::ceil(ms * double(evaluations) / 1000), 'f', 0));
        return text + QLatin1Char('.');
    } catch (const Error& error) {
        return QString::fromStdString(error.what()) + QLatin1Char(' ') + QString::fromStdString(error.hint());
    }
}

void GridWindow::showCost()
{
    m_cost->setText(costText());
}

bool GridWindow::start()
{
    const GridAxis across = axisOf(m_acrossField, m_acrossValues);
    const GridAxis down = axisOf(m_downField, m_downValues);
    std::vector<session::Recipe> recipes;
    try {
        recipes = gridRecipes(m_document.recipe(), across, down);
    } catch (const Error&) {
        showCost();
        return false;
    }
    if (recipes.empty() || across.field == down.field)
        return false;
    m_across = across;
    m_down = down;
    m_cells.clear();
    QStringList columns, rows;
    for (const QString& value : across.values)
        columns.append(gridLabel(across.field, value));
    for (const QString& value : down.values)
        rows.append(gridLabel(down.field, value));
    m_canvas->setGrid(columns, rows);
    m_isSampling = true;
    for (session::Recipe& recipe : recipes) {
        m_cells.push_back({.recipe = recipe});
        m_background.add({recipe, {}});
    }
    updateButtons();
    return true;
}

void GridWindow::cancel()
{
    if (!std::exchange(m_isSampling, false))
        return;
    m_background.clear();
    updateButtons();
}

int GridWindow::finishedCells() const
{
    return int(std::ranges::count_if(m_cells, [](const Cell& cell) { return !cell.picture.isNull(); }));
}

void GridWindow::takeResult(const RunUpdate& update)
{
    if (!m_isSampling || update.from || update.trajectory->frames.empty())
        return;
    for (std::size_t i = 0; i < m_cells.size(); ++i)
        if (m_cells[i].recipe == *update.recipe) {
            m_cells[i].picture = cellPicture(*update.trajectory->frames.back());
            m_canvas->setPicture(int(i), m_cells[i].picture, {});
        }
    finishIfDone();
}

void GridWindow::takeFailure(const session::RunPlan& plan, const QString& message)
{
    if (!m_isSampling)
        return;
    for (std::size_t i = 0; i < m_cells.size(); ++i)
        if (!plan.from && m_cells[i].recipe == plan.recipe) {
            m_cells[i].problem = message;
            m_canvas->setPicture(int(i), {}, message);
        }
    finishIfDone();
}

void GridWindow::finishIfDone()
{
    m_isSampling = std::ranges::any_of(
        m_cells, [](const Cell& cell) { return cell.picture.isNull() && cell.problem.isEmpty(); });
    updateButtons();
}

void GridWindow::updateButtons()
{
    m_start->setText(m_isSampling ? tr("&Cancel (%1 of %2)").arg(finishedCells()).arg(m_cells.size())
                                  : tr("&Sample"));
    m_start->setToolTip(m_isSampling ? tr("Sample no more of the grid; what is there stays.")
                                     : tr("Sample all runs in the background; you can go on working."));
    m_save->setEnabled(finishedCells() > 0);
}

void GridWindow::openCell(int cell)
{
    if (cell >= 0 && cell < int(m_cells.size()))
        m_document.addRun(m_cells[std::size_t(cell)].recipe, tr("Open Run of a Grid"));
}

QImage GridWindow::sheet() const
{
    const QSize size = m_canvas->sheetSize();
    QImage image(size, QImage::Format_RGB32);
    QPainter painter(&image);
    const int title = 2 * fontMetrics().height();
    painter.fillRect(image.rect(), themeColors(palette()).surface);
    painter.setFont(font());
    painter.setPen(themeColors(palette()).text);
    painter.drawText(QRect(8, 0, size.width() - 16, title), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("%1 against %2 · %3")
                         .arg(gridFieldName(m_across.field), gridFieldName(m_down.field),
                              m_cells.empty() ? QString() : recipeSummary(m_cells.front().recipe)));
    m_canvas->paintSheet(painter, QRect(0, title, size.width(), size.height() - title));
    return image;
}

void GridWindow::saveSheet()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Save Sheet As"), QStringLiteral("grid.png"),
                                                      tr("PNG images (*.png)"));
    if (!path.isEmpty() && !sheet().save(path, "PNG"))
        m_cost->setText(
            tr("The sheet could not be written to “%1”; choose a folder you may write to.").arg(path));
}

void GridWindow::closeEvent(QCloseEvent* event)
{
    cancel();
    QDialog::closeEvent(event);
}

}  // namespace diffuscope::ui
