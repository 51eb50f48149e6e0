// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the controls of the recipe panel, top to bottom.
#include "ui/document/session_document.h"
#include "ui/recipe/class_picker.h"
#include "ui/recipe/compute_box.h"
#include "ui/recipe/guidance_curve_edit.h"
#include "ui/recipe/prompt_input.h"
#include "ui/recipe/prompt_section.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/theme/symbols.h"
#include "ui/widgets/glyph_icon.h"
#include "ui/widgets/number_box.h"
#include "ui/widgets/option_editor.h"
#include "ui/widgets/rule_lists.h"
#include "ui/widgets/seed_edit.h"
#include "ui/widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>

#include <cmath>

namespace diffuscope::ui {

using base::OptionValues;
using recipe::Recipe;

namespace {

constexpr double largestSliderScale = 8;
constexpr double largestScale = 50;

/// A slider and a field for the same number.
QWidget* sliderWithField(ValueSlider* slider, QAbstractSpinBox* field, QWidget* parent)
{
    auto* both = new QWidget(parent);
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(slider, 1);
    row->addWidget(field);
    field->setFixedWidth(numberFieldWidth(field->fontMetrics()));
    both->setFocusProxy(field);
    return both;
}

void name(QWidget* control, const QString& objectName, const QString& accessibleName, const QString& tip)
{
    control->setObjectName(objectName);
    control->setAccessibleName(accessibleName);
    control->setToolTip(tip);
}

}  // namespace

void RecipePanel::build()
{
    m_form = new QWidget;
    auto* column = new QVBoxLayout(m_form);
    column->setContentsMargins(12, 4, 12, 8);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(1, 1);
    int row = 0;
    buildModel(row);
    buildPrompt(row);
    buildPath(row);
    buildSampler(row);
    buildGuidance(row);
    buildStart(row);
    column->addLayout(m_grid);
    column->addStretch(1);

    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setWidget(m_form);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(m_scroll, 1);
    whole->addLayout(buildFooter());
    lineUp();
}

void RecipePanel::addHeading(int& row, const QString& text)
{
    auto* heading = new QLabel(text, m_form);
    QFont bold = heading->font();
    bold.setBold(true);
    heading->setFont(bold);
    heading->setContentsMargins(0, row == 0 ? 0 : 6, 0, 0);
    m_grid->addWidget(heading, row++, 0, 1, 2);
}

QLabel* RecipePanel::addRow(int& row, const QString& text, QWidget* control, const QString& tip)
{
    auto* label = new QLabel(text, m_form);
    label->setToolTip(tip);
    label->setBuddy(control->focusProxy() ? control->focusProxy() : control);
    m_grid->addWidget(label, row, 0);
    m_grid->addWidget(control, row++, 1);
    m_labels.append(label);
    return label;
}

RuleSection* RecipePanel::addSection(int& row, const char* name, const QString& label, const QString& tip,
                                     RuleSection::Options options)
{
    auto* section = new RuleSection(QLatin1String(name), label, tip, options, m_form);
    row = section->addTo(m_grid, row);
    m_sections.append(section);
    connect(section, &RuleSection::rebuilt, this, &RecipePanel::lineUp);
    return section;
}

void RecipePanel::buildModel(int& row)
{
    addHeading(row, tr("Model"));
    m_model = new QComboBox(m_form);
    const QString modelTip = tr("The trained network that is sampled.");
    name(m_model, QStringLiteral("modelBox"), tr("Model"), modelTip);
    m_model->setFocusPolicy(Qt::TabFocus);
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_model->setMinimumContentsLength(10);
    addRow(row, tr("&Network"), m_model, modelTip);
    connect(m_model, &QComboBox::activated, this, [this] { chooseModel(m_model->currentData().toString()); });

    m_classes = new ClassPicker(m_form);
    m_classes->setObjectName(QStringLiteral("classPicker"));
    auto* label = addRow(row, tr("Class"), m_classes, tr("What the images are asked to show."));
    m_grid->setAlignment(label, Qt::AlignTop);
    label->setContentsMargins(0, 5, 0, 0);
    connect(m_classes, &ClassPicker::conditionEdited, this, [this](const recipe::Condition& condition) {
        edit([&](Recipe& recipe) { recipe.condition = condition; });
    });
    m_ofClasses = {label, m_classes};
}

void RecipePanel::buildPrompt(int& row)
{
    m_prompt = new PromptSection(m_form);
    const auto add = [&](const QString& text, QWidget* control, const QString& tip) {
        auto* label = addRow(row, text, control, tip);
        m_grid->setAlignment(label, Qt::AlignTop);
        label->setContentsMargins(0, 5, 0, 0);
        m_ofWords.append({label, control});
    };
    add(tr("Pr&ompt"), m_prompt->prompt(), PromptSection::promptTip());
    add(tr("Negative"), m_prompt->negative(), PromptSection::negativeTip());
    add(tr("Secon&d"), m_prompt->second(), PromptSection::secondTip());
    auto* blend = sliderWithField(m_prompt->blendSlider(), m_prompt->blend(), m_form);
    m_ofWords.append({addRow(row, tr("&Blend"), blend, PromptSection::blendTip()), blend});
    connect(m_prompt, &PromptSection::edited, this, [this](const recipe::TextCondition& text) {
        edit([&](Recipe& recipe) { recipe.condition.text = text; }, m_prompt->written());
    });
    connect(m_prompt, &PromptSection::wordPointedAt, this, &RecipePanel::wordPointedAt);
}

void RecipePanel::buildPath(int& row)
{
    addHeading(row, tr("Path"));
    m_schedule =
        addSection(row, "scheduleBox", tr("S&chedule"),
                   tr("How much noise each training level holds; a network that is sampled on another "
                      "schedule is told the time at which it knew the same noise."),
                   RuleSection::Options::firstShown);
    m_schedule->setChoices(scheduleChoices());
    connect(m_schedule, &RuleSection::edited, this, &RecipePanel::editSchedule);
    m_gridRule =
        addSection(row, "gridBox", tr("&Grid"),
                   tr("Which levels of the schedule the sampler visits on its way from noise to image."),
                   RuleSection::Options::folded);
    m_gridRule->setChoices(gridChoices());
    connect(m_gridRule, &RuleSection::edited, this,
            [this](const std::string& id, const OptionValues& values) {
                edit([&](Recipe& recipe) { recipe.grid = {id, values}; });
            });

    const QString tip =
        tr("How many levels are visited; more steps follow the path more closely and take longer.");
    m_stepsSlider = new ValueSlider;
    m_stepsSlider->setNumbers(1, 1000, 1, ValueSlider::Scale::logarithmic);
    m_stepsSlider->setRounding(1);
    m_steps = new WholeBox;
    m_steps->setRange(1, 1000);
    m_steps->setKeyboardTracking(false);
    name(m_stepsSlider, QStringLiteral("stepsSlider"), tr("Steps"), tip);
    name(m_steps, QStringLiteral("stepsSpin"), tr("Steps"), tip);
    addRow(row, tr("S&teps"), sliderWithField(m_stepsSlider, m_steps, m_form), tip);
    connect(m_stepsSlider, &ValueSlider::numberEdited, this,
            [this](double number) { m_steps->setValue(int(std::lround(number))); });
    connect(m_steps, &QSpinBox::valueChanged, this,
            [this](int steps) { edit([&](Recipe& recipe) { recipe.steps = steps; }); });
}

void RecipePanel::buildSampler(int& row)
{
    addHeading(row, tr("Sampler"));
    m_sampler = addSection(row, "samplerBox", tr("&Method"),
                           tr("How the state at one level is turned into the state at the next."),
                           RuleSection::Options::firstShown);
    m_sampler->setChoices(samplerChoices());
    connect(m_sampler, &RuleSection::edited, this, [this](const std::string& id, const OptionValues& values) {
        edit([&](Recipe& recipe) { recipe.sampler = {id, values}; });
    });
}

void RecipePanel::buildGuidance(int& row)
{
    addHeading(row, tr("Guidance"));
    m_guidanceRule = addSection(row, "guidanceBox", tr("R&ule"),
                                tr("How the predictions with and without the class are combined."),
                                RuleSection::Options::folded);
    m_guidanceRule->setChoices(guidanceChoices());
    m_guidanceRule->options()->setCustomControl(
        "curve", [this](const QString& objectName, QWidget* parent, OptionEditor::Edit report) {
            return makeGuidanceCurve(objectName, parent, std::move(report));
        });
    connect(m_guidanceRule, &RuleSection::edited, this,
            [this](const std::string& id, const OptionValues& values) {
                edit([&](Recipe& recipe) {
                    recipe.guidance.rule = id;
                    recipe.guidance.options = values;
                });
            });

    const QString tip =
        tr("w in u + w·(c − u): 0 ignores the class, 1 is the plain prediction for it, larger follows "
           "it harder.");
    m_scaleSlider = new ValueSlider;
    m_scaleSlider->setNumbers(0, largestSliderScale, 0.1);
    m_scaleSlider->setRounding(0.05);
    m_scaleSpin = new DecimalBox;
    m_scaleSpin->setRange(0, largestScale);
    m_scaleSpin->setDecimals(2);
    m_scaleSpin->setSingleStep(0.5);
    m_scaleSpin->setKeyboardTracking(false);
    name(m_scaleSlider, QStringLiteral("guidanceSlider"), tr("Guidance scale"), tip);
    name(m_scaleSpin, QStringLiteral("guidanceSpin"), tr("Guidance scale"), tip);
    m_scaleLabel = addRow(row, tr("Sc&ale w"), sliderWithField(m_scaleSlider, m_scaleSpin, m_form), tip);
    connect(m_scaleSlider, &ValueSlider::numberEdited, m_scaleSpin, &QDoubleSpinBox::setValue);
    connect(m_scaleSpin, &QDoubleSpinBox::valueChanged, this,
            [this](double scale) { edit([&](Recipe& recipe) { recipe.guidance.scale = scale; }); });

    m_clipping = addSection(row, "clippingBox", withHats(tr("Cli&p x̂₀")),
                            tr("How the estimate of the clean image is kept within the range of images."),
                            RuleSection::Options::folded);
    m_clipping->setChoices(clippingChoices());
    connect(m_clipping, &RuleSection::edited, this,
            [this](const std::string& id, const OptionValues& values) {
                edit([&](Recipe& recipe) { recipe.clipping = {id, values}; });
            });
}

OptionEditor::CustomControl RecipePanel::makeGuidanceCurve(const QString& name, QWidget* parent,
                                                           OptionEditor::Edit edit)
{
    auto* curve = new GuidanceCurveEdit(name, parent);
    curve->setScale(m_document.recipe().guidance.scale);
    m_guidanceCurve = curve;
    connect(curve, &GuidanceCurveEdit::edited, this, edit);
    connect(curve, &GuidanceCurveEdit::dragBegan, &m_document, &SessionDocument::beginGesture);
    connect(curve, &GuidanceCurveEdit::dragEnded, &m_document, &SessionDocument::endGesture);
    connect(curve, &QObject::destroyed, &m_document, &SessionDocument::endGesture);
    return {curve, [curve](const base::OptionValue& value) {
                const auto* text = std::get_if<std::string>(&value);
                curve->setText(text ? *text : std::string());
            }};
}

void RecipePanel::buildStart(int& row)
{
    addHeading(row, tr("Start"));
    const QString seedTip = tr("Fixes all noise: the same recipe with the same seed gives the same images.");
    auto* line = new QWidget(m_form);
    auto* cells = new QHBoxLayout(line);
    cells->setContentsMargins(0, 0, 0, 0);
    cells->setSpacing(4);
    m_seed = new SeedEdit(line);
    name(m_seed, QStringLiteral("seedEdit"), tr("Seed"), seedTip);
    m_dice = new QToolButton(line);
    name(m_dice, QStringLiteral("diceButton"), tr("New seed"), tr("Draw another seed (D)."));
    m_dice->setIcon(glyphIcon(Glyph::dice));
    m_dice->setFocusPolicy(Qt::TabFocus);
    cells->addWidget(m_seed, 1);
    cells->addWidget(m_dice);
    line->setFocusProxy(m_seed);
    addRow(row, tr("S&eed"), line, seedTip);
    connect(m_seed, &SeedEdit::seedEdited, this,
            [this](std::uint64_t seed) { edit([&](Recipe& recipe) { recipe.seed = seed; }); });
    connect(m_dice, &QToolButton::clicked, this, &RecipePanel::throwDice);

    const QString batchTip =
        tr("How many are sampled side by side; each has its own noise, whatever their number.");
    m_batchSlider = new ValueSlider;
    m_batchSlider->setNumbers(1, mostImages, 1);
    m_batchSlider->setRounding(1);
    m_batch = new WholeBox;
    m_batch->setRange(1, mostImages);
    m_batch->setKeyboardTracking(false);
    name(m_batchSlider, QStringLiteral("batchSlider"), tr("Images"), batchTip);
    name(m_batch, QStringLiteral("batchSpin"), tr("Images"), batchTip);
    m_batchLabel = addRow(row, tr("&Images"), sliderWithField(m_batchSlider, m_batch, m_form), batchTip);
    connect(m_batchSlider, &ValueSlider::numberEdited, this,
            [this](double number) { m_batch->setValue(int(std::lround(number))); });
    connect(m_batch, &QSpinBox::valueChanged, this,
            [this](int batch) { edit([&](Recipe& recipe) { recipe.batch = batch; }); });
}

void RecipePanel::offerCompute(ComputeSettings& settings)
{
    int row = m_grid->rowCount();
    addHeading(row, tr("Computation"));
    const auto add = [&](const ComputeQuestion& question, const char* objectName, const QString& label,
                         const QString& tip) {
        auto* box = new ComputeBox(question, settings, m_form);
        box->setObjectName(QLatin1String(objectName));
        box->setAccessibleName(label);
        addRow(row, label, box, tip);
    };
    add(deviceQuestion(), "deviceBox", tr("Device"),
        tr("What runs are computed on; it belongs to this computer, not to the recipe."));
    add(precisionQuestion(), "precisionBox", tr("Precision"),
        tr("What the network's convolutions are computed in; it belongs to this computer, not to the "
           "recipe."));
    lineUp();
}

QLayout* RecipePanel::buildFooter()
{
    auto* line = new QHBoxLayout;
    line->setContentsMargins(12, 8, 12, 8);
    line->setSpacing(8);
    m_autoRun = new QCheckBox(tr("Auto-r&un"), this);
    name(m_autoRun, QStringLiteral("autoRunBox"), tr("Auto-run"),
         tr("Sample at once after every edit; without it, edits wait for Run."));
    m_autoRun->setFocusPolicy(Qt::TabFocus);
    m_autoRun->setChecked(m_document.isAutoRun());
    m_run = new QPushButton(this);
    m_run->setObjectName(QStringLiteral("runButton"));
    m_run->setFocusPolicy(Qt::TabFocus);
    line->addWidget(m_autoRun);
    line->addStretch(1);
    line->addWidget(m_run);
    m_run->setMinimumWidth(96);
    connect(m_autoRun, &QCheckBox::toggled, &m_document, &SessionDocument::setAutoRun);
    connect(m_run, &QPushButton::clicked, this, [this] {
        if (m_document.state() == RunState::running)
            m_document.cancelSampling();
        else
            m_document.sample();
    });
    updateRunButton();
    return line;
}

}  // namespace diffuscope::ui
