// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "ui/theme/fonts.h"
#include "ui/theme/instrument_style.h"
#include "ui/theme/system_color_scheme.h"
#include "ui/theme/theme_colors.h"

#include <QApplication>
#include <QMetaEnum>
#include <QSettings>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

const QString modeKey = QStringLiteral("theme/mode");
const QString textScaleKey = QStringLiteral("theme/textScale");

std::vector<double>::const_iterator nearestScale(double scale)
{
    const auto& scales = Theme::textScales();
    if (!std::isfinite(scale))
        return scales.begin();
    return std::min_element(scales.begin(), scales.end(), [scale](double a, double b) {
        return std::abs(a - scale) < std::abs(b - scale);
    });
}

}  // namespace

Theme::Theme(QObject* parent)
    : QObject(parent), m_system(std::make_unique<SystemColorScheme>()), m_systemFont(QApplication::font())
{
    connect(m_system.get(), &SystemColorScheme::changed, this, [this] {
        if (m_mode == Mode::system)
            apply();
    });
    QApplication::setStyle(new InstrumentStyle);
    apply();
}

Theme::~Theme()
{
    QApplication::setFont(m_systemFont);
}

const std::vector<double>& Theme::textScales()
{
    static const std::vector<double> scales{1, 1.15, 1.3, 1.5, 1.75, 2};
    return scales;
}

void Theme::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    apply();
}

void Theme::setTextScale(double scale)
{
    const double nearest = *nearestScale(scale);
    if (nearest == m_textScale)
        return;
    m_textScale = nearest;
    applyFont();
    Q_EMIT changed();
}

void Theme::moveTextScale(int delta)
{
    const auto& scales = textScales();
    const auto place = nearestScale(m_textScale) - scales.begin() + delta;
    setTextScale(
        scales[std::size_t(std::clamp<std::ptrdiff_t>(place, 0, std::ptrdiff_t(scales.size()) - 1))]);
}

void Theme::apply()
{
    m_dark = m_mode == Mode::dark || (m_mode == Mode::system && m_system->isDark());
    const QPalette palette = makePalette(m_dark ? darkColors() : lightColors());
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    Q_EMIT changed();
}

void Theme::applyFont()
{
    QApplication::setFont(scaledFont(m_systemFont, m_textScale));
    QToolTip::setFont(QApplication::font());
}

void Theme::restore(const QSettings& settings)
{
    const auto modes = QMetaEnum::fromType<Mode>();
    bool known = false;
    const int mode = modes.keyToValue(settings.value(modeKey).toString().toLatin1().constData(), &known);
    setMode(known ? Mode(mode) : Mode::system);
    setTextScale(settings.value(textScaleKey, 1.0).toDouble());
}

void Theme::save(QSettings& settings) const
{
    settings.setValue(modeKey, QString::fromLatin1(QMetaEnum::fromType<Mode>().valueToKey(int(m_mode))));
    settings.setValue(textScaleKey, m_textScale);
}

}  // namespace diffuscope::ui
