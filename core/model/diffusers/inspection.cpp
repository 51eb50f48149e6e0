// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/inspection.h"

#include "core/base/error.h"
#include "core/model/diffusers/key_names.h"
#include "core/model/diffusers/pipeline_folder.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>

namespace diffuscope::model::diffusers {
namespace {

constexpr std::int64_t megabyte = 1'000'000;

std::string grouped(std::int64_t number)
{
    std::string digits = std::to_string(number);
    for (int at = int(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(std::size_t(at), ",");
    return digits;
}

std::string bytesText(std::int64_t bytes)
{
    char text[40];
    if (bytes >= 1000 * megabyte)
        std::snprintf(text, sizeof text, "%.2f GB", double(bytes) / 1e9);
    else
        std::snprintf(text, sizeof text, "%.1f MB", double(bytes) / 1e6);
    return text;
}

std::string storedTypes(const Component& component)
{
    std::set<std::string> types;
    for (const auto& [name, tensor] : component.tensors)
        types.insert(tensor.entry.typeName);
    std::string text;
    for (const auto& type : types)
        text += (text.empty() ? "" : ", ") + type;
    return text;
}

std::string valueText(const base::OptionValue& value)
{
    if (const bool* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const double* number = std::get_if<double>(&value)) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%g", *number);
        return digits;
    }
    return std::get<std::string>(value);
}

std::string withOptions(const std::string& name, const base::OptionValues& options)
{
    std::string text = name;
    for (const auto& [key, value] : options)
        text += " " + key + "=" + valueText(value);
    return text;
}

/// Numbers held at once by the skips of a U-Net, and its widest state, at `height` × `width`.
std::int64_t unetNumbers(const std::vector<std::int64_t>& channels, std::int64_t layers, std::int64_t height,
                         std::int64_t width)
{
    std::int64_t skips = channels[0] * height * width;
    std::int64_t widest = 0;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::int64_t pixels = std::max<std::int64_t>(1, (height >> i) * (width >> i));
        skips += (layers + 1) * channels[i] * pixels;
        widest = std::max(widest, channels[i] * pixels);
    }
    constexpr std::int64_t statesAtOnce = 8;  // of a residual block and of what its convolutions unfold
    return skips + statesAtOnce * widest;
}

std::int64_t evaluationBytes(const Component& component)
{
    constexpr std::int64_t guided = 2;
    constexpr std::int64_t single = 4;
    const std::int64_t attention = 3 * Evaluation().attentionBytes;
    if (const auto* unet = std::get_if<UNet2dConfig>(&component.config)) {
        const auto size = unet->sampleSize.size() == 2 ? unet->sampleSize : std::vector<std::int64_t>{64, 64};
        return single * unetNumbers(unet->channels, unet->layersPerBlock, size[0], size[1]) + attention;
    }
    if (const auto* unet = std::get_if<ConditionConfig>(&component.config)) {
        const auto size = unet->sampleSize.size() == 2 ? unet->sampleSize : std::vector<std::int64_t>{64, 64};
        return guided * single * unetNumbers(unet->channels, unet->layersPerBlock[0], size[0], size[1]) +
               attention;
    }
    if (const auto* vae = std::get_if<AutoencoderConfig>(&component.config)) {
        // The decoder works in tiles of 64 latents.
        const std::int64_t side = std::int64_t(64) << (vae->channels.size() - 1);
        const std::int64_t own = vae->sampleSize.size() == 2 ? std::min(side, vae->sampleSize[0]) : side;
        constexpr std::int64_t statesAtOnce = 6;
        return single * statesAtOnce * vae->channels[0] * own * own;
    }
    if (const auto* dit = std::get_if<DitConfig>(&component.config)) {
        const std::int64_t tokens = (dit->sampleSize / dit->patch) * (dit->sampleSize / dit->patch);
        return guided * single * tokens * dit->width() * 16 + attention;
    }
    return 0;
}

void addFit(const FitReport& fit, std::string& text)
{
    constexpr std::size_t shown = 8;
    const auto list = [&](const char* title, const std::vector<std::string>& names) {
        if (names.empty())
            return;
        text += "    " + std::to_string(names.size()) + " " + title + ":";
        for (std::size_t i = 0; i < std::min(shown, names.size()); ++i)
            text += "\n      " + names[i];
        text += names.size() > shown ? "\n      …\n" : "\n";
    };
    list("missing", fit.missing);
    list("of another shape", fit.wrongShape);
    list("of a type that is not computed with", fit.unsupported);
    list("not asked for", fit.unexpected);
}

void addPart(const PipelinePart& part, std::string& text)
{
    char start[120];
    std::snprintf(start, sizeof start, "%-16s %-24s ", part.name.c_str(), part.className.c_str());
    text += start;
    if (part.component) {
        const Component& component = *part.component;
        text += grouped(std::int64_t(component.tensors.size())) + " tensors, " +
                grouped(component.parameters()) + " parameters, " + bytesText(component.storedBytes()) +
                " as " + storedTypes(component);
        if (component.files.isSharded)
            text += " in " + std::to_string(component.files.paths.size()) + " files";
        if (!component.files.variant.empty())
            text += ", variant " + component.files.variant;
    } else {
        text += part.remark;
    }
    text += "\n";
    if (!part.problem.empty())
        text += "    cannot be used: " + part.problem + "\n";
    addFit(part.fit, text);
    if (part.component)
        for (const auto& notice : part.component->notices)
            text += "    note: " + notice + "\n";
}

}  // namespace

MemoryEstimate memoryEstimate(const PipelineFolder& pipeline, std::int64_t elementBytes)
{
    MemoryEstimate estimate;
    for (const auto& part : pipeline.parts) {
        if (!part.component)
            continue;
        estimate.weights += part.component->parameters() * elementBytes;
        if (part.name != "weights")
            estimate.evaluation = std::max(estimate.evaluation, evaluationBytes(*part.component));
    }
    return estimate;
}

std::optional<std::int64_t> availableMemory()
{
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);)
        if (line.rfind("MemAvailable:", 0) == 0)
            return std::stoll(line.substr(13)) * 1024;
    return std::nullopt;
}

void requireMemory(const MemoryEstimate& estimate, const std::string& what)
{
    const auto available = availableMemory();
    const std::int64_t needed = estimate.weights + estimate.evaluation;
    if (available && needed > *available)
        throw Error(ErrorCode::outOfMemory,
                    what + " needs about " + bytesText(needed) + " of memory, " + bytesText(*available) +
                        " are free.",
                    "Close other programs, take a smaller model, or compute in bfloat16.");
}

bool isOtherModel(const std::filesystem::path& path)
{
    namespace fs = std::filesystem;
    if (fs::is_directory(path))
        return !fs::exists(path / "model.json") &&
               (fs::exists(path / "model_index.json") || fs::exists(path / "config.json"));
    if (!fs::is_regular_file(path))
        return false;
    if (fs::exists(path.parent_path() / "model.json"))
        return false;
    const WeightFiles files = openWeightFile(path);
    return isLdmCheckpoint(files.tensors) || kindOfTensors(files.tensors).has_value();
}

bool isUsable(const std::filesystem::path& path)
{
    const PipelineFolder pipeline = openPipeline(path);
    return std::all_of(pipeline.parts.begin(), pipeline.parts.end(),
                       [](const PipelinePart& part) { return part.problem.empty(); });
}

std::string inspectionText(const std::filesystem::path& path)
{
    const PipelineFolder pipeline = openPipeline(path);
    std::string text = pipeline.path.string() + ": " + pipeline.className + "\n";
    std::int64_t tensors = 0;
    std::int64_t parameters = 0;
    for (const auto& part : pipeline.parts) {
        addPart(part, text);
        if (part.component) {
            tensors += std::int64_t(part.component->tensors.size());
            parameters += part.component->parameters();
        }
    }
    if (pipeline.parts.size() > 1)
        text += "together         " + grouped(tensors) + " tensors, " + grouped(parameters) + " parameters\n";
    if (pipeline.scheduler) {
        const SchedulerSetup& setup = *pipeline.scheduler;
        text += "scheduler        " + setup.className + "\n";
        text += "schedule         " + withOptions(setup.schedule.family, setup.schedule.options) + "\n";
        text += "target           " + setup.target + "\n";
        text += "grid             " + withOptions(setup.grid.rule, setup.grid.options) + "\n";
        text += "sampler          " + withOptions(setup.sampler, setup.samplerOptions) + "\n";
        text += "clipping         " + withOptions(setup.clipping, setup.clippingOptions) + "\n";
        for (const auto& notice : setup.notices)
            text += "    note: " + notice + "\n";
    } else {
        text += "scheduler        " + pipeline.schedulerProblem + "\n";
    }
    if (!pipeline.classNames.empty())
        text += "classes          " + std::to_string(pipeline.classNames.size()) + ", first " +
                pipeline.classNames.front() + "\n";
    const MemoryEstimate estimate = memoryEstimate(pipeline);
    text += "memory           about " + bytesText(estimate.weights) + " for the weights in float32, and " +
            bytesText(estimate.evaluation) + " for an evaluation\n";
    for (const auto& notice : pipeline.notices)
        text += "note: " + notice + "\n";
    return text;
}

}  // namespace diffuscope::model::diffusers
