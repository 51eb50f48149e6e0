// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme_colors.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::ui {

namespace {

double linearChannel(double encoded)
{
    return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

double relativeLuminance(const QColor& color)
{
    return 0.2126 * linearChannel(color.redF()) + 0.7152 * linearChannel(color.greenF()) +
           0.0722 * linearChannel(color.blueF());
}

}  // namespace

const ThemeColors& lightColors()
{
    static const ThemeColors colors{
        .dark = false,
        .window = QColor(0xF3F4F6),
        .surface = QColor(0xFFFFFF),
        .raised = QColor(0xFAFBFC),
        .hover = QColor(0xE7EAEE),
        .text = QColor(0x1B1F24),
        .mutedText = QColor(0x59626E),
        .disabledText = QColor(0xA0A7B1),
        .outline = QColor(0xBCC3CC),
        .separator = QColor(0xD6DAE0),
        .grid = QColor(0xE9ECF0),
        .accent = QColor(0x1A66D6),
        .accentText = QColor(0xFFFFFF),
        .series = {QColor(0xA02300), QColor(0x2C7851), QColor(0x8E2C77), QColor(0x253BD1), QColor(0xB38F0B),
                   QColor(0x2496FF)},
    };
    return colors;
}

const ThemeColors& darkColors()
{
    static const ThemeColors colors{
        .dark = true,
        .window = QColor(0x1E2126),
        .surface = QColor(0x15181C),
        .raised = QColor(0x2A2E35),
        .hover = QColor(0x343942),
        .text = QColor(0xE4E7EB),
        .mutedText = QColor(0x9CA5B1),
        .disabledText = QColor(0x5F6773),
        .outline = QColor(0x474E59),
        .separator = QColor(0x343A43),
        .grid = QColor(0x262B32),
        .accent = QColor(0x5AA7FF),
        .accentText = QColor(0x0B1420),
        .series = {QColor(0xE76F25), QColor(0x10AE6A), QColor(0xCE84B4), QColor(0x29E1FF), QColor(0xF0E05A),
                   QColor(0x4973DE)},
    };
    return colors;
}

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::WindowText).lightness() > palette.color(QPalette::Window).lightness();
}

const ThemeColors& themeColors(const QPalette& palette)
{
    return isDark(palette) ? darkColors() : lightColors();
}

QPalette makePalette(const ThemeColors& colors)
{
    QPalette palette(colors.text, colors.raised, colors.surface, colors.outline, colors.separator,
                     colors.text, colors.surface, colors.surface, colors.window);
    palette.setColor(QPalette::AlternateBase, colors.raised);
    palette.setColor(QPalette::BrightText, colors.accentText);
    palette.setColor(QPalette::Midlight, colors.hover);
    palette.setColor(QPalette::Light, colors.dark ? colors.hover : colors.surface);
    palette.setColor(QPalette::Shadow, colors.dark ? QColor(0x0B0D10) : QColor(0x8A929D));
    palette.setColor(QPalette::PlaceholderText, colors.mutedText);
    palette.setColor(QPalette::ToolTipBase, colors.dark ? colors.raised : colors.surface);
    palette.setColor(QPalette::ToolTipText, colors.text);
    palette.setColor(QPalette::Highlight, colors.accent);
    palette.setColor(QPalette::HighlightedText, colors.accentText);
    palette.setColor(QPalette::Link, colors.accent);
    palette.setColor(QPalette::LinkVisited, colors.accent);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                            QPalette::PlaceholderText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, colors.disabledText);
    palette.setColor(QPalette::Disabled, QPalette::Base, colors.window);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, colors.separator);
    return palette;
}

double contrastRatio(const QColor& a, const QColor& b)
{
    const double first = relativeLuminance(a);
    const double second = relativeLuminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

}  // namespace diffuscope::ui
