// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/fonts.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QHash>
#include <QStringList>

namespace diffuscope::ui {

namespace {

bool measureTabularDigits(const QFont& font)
{
    const QFontMetricsF metrics(font);
    const qreal zero = metrics.horizontalAdvance(u'0');
    for (char16_t digit = u'1'; digit <= u'9'; ++digit)
        if (qAbs(metrics.horizontalAdvance(digit) - zero) > 0.01)
            return false;
    return true;
}

/// Asked for at every painting of a number, answered once for each font.
bool hasTabularDigits(const QFont& font)
{
    static QHash<QString, bool> known;
    const QString key = font.key();
    auto found = known.find(key);
    if (found == known.end())
        found = known.insert(key, measureTabularDigits(font));
    return *found;
}

}  // namespace

QFont tabularFont(const QFont& font)
{
    QFont tabular = font;
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    tabular.setFeature(QFont::Tag("tnum"), 1);
#endif
    if (!hasTabularDigits(tabular))
        tabular.setFamilies(QFontDatabase::systemFont(QFontDatabase::FixedFont).families());
    return tabular;
}

QFont scaledFont(const QFont& font, double factor)
{
    QFont scaled = font;
    if (font.pointSizeF() > 0)
        scaled.setPointSizeF(font.pointSizeF() * factor);
    else
        scaled.setPixelSize(qMax(1, qRound(font.pixelSize() * factor)));
    return scaled;
}

QFont captionFont(const QFont& font)
{
    return scaledFont(font, 0.9);
}

}  // namespace diffuscope::ui
