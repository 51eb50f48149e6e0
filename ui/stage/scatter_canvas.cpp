// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/scatter_canvas.h"

#include "ui/theme/theme_colors.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr double leastReach = 3.5;  // of N(0, 1) all but one in two thousand
constexpr double dotRadius = 2.2;
constexpr double catchRadius = 9;
constexpr int bins = 80;

/// 1, 2 or 5 times a power of ten, about a fifth of what is in view.
double tickStep(double reach)
{
    const double wanted = reach / 2.5;
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (wanted <= factor * power)
            return factor * power;
    return 10 * power;
}

}  // namespace

ScatterCanvas::ScatterCanvas(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_density = overlayButton(tr("Density"), "overlay.density",
                              tr("The exact density of the noised data, p_t(x), at the playhead."));
    m_score = overlayButton(tr("Score"), "overlay.score",
                            tr("The exact score, ∇ log p_t(x), as arrows: where states become likelier."));
    m_density->setChecked(true);
    offerOverlays(false);
}

QToolButton* ScatterCanvas::overlayButton(const QString& text, const char* name, const QString& tip)
{
    auto* button = new QToolButton(this);
    button->setText(text);
    button->setObjectName(QLatin1String(name));
    button->setAccessibleName(text);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(button, &QToolButton::toggled, this, &ScatterCanvas::overlaysChanged);
    return button;
}

void ScatterCanvas::offerOverlays(bool areThere)
{
    m_density->setVisible(areThere);
    m_score->setVisible(areThere && !isLine());
    placeButtons();
}

void ScatterCanvas::placeButtons()
{
    constexpr int marginPx = 8;
    int right = width() - marginPx;
    for (QToolButton* button : {m_score, m_density}) {
        if (button->isHidden())
            continue;
        const QSize size = button->sizeHint();
        button->setGeometry(right - size.width(), marginPx, size.width(), size.height());
        right -= size.width() + marginPx / 2;
    }
}

bool ScatterCanvas::showsDensity() const
{
    return !m_density->isHidden() && m_density->isChecked();
}

bool ScatterCanvas::showsScore() const
{
    return !m_score->isHidden() && m_score->isChecked();
}

void ScatterCanvas::setField(FieldPicture field)
{
    m_field = std::move(field);
    m_densityPicture = {};
    update();
}

void ScatterCanvas::setReadout(const QString& text)
{
    if (m_readout == text)
        return;
    m_readout = text;
    update();
}

void ScatterCanvas::resizeEvent(QResizeEvent*)
{
    placeButtons();
    Q_EMIT reachChanged();
}

void ScatterCanvas::showEvent(QShowEvent*)
{
    Q_EMIT reachChanged();
}

void ScatterCanvas::setPoints(const record::ImageBatch& points, std::vector<int> classes)
{
    m_points = points;
    m_classes = std::move(classes);
    double farthest = 0;
    for (const float value : points.values)
        if (std::isfinite(value))
            farthest = std::max(farthest, std::abs(double(value)));
    // A single outlier does not make all others small.
    const double most = m_reach > 0 ? 4 * m_reach : farthest;
    const double before = m_reach;
    m_reach = std::max({m_reach, leastReach, std::min(1.05 * farthest, most)});
    if (m_reach != before)
        Q_EMIT reachChanged();
    setAccessibleDescription(tr("%n point(s)", nullptr, points.shape.batch));
    update();
}

void ScatterCanvas::setNotice(const QString& notice)
{
    m_notice = notice;
    update();
}

void ScatterCanvas::forgetScale()
{
    m_reach = 0;
}

void ScatterCanvas::setSelected(int sample)
{
    m_selected = sample;
    update();
}

double ScatterCanvas::pixelsPerUnit() const
{
    const double reach = m_reach > 0 ? m_reach : leastReach;
    return std::min(width(), isLine() ? width() : height()) / (2 * reach);
}

QPointF ScatterCanvas::toPixels(double x, double y) const
{
    const double scale = pixelsPerUnit();
    return {width() / 2.0 + x * scale, height() / 2.0 - y * scale};
}

QPointF ScatterCanvas::positionOf(int sample) const
{
    const auto values = m_points.image(sample);
    return isLine() ? QPointF(toPixels(double(values[0]), 0).x(), height() - 40.0)
                    : toPixels(double(values[0]), double(values[1]));
}

int ScatterCanvas::sampleAt(QPointF position) const
{
    int nearest = -1;
    double least = catchRadius * catchRadius;
    for (int sample = 0; sample < sampleCount() && !m_points.values.empty(); ++sample) {
        const QPointF away = positionOf(sample) - position;
        const double distance = QPointF::dotProduct(away, away);
        if (distance < least) {
            least = distance;
            nearest = sample;
        }
    }
    return nearest;
}

QColor ScatterCanvas::colorOf(int label) const
{
    const ThemeColors& colors = themeColors(palette());
    return colors.series[std::size_t(std::max(label, 0)) % colors.series.size()];
}

const QPixmap& ScatterCanvas::dot(int label) const
{
    const std::size_t count = themeColors(palette()).series.size();
    if (m_dots.empty())
        for (std::size_t color = 0; color < count; ++color) {
            const double ratio = devicePixelRatioF();
            QPixmap pixmap(QSize(6, 6) * ratio);
            pixmap.setDevicePixelRatio(ratio);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            painter.setRenderHint(QPainter::Antialiasing);
            QColor fill = colorOf(int(color));
            fill.setAlphaF(0.75f);
            painter.setBrush(fill);
            painter.setPen(Qt::NoPen);
            painter.drawEllipse(QPointF(3, 3), dotRadius, dotRadius);
            painter.end();
            m_dots.push_back(std::move(pixmap));
        }
    return m_dots[std::size_t(std::max(label, 0)) % count];
}

void ScatterCanvas::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ThemeColors& colors = themeColors(palette());
    painter.fillRect(rect(), colors.surface);
    if (hasField() && showsDensity() && !isLine())
        paintDensity(painter);
    paintAxes(painter);
    if (!m_notice.isEmpty()) {
        painter.setPen(colors.mutedText);
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_notice);
        return;
    }
    if (m_points.values.empty())
        return;
    if (isLine())
        paintHistogram(painter);
    else
        paintPoints(painter);
    paintArrows(painter);
    paintReadout(painter);
    if (m_selected >= 0 && m_selected < sampleCount()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(colors.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(positionOf(m_selected), 7, 7);
    }
}

void ScatterCanvas::paintAxes(QPainter& painter) const
{
    const ThemeColors& colors = themeColors(palette());
    const double step = tickStep(m_reach > 0 ? m_reach : leastReach);
    const double scale = pixelsPerUnit();
    const int across = int(width() / 2.0 / scale / step) + 1;
    const int up = int(height() / 2.0 / scale / step) + 1;
    const QFontMetrics metrics(font());
    for (int i = -across; i <= across; ++i) {
        const double x = toPixels(i * step, 0).x();
        painter.setPen(i == 0 ? colors.separator : colors.grid);
        painter.drawLine(QPointF(x, 0), QPointF(x, height()));
        painter.setPen(colors.mutedText);
        const QString text = QLocale().toString(i * step, 'g', 3);
        painter.drawText(QPointF(x + 3, height() - metrics.descent() - 2), text);
    }
    for (int i = -up; i <= up && !isLine(); ++i) {
        const double y = toPixels(0, i * step).y();
        painter.setPen(i == 0 ? colors.separator : colors.grid);
        painter.drawLine(QPointF(0, y), QPointF(width(), y));
        if (i == 0)
            continue;
        painter.setPen(colors.mutedText);
        painter.drawText(QPointF(3, y - 3), QLocale().toString(i * step, 'g', 3));
    }
}

/// From nothing to the accent, by the root of the density: thin places are still seen.
void ScatterCanvas::paintDensity(QPainter& painter) const
{
    const QColor accent = themeColors(palette()).accent;
    if (m_densityPicture.isNull()) {
        const double most = *std::max_element(m_field.density.begin(), m_field.density.end());
        m_densityPicture = QImage(m_field.columns, m_field.rows, QImage::Format_ARGB32_Premultiplied);
        constexpr double strongest = 150;
        for (int row = 0; row < m_field.rows; ++row)
            for (int column = 0; column < m_field.columns; ++column) {
                const double density = m_field.density[std::size_t(row * m_field.columns + column)];
                const double share = most > 0 && std::isfinite(density) ? std::sqrt(density / most) : 0;
                m_densityPicture.setPixel(column, m_field.rows - 1 - row,
                                          qPremultiply(qRgba(accent.red(), accent.green(), accent.blue(),
                                                             int(strongest * std::clamp(share, 0.0, 1.0)))));
            }
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    // The grid's ends are the middles of the outer cells.
    const QPointF corner = toPixels(-m_field.reachX, m_field.reachY),
                  opposite = toPixels(m_field.reachX, -m_field.reachY);
    const double halfX = (opposite.x() - corner.x()) / (m_field.columns - 1) / 2;
    const double halfY = (opposite.y() - corner.y()) / (m_field.rows - 1) / 2;
    painter.drawImage(QRectF(corner - QPointF(halfX, halfY), opposite + QPointF(halfX, halfY)),
                      m_densityPicture);
}

/// Their lengths grow with the logarithm: scores differ by thousands.
void ScatterCanvas::paintArrows(QPainter& painter) const
{
    if (m_field.arrows.empty() || !showsScore() || isLine())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(themeColors(palette()).text, 1.2));
    constexpr double longestPx = 18, headPx = 4, headAngle = 0.45;
    for (const FieldPicture::Arrow& arrow : m_field.arrows) {
        const double size = std::hypot(arrow.direction.x(), arrow.direction.y());
        if (!std::isfinite(size) || size == 0)
            continue;
        const double length = longestPx * std::min(1.0, std::log1p(size) / std::log1p(20.0));
        const QPointF tail = toPixels(arrow.tail.x(), arrow.tail.y());
        const QPointF along(arrow.direction.x() / size, -arrow.direction.y() / size);
        const QPointF tip = tail + along * length;
        painter.drawLine(tail, tip);
        const double angle = std::atan2(along.y(), along.x());
        for (const double turn : {-headAngle, headAngle})
            painter.drawLine(tip, tip - headPx * QPointF(std::cos(angle + turn), std::sin(angle + turn)));
    }
}

/// The exact density over the histogram; `most` is the density at the top.
void ScatterCanvas::paintCurve(QPainter& painter, double floor, double top, double most) const
{
    QPainterPath path;
    for (int k = 0; k < m_field.columns; ++k) {
        const double x = -m_field.reachX + 2 * m_field.reachX * k / (m_field.columns - 1);
        const QPointF at(toPixels(x, 0).x(), floor - (floor - top) * m_field.density[std::size_t(k)] / most);
        k == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(themeColors(palette()).accent, 2));
    painter.drawPath(path);
}

void ScatterCanvas::paintReadout(QPainter& painter) const
{
    if (m_readout.isEmpty())
        return;
    const ThemeColors& colors = themeColors(palette());
    const QFontMetrics metrics(font());
    const QRect box(8, 8, metrics.horizontalAdvance(m_readout) + 12, metrics.height() + 6);
    QColor back = colors.surface;
    back.setAlphaF(0.85f);
    painter.fillRect(box, back);
    painter.setPen(colors.text);
    painter.drawText(box, Qt::AlignCenter, m_readout);
}

void ScatterCanvas::paintPoints(QPainter& painter) const
{
    const double ratio = devicePixelRatioF();
    std::vector<std::vector<QPainter::PixmapFragment>> fragments(themeColors(palette()).series.size());
    for (int sample = 0; sample < sampleCount(); ++sample) {
        const int label = std::size_t(sample) < m_classes.size() ? m_classes[std::size_t(sample)] : -1;
        const QPixmap& pixmap = dot(label);
        const std::size_t color = std::size_t(std::max(label, 0)) % fragments.size();
        fragments[color].push_back(QPainter::PixmapFragment::create(
            positionOf(sample), QRectF(QPointF(), QSizeF(pixmap.size())), 1 / ratio, 1 / ratio));
    }
    for (std::size_t color = 0; color < fragments.size(); ++color)
        if (!fragments[color].empty())
            painter.drawPixmapFragments(fragments[color].data(), int(fragments[color].size()),
                                        dot(int(color)));
}

void ScatterCanvas::paintHistogram(QPainter& painter) const
{
    const double reach = m_reach > 0 ? m_reach : leastReach;
    std::vector<int> counts(bins, 0);
    for (const float value : m_points.values) {
        const double place = (double(value) + reach) / (2 * reach) * bins;
        if (place >= 0 && place < bins)
            ++counts[std::size_t(place)];
    }
    // The bars and the exact density share one scale: both are shares per unit.
    const double perUnit = double(std::max(1, sampleCount())) * 2 * reach / bins;
    double most = std::max(1, *std::max_element(counts.begin(), counts.end()));
    const bool hasCurve = hasField() && showsDensity();
    if (hasCurve)
        most = std::max(most, perUnit * *std::max_element(m_field.density.begin(), m_field.density.end()));
    const double floor = height() - 48.0, top = 24;
    painter.setPen(Qt::NoPen);
    QColor fill = colorOf(0);
    fill.setAlphaF(0.7f);
    for (int bin = 0; bin < bins; ++bin) {
        const double left = toPixels(-reach + 2 * reach * bin / bins, 0).x();
        const double right = toPixels(-reach + 2 * reach * (bin + 1) / bins, 0).x();
        const double tall = (floor - top) * counts[std::size_t(bin)] / most;
        painter.fillRect(QRectF(left + 0.5, floor - tall, right - left - 1, tall), fill);
    }
    if (hasCurve)
        paintCurve(painter, floor, top, most / perUnit);
    QColor mark = colorOf(0);
    mark.setAlphaF(0.35f);
    painter.setPen(mark);
    for (int sample = 0; sample < sampleCount(); ++sample) {
        const double x = positionOf(sample).x();
        painter.drawLine(QPointF(x, floor + 4), QPointF(x, floor + 14));
    }
}

void ScatterCanvas::mouseMoveEvent(QMouseEvent* event)
{
    const double scale = pixelsPerUnit();
    Q_EMIT placeHovered(
        {(event->position().x() - width() / 2.0) / scale, (height() / 2.0 - event->position().y()) / scale});
    const int sample = sampleAt(event->position());
    if (sample >= 0)
        Q_EMIT sampleHovered(sample);
    else
        Q_EMIT sampleLeft();
}

void ScatterCanvas::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        Q_EMIT sampleClicked(sampleAt(event->position()));
}

void ScatterCanvas::leaveEvent(QEvent*)
{
    setReadout({});
    Q_EMIT sampleLeft();
}

void ScatterCanvas::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_BracketRight ? 1 : event->key() == Qt::Key_BracketLeft ? -1 : 0;
    if (step == 0 || sampleCount() == 0)
        return QWidget::keyPressEvent(event);
    Q_EMIT sampleClicked(std::clamp(m_selected + step, 0, sampleCount() - 1));
}

void ScatterCanvas::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        m_dots.clear();
        update();
    }
}

}  // namespace diffuscope::ui
