// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/diffusers/pipeline_folder.h"

#include "core/base/error.h"
#include "core/model/diffusers/clip_tokenizer.h"
#include "core/model/diffusers/key_names.h"
#include "core/model/diffusers/ldm_configs.h"

#include <algorithm>

namespace diffuscope::model::diffusers {
namespace {

namespace fs = std::filesystem;

/// Opens the network of a part and compares it; what goes wrong is the part's problem.
void openPart(PipelinePart& part, const std::string& variant)
{
    try {
        part.component = openComponent(part.folder, variant);
        part.className = className(part.component->kind);
        part.fit = compareTensors(expectedTensors(part.component->kind, part.component->config),
                                  part.component->tensors);
        if (!part.fit.fits())
            part.problem = part.fit.sentence();
    } catch (const Error& error) {
        part.problem = error.what();
        if (!error.hint().empty())
            part.problem += " " + error.hint();
    }
}

void openTokenizerPart(PipelinePart& part)
{
    try {
        const ClipTokenizer tokenizer = ClipTokenizer::read(part.folder);
        part.remark = std::to_string(tokenizer.vocabularySize()) + " tokens, texts of " +
                      std::to_string(tokenizer.length()) + ", padded with id " +
                      std::to_string(tokenizer.padId());
    } catch (const Error& error) {
        part.problem = error.what();
    }
}

void openScheduler(PipelineFolder& pipeline)
{
    const std::vector<fs::path> places{pipeline.path / "scheduler" / "scheduler_config.json",
                                       pipeline.path / "scheduler" / "config.json",
                                       pipeline.path / "scheduler_config.json",
                                       pipeline.path.parent_path() / "scheduler" / "scheduler_config.json"};
    for (const auto& place : places) {
        if (!fs::is_regular_file(place))
            continue;
        try {
            ConfigReader reader(readPythonJson(place.string()), place.string());
            pipeline.scheduler = readScheduler(reader);
        } catch (const Error& error) {
            pipeline.schedulerProblem = error.what();
        }
        return;
    }
    pipeline.schedulerProblem =
        "There is no scheduler_config.json, so the schedule it was trained on is not known.";
}

bool isNetworkName(const std::string& name)
{
    return name == "unet" || name == "transformer" || name == "vae" || name == "vqvae" ||
           name == "controlnet" || name.rfind("text_encoder", 0) == 0;
}

/// The folder of a part; old models lie flat beside their model_index.json.
fs::path partFolder(const fs::path& pipeline, const std::string& name)
{
    if (fs::is_directory(pipeline / name))
        return pipeline / name;
    return isComponentFolder(pipeline) && (name == "unet" || name == "transformer") ? pipeline
                                                                                    : pipeline / name;
}

void readLabels(const nlohmann::json& index, PipelineFolder& pipeline)
{
    const auto labels = index.find("id2label");
    if (labels == index.end() || !labels->is_object())
        return;
    std::map<int, std::string> byNumber;
    for (const auto& [id, label] : labels->items())
        if (label.is_string() && !id.empty() && id.size() < 7 &&
            id.find_first_not_of("0123456789") == std::string::npos)
            byNumber[std::stoi(id)] = label.get<std::string>().substr(0, label.get<std::string>().find(','));
    for (const auto& [id, label] : byNumber)
        if (id == int(pipeline.classNames.size()))
            pipeline.classNames.push_back(label);
}

PipelineFolder openIndexedPipeline(const fs::path& path, const std::string& variant)
{
    const std::string file = (path / "model_index.json").string();
    const auto index = readPythonJson(file);
    PipelineFolder pipeline;
    pipeline.path = path;
    pipeline.className = index.value("_class_name", std::string("a pipeline without a name"));
    pipeline.zeroesEmptyPrompt = index.contains("force_zeros_for_empty_prompt") &&
                                 index["force_zeros_for_empty_prompt"] == nlohmann::json(true);
    readLabels(index, pipeline);
    for (const auto& [name, entry] : index.items()) {
        if (name.empty() || name.front() == '_' || !entry.is_array() || entry.size() != 2 ||
            !entry[1].is_string())
            continue;
        PipelinePart part{name, entry[1].get<std::string>(), partFolder(path, name), {}, {}, {}, {}};
        if (name == "scheduler" || name == "safety_checker" || name == "feature_extractor" ||
            name == "image_encoder") {
            continue;
        } else if (!fs::exists(part.folder)) {
            part.problem =
                "The folder " + part.folder.string() + " is missing; copy it there from the model's source.";
        } else if (name.rfind("tokenizer", 0) == 0) {
            openTokenizerPart(part);
        } else if (isNetworkName(name)) {
            openPart(part, variant);
        } else {
            part.remark = "not used here";
        }
        pipeline.parts.push_back(std::move(part));
    }
    openScheduler(pipeline);
    return pipeline;
}

PipelineFolder openSingleComponent(const fs::path& path, const std::string& variant)
{
    PipelineFolder pipeline;
    pipeline.path = path;
    PipelinePart part{"unet", {}, path, {}, {}, {}, {}};
    openPart(part, variant);
    if (!part.component)
        throw Error(ErrorCode::invalidFile, part.problem);
    pipeline.className = part.className;
    const auto kind = part.component->kind;
    if (kind == ComponentKind::dit)
        part.name = "transformer";
    else if (kind == ComponentKind::clipText)
        part.name = "text_encoder";
    else if (kind == ComponentKind::vqModel)
        part.name = "vqvae";
    else if (kind == ComponentKind::autoencoderKl || kind == ComponentKind::autoencoderTiny)
        part.name = "vae";
    else if (kind == ComponentKind::controlNet)
        part.name = "controlnet";
    pipeline.parts.push_back(std::move(part));
    openScheduler(pipeline);
    return pipeline;
}

void addLdmPart(PipelineFolder& pipeline, const char* name, ComponentKind kind,
                const nlohmann::json& settings, const StoredWeights& stored, const WeightFiles& files)
{
    PipelinePart part{name, className(kind), pipeline.path, {}, {}, {}, {}};
    if (stored.empty()) {
        part.problem = "The checkpoint does not hold it; put its folder beside the file.";
        pipeline.parts.push_back(std::move(part));
        return;
    }
    Component component;
    component.kind = kind;
    component.where = pipeline.path.string();
    component.config = readComponentConfig(kind, settings, component.where, component.notices);
    component.tensors = withCurrentNames(stored, kind);
    component.files.paths = files.paths;
    part.component = std::move(component);
    part.fit = compareTensors(expectedTensors(kind, part.component->config), part.component->tensors);
    if (!part.fit.fits())
        part.problem = part.fit.sentence();
    pipeline.parts.push_back(std::move(part));
}

PipelineFolder openCheckpoint(const fs::path& path, const WeightFiles& files)
{
    PipelineFolder pipeline;
    pipeline.path = path;
    const LdmCheckpoint checkpoint = splitLdmCheckpoint(files.tensors);
    const LdmConfigs configs = ldmConfigs(checkpoint.family, checkpoint.inputChannels);
    pipeline.className = configs.name;
    pipeline.zeroesEmptyPrompt = checkpoint.family == LdmCheckpoint::Family::sdxl;
    addLdmPart(pipeline, "unet", ComponentKind::unet2dCondition, configs.unet, checkpoint.unet, files);
    addLdmPart(pipeline, "vae", ComponentKind::autoencoderKl, configs.vae, checkpoint.vae, files);
    addLdmPart(pipeline, "text_encoder", ComponentKind::clipText, configs.textEncoder, checkpoint.textEncoder,
               files);
    if (checkpoint.family == LdmCheckpoint::Family::sdxl)
        addLdmPart(pipeline, "text_encoder_2", ComponentKind::clipText, configs.textEncoder2,
                   checkpoint.textEncoder2, files);
    ConfigReader reader(configs.scheduler, path.string());
    pipeline.scheduler = readScheduler(reader);
    pipeline.notices.push_back(
        "A checkpoint holds no tokenizer; put the model's folder \"tokenizer\" beside it.");
    if (checkpoint.leftOut > 0)
        pipeline.notices.push_back(std::to_string(checkpoint.leftOut) +
                                   " tensors of its training or of averaged copies are passed over.");
    return pipeline;
}

PipelineFolder openModelFile(const fs::path& path)
{
    const WeightFiles files = openWeightFile(path);
    if (isLdmCheckpoint(files.tensors))
        return openCheckpoint(path, files);
    // Beside its configuration it is a component; otherwise only its tensors can be told.
    if (isComponentFolder(path.parent_path()))
        return openSingleComponent(path.parent_path(), {});
    PipelineFolder pipeline;
    pipeline.path = path;
    PipelinePart part{"weights", {}, path, {}, {}, {}, {}};
    const auto kind = kindOfTensors(files.tensors);
    part.className = kind ? className(*kind) : "unknown";
    part.component.emplace();
    part.component->where = path.string();
    part.component->files = files;
    part.component->tensors = kind ? withCurrentNames(files.tensors, *kind) : files.tensors;
    part.problem = kind ? "Its config.json is missing; put it beside the file to open it as a model."
                        : "The names of its tensors are of no model that is understood.";
    pipeline.className = part.className;
    pipeline.parts.push_back(std::move(part));
    pipeline.schedulerProblem =
        "There is no scheduler_config.json, so the schedule it was trained on is not known.";
    return pipeline;
}

}  // namespace

const PipelinePart* PipelineFolder::part(const std::string& name) const
{
    const auto found =
        std::find_if(parts.begin(), parts.end(), [&](const auto& own) { return own.name == name; });
    return found != parts.end() ? &*found : nullptr;
}

const PipelinePart* PipelineFolder::network() const
{
    const PipelinePart* unet = part("unet");
    return unet != nullptr ? unet : part("transformer");
}

const PipelinePart* PipelineFolder::autoencoder() const
{
    const PipelinePart* vae = part("vae");
    return vae != nullptr ? vae : part("vqvae");
}

PipelineFolder openPipeline(const fs::path& path, const std::string& variant)
{
    if (fs::is_regular_file(path))
        return openModelFile(path);
    if (!fs::is_directory(path))
        throw Error(ErrorCode::missingFile, path.string() + " does not exist.", "Check the path.");
    const fs::path folder = path.filename().empty() ? path.parent_path() : path;
    if (fs::exists(folder / "model_index.json"))
        return openIndexedPipeline(folder, variant);
    if (fs::exists(folder / "config.json"))
        return openSingleComponent(folder, variant);
    for (const auto& entry : fs::directory_iterator(folder))
        refusePickle(entry.path());
    throw Error(ErrorCode::missingFile,
                folder.string() + " holds no model: neither model_index.json nor config.json is there.",
                "Name the folder that was downloaded, with model_index.json in it.");
}

}  // namespace diffuscope::model::diffusers
