// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiments/model_row.h"

#include "core/measure/picture_variety.h"
#include "ui/document/recipe_summary.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/image_renderer.h"

#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <numeric>

namespace diffuscope::ui {

namespace {

constexpr int gapPx = 1;        ///< below the pictures
constexpr int factsWidth = 30;  ///< in characters

/// What one sees, and why.
QString lessonOf(const ModelEntry& model)
{
    if (model.network == u"vae")
        return ModelRow::tr(
            "A decoder makes each picture at once. It was trained to be right on average: where several "
            "strokes "
            "would do it draws their mean, and that is the blur.");
    if (model.network == u"gan")
        return ModelRow::tr(
            "A generator makes each picture at once. It was trained to pass for real before a judge, not to "
            "make "
            "everything that is real: sharp, and some ways of writing never come (lost modes).");
    if (model.usual.steps < model::UsualSettings{}.steps)
        return ModelRow::tr(
            "A student of a flow: it learned to take in one step what its teacher takes in many, so it is "
            "told "
            "how long the step is.");
    if (model.target == "flow")
        return ModelRow::tr(
            "Follows the velocity of a flow from noise to picture. The straighter the paths, the fewer steps "
            "do.");
    return ModelRow::tr(
        "Takes the noise away little by little: each step predicts the picture and goes a part of the way.");
}

/// The place in the run of the k-th picture of the strip: the pictures of one class stand together.
std::vector<int> byClass(int pictures, int classes)
{
    std::vector<int> order(static_cast<std::size_t>(pictures));
    std::iota(order.begin(), order.end(), 0);
    if (classes > 1)
        std::ranges::stable_sort(order, {}, [classes](int image) { return image % classes; });
    return order;
}

}  // namespace

PictureStrip::PictureStrip(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PictureStrip::setPictures(const QImage& atlas, QSize picture, const std::vector<int>& order)
{
    const int columns = (int(order.size()) + rows - 1) / rows;
    m_sheet = QImage(columns * picture.width(), rows * picture.height(), QImage::Format_RGB32);
    m_sheet.fill(Qt::black);
    QPainter painter(&m_sheet);
    for (int k = 0; k < int(order.size()); ++k)
        painter.drawImage(k / rows * picture.width(), k % rows * picture.height(), atlas, 0,
                          order[std::size_t(k)] * picture.height(), picture.width(), picture.height());
    m_problem.clear();
    fitHeight();
    update();
}

void PictureStrip::setProblem(const QString& problem)
{
    m_problem = problem;
    m_sheet = {};
    update();
}

/// Whole pixels where a pixel is shown as two or more.
double PictureStrip::scaleFor(int width) const
{
    const double scale = double(width) / std::max(1, m_sheet.width());
    return scale >= 2 ? int(scale) : scale;
}

void PictureStrip::fitHeight()
{
    setFixedHeight(m_sheet.isNull() ? sizeHint().height()
                                    : int(m_sheet.height() * scaleFor(width())) + gapPx);
}

void PictureStrip::resizeEvent(QResizeEvent*)
{
    fitHeight();
}

void PictureStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ThemeColors& colors = themeColors(palette());
    if (m_sheet.isNull()) {
        painter.setPen(colors.mutedText);
        painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, m_problem);
        return;
    }
    const double scale = scaleFor(width());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale != int(scale));
    painter.drawImage(QRectF(0, 0, m_sheet.width() * scale, m_sheet.height() * scale), m_sheet);
}

ModelRow::ModelRow(const ModelEntry& model, QWidget* parent) : QWidget(parent), m_model(model)
{
    setObjectName(QStringLiteral("modelRow.") + model.id);
    auto* form = new QGridLayout(this);
    auto* name = new QLabel(model.displayName, this);
    QFont bold = name->font();
    bold.setBold(true);
    name->setFont(bold);
    name->setToolTip(model.architecture);
    m_facts = new QLabel(this);
    m_facts->setObjectName(QStringLiteral("modelFacts"));
    m_facts->setTextFormat(Qt::PlainText);
    m_open = new QPushButton(tr("Open Run"), this);
    m_open->setAccessibleName(tr("Open the run of %1").arg(model.displayName));
    m_open->setToolTip(tr("Add this run to the session and show it."));
    m_strip = new PictureStrip(this);
    m_strip->setAccessibleName(tr("Pictures of %1").arg(model.displayName));
    auto* lesson = new QLabel(lessonOf(model), this);
    lesson->setWordWrap(true);
    lesson->setForegroundRole(QPalette::PlaceholderText);
    if (!model.loss.isEmpty())
        lesson->setToolTip(tr("What its training made small: %1").arg(model.loss));
    form->addWidget(name, 0, 0);
    form->addWidget(m_facts, 1, 0, Qt::AlignTop);
    form->addWidget(m_open, 2, 0, Qt::AlignLeft | Qt::AlignTop);
    form->addWidget(m_strip, 0, 1, 2, 1);
    form->addWidget(lesson, 2, 1, Qt::AlignTop);
    form->setColumnMinimumWidth(0, fontMetrics().averageCharWidth() * factsWidth);
    form->setColumnStretch(1, 1);
    connect(m_open, &QPushButton::clicked, this, &ModelRow::openRequested);
    showFacts();
}

void ModelRow::setRecipe(const recipe::Recipe& recipe)
{
    m_recipe = recipe;
    m_hasResult = false;
    showFacts();
}

void ModelRow::setResult(const RunUpdate& run)
{
    const record::Frame& result = *run.trajectory->frames.back();
    const record::ImageBatch pictures = result.layer(record::Layer::xt);
    const int classes = int(m_model.classes.size());
    QImage atlas;
    renderAtlas(pictures.shape, pictures.values, ColorScale{ValueRange{}}, atlas);
    m_strip->setPictures(atlas, {pictures.shape.width, pictures.shape.height},
                         byClass(pictures.shape.batch, classes));
    std::vector<int> labels(static_cast<std::size_t>(pictures.shape.batch));
    for (std::size_t k = 0; k < labels.size(); ++k)
        labels[k] = classes > 0 ? int(k) % classes : 0;
    m_variety = measure::varietyWithinClasses(pictures, labels);
    m_contrast = measure::meanContrastOfNeighbours(pictures);
    m_evaluations = result.totalEvaluations;
    double ms = 0;
    for (const record::FramePtr& frame : run.trajectory->frames)
        ms += frame->totalMs;
    m_msPerPicture = ms / std::max(1, pictures.shape.batch);
    m_isTimed = run.reusedEvaluations == 0;
    m_hasResult = true;
    m_strip->setAccessibleDescription(figures());
    showFacts();
}

void ModelRow::setProblem(const QString& problem)
{
    m_hasResult = false;
    m_strip->setProblem(problem);
    showFacts();
}

QString ModelRow::figures() const
{
    const QLocale locale;
    const QString steps =
        m_recipe.steps == 1 ? tr("1 step") : tr("%1 steps").arg(locale.toString(m_recipe.steps));
    if (!m_hasResult)
        return steps;
    const QString time = m_isTimed ? tr("%1 ms a picture").arg(locale.toString(m_msPerPicture, 'f', 1))
                                   : tr("time not measured: an evaluation was known");
    return tr("%1 · NFE %2 · guidance %3")
               .arg(steps, locale.toString(m_evaluations), locale.toString(m_recipe.guidance.scale, 'g', 3)) +
           QLatin1Char('\n') + time + QLatin1Char('\n') +
           tr("variety %1 · contrast %2")
               .arg(locale.toString(m_variety, 'f', 3), locale.toString(m_contrast, 'f', 3));
}

void ModelRow::showFacts()
{
    QString text = figures();
    if (m_model.quality) {
        const model::ModelQuality& quality = *m_model.quality;
        const QLocale locale;
        text += QLatin1Char('\n') +
                tr("its card: %1 % right, Fréchet %2 × floor")
                    .arg(locale.toString(100 * quality.classAgreement, 'f', 1),
                         locale.toString(quality.frechetDistance / quality.frechetFloor, 'f', 2));
        m_facts->setToolTip(
            tr("Measured with %1 images, %2 steps, guidance %3, by a classifier that it never saw. "
               "Variety: how much pictures of one class differ (root mean square). Contrast: "
               "how much neighbouring pixels differ; blur makes it small.")
                .arg(quality.images)
                .arg(quality.steps)
                .arg(locale.toString(quality.guidance, 'g', 3)));
    }
    m_facts->setText(text);
    m_open->setEnabled(m_hasResult);
}

}  // namespace diffuscope::ui
