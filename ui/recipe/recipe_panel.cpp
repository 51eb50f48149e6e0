// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/recipe_panel.h"

#include "core/base/error.h"
#include "core/run/recipe_notices.h"
#include "core/schedule/drawn_edit.h"
#include "ui/document/session_document.h"
#include "ui/recipe/class_picker.h"
#include "ui/recipe/guidance_curve_edit.h"
#include "ui/recipe/prompt_section.h"
#include "ui/widgets/glyph_icon.h"
#include "ui/widgets/input_guards.h"
#include "ui/widgets/option_editor.h"
#include "ui/widgets/rule_lists.h"
#include "ui/widgets/seed_edit.h"
#include "ui/widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QToolButton>

#include <algorithm>
#include <utility>
namespace diffuscope::ui {

using base::OptionValues;
using recipe::Recipe;

namespace {

/// A seed a person can read out and type: six digits at most.
constexpr quint32 diceSeeds = 1000000;

}  // namespace

RecipePanel::RecipePanel(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("recipePanel"));
    build();
    m_wheelGuard = new WheelGuard(this);
    m_wheelGuard->guard(m_form);
    m_form->installEventFilter(this);

    connect(&m_document, &SessionDocument::recipeChanged, this, &RecipePanel::showRecipe);
    connect(&m_document, &SessionDocument::writtenPromptChanged, this, &RecipePanel::showPrompt);
    connect(&m_document, &SessionDocument::autoRunChanged, this, [this](bool on) {
        const QSignalBlocker quiet(m_autoRun);
        m_autoRun->setChecked(on);
    });
    connect(&m_document, &SessionDocument::stateChanged, this, &RecipePanel::updateRunButton);
    showRecipe(m_document.recipe());
}

void RecipePanel::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    const QSignalBlocker quiet(m_model);
    m_model->clear();
    bool isHeaded = false;
    for (const auto& model : models) {
        if (model.arePoints && !std::exchange(isHeaded, true))
            addHeadingToModels(tr("Exact: points of a plane or a line"));
        m_model->addItem(model.displayName, model.id);
        const int place = m_model->count() - 1;
        m_model->setItemData(place, model.isUsable() ? model.description : model.problem, Qt::ToolTipRole);
        static_cast<QStandardItemModel*>(m_model->model())->item(place)->setEnabled(model.isUsable());
    }
    m_model->setEnabled(!models.isEmpty());
    m_shownModel.clear();
    showRecipe(m_document.recipe());
}

/// A line that cannot be chosen.
void RecipePanel::addHeadingToModels(const QString& text)
{
    m_model->insertSeparator(m_model->count());
    m_model->addItem(text);
    static_cast<QStandardItemModel*>(m_model->model())->item(m_model->count() - 1)->setEnabled(false);
}

/// Points are many, and called so.
void RecipePanel::takeKindOfSample(const ModelEntry* model)
{
    const bool arePoints = model && model->arePoints;
    const QSignalBlocker quiet(m_batch);
    m_batchLabel->setText(arePoints ? tr("Po&ints") : tr("&Images"));
    m_batch->setAccessibleName(arePoints ? tr("Points") : tr("Images"));
    m_batchSlider->setAccessibleName(m_batch->accessibleName());
    m_batch->setRange(1, arePoints ? mostPoints : mostImages);
    if (arePoints)
        m_batchSlider->setNumbers(1, mostPoints, 1, ValueSlider::Scale::logarithmic);
    else
        m_batchSlider->setNumbers(1, mostImages, 1);
    m_batchSlider->setRounding(1);
}

const ModelEntry* RecipePanel::currentModel() const
{
    const QString id = QString::fromStdString(m_document.recipe().model);
    for (const auto& model : m_models)
        if (model.id == id)
            return &model;
    return nullptr;
}

void RecipePanel::edit(const Change& change, const std::optional<session::WrittenPrompt>& written)
{
    Recipe recipe = m_document.recipe();
    change(recipe);
    m_document.setRecipe(recipe, written);
}

/// A drawn schedule begins where the schedule before it was, and means the same when its quantity changes.
void RecipePanel::editSchedule(const std::string& id, const OptionValues& values)
{
    edit([&](Recipe& recipe) {
        const auto before = recipe.schedule;
        if (id == ownScheduleId)
            return recipe.schedule.reset();
        recipe.schedule = schedule::ScheduleSpec{id, values};
        if (id != schedule::drawnFamilyId)
            return;
        try {
            const ModelEntry* model = currentModel();
            const bool wasDrawn = before && before->family == schedule::drawnFamilyId;
            if (wasDrawn) {
                const auto quantity = schedule::drawnFromOptions(values).quantity;
                const auto drawn = schedule::drawnFromOptions(before->options);
                if (quantity != drawn.quantity)
                    recipe.schedule->options = schedule::toOptions(schedule::inQuantity(drawn, quantity));
            } else if (!values.contains("points")) {
                recipe.schedule = schedule::drawnSpecAfter(
                    before.value_or(model ? model->schedule : schedule::ScheduleSpec{}));
            }
        } catch (const Error&) {
            // Points or options that make no schedule: the notice beneath says why.
        }
    });
}

void RecipePanel::chooseModel(const QString& id)
{
    std::optional<session::WrittenPrompt> written;
    Recipe recipe = m_document.recipe();
    const QString before = QString::fromStdString(recipe.model);
    const auto left = std::ranges::find(m_models, before, &ModelEntry::id);
    for (const auto& model : m_models) {
        if (model.id != id)
            continue;
        if (model.hasText() && recipe.condition.text == recipe::TextCondition()) {
            recipe.condition.text = m_lastWords;  // of the last model that was asked by words
            written = m_lastWritten;
        }
        fitRecipe(recipe, model, left != m_models.end() ? &*left : nullptr);
    }
    m_document.setRecipe(recipe, written);
}

void RecipePanel::throwDice()
{
    edit([](Recipe& recipe) {
        const std::uint64_t before = recipe.seed;
        while (recipe.seed == before)
            recipe.seed = QRandomGenerator::system()->bounded(diceSeeds);
    });
}

void RecipePanel::showRecipe(const Recipe& recipe)
{
    showModel(recipe);
    m_classes->setCondition(recipe.condition);
    showPrompt();
    if (recipe.schedule)
        m_schedule->show(recipe.schedule->family, recipe.schedule->options);
    else
        m_schedule->show(ownScheduleId, {});
    m_gridRule->show(recipe.grid.rule, recipe.grid.options);
    m_sampler->show(recipe.sampler.id, recipe.sampler.options);
    m_guidanceRule->show(recipe.guidance.rule, recipe.guidance.options);
    m_clipping->show(recipe.clipping.rule, recipe.clipping.options);
    m_sampler->setNote(samplerNote(recipe.sampler.id));
    if (m_guidanceCurve)
        m_guidanceCurve->setScale(recipe.guidance.scale);

    const QSignalBlocker quietSteps(m_steps);
    const QSignalBlocker quietScale(m_scaleSpin);
    const QSignalBlocker quietBatch(m_batch);
    m_steps->setValue(recipe.steps);
    m_scaleSpin->setValue(recipe.guidance.scale);
    m_batch->setValue(recipe.batch);
    m_seed->setSeed(recipe.seed);
    for (const auto& [slider, number] :
         {std::pair(m_stepsSlider, double(recipe.steps)), std::pair(m_scaleSlider, recipe.guidance.scale),
          std::pair(m_batchSlider, double(recipe.batch))}) {
        if (!slider->isSliderDown())
            slider->setNumber(number);
    }
    updateGuidanceEnabled(recipe);
    showNotices(recipe);
}

void RecipePanel::showPrompt()
{
    const recipe::TextCondition& text = m_document.recipe().condition.text;
    m_prompt->show(text, m_document.writtenPrompt());
    if (text != recipe::TextCondition()) {
        m_lastWords = text;
        m_lastWritten = m_document.writtenPrompt();
    }
}

/// Each beneath the control that it speaks of.
void RecipePanel::showNotices(const Recipe& recipe)
{
    std::vector<run::Notice> notices;
    if (const ModelEntry* model = currentModel())
        notices = run::recipeNotices(recipe, {.schedule = model->schedule,
                                              .target = model->target,
                                              .hasNoiseClassifier = model->hasNoiseClassifier});
    const std::pair<RuleSection*, const char*> sections[]{{m_schedule, "schedule"},
                                                          {m_gridRule, "grid"},
                                                          {m_sampler, "sampler"},
                                                          {m_guidanceRule, "guidance"},
                                                          {m_clipping, "clipping"}};
    for (const auto& [section, field] : sections) {
        std::vector<run::Notice> own;
        for (const auto& notice : notices)
            if (notice.field == field)
                own.push_back(notice);
        section->setNotices(own);
    }
}

void RecipePanel::followGestures()
{
    for (auto* slider : m_form->findChildren<ValueSlider*>()) {
        connect(slider, &QSlider::sliderPressed, &m_document, &SessionDocument::beginGesture,
                Qt::UniqueConnection);
        connect(slider, &QSlider::sliderReleased, &m_document, &SessionDocument::endGesture,
                Qt::UniqueConnection);
        connect(slider, &QObject::destroyed, &m_document, &SessionDocument::endGesture, Qt::UniqueConnection);
    }
}

void RecipePanel::showModel(const Recipe& recipe)
{
    const QString id = QString::fromStdString(recipe.model);
    {
        const QSignalBlocker quiet(m_model);
        m_model->setCurrentIndex(m_model->findData(id));
    }
    if (id == m_shownModel)
        return;
    m_shownModel = id;
    const ModelEntry* model = currentModel();
    const bool isDescribed = model && !model->description.isEmpty();
    m_model->setToolTip(isDescribed ? model->description : tr("The trained network that is sampled."));
    m_classes->setClasses(model ? model->classes : QStringList());
    m_prompt->setReader(model ? model->reader : PromptReader());
    const bool hasText = model && model->hasText();
    for (QWidget* part : m_ofClasses)
        part->setVisible(!hasText);
    for (QWidget* part : m_ofWords)
        part->setVisible(hasText);
    m_schedule->setChoiceName(ownScheduleId, ownScheduleName(model ? model->schedule.family : std::string()));
    const int levels = model ? model->levels : 1000;
    const QSignalBlocker quiet(m_steps);
    m_steps->setRange(1, levels);
    m_stepsSlider->setNumbers(1, levels, 1, ValueSlider::Scale::logarithmic);
    takeKindOfSample(model);
    m_wheelGuard->guard(m_form);
    Q_EMIT modelChanged();
}

/// Guidance steers between "this class" and "no class": without a class it has nothing to do, unless a weaker
/// model guides; nor has the scale where a curve sets it for each step.
void RecipePanel::updateGuidanceEnabled(const Recipe& recipe)
{
    const auto curve = recipe.guidance.options.find("curve");
    const bool isDrawn = curve != recipe.guidance.options.end();
    const bool guided = !isDrawn && (!recipe.condition.isNone() || recipe.guidance.rule == "autoguidance");
    for (QWidget* part : {static_cast<QWidget*>(m_scaleLabel), static_cast<QWidget*>(m_scaleSlider),
                          static_cast<QWidget*>(m_scaleSpin)})
        part->setEnabled(guided);
}

void RecipePanel::updateRunButton()
{
    const bool running = m_document.state() == RunState::running;
    m_run->setText(running ? tr("Stop") : tr("Run"));
    m_run->setIcon(glyphIcon(running ? Glyph::stop : Glyph::run));
    m_run->setAccessibleName(m_run->text());
    m_run->setToolTip(running ? tr("Stop the run before its next network evaluation (Ctrl+.).")
                              : tr("Sample this recipe now (Ctrl+R)."));
}

/// All labels of the panel, those of options included, share one column width.
void RecipePanel::lineUp()
{
    int width = 0;
    for (const auto* label : m_labels)
        width = std::max(width, label->sizeHint().width());
    for (const auto* section : m_sections)
        width = std::max(width, section->labelWidth());
    m_grid->setColumnMinimumWidth(0, width);
    for (const auto* section : m_sections)
        section->options()->setLabelWidth(width);
    followGestures();
    if (m_wheelGuard)
        m_wheelGuard->guard(m_form);
}

void RecipePanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::FontChange || !m_batch)
        return;
    for (QWidget* field : {static_cast<QWidget*>(m_steps), static_cast<QWidget*>(m_scaleSpin),
                           static_cast<QWidget*>(m_batch), static_cast<QWidget*>(m_prompt->blend())})
        field->setFixedWidth(numberFieldWidth(fontMetrics()));
    lineUp();
}

QSize RecipePanel::sizeHint() const
{
    constexpr int usualLetters = 50;  // of the names in its lists, with their labels
    const int form = std::max(m_form->sizeHint().width(), usualLetters * fontMetrics().averageCharWidth());
    return {form + m_scroll->verticalScrollBar()->sizeHint().width(), 600};
}

/// The panel is as wide as its form needs: it scrolls up and down only.
bool RecipePanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_form && event->type() == QEvent::LayoutRequest)
        setMinimumWidth(m_form->minimumSizeHint().width() +
                        m_scroll->verticalScrollBar()->sizeHint().width());
    return QWidget::eventFilter(watched, event);
}

}  // namespace diffuscope::ui
