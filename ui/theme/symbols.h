// SPDX-License-Identifier: GPL-3.0-or-later
// Symbols that fonts get wrong when they are written the plain way.
#pragma once

#include <QString>

namespace diffuscope::ui {

/// x̂₀. A zero-width joiner stands between letter and hat: DejaVu Sans, the usual font of a bare Debian, loses
/// the hat of a plain x + U+0302 or puts it elsewhere.
inline QString x0HatSymbol()
{
    return QStringLiteral("x\u200d\u0302\u2080");
}

/// `text` with that joiner between every Latin letter and the hat over it, for texts that come from
/// elsewhere.
inline QString withHats(QString text)
{
    constexpr QChar joiner(0x200D);
    constexpr QChar circumflex(0x0302);
    for (qsizetype place = text.indexOf(circumflex); place > 0; place = text.indexOf(circumflex, place + 2))
        if (text[place - 1].unicode() < 0x80)
            text.insert(place, joiner);
    return text;
}

}  // namespace diffuscope::ui
