// SPDX-License-Identifier: GPL-3.0-or-later
// A window with models of the same data side by side, from one seed: teacher, student and straightened flow
// at one number of steps, and diffusion beside its rivals VAE and GAN.
#pragma once

#include "ui/document/model_entry.h"
#include "ui/experiments/recipe_batch.h"

#include <QDialog>
#include <QTimer>

#include <vector>

class QLabel;
class QScrollArea;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace diffuscope::ui {

class BackgroundRuns;
class ModelRow;
class SessionDocument;
class ValueSlider;

class ModelsWindow : public QDialog
{
    Q_OBJECT

public:
    static constexpr int mostSteps = 50;

    /// Document and background must outlive it.
    ModelsWindow(SessionDocument& document, BackgroundRuns& background, QWidget* parent = nullptr);

    /// The models there are; shown are those with the classes and words of the recipe's model.
    void setModels(const QList<ModelEntry>& models);
    /// Samples every row anew, in the background.
    void start();
    void cancel();
    bool isSampling() const { return m_batch.isSampling(); }
    const std::vector<ModelRow*>& rows() const { return m_rows; }
    void setSteps(int steps);
    int steps() const;

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    QWidget* buildControls();
    QList<ModelEntry> comparable() const;
    void rebuildRows();
    void showChoice(const ModelEntry& model, bool on);
    recipe::Recipe recipeOf(const ModelEntry& model) const;
    void updateRemark();

    SessionDocument& m_document;
    RecipeBatch m_batch;
    QList<ModelEntry> m_models;
    QStringList m_hidden;  ///< ids of models that were switched off
    std::vector<ModelRow*> m_rows;
    quint64 m_seed = 1;
    QTimer m_pause;  ///< after an edit, until it is sampled
    ValueSlider* m_slider = nullptr;
    QSpinBox* m_steps = nullptr;
    QToolButton* m_choice = nullptr;
    QLabel* m_remark = nullptr;
    QScrollArea* m_area = nullptr;
    QVBoxLayout* m_column = nullptr;
};

}  // namespace diffuscope::ui
