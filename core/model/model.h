// SPDX-License-Identifier: GPL-3.0-or-later
// A model behind one interface, whatever it is made of: a trained network or an exact formula, its card, the
// encoder of its conditions, and, for latents, its decoder.
#pragma once

#include "core/denoise/denoiser.h"
#include "core/model/model_card.h"
#include "core/model/network_layout.h"
#include "core/model/text/text_encoder.h"
#include "core/model/unet/cross_attention.h"

#include <torch/types.h>

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace diffuscope::model {

/// What a network is told of each of the B samples of a batch, besides the state and the time.
struct EncodedCondition
{
    /// [B] int64; the id that equals the card's number of classes asks for none.
    torch::Tensor classIds{};
    /// Of a model that reads text: [B, …].
    TextContext text{};
    /// Of a model that wants one vector of each text as well (SDXL): [B, width].
    torch::Tensor pooled{};
    /// Of a few-step student: [B], the length of the step to take as a share of the whole path (see
    /// StepLengths); undefined for an infinitesimal one.
    torch::Tensor step{};

    /// The samples begin … end − 1.
    EncodedCondition slice(std::int64_t begin, std::int64_t end) const;
};

/// One text as a model reads it.
struct EncodedText
{
    TextContext context{};              ///< [1, L, width]
    torch::Tensor pooled{};             ///< [1, width], or undefined
    std::vector<std::string> tokens{};  ///< a column of its attention each; an empty one for a marker
    bool isBlank = true;                ///< holds nothing to read
};

/// Turns latents into pictures.
class Decoder
{
public:
    virtual ~Decoder() = default;
    /// [B, c, h, w] latents -> [B, C, H, W] pictures in [−1, 1], float32 on the CPU. Throws Cancelled.
    virtual torch::Tensor decode(const torch::Tensor& latents, const std::stop_token& stop) const = 0;
    /// What decode() makes.
    virtual SampleSpace pictures() const = 0;
    /// A linear guess at the picture, at once: for each of the picture's channels a weight a latent channel
    /// and, last, a constant. Empty where there is none.
    virtual std::vector<std::vector<float>> preview() const { return {}; }
};

/// A network made ready to be evaluated many times. One thread uses one.
class FastForward
{
public:
    virtual ~FastForward() = default;
    /// As Model::forward(), without gradients.
    virtual torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t,
                                  const EncodedCondition& condition, const std::stop_token& stop) = 0;
    /// Whether a sample's result never depends on the rest of the batch, to the last bit.
    virtual bool hasIndependentSamples() const = 0;
    /// The operations that it is made of, a line each, for people, with what each takes in milliseconds where
    /// `isTimed`; empty where the model is evaluated module by module.
    virtual std::string description(bool isTimed) const
    {
        (void)isTimed;
        return {};
    }
};

/// How a model is evaluated here.
struct CompiledModel
{
    std::unique_ptr<FastForward> forward{};
    std::string precision{};  ///< "float32" or "bfloat16"
    std::string reason{};     ///< why, in half a sentence
    /// Why it is evaluated module by module, which is slower; empty where it is not.
    std::string notice{};
};

/// One thread uses one model.
class Model
{
public:
    explicit Model(ModelCard card) : m_card(std::move(card)) {}
    virtual ~Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const ModelCard& card() const { return m_card; }

    /// Moves the weights. Does nothing to a formula.
    virtual void to(const torch::Device&) {}
    virtual torch::Device device() const { return torch::kCPU; }

    /// x [B, c, h, w] float32 at training times t [B] float32 (fractional ones are allowed) -> the raw output
    /// [B, c, h, w] in the card's target. Differentiable where the weights are. Throws Cancelled.
    virtual torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t,
                                  const EncodedCondition& condition, const std::stop_token& stop = {}) = 0;

    /// A text as the model reads it. Throws Error(invalidOption) for one that it cannot read, and for any
    /// where the card says that it reads none.
    virtual EncodedText encode(const std::string& text);

    /// As forward(), and appends to `maps` where each layer of cross-attention looked, in the order of
    /// evaluation; nothing for a model without text.
    virtual torch::Tensor forwardWithAttention(const torch::Tensor& x, const torch::Tensor& t,
                                               const EncodedCondition& condition,
                                               std::vector<CrossAttentionMap>& maps);

    /// What it is made of; without parts for what cannot be taken apart.
    virtual NetworkLayout layout() const { return {}; }
    /// As forward(), with parts of layout() left out, module by module. Throws Error(invalidOption) for
    /// others.
    virtual torch::Tensor forwardWithout(const torch::Tensor& x, const torch::Tensor& t,
                                         const EncodedCondition& condition,
                                         const std::vector<std::string>& parts);

    /// Whether it wants EncodedCondition::step.
    virtual bool readsStep() const { return false; }

    /// Null where the sample is the picture.
    virtual const Decoder* decoder() const { return nullptr; }

    /// The exact denoiser of a formula, on any schedule and in the type of the state; null for a network.
    virtual std::unique_ptr<denoise::Denoiser> exactDenoiser() const { return nullptr; }

    /// Ready for many evaluations on `threads` threads (0: one a core), in the precision of this name
    /// ("float32", "bfloat16", "auto"; see choosePrecision(); "": as it is now). Uses this model, which must
    /// outlive it. By default forward() as it is. Throws Error(invalidOption) for another name.
    virtual CompiledModel compile(int threads, const std::string& precision);

    /// The weights, for training and for files; null for a formula.
    virtual torch::nn::Module* module() { return nullptr; }

private:
    ModelCard m_card;
};

}  // namespace diffuscope::model
