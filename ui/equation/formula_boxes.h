// SPDX-License-Identifier: GPL-3.0-or-later
// The boxes that formulas are made of; only the parser makes them.
#pragma once

#include "core/record/frame.h"
#include "ui/equation/formula.h"

#include <optional>

namespace diffuscope::ui::boxes {

using BoxPtr = std::unique_ptr<FormulaBox>;

/// Letters on one baseline; variables are set in italics.
BoxPtr text(const QString& text, bool italic);
/// + − = between spaces: with room around it, and a place for a line to end.
BoxPtr operatorSign(const QString& sign);
/// The space between two factors.
BoxPtr gap();
/// The space between two words, where a line may end.
BoxPtr wordGap();
/// Boxes side by side, in the colour of a layer if they belong to one.
BoxPtr row(FormulaBoxes boxes, std::optional<record::Layer> layer = {});
/// `below` and `above` may be null, not both.
BoxPtr scripts(BoxPtr base, BoxPtr below, BoxPtr above);
BoxPtr fraction(BoxPtr above, BoxPtr below);
BoxPtr root(BoxPtr content);
/// A circumflex (U+0302), tilde (U+0303) or macron (U+0304) over a letter.
BoxPtr accent(BoxPtr base, QChar combining);

}  // namespace diffuscope::ui::boxes
