// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/exact_overlay.h"

#include "core/base/error.h"
#include "core/model/exact/data_sets.h"
#include "core/model/exact/exact_field.h"
#include "ui/document/session_document.h"
#include "ui/stage/scatter_canvas.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <utility>

namespace diffuscope::ui {

namespace {

constexpr int densityColumns = 120, densityRows = 90, curvePoints = 400;
constexpr int arrowColumns = 24, arrowRows = 18;

/// Values of a grid from −reach to reach, bottom to top.
model::FieldGrid gridOf(double reachX, double reachY, int columns, int rows)
{
    return {
        .left = -reachX, .bottom = -reachY, .right = reachX, .top = reachY, .columns = columns, .rows = rows};
}

FieldPicture pictureOf(const model::ExactField& field, const schedule::NoiseLevel& level, int label,
                       double reachX, double reachY, bool withScore)
{
    FieldPicture picture{.reachX = reachX, .reachY = reachY};
    const bool isLine = field.dimensions() == 1;
    const model::FieldGrid fine =
        isLine ? gridOf(reachX, 0, curvePoints, 1) : gridOf(reachX, reachY, densityColumns, densityRows);
    const std::vector<double> points = fine.points(field.dimensions());
    const model::FieldValues values = field.evaluate(level, points, label);
    picture.columns = fine.columns;
    picture.rows = fine.rows;
    for (const double logDensity : values.logDensity)
        picture.density.push_back(std::exp(logDensity));
    if (!withScore || isLine)
        return picture;
    const std::vector<double> places =
        gridOf(reachX * (1 - 1.0 / arrowColumns), reachY * (1 - 1.0 / arrowRows), arrowColumns, arrowRows)
            .points(2);
    const model::FieldValues at = field.evaluate(level, places, label);
    for (std::size_t k = 0; k + 1 < places.size(); k += 2)
        picture.arrows.push_back({{places[k], places[k + 1]}, {at.score[k], at.score[k + 1]}});
    return picture;
}

QString pairText(double x, double y)
{
    const QLocale locale;
    return QStringLiteral("(%1, %2)").arg(locale.toString(x, 'f', 3), locale.toString(y, 'f', 3));
}

}  // namespace

ExactOverlay::ExactOverlay(SessionDocument& document, ScatterCanvas& canvas, QObject* parent)
    : QObject(parent), m_document(document), m_canvas(canvas)
{
    connect(&m_document, &SessionDocument::playheadChanged, this, &ExactOverlay::ask);
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &ExactOverlay::ask);
    connect(&m_document, &SessionDocument::layerChanged, this, &ExactOverlay::ask);
    connect(&m_canvas, &ScatterCanvas::overlaysChanged, this, &ExactOverlay::ask);
    connect(&m_canvas, &ScatterCanvas::reachChanged, this, &ExactOverlay::ask);
    connect(&m_canvas, &ScatterCanvas::placeHovered, this, &ExactOverlay::describe);
}

void ExactOverlay::ask()
{
    const RunUpdate& run = m_document.shownRun();
    const record::FramePtr frame = m_document.frame();
    const bool isExact = frame && model::isExactName(run.recipe->model);
    // A run of another model is looked at where its field can be seen.
    const std::string& model = run.recipe->model;
    if (isExact && std::exchange(m_seen, model) != model && m_document.layer() == record::Layer::x0Hat)
        m_document.setLayer(record::Layer::xt);
    else if (frame)
        m_seen = model;
    // What is drawn is of x_t: beneath another layer it would mislead.
    m_canvas.offerOverlays(isExact && m_document.layer() == record::Layer::xt);
    if (!isExact || !m_canvas.isVisible() || !(m_canvas.showsDensity() || m_canvas.showsScore())) {
        m_asked.reset();
        ++m_request;
        m_canvas.setField({});
        if (!isExact)
            m_field.reset();
        if (!isExact)
            return;
    }
    const auto& classes = run.recipe->condition.classes;
    const double perUnit = m_canvas.pixelsPerUnit();
    const Asked asked{.model = run.recipe->model,
                      .level = frame->level,
                      .label = classes.size() == 1 ? classes.front() : -1,
                      .reachX = m_canvas.width() / 2.0 / perUnit,
                      .reachY = m_canvas.height() / 2.0 / perUnit,
                      .withScore = m_canvas.showsScore()};
    if (m_asked == asked)
        return;
    m_asked = asked;
    const bool isDrawn = m_canvas.showsDensity() || m_canvas.showsScore();
    m_thread.submit([this, asked, isDrawn, request = ++m_request,
                     known = m_fieldOf == asked.model ? m_field : nullptr](const std::stop_token&) {
        std::shared_ptr<const model::ExactField> field = known;
        FieldPicture picture;
        try {
            if (!field)
                field = std::make_shared<const model::ExactField>(model::exactData(asked.model));
            if (isDrawn)
                picture =
                    pictureOf(*field, asked.level, asked.label, asked.reachX, asked.reachY, asked.withScore);
        } catch (const std::exception&) {
            // The run itself says what is wrong with the model.
            field.reset();
        }
        QMetaObject::invokeMethod(
            this,
            [this, request, model = asked.model, field, picture = std::move(picture)]() mutable {
                m_field = field;
                m_fieldOf = model;
                if (request == m_request)
                    m_canvas.setField(std::move(picture));
            },
            Qt::QueuedConnection);
    });
}

/// One point is computed at once.
void ExactOverlay::describe(const QPointF& place)
{
    const record::FramePtr frame = m_document.frame();
    if (!m_field || !frame || m_fieldOf != m_document.shownRun().recipe->model)
        return m_canvas.setReadout({});
    const bool isLine = m_field->dimensions() == 1;
    const std::vector<double> point =
        isLine ? std::vector<double>{place.x()} : std::vector<double>{place.x(), place.y()};
    const auto& classes = m_document.shownRun().recipe->condition.classes;
    try {
        const auto values =
            m_field->evaluate(frame->level, point, classes.size() == 1 ? classes.front() : -1);
        const QLocale locale;
        const QString density = locale.toString(std::exp(values.logDensity[0]), 'g', 3);
        if (isLine)
            m_canvas.setReadout(tr("x = %1   p = %2   score %3   E[x₀|x] = %4")
                                    .arg(locale.toString(place.x(), 'f', 3), density,
                                         locale.toString(values.score[0], 'f', 3),
                                         locale.toString(values.x0Hat[0], 'f', 3)));
        else
            m_canvas.setReadout(tr("x = %1   p = %2   score %3   E[x₀|x] = %4")
                                    .arg(pairText(place.x(), place.y()), density,
                                         pairText(values.score[0], values.score[1]),
                                         pairText(values.x0Hat[0], values.x0Hat[1])));
    } catch (const Error&) {
        m_canvas.setReadout({});
    }
}

}  // namespace diffuscope::ui
