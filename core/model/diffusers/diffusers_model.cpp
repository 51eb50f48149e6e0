// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/diffusers_model.h"

#include "core/base/error.h"
#include "core/model/diffusers/pipeline_folder.h"
#include "core/model/diffusers/prompt_encoder.h"
#include "core/model/model.h"

#include <algorithm>

namespace diffuscope::model {
namespace {

namespace fs = std::filesystem;

std::string sourceName(const std::string& source)
{
    const fs::path path(source);
    return (path.has_filename() ? path : path.parent_path()).stem().string();
}

/// The first sentence that keeps the model from being used, of the parts that it needs.
void requirePipelineParts(const diffusers::PipelineFolder& pipeline)
{
    const diffusers::PipelinePart* network = pipeline.network();
    if (network == nullptr || !network->component ||
        (network->component->kind != diffusers::ComponentKind::unet2d &&
         network->component->kind != diffusers::ComponentKind::unet2dCondition &&
         network->component->kind != diffusers::ComponentKind::dit))
        throw Error(ErrorCode::invalidFile,
                    pipeline.path.string() + " holds no network that denoises" +
                        (network != nullptr && !network->problem.empty() ? ": " + network->problem : "."),
                    "Name the folder with model_index.json in it.");
    for (const auto& part : pipeline.parts)
        if (!part.problem.empty())
            throw Error(ErrorCode::invalidFile, "The part \"" + part.name + "\" of " +
                                                    pipeline.path.string() +
                                                    " cannot be used: " + part.problem);
    if (!pipeline.scheduler)
        throw Error(ErrorCode::invalidFile, pipeline.schedulerProblem,
                    "Put scheduler/scheduler_config.json beside the network.");
}

/// What one sample is: by the network's size, and latents where an autoencoder belongs to it.
SampleSpace pipelineSpace(const diffusers::PipelineFolder& pipeline)
{
    const auto& config = pipeline.network()->component->config;
    std::vector<std::int64_t> size;
    std::int64_t channels = 0;
    if (const auto* unet = std::get_if<diffusers::UNet2dConfig>(&config)) {
        size = unet->sampleSize;
        channels = unet->inputChannels;
    } else if (const auto* text = std::get_if<diffusers::ConditionConfig>(&config)) {
        size = text->sampleSize;
        channels = text->outputChannels;
        if (text->inputChannels != text->outputChannels)
            throw Error(ErrorCode::invalidFile,
                        "The network takes " + std::to_string(text->inputChannels) +
                            " channels and returns " + std::to_string(text->outputChannels) +
                            ": a model for inpainting or another picture's use.",
                        "Choose the model for pictures from noise.");
    } else {
        const auto& dit = std::get<diffusers::DitConfig>(config);
        size = {dit.sampleSize, dit.sampleSize};
        channels = dit.inputChannels;
    }
    if (size.size() != 2)
        throw Error(ErrorCode::invalidFile,
                    "The network's configuration does not say its size (\"sample_size\").",
                    "Add \"sample_size\" to its config.json.");
    const bool isLatent = pipeline.autoencoder() != nullptr;
    if (!isLatent && channels != 1 && channels != 3)
        throw Error(ErrorCode::invalidFile,
                    "The network's samples have " + std::to_string(channels) +
                        " channels and no decoder belongs to it.",
                    "Put the folder \"vae\" beside the network.");
    return isLatent ? SampleSpace::latent(int(channels), int(size[0]), int(size[1]))
                    : SampleSpace::pixels(int(channels), int(size[0]), int(size[1]));
}

std::vector<std::string> pipelineClasses(const diffusers::PipelineFolder& pipeline)
{
    std::int64_t classes = 0;
    const auto& config = pipeline.network()->component->config;
    if (const auto* unet = std::get_if<diffusers::UNet2dConfig>(&config))
        classes = unet->classes;
    else if (const auto* dit = std::get_if<diffusers::DitConfig>(&config))
        classes = dit->classes;
    std::vector<std::string> names = pipeline.classNames;
    for (std::int64_t id = std::int64_t(names.size()); id < classes; ++id)
        names.push_back(std::to_string(id));
    names.resize(std::size_t(classes));
    return names;
}

ModelCard pipelineCard(const diffusers::PipelineFolder& pipeline, const std::string& source)
{
    requirePipelineParts(pipeline);
    ModelCard card;
    card.name = sourceName(source);
    card.title = card.name;
    card.description = "A " + pipeline.className + " from " + pipeline.path.string() + ".";
    card.licence = "as its source says";
    card.data = "as its source says";
    card.space = pipelineSpace(pipeline);
    card.network = pipeline.network()->className;
    card.architecture = "{}";
    card.target = pipeline.scheduler->target;
    card.schedule = pipeline.scheduler->schedule;
    card.classNames = pipelineClasses(pipeline);
    constexpr int promptTokens = 75;
    card.mostWords = pipeline.readsText() ? promptTokens : 0;
    card.guidance = pipeline.readsText() ? 7.5 : 0;
    for (const auto& part : pipeline.parts)
        if (part.component)
            card.parameterCount += part.component->parameters();
    return card;
}

/// The text encoders; of a checkpoint they are in the file, and the tokenizers beside it.
std::vector<diffusers::TextPart> pipelineTexts(const diffusers::PipelineFolder& pipeline)
{
    if (fs::is_directory(pipeline.path))
        return diffusers::textParts(pipeline.path);
    std::vector<diffusers::TextPart> parts;
    for (const char* suffix : {"", "_2"})
        if (const diffusers::PipelinePart* part = pipeline.part(std::string("text_encoder") + suffix);
            part && part->component)
            parts.push_back(
                {pipeline.path.parent_path() / (std::string("tokenizer") + suffix), *part->component});
    return parts;
}

class PipelineDecoder final : public Decoder
{
public:
    PipelineDecoder(std::unique_ptr<diffusers::Autoencoder> autoencoder, SampleSpace latents)
        : m_autoencoder(std::move(autoencoder)), m_latents(latents)
    {
    }
    torch::Tensor decode(const torch::Tensor& latents, const std::stop_token& stop) const override
    {
        const diffusers::Evaluation evaluation(stop);
        const torch::Tensor z = m_autoencoder->unscaled(latents.to(torch::kFloat32));
        constexpr std::int64_t tile = 64;
        const auto* kl = dynamic_cast<const diffusers::AutoencoderKl*>(m_autoencoder.get());
        const torch::Tensor picture =
            kl != nullptr ? kl->decodeTiled(z, tile, evaluation) : m_autoencoder->decode(z, evaluation);
        return picture.to(torch::kCPU);
    }
    SampleSpace pictures() const override
    {
        const int factor = int(m_autoencoder->factor());
        return SampleSpace::pixels(3, m_latents.height * factor, m_latents.width * factor);
    }

private:
    std::unique_ptr<diffusers::Autoencoder> m_autoencoder;
    SampleSpace m_latents;
};

/// A pipeline's networks behind the seam.
class DiffusersModel final : public Model
{
public:
    DiffusersModel(ModelCard card, const diffusers::PipelineFolder& pipeline)
        : Model(std::move(card)), m_zeroesEmptyPrompt(pipeline.zeroesEmptyPrompt)
    {
        const diffusers::NetworkOptions options;
        const auto& component = *pipeline.network()->component;
        if (component.kind == diffusers::ComponentKind::unet2d)
            m_unet = diffusers::loadUNet2d(component, options);
        else if (component.kind == diffusers::ComponentKind::dit)
            m_dit = diffusers::loadDit(component, options);
        else
            m_textUnet = diffusers::loadUNet2dCondition(component, options);
        if (const diffusers::PipelinePart* part = pipeline.autoencoder())
            m_decoder = std::make_unique<PipelineDecoder>(
                diffusers::loadAutoencoder(*part->component, options), this->card().space);
        if (m_textUnet && pipeline.readsText())
            m_encoder = std::make_unique<diffusers::PromptEncoder>(pipelineTexts(pipeline), options);
    }

    void to(const torch::Device& device) override
    {
        if (!device.is_cpu())
            throw Error(ErrorCode::invalidOption,
                        "The model \"" + card().name + "\" computes on the CPU alone.",
                        "Choose the CPU as device.");
    }

    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop) override
    {
        return evaluated(x, t, condition, diffusers::Evaluation(stop));
    }

    torch::Tensor forwardWithAttention(const torch::Tensor& x, const torch::Tensor& t,
                                       const EncodedCondition& condition,
                                       std::vector<CrossAttentionMap>& maps) override
    {
        std::vector<diffusers::AttentionMap> own;
        diffusers::Evaluation evaluation;
        evaluation.maps = &own;
        const torch::Tensor output = evaluated(x, t, condition, evaluation);
        for (const auto& map : own)
            maps.push_back({map.layer, map.height, map.width, map.weights});
        return output;
    }

    EncodedText encode(const std::string& text) override
    {
        if (!m_encoder)
            return Model::encode(text);
        const auto tokens = m_encoder->tokenize(text);
        const bool isBlank = tokens.pieces.empty();
        const auto prompt = isBlank && m_zeroesEmptyPrompt ? m_encoder->zeros() : m_encoder->encode(text);
        EncodedText encoded;
        encoded.context.states = prompt.text;
        encoded.context.bias = torch::zeros({1, prompt.text.size(1)});
        encoded.pooled = prompt.pooled;
        encoded.isBlank = isBlank;
        encoded.tokens.assign(std::size_t(prompt.text.size(1)), std::string());
        for (int i = 0; i < tokens.kept; ++i)
            encoded.tokens[std::size_t(i) + 1] = tokens.pieces[std::size_t(i)];
        return encoded;
    }

    const Decoder* decoder() const override { return m_decoder.get(); }

private:
    torch::Tensor evaluated(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                            const diffusers::Evaluation& evaluation) const
    {
        torch::Tensor output;
        if (m_unet) {
            output = m_unet->forward(x, t, labelsOf(condition), evaluation);
        } else if (m_dit) {
            output = m_dit->forward(x, t, condition.classIds, evaluation);
        } else {
            diffusers::ConditionInputs inputs;
            inputs.text = condition.text.states;
            inputs.textBias = condition.text.bias;
            if (m_textUnet->config().hasTextTime) {
                inputs.textEmbeds = condition.pooled;
                inputs.timeIds = sizesOf(x.size(0));
            }
            output = m_textUnet->forward(x, t, inputs, evaluation);
        }
        // Where the network predicts its variance, too, that is its second half.
        return output.size(1) > x.size(1) ? output.slice(1, 0, x.size(1)) : output;
    }

    /// A table of classes without a row for none cannot say what the picture is without a class.
    torch::Tensor labelsOf(const EncodedCondition& condition) const
    {
        if (m_unet->config().classEmbedding == diffusers::ClassEmbeddingKind::none)
            return {};
        const auto classes = std::int64_t(card().classNames.size());
        if (condition.classIds.defined() && condition.classIds.numel() > 0 &&
            condition.classIds.max().item<std::int64_t>() >= classes)
            throw Error(ErrorCode::invalidOption,
                        "The model \"" + card().name + "\" was not trained without a class.",
                        "Choose a class, and set the guidance scale to 1.");
        return condition.classIds;
    }

    /// Original size, crop, target size: the picture's own, uncropped.
    torch::Tensor sizesOf(std::int64_t batch) const
    {
        const SampleSpace picture = m_decoder ? m_decoder->pictures() : card().space;
        const std::vector<double> sizes{double(picture.height), double(picture.width), 0, 0,
                                        double(picture.height), double(picture.width)};
        return torch::tensor(sizes).to(torch::kFloat32).unsqueeze(0).expand({batch, 6});
    }

    std::unique_ptr<diffusers::UNet2d> m_unet;
    std::unique_ptr<diffusers::UNet2dCondition> m_textUnet;
    std::unique_ptr<diffusers::Dit> m_dit;
    std::unique_ptr<PipelineDecoder> m_decoder;
    std::unique_ptr<diffusers::PromptEncoder> m_encoder;
    bool m_zeroesEmptyPrompt;
};

bool acceptsDiffusers(const std::string& source)
{
    const fs::path path(source);
    std::error_code failure;
    if (fs::is_directory(path, failure))
        return fs::exists(path / "model_index.json", failure) || fs::exists(path / "config.json", failure);
    // Weights beside a card or a configuration are that folder's.
    if (fs::exists(path.parent_path() / "model.json", failure) ||
        fs::exists(path.parent_path() / "config.json", failure))
        return false;
    const std::string extension = path.extension().string();
    const bool isKnown = extension == ".safetensors" || extension == ".ckpt" || extension == ".bin" ||
                         extension == ".pt" || extension == ".pth";
    return isKnown && fs::is_regular_file(path, failure);
}

ModelCard readDiffusersCard(const std::string& source)
{
    return pipelineCard(diffusers::openPipeline(source), source);
}

std::unique_ptr<Model> loadDiffusers(const std::string& source)
{
    const diffusers::PipelineFolder pipeline = diffusers::openPipeline(source);
    ModelCard card = pipelineCard(pipeline, source);
    diffusers::requireMemory(diffusers::memoryEstimate(pipeline), "The model \"" + card.name + "\"");
    return std::make_unique<DiffusersModel>(std::move(card), pipeline);
}

}  // namespace

ModelLoader diffusersLoader()
{
    return {"diffusers", acceptsDiffusers, readDiffusersCard, loadDiffusers};
}

}  // namespace diffuscope::model
