// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/autoencoder/decoded_model.h"

#include <utility>

namespace diffuscope::model {

DecodedModel::DecodedModel(std::unique_ptr<Model> latents, std::unique_ptr<Decoder> decoder)
    : Model(latents->card()), m_latents(std::move(latents)), m_decoder(std::move(decoder))
{
}

}  // namespace diffuscope::model
