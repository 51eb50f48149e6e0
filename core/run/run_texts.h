// SPDX-License-Identifier: GPL-3.0-or-later
// The texts of one run: read, encoded once, and numbered, so that to guidance and samplers they are what
// classes are.
#pragma once

#include "core/model/model.h"
#include "core/recipe/recipe.h"
#include "core/record/text_attention.h"

#include <string>
#include <vector>

namespace diffuscope::run {

/// A recipe as denoisers are asked: the prompt is class 0, the negative prompt class 1, and no text the null
/// class 2.
struct RunTexts
{
    static constexpr int count = 2;

    recipe::Recipe recipe;
    /// As it was asked for.
    recipe::TextCondition asked{};
    /// What the network is told of class 0, 1 and 2, [3, L, width]; undefined for a model without text.
    model::TextContext contexts{};
    /// Of a model that wants one vector of each text as well, [3, width]; otherwise undefined.
    torch::Tensor pooled{};
    /// The words of the prompt as its attention counts them (see record::TextAttention::tokens).
    std::vector<std::string> tokens{};

    /// What the network is told of each image of a batch with these class ids, int64 [B].
    model::EncodedCondition of(const torch::Tensor& ids) const
    {
        if (!contexts.defined())
            return {ids};
        return {torch::zeros_like(ids),
                {contexts.states.index_select(0, ids), contexts.bias.index_select(0, ids)},
                pooled.defined() ? pooled.index_select(0, ids) : pooled};
    }
};

/// For a model without text the recipe comes back as it is. Blank texts are none. Throws Error(invalidOption)
/// for words that the model does not know, for texts that cannot be read, for a rule of guidance that has no
/// place for the negative prompt or cannot do without one, for a prompt where the model knows classes, and
/// for classes where it reads text.
RunTexts runTexts(model::Model& model, const recipe::Recipe& recipe);

/// What the layers said, averaged over heads, in half precision; the first `tokens.size()` tokens of each.
record::TextAttention recordedAttention(const std::vector<model::CrossAttentionMap>& maps,
                                        const std::vector<std::string>& tokens);

}  // namespace diffuscope::run
