// SPDX-License-Identifier: GPL-3.0-or-later
// What a folder or file of a model holds, part by part, before anything is loaded.
#pragma once

#include "core/model/diffusers/component.h"
#include "core/model/diffusers/scheduler_config.h"

namespace diffuscope::model::diffusers {

struct PipelinePart
{
    std::string name;       ///< "unet", "vae", "text_encoder_2", "tokenizer", …
    std::string className;  ///< as the pipeline says, or as its own configuration does
    std::filesystem::path folder;
    std::optional<Component> component;  ///< of networks that can be opened
    FitReport fit;
    std::string problem;  ///< why the part cannot be used, one sentence; empty where it can
    std::string remark;   ///< what is worth knowing of it
};

struct PipelineFolder
{
    std::filesystem::path path;
    std::string className;  ///< of the pipeline; of a single component its own class
    std::vector<PipelinePart> parts;
    std::optional<SchedulerSetup> scheduler;
    std::string schedulerProblem;
    std::vector<std::string> classNames;  ///< of a class-conditional model, where the folder tells them
    bool zeroesEmptyPrompt = false;       ///< SDXL: no negative prompt means zeros
    std::vector<std::string> notices;

    const PipelinePart* part(const std::string& name) const;
    /// The network that denoises: unet or transformer; null where there is none.
    const PipelinePart* network() const;
    /// The part that decodes latents: vae or vqvae; null for models of pixels.
    const PipelinePart* autoencoder() const;
    bool readsText() const { return part("text_encoder") != nullptr; }
};

/// A pipeline's folder (model_index.json), a component's folder (config.json), a single component, or a whole
/// checkpoint in one .safetensors file. Reads configurations and headers alone. Throws Error where the path
/// holds no model; parts that are missing or do not fit are reported in the result.
PipelineFolder openPipeline(const std::filesystem::path& path, const std::string& variant = {});

/// Bytes of memory that the weights need where the networks compute in `elementBytes` each, and that one
/// evaluation adds at the model's own size.
struct MemoryEstimate
{
    std::int64_t weights = 0;
    std::int64_t evaluation = 0;
};
MemoryEstimate memoryEstimate(const PipelineFolder& pipeline, std::int64_t elementBytes = 4);

/// Bytes that the system can still give; absent where it does not say.
std::optional<std::int64_t> availableMemory();

/// Throws Error(outOfMemory) with one sentence where the estimate exceeds what is there.
void requireMemory(const MemoryEstimate& estimate, const std::string& what);

}  // namespace diffuscope::model::diffusers
