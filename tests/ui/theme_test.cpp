// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/fonts.h"
#include "ui/theme/plot_library.h"
#include "ui/theme/plot_style.h"
#include "ui/theme/system_color_scheme.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_colors.h"
#include "ui/theme/theme_menu.h"

#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cmath>

using namespace diffuscope::ui;

namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

/// Machado, Oliveira, Fernandes 2009, severity 1; on linear RGB.
constexpr Matrix normalVision{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix protanopia{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deuteranopia{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix tritanopia{
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
constexpr Matrix toXyz{{{0.4124564, 0.3575761, 0.1804375},
                        {0.2126729, 0.7151522, 0.0721750},
                        {0.0193339, 0.1191920, 0.9503041}}};

Triple times(const Matrix& matrix, const Triple& vector)
{
    Triple out{};
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column)
            out[row] += matrix[row][column] * vector[column];
    return out;
}

double linear(double encoded)
{
    return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

/// CIELAB of a colour as somebody with this vision sees it.
Triple seen(const QColor& color, const Matrix& vision)
{
    Triple rgb = times(vision, {linear(color.redF()), linear(color.greenF()), linear(color.blueF())});
    for (double& channel : rgb)
        channel = std::clamp(channel, 0.0, 1.0);
    Triple f = times(toXyz, rgb);
    constexpr Triple white{0.95047, 1, 1.08883};
    for (std::size_t i = 0; i < 3; ++i) {
        f[i] /= white[i];
        f[i] = f[i] > 0.008856 ? std::cbrt(f[i]) : 7.787 * f[i] + 16.0 / 116;
    }
    return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double distance(const Triple& a, const Triple& b)
{
    return std::sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                     (a[2] - b[2]) * (a[2] - b[2]));
}

}  // namespace

class TestTheme : public QObject
{
    Q_OBJECT

private:
    static void forBothThemes(const std::function<void(const ThemeColors&)>& check)
    {
        check(lightColors());
        check(darkColors());
    }

private Q_SLOTS:
    void contrastOfBlackOnWhiteIsTwentyOne()
    {
        QVERIFY(std::abs(contrastRatio(Qt::black, Qt::white) - 21) < 1e-6);
        QVERIFY(std::abs(contrastRatio(Qt::white, Qt::white) - 1) < 1e-6);
    }

    void textCanBeReadOnEverySurface()
    {
        forBothThemes([](const ThemeColors& colors) {
            for (const QColor& surface : {colors.window, colors.surface, colors.raised, colors.hover}) {
                QVERIFY2(contrastRatio(colors.text, surface) >= 7, qPrintable(surface.name()));
                QVERIFY2(contrastRatio(colors.mutedText, surface) >= 4.5, qPrintable(surface.name()));
            }
            QVERIFY(contrastRatio(colors.accentText, colors.accent) >= 4.5);
            QVERIFY(contrastRatio(colors.accent, colors.surface) >= 4.5);
            QVERIFY(contrastRatio(colors.accent, colors.window) >= 3);
        });
    }

    void seriesStandOutFromTheSurface()
    {
        forBothThemes([](const ThemeColors& colors) {
            for (const QColor& series : colors.series)
                QVERIFY2(contrastRatio(series, colors.surface) >= 3, qPrintable(series.name()));
        });
    }

    void seriesAreToldApartWithEveryColourVision()
    {
        forBothThemes([](const ThemeColors& colors) {
            for (const Matrix& vision : {normalVision, protanopia, deuteranopia, tritanopia})
                for (std::size_t i = 0; i < colors.series.size(); ++i)
                    for (std::size_t j = 0; j < i; ++j) {
                        const double apart =
                            distance(seen(colors.series[i], vision), seen(colors.series[j], vision));
                        QVERIFY2(apart >= 20,
                                 qPrintable(QStringLiteral("%1 and %2: %3")
                                                .arg(colors.series[i].name(), colors.series[j].name())
                                                .arg(apart)));
                    }
        });
    }

    void theModeDecidesTheApplicationsPalette()
    {
        Theme theme;
        theme.setMode(Theme::Mode::dark);
        QVERIFY(theme.isDark());
        QCOMPARE(QApplication::palette().color(QPalette::Window), darkColors().window);
        QVERIFY(isDark(QApplication::palette()));
        theme.setMode(Theme::Mode::light);
        QVERIFY(!theme.isDark());
        QCOMPARE(QApplication::palette().color(QPalette::Window), lightColors().window);
        QVERIFY(!isDark(QApplication::palette()));
    }

    void aPaletteLeadsBackToItsColours()
    {
        forBothThemes([](const ThemeColors& colors) {
            QCOMPARE(themeColors(makePalette(colors)).dark, colors.dark);
            QCOMPARE(makePalette(colors).color(QPalette::Disabled, QPalette::Text), colors.disabledText);
        });
    }

    void textGrowsStepByStepAndStops()
    {
        Theme theme;
        const double normal = QApplication::font().pointSizeF();
        QVERIFY(!theme.canReduceText());
        theme.enlargeText();
        QVERIFY(QApplication::font().pointSizeF() > normal);
        for (int i = 0; i < 10; ++i)
            theme.enlargeText();
        QVERIFY(!theme.canEnlargeText());
        QCOMPARE(theme.textScale(), Theme::textScales().back());
        QVERIFY(std::abs(QApplication::font().pointSizeF() - normal * Theme::textScales().back()) < 0.01);
        theme.setTextScale(std::nan(""));
        QCOMPARE(QApplication::font().pointSizeF(), normal);
    }

    void modeAndTextSizeAreKept()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        {
            Theme theme;
            theme.setMode(Theme::Mode::dark);
            theme.setTextScale(1.5);
            theme.save(settings);
        }
        Theme theme;
        theme.restore(settings);
        QCOMPARE(theme.mode(), Theme::Mode::dark);
        QCOMPARE(theme.textScale(), 1.5);
    }

    void damagedSettingsMeanTheSystemsLook()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        settings.setValue(QStringLiteral("theme/mode"), QStringLiteral("plaid"));
        settings.setValue(QStringLiteral("theme/textScale"), QStringLiteral("enormous"));
        Theme theme;
        theme.setMode(Theme::Mode::dark);
        theme.restore(settings);
        QCOMPARE(theme.mode(), Theme::Mode::system);
        QCOMPARE(theme.textScale(), 1.0);
    }

    void theMenuSwitchesAndFollows()
    {
        Theme theme;
        theme.setMode(Theme::Mode::light);
        QMenu menu;
        addThemeActions(menu, theme);
        auto* dark = menu.findChild<QAction*>(QStringLiteral("themeDarkAction"));
        auto* larger = menu.findChild<QAction*>(QStringLiteral("largerTextAction"));
        auto* normal = menu.findChild<QAction*>(QStringLiteral("normalTextAction"));
        QVERIFY(dark && larger && normal);
        QVERIFY(!dark->isChecked());
        dark->trigger();
        QVERIFY(theme.isDark());
        theme.setMode(Theme::Mode::light);
        QVERIFY(!dark->isChecked());
        QVERIFY(!normal->isEnabled());
        larger->trigger();
        QVERIFY(theme.textScale() > 1);
        QVERIFY(normal->isEnabled());
        normal->trigger();
        QCOMPARE(theme.textScale(), 1.0);
    }

#ifdef QT_DBUS_LIB
    void theDesktopPortalDecidesWhetherTheSystemIsDark()
    {
        SystemColorScheme system;
        const auto tell = [&system](const QString& key, const QVariant& value) {
            QMetaObject::invokeMethod(&system, "takePortalSetting",
                                      Q_ARG(QString, QStringLiteral("org.freedesktop.appearance")),
                                      Q_ARG(QString, key), Q_ARG(QDBusVariant, QDBusVariant(value)));
        };
        const QString key = QStringLiteral("color-scheme");
        tell(key, 2u);
        QVERIFY(!system.isDark());
        QSignalSpy changes(&system, &SystemColorScheme::changed);
        tell(key, 1u);
        QVERIFY(system.isDark());
        QCOMPARE(changes.count(), 1);
        tell(key, 0u);  // no preference
        tell(key, QStringLiteral("mauve"));
        tell(QStringLiteral("contrast"), 2u);
        QVERIFY(system.isDark());
        tell(key, QVariant::fromValue(QDBusVariant(2u)));  // as Read() wraps it
        QVERIFY(!system.isDark());
        QCOMPARE(changes.count(), 2);
    }
#endif

    void aPlotFollowsPaletteAndFont()
    {
        Theme theme;
        theme.setMode(Theme::Mode::light);
        QCustomPlot plot;
        int restyled = 0;
        stylePlot(plot, [&restyled] { ++restyled; });
        QCOMPARE(restyled, 1);
        QCOMPARE(plot.xAxis->tickLabelColor(), lightColors().mutedText);
        QCOMPARE(plot.yAxis->grid()->pen().color(), lightColors().grid);
        const double size = plot.xAxis->tickLabelFont().pointSizeF();

        theme.setMode(Theme::Mode::dark);
        QTRY_VERIFY(restyled > 1);
        QCOMPARE(plot.xAxis->tickLabelColor(), darkColors().mutedText);
        QCOMPARE(plot.yAxis->grid()->pen().color(), darkColors().grid);
        QCOMPARE(plot.yAxis2->basePen().color(), darkColors().outline);

        theme.setTextScale(2);
        QTRY_VERIFY(std::abs(plot.xAxis->tickLabelFont().pointSizeF() - 2 * size) < 0.01);
    }

    void figuresHaveOneWidth()
    {
        const QFontMetricsF metrics(tabularFont(QApplication::font()));
        QCOMPARE(metrics.horizontalAdvance(QStringLiteral("1111")),
                 metrics.horizontalAdvance(QStringLiteral("0888")));
    }
};

QTEST_MAIN(TestTheme)
#include "theme_test.moc"
