// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/models_window.h"

#include "ui/document/session_document.h"
#include "ui/experiments/model_row.h"
#include "ui/widgets/dialog_size.h"
#include "ui/widgets/number_box.h"
#include "ui/widgets/value_slider.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>

namespace diffuscope::ui {

namespace {

constexpr QSize usualModelsSize{1100, 680};
constexpr int pauseMs = 120;
constexpr int usualPictures = 16;  ///< of a model without classes
constexpr int diceRange = 100000;

}  // namespace

ModelsWindow::ModelsWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent)
    : QDialog(parent), m_document(document), m_batch(background), m_seed(document.recipe().seed)
{
    setObjectName(QStringLiteral("modelsWindow"));
    setWindowTitle(tr("Models Side by Side – Diffuscope"));
    auto* form = new QVBoxLayout(this);
    form->addWidget(buildControls());
    m_remark = new QLabel(this);
    m_remark->setObjectName(QStringLiteral("modelsRemark"));
    m_remark->setForegroundRole(QPalette::PlaceholderText);
    m_remark->setWordWrap(true);
    form->addWidget(m_remark);
    m_area = new QScrollArea(this);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    auto* page = new QWidget(m_area);
    m_column = new QVBoxLayout(page);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->addStretch();
    m_area->setWidget(page);
    form->addWidget(m_area, 1);
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseMs);
    connect(&m_pause, &QTimer::timeout, this, &ModelsWindow::start);
    connect(&m_batch, &RecipeBatch::finished, this,
            [this](int index, const RunUpdate& update) { m_rows.at(std::size_t(index))->setResult(update); });
    connect(&m_batch, &RecipeBatch::failed, this, [this](int index, const QString& message) {
        m_rows.at(std::size_t(index))->setProblem(message);
    });
    connect(&m_batch, &RecipeBatch::samplingChanged, this, &ModelsWindow::updateRemark);
    takeUsualSize(*this, usualModelsSize);
}

QWidget* ModelsWindow::buildControls()
{
    auto* controls = new QWidget(this);
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    auto* label = new QLabel(tr("&Steps"), controls);
    m_slider = new ValueSlider(controls);
    m_slider->setObjectName(QStringLiteral("modelsStepsSlider"));
    m_slider->setAccessibleName(tr("Steps of every model that takes steps"));
    m_slider->setNumbers(1, mostSteps, 1, ValueSlider::Scale::logarithmic);
    m_slider->setRounding(1);
    m_slider->setToolTip(tr("How many steps each of them takes from the same noise. VAE and GAN take one."));
    m_steps = new WholeBox(controls);
    m_steps->setObjectName(QStringLiteral("modelsSteps"));
    m_steps->setAccessibleName(tr("Steps"));
    m_steps->setRange(1, mostSteps);
    m_steps->setValue(model::UsualSettings{}.steps);
    m_slider->setNumber(m_steps->value());
    label->setBuddy(m_steps);
    auto* dice = new QPushButton(tr("&New Seed"), controls);
    dice->setToolTip(tr("Other noise, the same for all of them."));
    m_choice = new QToolButton(controls);
    m_choice->setObjectName(QStringLiteral("modelsChoice"));
    m_choice->setText(tr("Models"));
    m_choice->setToolTip(tr("Which models are shown."));
    m_choice->setPopupMode(QToolButton::InstantPopup);
    m_choice->setMenu(new QMenu(m_choice));
    row->addWidget(label);
    row->addWidget(m_slider, 1);
    row->addWidget(m_steps);
    row->addWidget(dice);
    row->addWidget(m_choice);
    connect(m_slider, &ValueSlider::numberEdited, this, [this](double number) { setSteps(int(number)); });
    connect(m_steps, &QSpinBox::valueChanged, this, &ModelsWindow::setSteps);
    connect(dice, &QPushButton::clicked, this, [this] {
        m_seed = QRandomGenerator::system()->bounded(diceRange);
        start();
    });
    return controls;
}

int ModelsWindow::steps() const
{
    return m_steps->value();
}

void ModelsWindow::setSteps(int steps)
{
    const QSignalBlocker quiet(m_steps);
    m_steps->setValue(steps);
    m_slider->setNumber(steps);
    m_pause.start();
}

void ModelsWindow::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    rebuildRows();
}

/// Those that can be asked for the same as the recipe's model; that one first.
QList<ModelEntry> ModelsWindow::comparable() const
{
    const QString current = QString::fromStdString(m_document.recipe().model);
    const auto own = std::ranges::find(m_models, current, &ModelEntry::id);
    QList<ModelEntry> found;
    if (own == m_models.end())
        return found;
    for (const ModelEntry& model : m_models)
        if (model.isUsable() && model.classes == own->classes && model.hasText() == own->hasText() &&
            model.arePoints == own->arePoints &&
            ((!model.hasText() && !model.arePoints) || model.id == current))
            found.append(model);
    // Diffusion first, then students, then the rivals.
    std::ranges::stable_sort(found, {}, [](const ModelEntry& model) {
        return model.isGenerator() ? 2 : int(model.usual.steps < model::UsualSettings{}.steps);
    });
    return found;
}

void ModelsWindow::rebuildRows()
{
    cancel();
    qDeleteAll(m_rows);
    m_rows.clear();
    QMenu& menu = *m_choice->menu();
    menu.clear();
    for (const ModelEntry& model : comparable()) {
        QAction* toggle = menu.addAction(model.displayName);
        toggle->setCheckable(true);
        toggle->setChecked(!m_hidden.contains(model.id));
        connect(toggle, &QAction::toggled, this, [this, model](bool on) { showChoice(model, on); });
        if (m_hidden.contains(model.id))
            continue;
        auto* row = new ModelRow(model, m_area->widget());
        connect(row, &ModelRow::openRequested, this,
                [this, row] { m_document.addRun(row->recipe(), tr("Open Run of a Model")); });
        m_column->insertWidget(m_column->count() - 1, row);
        m_rows.push_back(row);
    }
    updateRemark();
}

void ModelsWindow::showChoice(const ModelEntry& model, bool on)
{
    m_hidden.removeAll(model.id);
    if (!on)
        m_hidden.append(model.id);
    QTimer::singleShot(0, this, [this] {  // the menu that told it is made anew
        rebuildRows();
        start();
    });
}

recipe::Recipe ModelsWindow::recipeOf(const ModelEntry& model) const
{
    recipe::Recipe recipe;
    recipe.model.clear();  // so that the model's own settings are taken
    const int classes = int(model.classes.size());
    recipe.condition.classes.resize(std::size_t(classes));
    std::iota(recipe.condition.classes.begin(), recipe.condition.classes.end(), 0);
    recipe.condition.text = m_document.recipe().condition.text;
    fitRecipe(recipe, model);
    if (model.isGenerator())
        recipe.guidance.scale = 1;
    recipe.steps = model.isGenerator() ? 1 : std::min(steps(), model.levels);
    recipe.batch = classes > 0 ? classes * ModelRow::perClass : usualPictures;
    recipe.seed = m_seed;
    return recipe;
}

void ModelsWindow::start()
{
    m_pause.stop();
    std::vector<recipe::Recipe> recipes;
    for (ModelRow* row : m_rows) {
        row->setRecipe(recipeOf(row->model()));
        recipes.push_back(row->recipe());
    }
    m_batch.start(recipes);
    updateRemark();
}

void ModelsWindow::cancel()
{
    m_pause.stop();
    m_batch.cancel();
}

void ModelsWindow::updateRemark()
{
    if (m_rows.empty())
        m_remark->setText(
            tr("There is no other model of the same classes. Train one, or switch one on under Models."));
    else
        m_remark->setText(tr("Seed %1, the same noise for all; each with the guidance that is best for it. "
                             "Times are of this machine, now.")
                              .arg(m_seed));
}

void ModelsWindow::closeEvent(QCloseEvent* event)
{
    cancel();
    QDialog::closeEvent(event);
}

}  // namespace diffuscope::ui
