#include "ui/panels/error_window.h"

#include "core/registry/error.h"
#include "ui/document/session_document.h"
#include "ui/engine/background_runs.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/theme_colors.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSaveFile>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

/// Below this, an error is rounding.
constexpr double leastError = 1e-7;

double resultDistance(const record::Frame& a, const record::Frame& b)
{
    const std::vector<float> left = a.layer(record::Layer::xt).values;
    const std::vector<float> right = b.layer(record::Layer::xt).values;
    double sum = 0;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        sum += (double(left[i]) - double(right[i])) * (double(left[i]) - double(right[i]));
    return std::sqrt(sum / double(std::max<std::size_t>(1, left.size())));
}

double shownRunEvaluationMs(const RunUpdate& run)
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

ErrorWindow::ErrorWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent)
    : QDialog(parent), m_document(document), m_background(background)
{
    setObjectName(QStringLiteral("errorWindow"));
    setWindowTitle(tr("Error against Evaluations"));
    build();
    connect(&m_background, &BackgroundRuns::runFinished, this, &ErrorWindow::takeResult);
    connect(
        &m_background, &BackgroundRuns::runFailed, this,
        [this](const session::RunPlan& plan, const Failure& failure) { takeFailure(plan, failure.message); });
    connect(&m_document, &SessionDocument::recipeChanged, this, &ErrorWindow::showCost);
    showCost();
    updateButtons();
}

QLineEdit* ErrorWindow::addField(int row, const QString& text, const char* name, const QString& values,
                                 const QString& tip)
{
    auto* form = static_cast<QGridLayout*>(layout());
    auto* label = new QLabel(text, this);
    auto* edit = new QLineEdit(values, this);
    edit->setObjectName(QLatin1String(name));
    edit->setAccessibleName(text);
    edit->setToolTip(tip);
    label->setBuddy(edit);
    form->addWidget(label, row, 0);
    form->addWidget(edit, row, 1);
    connect(edit, &QLineEdit::textChanged, this, &ErrorWindow::showCost);
    return edit;
}

void ErrorWindow::build()
{
    auto* form = new QGridLayout(this);
    m_samplers =
        addField(0, tr("Sa&mplers"), "errorSamplers", QStringLiteral("ddim, heun, dpmpp_2m, unipc"),
                 tr("Their names, parted by commas; at most %1. Those that add noise of their own do not "
                    "approach the reference.")
                     .arg(mostSamplers));
    m_steps =
        addField(1, tr("S&teps"), "errorSteps", QStringLiteral("4, 6, 8, 12, 16, 24, 32"),
                 tr("How many steps each of them takes, parted by commas; at most %1.").arg(mostStepCounts));
    m_reference = addField(2, tr("&Reference"), "errorReference", QStringLiteral("heun, 100"),
                           tr("A sampler and its steps, whose result counts as exact."));
    m_cost = new QLabel(this);
    m_cost->setObjectName(QStringLiteral("errorCost"));
    m_cost->setWordWrap(true);
    form->addWidget(m_cost, 3, 0, 1, 2);
    m_plot = new QCustomPlot(this);
    m_plot->setObjectName(QStringLiteral("errorPlot"));
    m_plot->setAccessibleName(tr("Error over network evaluations"));
    m_plot->setToolTip(
        tr("Root mean square distance of each result from the reference, over the network "
           "evaluations spent; both axes are logarithmic."));
    m_plot->setMinimumSize(460, 320);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis->setNumberFormat(QStringLiteral("gb"));
        axis->setNumberPrecision(2);
    }
    m_plot->xAxis->setLabel(tr("network evaluations"));
    m_plot->yAxis->setLabel(tr("error (RMS)"));
    m_plot->legend->setVisible(true);
    stylePlot(*m_plot, [this] { plotAgain(); });
    form->addWidget(m_plot, 4, 0, 1, 2);
    m_start = new QPushButton(this);
    m_start->setObjectName(QStringLiteral("errorStart"));
    m_start->setDefault(true);
    m_save = new QPushButton(tr("Save &Table As…"), this);
    m_save->setObjectName(QStringLiteral("errorSave"));
    m_save->setToolTip(tr("Write the numbers as CSV."));
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_save);
    buttons->addWidget(m_start);
    form->addLayout(buttons, 5, 0, 1, 2);
    form->setRowStretch(4, 1);
    form->setColumnStretch(1, 1);
    connect(m_start, &QPushButton::clicked, this, [this] { m_isSampling ? cancel() : void(start()); });
    connect(m_save, &QPushButton::clicked, this, &ErrorWindow::saveTable);
}

std::vector<session::Recipe> ErrorWindow::recipes() const
{
    return gridRecipes(m_document.recipe(),
                       {GridField::steps, parsedGridValues(m_steps->text(), mostStepCounts)},
                       {GridField::sampler, parsedGridValues(m_samplers->text(), mostSamplers)});
}

session::Recipe ErrorWindow::reference() const
{
    const QStringList parts = parsedGridValues(m_reference->text(), 2);
    if (parts.size() != 2)
        throw Error(ErrorCode::invalidOption,
                    tr("The reference is a sampler and a number of steps.").toStdString(),
                    tr("Type, for example, heun, 100.").toStdString());
    return withField(withField(m_document.recipe(), GridField::sampler, parts[0]), GridField::steps,
                     parts[1]);
}

QString ErrorWindow::costText() const
{
    try {
        const auto all = recipes();
        if (all.empty())
            return tr("Type at least one sampler and one number of steps.");
        qint64 evaluations = plannedEvaluations(reference());
        for (const session::Recipe& recipe : all)
            evaluations += plannedEvaluations(recipe);
        QString text = tr("%1 runs").arg(all.size() + 1) +
                       tr(", %1 network evaluations").arg(QLocale().toString(evaluations));
        if (const double ms = shownRunEvaluationMs(m_document.shownRun()); ms > 0)
            text += tr(", about %1 s")
                        .arg(QLocale().toString(std::ceil(ms * double(evaluations) / 1000), 'f', 0));
        return text + QLatin1Char('.');
    } catch (const Error& error) {
        return QString::fromStdString(error.what()) + QLatin1Char(' ') + QString::fromStdString(error.hint());
    }
}

void ErrorWindow::showCost()
{
    m_cost->setText(costText());
}

bool ErrorWindow::start()
{
    std::vector<session::Recipe> all;
    try {
        all = recipes();
        m_referenceRecipe = reference();
    } catch (const Error&) {
        showCost();
        return false;
    }
    if (all.empty())
        return false;
    const QStringList samplers = parsedGridValues(m_samplers->text(), mostSamplers);
    const int stepCounts = int(all.size()) / int(samplers.size());
    m_names.clear();
    for (const QString& sampler : samplers)
        m_names.append(gridLabel(GridField::sampler, sampler));
    m_points.clear();
    m_waiting.clear();
    m_referenceResult.reset();
    m_isSampling = true;
    m_background.add({m_referenceRecipe, {}});
    for (std::size_t i = 0; i < all.size(); ++i) {
        m_points.push_back({.recipe = all[i], .sampler = int(i) / stepCounts});
        m_background.add({all[i], {}});
    }
    plotAgain();
    updateButtons();
    return true;
}

void ErrorWindow::cancel()
{
    if (!std::exchange(m_isSampling, false))
        return;
    m_background.clear();
    updateButtons();
}

void ErrorWindow::takeResult(const RunUpdate& update)
{
    if (!m_isSampling || update.from || update.trajectory->frames.empty())
        return;
    const record::FramePtr result = update.trajectory->frames.back();
    if (*update.recipe == m_referenceRecipe && !m_referenceResult) {
        m_referenceResult = result;
        for (const RunUpdate& earlier : std::exchange(m_waiting, {}))
            takeResult(earlier);
    }
    if (!m_referenceResult) {
        m_waiting.push_back(update);
        return;
    }
    for (Point& point : m_points)
        if (point.recipe == *update.recipe) {
            point.evaluations = result->totalEvaluations;
            point.error = resultDistance(*result, *m_referenceResult);
        }
    plotAgain();
    finishIfDone();
}

void ErrorWindow::takeFailure(const session::RunPlan& plan, const QString& message)
{
    if (!m_isSampling || plan.from)
        return;
    if (plan.recipe == m_referenceRecipe) {
        cancel();
        m_cost->setText(tr("The reference cannot be sampled: %1").arg(message));
        return;
    }
    for (Point& point : m_points)
        if (point.recipe == plan.recipe)
            point.problem = message;
    finishIfDone();
}

void ErrorWindow::finishIfDone()
{
    m_isSampling = std::ranges::any_of(
        m_points, [](const Point& point) { return !point.error && point.problem.isEmpty(); });
    const auto failed =
        std::ranges::find_if(m_points, [](const Point& point) { return !point.problem.isEmpty(); });
    if (failed != m_points.end())
        m_cost->setText(tr("%1, %2 steps: %3")
                            .arg(m_names[failed->sampler])
                            .arg(failed->recipe.steps)
                            .arg(failed->problem));
    updateButtons();
}

void ErrorWindow::plotAgain()
{
    const ThemeColors& colors = themeColors(palette());
    m_plot->clearGraphs();
    double least = HUGE_VAL, most = 0, fewest = HUGE_VAL, highest = 0;
    for (int sampler = 0; sampler < m_names.size(); ++sampler) {
        QVector<double> keys, values;
        for (const Point& point : m_points) {
            if (point.sampler != sampler || !point.error || point.evaluations == 0)
                continue;
            keys.append(point.evaluations);
            values.append(std::max(*point.error, leastError));
            least = std::min(least, values.back());
            most = std::max(most, values.back());
            fewest = std::min(fewest, keys.back());
            highest = std::max(highest, keys.back());
        }
        QCPGraph* graph = m_plot->addGraph();
        graph->setName(m_names[sampler]);
        const QColor color = colors.series[std::size_t(sampler) % colors.series.size()];
        const bool isSecondRound = std::size_t(sampler) >= colors.series.size();
        graph->setPen(QPen(color, 2, isSecondRound ? Qt::DashLine : Qt::SolidLine));
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 6));
        graph->setData(keys, values);
    }
    if (most > 0) {
        m_plot->xAxis->setRange(fewest / 1.2, highest * 1.2);
        m_plot->yAxis->setRange(least / 1.5, most * 1.5);
    }
    m_plot->legend->setBrush(colors.surface);
    m_plot->legend->setBorderPen(QPen(colors.separator));
    m_plot->legend->setTextColor(colors.text);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
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

void ErrorWindow::saveTable()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Save Table As"), QStringLiteral("error.csv"),
                                                      tr("Tables (*.csv)"));
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    const QByteArray bytes = table().toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        m_cost->setText(tr("The table could not be written to “%1”: %2.").arg(path, file.errorString()));
}

void ErrorWindow::updateButtons()
{
    const auto known =
        std::ranges::count_if(m_points, [](const Point& point) { return point.error.has_value(); });
    m_start->setText(m_isSampling ? tr("&Cancel (%1 of %2)").arg(known).arg(m_points.size()) : tr("&Sample"));
    m_start->setToolTip(m_isSampling ? tr("Sample no more of them; the points that are there stay.")
                                     : tr("Sample all of them in the background; you can go on working."));
    m_save->setEnabled(known > 0);
}

void ErrorWindow::closeEvent(QCloseEvent* event)
{
    cancel();
    QDialog::closeEvent(event);
}

}  // namespace diffuscope::ui
