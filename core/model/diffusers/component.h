// SPDX-License-Identifier: GPL-3.0-or-later
// One component on disk: its configuration and its mapped weights, compared before anything is loaded.
#pragma once

#include "core/model/diffusers/autoencoder.h"
#include "core/model/diffusers/clip_text.h"
#include "core/model/diffusers/component_kind.h"
#include "core/model/diffusers/dit.h"
#include "core/model/diffusers/lora.h"
#include "core/model/diffusers/unet2d_condition.h"

#include <filesystem>
#include <memory>
#include <variant>

namespace diffuscope::model::diffusers {

using ComponentConfig =
    std::variant<UNet2dConfig, ConditionConfig, AutoencoderConfig, TinyConfig, ClipTextConfig, DitConfig>;

struct Component
{
    ComponentKind kind = ComponentKind::unet2d;
    std::string where;  ///< its folder or file, for messages
    ComponentConfig config;
    WeightFiles files;      ///< as they are stored; empty for a part of a single-file checkpoint
    StoredWeights tensors;  ///< under the names that the network asks for
    std::vector<std::string> notices;

    std::int64_t parameters() const;
    std::int64_t storedBytes() const;
};

/// The configuration of a component that was read from JSON. Throws Error(invalidFile). Keys that nobody
/// asked for, and what a reader should know, go to `notices`.
ComponentConfig readComponentConfig(ComponentKind kind, const nlohmann::json& settings,
                                    const std::string& where, std::vector<std::string>& notices);

/// What a network of this configuration asks for, in its order; computes nothing. Throws Error(invalidFile)
/// for configurations that contradict themselves.
std::vector<ExpectedTensor> expectedTensors(ComponentKind kind, const ComponentConfig& config);

/// Whether the folder is a component: a config.json whose class is understood.
bool isComponentFolder(const std::filesystem::path& folder);

/// Opens a component's folder. Throws Error for what cannot be read; a component whose tensors do not fit is
/// still opened, so that it can be inspected.
Component openComponent(const std::filesystem::path& folder, const std::string& variant = {});

/// Builds the network: each throws Error(invalidFile) naming what does not fit, and loads nothing then.
/// `updates` of a LoRA are added at `scale`.
struct NetworkOptions
{
    LoadOptions load{};
    const std::map<std::string, LoraUpdate>* updates = nullptr;
    double scale = 1;
};
std::unique_ptr<UNet2d> loadUNet2d(const Component& component, const NetworkOptions& options = {});
std::unique_ptr<UNet2dCondition> loadUNet2dCondition(const Component& component,
                                                     const NetworkOptions& options = {});
std::unique_ptr<ControlNet> loadControlNet(const Component& component, const NetworkOptions& options = {});
std::unique_ptr<AutoencoderKl> loadAutoencoderKl(const Component& component,
                                                 const NetworkOptions& options = {});
std::unique_ptr<AutoencoderTiny> loadAutoencoderTiny(const Component& component,
                                                     const NetworkOptions& options = {});
/// Either kind of autoencoder.
std::unique_ptr<Autoencoder> loadAutoencoder(const Component& component, const NetworkOptions& options = {});
std::unique_ptr<ClipText> loadClipText(const Component& component, const NetworkOptions& options = {});
std::unique_ptr<Dit> loadDit(const Component& component, const NetworkOptions& options = {});

}  // namespace diffuscope::model::diffusers
