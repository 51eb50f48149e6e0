// SPDX-License-Identifier: GPL-3.0-or-later
// What views of a run have in common before there is a run: a page that says what to do.
#pragma once

#include <QString>

class QStackedLayout;
class QVBoxLayout;
class QWidget;

namespace diffuscope::ui {

struct ViewPages
{
    QStackedLayout* stack;  ///< page 0 the sentence, page 1 the content
    QVBoxLayout* content;   ///< what is in page 1, top to bottom
};

/// Fills `view` with two pages: a sentence in its middle, in a label of this object name, and an empty
/// column.
ViewPages addPages(QWidget& view, const QString& labelName, const QString& sentence);

/// A tooltip that wraps its lines.
QString richTip(const QString& text);

}  // namespace diffuscope::ui
