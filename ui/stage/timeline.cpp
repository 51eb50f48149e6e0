// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stage/timeline.h"

#include "ui/theme/fonts.h"
#include "ui/widgets/notice_list.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QWheelEvent>

#include <cmath>

namespace diffuscope::ui {

namespace {

constexpr double handleRadius = 7;
constexpr double grooveHeight = 6;
constexpr double smallestTickSpacing = 6;

QString shownSnr(const schedule::NoiseLevel& level)
{
    const double snr = level.snr();
    if (!std::isfinite(snr))
        return QStringLiteral("∞");
    return QLocale().toString(snr, 'g', 3);
}

}  // namespace

TimelineSlider::TimelineSlider(QWidget* parent) : QAbstractSlider(parent)
{
    setObjectName(QStringLiteral("timelineSlider"));
    setAccessibleName(tr("Playhead"));
    setToolTip(tr("Drag to move through the frames; the bright part of the groove has been computed."));
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::TabFocus);
    setRange(0, 0);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
}

void TimelineSlider::setFrames(int arrived, int planned)
{
    m_arrived = arrived;
    setRange(0, std::max(0, planned - 1));
    update();
}

double TimelineSlider::positionOf(int frame) const
{
    const double usable = width() - 2 * handleRadius - 2;
    return handleRadius + 1 + (maximum() > 0 ? usable * frame / maximum() : 0.0);
}

int TimelineSlider::frameAt(double x) const
{
    if (m_arrived == 0)
        return -1;
    const double usable = std::max(1.0, width() - 2 * handleRadius - 2);
    const int frame = int(std::lround((x - handleRadius - 1) / usable * maximum()));
    return std::clamp(frame, 0, m_arrived - 1);
}

QSize TimelineSlider::sizeHint() const
{
    return {240, 24};
}

QSize TimelineSlider::minimumSizeHint() const
{
    return {80, 24};
}

void TimelineSlider::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = height() / 2.0;
    const QRectF groove(handleRadius + 1, middle - grooveHeight / 2, width() - 2 * handleRadius - 2,
                        grooveHeight);
    QColor line = palette().color(QPalette::WindowText);
    line.setAlphaF(0.18F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(line);
    painter.drawRoundedRect(groove, grooveHeight / 2, grooveHeight / 2);
    if (m_arrived > 0) {
        QColor done = palette().color(QPalette::Highlight);
        done.setAlphaF(0.45F);
        painter.setBrush(done);
        QRectF filled = groove;
        filled.setRight(maximum() > 0 ? positionOf(m_arrived - 1) : groove.right());
        painter.drawRoundedRect(filled, grooveHeight / 2, grooveHeight / 2);
    }
    if (maximum() > 0 && groove.width() / maximum() >= smallestTickSpacing) {
        line.setAlphaF(0.4F);
        painter.setPen(QPen(line, 1));
        for (int frame = 0; frame <= maximum(); ++frame) {
            const double x = std::floor(positionOf(frame)) + 0.5;
            painter.drawLine(QPointF(x, middle + grooveHeight / 2 + 2),
                             QPointF(x, middle + grooveHeight / 2 + 5));
        }
    }
    if (m_arrived == 0)
        return;
    const QColor fill = palette().color(QPalette::Highlight);
    painter.setPen(QPen(palette().color(hasFocus() ? QPalette::WindowText : QPalette::Base), 2));
    painter.setBrush(underMouse() ? fill.lighter(115) : fill);
    painter.drawEllipse(QPointF(positionOf(value()), middle), handleRadius - 1, handleRadius - 1);
}

void TimelineSlider::choose(int frame)
{
    if (frame >= 0 && frame != value())
        Q_EMIT frameChosen(frame);
}

void TimelineSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    setSliderDown(true);
    choose(frameAt(event->position().x()));
}

void TimelineSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (isSliderDown())
        choose(frameAt(event->position().x()));
}

void TimelineSlider::mouseReleaseEvent(QMouseEvent*)
{
    setSliderDown(false);
}

void TimelineSlider::wheelEvent(QWheelEvent* event)
{
    const int turned = event->angleDelta().y() != 0 ? -event->angleDelta().y() : event->angleDelta().x();
    if (turned != 0 && m_arrived > 0)
        choose(std::clamp(value() + (turned > 0 ? 1 : -1), 0, m_arrived - 1));
    event->accept();
}

/// The window's keys move the playhead wherever the focus is; two ways to do so would only differ.
void TimelineSlider::keyPressEvent(QKeyEvent* event)
{
    event->ignore();
}

void TimelineSlider::changeEvent(QEvent* event)
{
    QAbstractSlider::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::EnabledChange)
        update();
}

Timeline::Timeline(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 4, 8, 4);
    column->setSpacing(2);
    m_slider = new TimelineSlider(this);
    column->addWidget(m_slider);
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(2);
    column->addLayout(m_buttons);
    const auto add = [this](const char* name, Glyph glyph, const QString& text, const QString& tip) {
        return addButton(name, glyph, text, tip);
    };
    m_first = add("transportFirst", Glyph::first, tr("First frame"),
                  tr("Go to the first frame, pure noise (Home)."));
    m_previous = add("transportPrevious", Glyph::previous, tr("Previous frame"),
                     tr("Go back one frame (←); ten with Shift."));
    m_play = add("transportPlay", Glyph::play, tr("Play"),
                 tr("Play the frames that have arrived, or pause (Space)."));
    m_next = add("transportNext", Glyph::next, tr("Next frame"), tr("Go on one frame (→); ten with Shift."));
    m_last = add("transportLast", Glyph::last, tr("Last frame"),
                 tr("Go to the newest frame and follow the run as it goes on (End)."));
    m_buttons->addStretch(1);
    m_sign = new NoticeSign(run::NoticeKind::information, this);
    m_sign->setObjectName(QStringLiteral("wayNotice"));
    m_sign->setAccessibleName(tr("Notice on the playhead"));
    m_buttons->addWidget(m_sign);
    m_buttons->addSpacing(4);
    m_label = new QLabel(this);
    m_label->setObjectName(QStringLiteral("timelineLabel"));
    m_label->setAccessibleName(tr("Playhead position"));
    m_label->setFont(tabularFont(font()));
    m_label->setMinimumWidth(1);  // where the playhead stands must not widen the window
    m_buttons->addWidget(m_label);
    updateEnabled();

    connect(m_slider, &TimelineSlider::frameChosen, this, &Timeline::frameChosen);
    connect(m_first, &QToolButton::clicked, this, &Timeline::startRequested);
    connect(m_last, &QToolButton::clicked, this, &Timeline::endRequested);
    connect(m_previous, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(1); });
    connect(m_play, &QToolButton::clicked, this, &Timeline::playToggled);
}

QToolButton* Timeline::addButton(const char* name, Glyph glyph, const QString& text, const QString& tip)
{
    auto* button = new QToolButton(this);
    button->setObjectName(QLatin1String(name));
    button->setIcon(glyphIcon(glyph));
    button->setText(text);
    button->setAccessibleName(text);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setIconSize(QSize(20, 20));
    m_buttons->addWidget(button);
    return button;
}

QString Timeline::description(const record::Frame& frame, int plannedFrames)
{
    const QLocale locale;
    if (frame.isResult() && plannedFrames <= 1)
        return tr("stored result");  // all that is known of a run that cannot be sampled
    const QString where =
        frame.isResult()
            ? tr("result of %1 steps").arg(locale.toString(plannedFrames - 1))
            : tr("step %1 / %2").arg(locale.toString(frame.index + 1), locale.toString(plannedFrames - 1));
    if (frame.level.isClean())
        return tr("%1 · clean").arg(where);
    const double t = frame.level.t;
    return tr("%1 · t = %2 · SNR %3")
        .arg(where, locale.toString(t, 'f', t == std::round(t) ? 0 : 1), shownSnr(frame.level));
}

QString Timeline::wayNotice(const record::Frame& frame, int plannedFrames)
{
    if (frame.isResult() || plannedFrames < 3)
        return {};
    const QLocale locale;
    const QString done = locale.toString(frame.index + 1);
    return tr("Step %1 of %2 is not the result of %1 steps: it is a state on the way of this run, which "
              "still holds noise. A run of %1 steps visits other levels, with longer strides, and ends "
              "clean.")
        .arg(done, locale.toString(plannedFrames - 1));
}

void Timeline::setFrames(int arrived, int planned)
{
    m_planned = planned;
    m_slider->setFrames(arrived, planned);
    updateEnabled();
}

void Timeline::setFrame(const record::Frame* frame)
{
    if (frame)
        m_slider->setValue(frame->index);
    m_place = frame ? description(*frame, m_planned) : QString();
    const QString notice = frame ? wayNotice(*frame, m_planned) : QString();
    const QString meaning =
        tr("The frame under the playhead: its step, the training time t that the network "
           "was told, and the signal-to-noise ratio ᾱ/(1 − ᾱ) there.");
    QString tip = QStringLiteral("<p>%1</p>").arg(meaning);
    if (!notice.isEmpty())
        tip += QStringLiteral("<p>%1</p>").arg(notice);
    m_label->setToolTip(tip);
    m_label->setAccessibleDescription(notice.isEmpty() ? meaning : notice);
    m_sign->setToolTip(notice.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(notice));
    m_sign->setAccessibleDescription(notice);
    m_sign->setVisible(!notice.isEmpty());
    fitLabel();
    updateEnabled();
}

void Timeline::setPlaying(bool playing)
{
    m_play->setIcon(glyphIcon(playing ? Glyph::pause : Glyph::play));
    m_play->setText(playing ? tr("Pause") : tr("Play"));
    m_play->setAccessibleName(m_play->text());
}

void Timeline::updateEnabled()
{
    const int arrived = m_slider->arrived();
    m_slider->setEnabled(arrived > 0);
    m_play->setEnabled(arrived > 1);
    m_first->setEnabled(arrived > 0 && m_slider->value() > 0);
    m_previous->setEnabled(m_first->isEnabled());
    m_next->setEnabled(m_slider->value() + 1 < arrived);
    m_last->setEnabled(m_next->isEnabled());
}

/// Leaves out what stands last where not everything has room.
void Timeline::fitLabel()
{
    int room =
        contentsRect().width() - layout()->contentsMargins().left() - layout()->contentsMargins().right();
    for (const QWidget* other :
         {static_cast<QWidget*>(m_first), static_cast<QWidget*>(m_previous), static_cast<QWidget*>(m_play),
          static_cast<QWidget*>(m_next), static_cast<QWidget*>(m_last), static_cast<QWidget*>(m_sign)})
        room -= other->isHidden() ? 0 : other->sizeHint().width() + m_buttons->spacing();
    room -= 3 * m_buttons->spacing() + 4;
    const QFontMetrics metrics(m_label->font());
    const QString between = QStringLiteral(" · ");
    QString text = m_place;
    while (metrics.horizontalAdvance(text) > room && text.contains(between))
        text.truncate(text.lastIndexOf(between));
    m_label->setText(text);
}

void Timeline::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitLabel();
}

void Timeline::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_label) {
        m_label->setFont(tabularFont(font()));
        fitLabel();
    }
}

}  // namespace diffuscope::ui
