// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that determines a run, as controls: editing any of them edits the document's recipe at once.
// What runs are computed on is chosen here too, though it is no part of the recipe.
#pragma once

#include "core/session/session_tree.h"
#include "ui/document/model_entry.h"
#include "ui/recipe/rule_section.h"
#include "ui/widgets/option_editor.h"

#include <QPointer>
#include <QWidget>

#include <functional>
#include <optional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QLayout;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QToolButton;

namespace diffuscope::ui {

class ClassPicker;
class ComputeSettings;
class GuidanceCurveEdit;
class PromptSection;
class SeedEdit;
class SessionDocument;
class ValueSlider;
class WheelGuard;

/// Controls and recipe follow each other: what undo, a file or the command line puts into the document is
/// shown here, without being edited again. Lists and options come from core's registries.
class RecipePanel : public QWidget
{
    Q_OBJECT

public:
    static constexpr int mostImages = 64, mostPoints = 5000;

    /// The document must outlive the panel.
    explicit RecipePanel(SessionDocument& document, QWidget* parent = nullptr);

    void setModels(const QList<ModelEntry>& models);
    /// Adds the lists of what runs are computed on; the settings must outlive the panel.
    void offerCompute(ComputeSettings& settings);
    /// The model of the recipe; null if it is none of those there are.
    const ModelEntry* currentModel() const;

    /// Another seed than the one shown, drawn from the system's entropy.
    void throwDice();

    QSize sizeHint() const override;

Q_SIGNALS:
    void modelChanged();
    /// See PromptSection::wordPointedAt().
    void wordPointedAt(int word);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    using Change = std::function<void(recipe::Recipe&)>;

    void build();
    void buildModel(int& row);
    void buildPrompt(int& row);
    void buildPath(int& row);
    void buildSampler(int& row);
    void buildGuidance(int& row);
    void buildStart(int& row);
    QLayout* buildFooter();
    void addHeading(int& row, const QString& text);
    QLabel* addRow(int& row, const QString& text, QWidget* control, const QString& tip);
    RuleSection* addSection(int& row, const char* name, const QString& label, const QString& tip,
                            RuleSection::Options options);

    void edit(const Change& change, const std::optional<session::WrittenPrompt>& written = std::nullopt);
    void editSchedule(const std::string& id, const base::OptionValues& values);
    OptionEditor::CustomControl makeGuidanceCurve(const QString& name, QWidget* parent,
                                                  OptionEditor::Edit edit);
    void showRecipe(const recipe::Recipe& recipe);
    void showModel(const recipe::Recipe& recipe);
    void showPrompt();
    void updateGuidanceEnabled(const recipe::Recipe& recipe);
    void showNotices(const recipe::Recipe& recipe);
    /// A slider that is dragged, however slowly, is one step of undo.
    void followGestures();
    void updateRunButton();
    void lineUp();
    void chooseModel(const QString& id);
    void addHeadingToModels(const QString& text);
    void takeKindOfSample(const ModelEntry* model);

    SessionDocument& m_document;
    QList<ModelEntry> m_models;
    QString m_shownModel;
    WheelGuard* m_wheelGuard = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_form = nullptr;
    QGridLayout* m_grid = nullptr;
    QList<QLabel*> m_labels;
    QList<RuleSection*> m_sections;

    QComboBox* m_model = nullptr;
    ClassPicker* m_classes = nullptr;
    PromptSection* m_prompt = nullptr;
    QList<QWidget*> m_ofClasses;  ///< shown for a model that is asked by class
    QList<QWidget*> m_ofWords;    ///< shown for one that is asked by words
    recipe::TextCondition m_lastWords;
    session::WrittenPrompt m_lastWritten;
    RuleSection* m_schedule = nullptr;
    RuleSection* m_gridRule = nullptr;
    ValueSlider* m_stepsSlider = nullptr;
    QSpinBox* m_steps = nullptr;
    RuleSection* m_sampler = nullptr;
    RuleSection* m_guidanceRule = nullptr;
    QLabel* m_scaleLabel = nullptr;
    ValueSlider* m_scaleSlider = nullptr;
    QDoubleSpinBox* m_scaleSpin = nullptr;
    QPointer<GuidanceCurveEdit> m_guidanceCurve;
    RuleSection* m_clipping = nullptr;
    SeedEdit* m_seed = nullptr;
    QToolButton* m_dice = nullptr;
    QLabel* m_batchLabel = nullptr;
    ValueSlider* m_batchSlider = nullptr;
    QSpinBox* m_batch = nullptr;
    QCheckBox* m_autoRun = nullptr;
    QPushButton* m_run = nullptr;
};

}  // namespace diffuscope::ui
