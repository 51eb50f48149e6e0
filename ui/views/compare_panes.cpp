#include "ui/views/compare_panes.h"

#include "ui/document/recipe_summary.h"
#include "ui/document/session_document.h"
#include "ui/theme/fonts.h"
#include "ui/theme/theme_colors.h"
#include "ui/views/comparison.h"
#include "ui/views/image_renderer.h"

#include <QEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr int paneGap = 10;
constexpr double leastDifference = 1e-6;

/// The layers that every frame has; the estimate of the clean image otherwise.
record::Layer comparedLayer(record::Layer layer, const record::Frame& frame)
{
    const bool isOwn = layer == record::Layer::xt || layer == record::Layer::epsHat;
    return isOwn && frame.has(layer) ? layer : record::Layer::x0Hat;
}

ColorScale scaleOf(record::Layer layer)
{
    const float reach = layer == record::Layer::x0Hat ? 1.0f : 3.0f;
    return {ValueRange{-reach, reach}, layer == record::Layer::epsHat};
}

}  // namespace

ComparePanes::ComparePanes(SessionDocument& document, Comparison& comparison, QWidget* parent)
    : QWidget(parent), m_document(document), m_comparison(comparison)
{
    setObjectName(QStringLiteral("comparePanes"));
    setAccessibleName(tr("Compared runs"));
    connect(&comparison, &Comparison::framesChanged, this, &ComparePanes::render);
    connect(&comparison, &Comparison::changed, this, &ComparePanes::render);
    connect(&document, &SessionDocument::selectionChanged, this, &ComparePanes::render);
    connect(&document, &SessionDocument::layerChanged, this, &ComparePanes::render);
}

void ComparePanes::setMode(Mode mode)
{
    m_mode = mode;
    render();
}

void ComparePanes::setSwipe(double place)
{
    const double inside = std::clamp(place, 0.0, 1.0);
    if (std::exchange(m_swipe, inside) == inside)
        return;
    update();
    Q_EMIT swipeChanged(inside);
}

void ComparePanes::render()
{
    m_panes.clear();
    if (!isVisible() && !m_comparison.isOn())
        return;
    const std::size_t count = m_comparison.entries().size();
    for (std::size_t i = 0; i < (m_mode == Mode::swipe ? std::min<std::size_t>(count, 2) : count); ++i)
        m_panes.push_back(renderPane(i));
    QStringList said;
    for (const Pane& pane : m_panes)
        said.append(pane.title + QStringLiteral(": ") + pane.caption);
    setAccessibleDescription(said.join(QStringLiteral("; ")));
    update();
}

QString ComparePanes::captionOf(std::size_t i, int frame) const
{
    const Comparison::Entry& entry = m_comparison.entries()[i];
    if (!entry.problem.isEmpty())
        return entry.problem;
    if (frame < 0)
        return tr("being sampled…");
    const record::Frame& at = *entry.update.trajectory->frames[std::size_t(frame)];
    const int steps = entry.update.trajectory->plannedFrames - 1;
    const QString place = at.isResult() ? tr("result of %1 steps").arg(steps)
                                        : tr("step %1 of %2 · t = %3")
                                              .arg(frame + 1)
                                              .arg(steps)
                                              .arg(QLocale().toString(at.level.t, 'f', 0));
    return place + tr(" · NFE %1")
                       .arg(frame == 0
                                ? 0
                                : entry.update.trajectory->frames[std::size_t(frame - 1)]->totalEvaluations);
}

ComparePanes::Pane ComparePanes::renderPane(std::size_t i) const
{
    const Comparison::Entry& entry = m_comparison.entries()[i];
    Pane pane;
    if (const session::SessionRun* run = m_document.session().find(entry.run))
        pane.title = runName(*run) + QStringLiteral("  ") + runDetails(m_document.session(), *run);
    pane.caption = captionOf(i, m_comparison.frameOf(i));
    const record::FramePtr frame = m_comparison.framePtr(i);
    const record::FramePtr first = m_comparison.framePtr(0);
    if (!frame)
        return pane;
    const record::Layer layer = comparedLayer(m_document.layer(), *frame);
    const int selected = m_document.selectedImage();
    const bool isOne = selected >= 0 && selected < frame->shape.batch;
    record::ImageBatch shown{frame->shape, {}};
    if (isOne) {
        shown.shape.batch = 1;
        shown.values = frame->layer(layer, selected);
    } else {
        shown.values = frame->layer(layer).values;
    }
    ColorScale scale = scaleOf(layer);
    if (m_mode == Mode::difference && i > 0 && first && first->has(layer) &&
        first->shape.imageValues() == frame->shape.imageValues()) {
        const std::vector<float> from = isOne && selected < first->shape.batch ? first->layer(layer, selected)
                                                                               : first->layer(layer).values;
        shown.values.resize(std::min(shown.values.size(), from.size()));
        shown.shape.batch = int(shown.values.size() / frame->shape.imageValues());
        for (std::size_t at = 0; at < shown.values.size(); ++at) {
            shown.values[at] -= from[at];
            pane.largest = std::max(pane.largest, double(std::abs(shown.values[at])));
        }
        const float reach = float(std::max(pane.largest, leastDifference));
        scale = {ValueRange{-reach, reach}, true};
        pane.caption += tr(" · difference up to %1").arg(QLocale().toString(pane.largest, 'g', 3));
    }
    pane.images = shown.shape.batch;
    pane.imageSize = {shown.shape.width, shown.shape.height};
    if (pane.images > 0)
        renderAtlas(shown.shape, shown.values, scale, pane.atlas);
    return pane;
}

/// In as many columns as leave the images largest.
QRect ComparePanes::paneRect(std::size_t i) const
{
    const int count = std::max(1, m_mode == Mode::swipe ? 1 : int(m_panes.size()));
    QRect best;
    double largest = -1;
    for (int columns = 1; columns <= count; ++columns) {
        const QRect pane = paneOf(int(i), count, columns);
        const std::vector<QRect> images =
            m_panes.empty() ? std::vector<QRect>() : imageRects(m_panes.front(), picturesRect(pane));
        const double size = images.empty() ? 0 : images.front().width();
        if (size > largest || (size == largest && columns == 2)) {
            largest = size;
            best = pane;
        }
    }
    return best;
}

QRect ComparePanes::paneOf(int i, int count, int columns) const
{
    const QRect all = rect().adjusted(paneGap, paneGap, -paneGap, -paneGap);
    const int rows = (count + columns - 1) / columns;
    const int width = (all.width() - (columns - 1) * paneGap) / columns;
    const int height = (all.height() - (rows - 1) * paneGap) / rows;
    return {all.left() + i % columns * (width + paneGap), all.top() + i / columns * (height + paneGap), width,
            height};
}

QRect ComparePanes::picturesRect(const QRect& pane) const
{
    const int text = QFontMetrics(font()).height() + QFontMetrics(captionFont(font())).height() + 6;
    return pane.adjusted(0, text, 0, 0);
}

/// As large as they fit, a whole number of pixels a pixel where that is at least 2.
std::vector<QRect> ComparePanes::imageRects(const Pane& pane, const QRect& area) const
{
    if (pane.images == 0 || area.isEmpty())
        return {};
    int bestColumns = 1;
    double best = 0;
    for (int columns = 1; columns <= pane.images; ++columns) {
        const int rows = (pane.images + columns - 1) / columns;
        const double fit = std::min(double(area.width() - columns) / (columns * pane.imageSize.width()),
                                    double(area.height() - rows) / (rows * pane.imageSize.height()));
        const double whole = fit >= 2 ? std::floor(fit) : fit;
        const bool isFull = pane.images % columns == 0;
        if (whole > best || (whole == best && isFull)) {
            best = whole;
            bestColumns = columns;
        }
    }
    const double scale = best;
    const int rows = (pane.images + bestColumns - 1) / bestColumns;
    const int width = int(pane.imageSize.width() * scale), height = int(pane.imageSize.height() * scale);
    const int left = area.left() + (area.width() - bestColumns * (width + 1)) / 2;
    const int top = area.top() + (area.height() - rows * (height + 1)) / 2;
    std::vector<QRect> rects;
    for (int k = 0; k < pane.images; ++k)
        rects.emplace_back(left + (k % bestColumns) * (width + 1), top + (k / bestColumns) * (height + 1),
                           width, height);
    return rects;
}

void ComparePanes::paintImages(QPainter& painter, const Pane& pane, const QRect& area) const
{
    const std::vector<QRect> rects = imageRects(pane, area);
    for (std::size_t k = 0; k < rects.size(); ++k)
        painter.drawImage(
            rects[k], pane.atlas,
            QRect(0, int(k) * pane.imageSize.height(), pane.imageSize.width(), pane.imageSize.height()));
}

void ComparePanes::paintPane(QPainter& painter, std::size_t i) const
{
    const ThemeColors& colors = themeColors(palette());
    const Pane& pane = m_panes[i];
    const QRect area = paneRect(i);
    painter.setFont(font());
    const QFontMetrics metrics(font());
    painter.setPen(colors.series[i % colors.series.size()]);
    const QString letter = QStringLiteral("ABCD").mid(int(i), 1) + QStringLiteral("  ");
    painter.drawText(area.left(), area.top() + metrics.ascent(), letter);
    const int indent = metrics.horizontalAdvance(letter);
    painter.setPen(colors.text);
    painter.drawText(area.left() + indent, area.top() + metrics.ascent(),
                     metrics.elidedText(pane.title, Qt::ElideRight, area.width() - indent));
    const QFont small = captionFont(font());
    const QFontMetrics smallMetrics(small);
    painter.setFont(tabularFont(small));
    painter.setPen(colors.mutedText);
    painter.drawText(area.left() + indent, area.top() + metrics.height() + smallMetrics.ascent(),
                     smallMetrics.elidedText(pane.caption, Qt::ElideRight, area.width() - indent));
    paintImages(painter, pane, picturesRect(area));
}

void ComparePanes::paintSwipe(QPainter& painter) const
{
    const ThemeColors& colors = themeColors(palette());
    const QRect area = paneRect(0);
    const QRect pictures = picturesRect(area);
    const int line = pictures.left() + int(m_swipe * pictures.width());
    for (std::size_t i = 0; i < m_panes.size(); ++i) {
        painter.save();
        painter.setClipRect(i == 0 ? QRect(area.left(), pictures.top(), line - area.left(), pictures.height())
                                   : QRect(line, pictures.top(), area.right() - line + 1, pictures.height()));
        paintImages(painter, m_panes[i], pictures);
        painter.restore();
        const bool isLeft = i == 0;
        const QRect text(isLeft ? area.left() : area.center().x(), area.top(), area.width() / 2,
                         pictures.top() - area.top());
        painter.setFont(font());
        painter.setPen(colors.text);
        const int align = isLeft ? Qt::AlignLeft : Qt::AlignRight;
        painter.drawText(text, align | Qt::AlignTop,
                         QFontMetrics(font()).elidedText(m_panes[i].title, Qt::ElideRight, text.width() - 8));
        const QFont small = captionFont(font());
        painter.setFont(tabularFont(small));
        painter.setPen(colors.mutedText);
        painter.drawText(
            text.adjusted(0, QFontMetrics(font()).height(), 0, 0), align | Qt::AlignTop,
            QFontMetrics(small).elidedText(m_panes[i].caption, Qt::ElideRight, text.width() - 8));
    }
    painter.setPen(QPen(colors.accent, 2));
    painter.drawLine(line, pictures.top(), line, pictures.bottom());
}

void ComparePanes::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), themeColors(palette()).surface);
    if (m_mode == Mode::swipe && m_panes.size() == 2) {
        paintSwipe(painter);
        return;
    }
    for (std::size_t i = 0; i < m_panes.size(); ++i)
        paintPane(painter, i);
}

/// Picks an image; in a swipe, draws the line there.
void ComparePanes::mousePressEvent(QMouseEvent* event)
{
    if (m_mode == Mode::swipe) {
        mouseMoveEvent(event);
        return;
    }
    for (std::size_t i = 0; i < m_panes.size(); ++i) {
        const std::vector<QRect> rects = imageRects(m_panes[i], picturesRect(paneRect(i)));
        for (std::size_t k = 0; k < rects.size(); ++k)
            if (rects[k].contains(event->position().toPoint()))
                return m_document.selectImage(rects.size() == 1 ? -1 : int(k));
    }
}

void ComparePanes::mouseMoveEvent(QMouseEvent* event)
{
    const QRect pictures = picturesRect(paneRect(0));
    if (m_mode == Mode::swipe && (event->buttons() & Qt::LeftButton) && pictures.width() > 0)
        setSwipe((event->position().x() - pictures.left()) / pictures.width());
}

void ComparePanes::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        update();
}

}  // namespace diffuscope::ui
