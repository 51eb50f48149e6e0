// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/component.h"

#include "core/base/error.h"
#include "core/model/diffusers/key_names.h"

#include <set>

namespace diffuscope::model::diffusers {
namespace {

namespace fs = std::filesystem;

template <typename Network, typename Config>
void listNetwork(ListingSource& source, const ComponentConfig& config)
{
    const Network network(Weights(source), std::get<Config>(config));
}

template <typename Network, typename Config>
std::unique_ptr<Network> loadNetwork(const Component& component, const NetworkOptions& options)
{
    StoredSource stored(component.tensors, options.load);
    static const std::map<std::string, LoraUpdate> none;
    LoraSource updated(stored, options.updates != nullptr ? *options.updates : none, options.scale);
    auto network = std::make_unique<Network>(Weights(updated), std::get<Config>(component.config));
    stored.finish(component.where);
    return network;
}

void addUnknown(const ConfigReader& reader, std::vector<std::string>& notices)
{
    const auto unknown = reader.unknownKeys();
    if (unknown.empty())
        return;
    std::string text = reader.where() + " has settings that are not known and are passed over:";
    for (const auto& key : unknown)
        text += " " + key;
    notices.push_back(text + ".");
}

}  // namespace

std::int64_t Component::parameters() const
{
    std::int64_t count = 0;
    for (const auto& [name, tensor] : tensors) {
        std::int64_t own = 1;
        for (const auto size : tensor.shape())
            own *= size;
        count += own;
    }
    return count;
}

std::int64_t Component::storedBytes() const
{
    std::int64_t bytes = 0;
    for (const auto& [name, tensor] : tensors)
        bytes += std::int64_t(tensor.entry.end - tensor.entry.begin) / tensor.parts;
    return bytes;
}

ComponentConfig readComponentConfig(ComponentKind kind, const nlohmann::json& settings,
                                    const std::string& where, std::vector<std::string>& notices)
{
    ConfigReader reader(settings, where);
    const auto noticed = [&](auto config) -> ComponentConfig {
        addUnknown(reader, notices);
        if constexpr (requires { config.notices; })
            notices.insert(notices.end(), config.notices.begin(), config.notices.end());
        return config;
    };
    switch (kind) {
        case ComponentKind::unet2d:
            return noticed(readUNet2dConfig(reader));
        case ComponentKind::unet2dCondition:
            return noticed(readConditionConfig(reader, false));
        case ComponentKind::controlNet:
            return noticed(readConditionConfig(reader, true));
        case ComponentKind::autoencoderKl:
            return noticed(readAutoencoderConfig(reader, false));
        case ComponentKind::vqModel:
            return noticed(readAutoencoderConfig(reader, true));
        case ComponentKind::autoencoderTiny:
            return noticed(readTinyConfig(reader));
        case ComponentKind::clipText:
            // Configurations of transformers hold much that no text encoder here needs.
            return readClipTextConfig(reader);
        case ComponentKind::dit:
            return noticed(readDitConfig(reader));
    }
    throw Error(ErrorCode::internal, "A kind of component without a reader.");
}

std::vector<ExpectedTensor> expectedTensors(ComponentKind kind, const ComponentConfig& config)
{
    ListingSource source;
    switch (kind) {
        case ComponentKind::unet2d:
            listNetwork<UNet2d, UNet2dConfig>(source, config);
            break;
        case ComponentKind::unet2dCondition:
            listNetwork<UNet2dCondition, ConditionConfig>(source, config);
            break;
        case ComponentKind::controlNet:
            listNetwork<ControlNet, ConditionConfig>(source, config);
            break;
        case ComponentKind::autoencoderKl:
        case ComponentKind::vqModel:
            listNetwork<AutoencoderKl, AutoencoderConfig>(source, config);
            break;
        case ComponentKind::autoencoderTiny:
            listNetwork<AutoencoderTiny, TinyConfig>(source, config);
            break;
        case ComponentKind::clipText:
            listNetwork<ClipText, ClipTextConfig>(source, config);
            break;
        case ComponentKind::dit:
            listNetwork<Dit, DitConfig>(source, config);
            break;
    }
    return source.expected();
}

bool isComponentFolder(const fs::path& folder)
{
    const fs::path file = folder / "config.json";
    if (!fs::is_regular_file(file))
        return false;
    try {
        kindOfConfig(readPythonJson(file.string()), file.string());
        return true;
    } catch (const Error&) {
        return false;
    }
}

Component openComponent(const fs::path& folder, const std::string& variant)
{
    const std::string file = (folder / "config.json").string();
    const auto settings = readPythonJson(file);
    Component component;
    component.kind = kindOfConfig(settings, file);
    component.where = folder.string();
    component.config = readComponentConfig(component.kind, settings, file, component.notices);
    component.files = openWeights(folder, variant);
    component.tensors = withCurrentNames(component.files.tensors, component.kind);
    if (!component.files.variant.empty())
        component.notices.push_back(folder.string() + " holds the " + component.files.variant +
                                    " variant of its weights.");
    return component;
}

std::unique_ptr<UNet2d> loadUNet2d(const Component& component, const NetworkOptions& options)
{
    return loadNetwork<UNet2d, UNet2dConfig>(component, options);
}

std::unique_ptr<UNet2dCondition> loadUNet2dCondition(const Component& component,
                                                     const NetworkOptions& options)
{
    return loadNetwork<UNet2dCondition, ConditionConfig>(component, options);
}

std::unique_ptr<ControlNet> loadControlNet(const Component& component, const NetworkOptions& options)
{
    return loadNetwork<ControlNet, ConditionConfig>(component, options);
}

std::unique_ptr<AutoencoderKl> loadAutoencoderKl(const Component& component, const NetworkOptions& options)
{
    return loadNetwork<AutoencoderKl, AutoencoderConfig>(component, options);
}

std::unique_ptr<AutoencoderTiny> loadAutoencoderTiny(const Component& component,
                                                     const NetworkOptions& options)
{
    return loadNetwork<AutoencoderTiny, TinyConfig>(component, options);
}

std::unique_ptr<Autoencoder> loadAutoencoder(const Component& component, const NetworkOptions& options)
{
    if (component.kind == ComponentKind::autoencoderTiny)
        return loadAutoencoderTiny(component, options);
    if (component.kind != ComponentKind::autoencoderKl && component.kind != ComponentKind::vqModel)
        throw Error(ErrorCode::invalidFile,
                    component.where + " is a " + className(component.kind) + ", not an autoencoder.",
                    "Put the model's autoencoder there.");
    return loadAutoencoderKl(component, options);
}

std::unique_ptr<ClipText> loadClipText(const Component& component, const NetworkOptions& options)
{
    return loadNetwork<ClipText, ClipTextConfig>(component, options);
}

std::unique_ptr<Dit> loadDit(const Component& component, const NetworkOptions& options)
{
    return loadNetwork<Dit, DitConfig>(component, options);
}

}  // namespace diffuscope::model::diffusers
