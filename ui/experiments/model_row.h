// SPDX-License-Identifier: GPL-3.0-or-later
// One model of those that are set side by side: what it is, what its pictures took, and the pictures.
#pragma once

#include "core/recipe/recipe.h"
#include "ui/document/model_entry.h"
#include "ui/engine/run_update.h"

#include <QImage>
#include <QWidget>

class QLabel;
class QPushButton;

namespace diffuscope::ui {

/// Pictures in rows and columns, each class beside itself.
class PictureStrip : public QWidget
{
    Q_OBJECT

public:
    static constexpr int rows = 2;

    explicit PictureStrip(QWidget* parent = nullptr);

    /// The pictures of a run, stacked as renderAtlas() does, in the order in which they fill column after
    /// column.
    void setPictures(const QImage& atlas, QSize picture, const std::vector<int>& order);
    /// In the place of pictures.
    void setProblem(const QString& problem);
    bool hasPictures() const { return !m_sheet.isNull(); }

    QSize sizeHint() const override { return {560, 84}; }
    QSize minimumSizeHint() const override { return {280, 56}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    double scaleFor(int width) const;
    void fitHeight();

    QImage m_sheet;
    QString m_problem;
};

class ModelRow : public QWidget
{
    Q_OBJECT

public:
    /// Pictures of each class.
    static constexpr int perClass = 4;

    explicit ModelRow(const ModelEntry& model, QWidget* parent = nullptr);

    const ModelEntry& model() const { return m_model; }
    /// What it is asked for; waits for its result.
    void setRecipe(const recipe::Recipe& recipe);
    const recipe::Recipe& recipe() const { return m_recipe; }
    void setResult(const RunUpdate& run);
    void setProblem(const QString& problem);
    bool hasResult() const { return m_hasResult; }
    /// Steps, evaluations, time, variety and sharpness of what is shown.
    QString figures() const;

Q_SIGNALS:
    void openRequested();

private:
    void showFacts();

    ModelEntry m_model;
    recipe::Recipe m_recipe;
    bool m_hasResult = false;
    int m_evaluations = 0;
    double m_msPerPicture = 0, m_variety = 0, m_contrast = 0;
    bool m_isTimed = false;
    QLabel* m_facts = nullptr;
    PictureStrip* m_strip = nullptr;
    QPushButton* m_open = nullptr;
};

}  // namespace diffuscope::ui
