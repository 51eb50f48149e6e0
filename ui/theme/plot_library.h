// SPDX-License-Identifier: GPL-3.0-or-later
// <qcustomplot.h> for code without Qt's keyword macros (QT_NO_KEYWORDS, QT_NO_FOREACH), which its
// declarations use.
#pragma once

#ifdef QT_NO_KEYWORDS
#pragma push_macro("signals")
#undef signals
#define signals Q_SIGNALS
#endif
#if defined(QT_NO_KEYWORDS) || defined(QT_NO_FOREACH)
#pragma push_macro("foreach")
#undef foreach
#define foreach(variable, container) for (variable : container)
#endif

#include <qcustomplot.h>

#ifdef QT_NO_KEYWORDS
#pragma pop_macro("signals")
#endif
#if defined(QT_NO_KEYWORDS) || defined(QT_NO_FOREACH)
#pragma pop_macro("foreach")
#endif
