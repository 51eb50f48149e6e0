// SPDX-License-Identifier: GPL-3.0-or-later
// Single evaluations: networks, autoencoders, text encoders, ControlNets, LoRA, and the tokenizer.
#include "core/base/error.h"
#include "core/model/diffusers/clip_tokenizer.h"
#include "core/model/diffusers/component.h"
#include "core/verify/golden_case.h"

namespace diffuscope::verify {
namespace {

namespace fs = std::filesystem;
using namespace model::diffusers;
using nlohmann::json;

std::string outputName(const std::string& caseName, const char* name)
{
    return caseName + ".out." + name;
}

void verifyNetwork(const GoldenFolder& golden, const std::string& name, const Component& component,
                   CaseComparison& comparison)
{
    const auto in = [&](const char* key) { return golden.input(name, key); };
    const Tensor sample = in("sample");
    const Tensor t = in("timestep");
    Tensor result;
    if (component.kind == ComponentKind::unet2d)
        result = loadUNet2d(component)->forward(sample, t, in("class_labels"));
    else if (component.kind == ComponentKind::dit)
        result = loadDit(component)->forward(sample, t, in("class_labels"));
    else if (component.kind == ComponentKind::unet2dCondition)
        result = loadUNet2dCondition(component)->forward(sample, t,
                                                         {.text = in("encoder_hidden_states"),
                                                          .textMask = in("encoder_attention_mask"),
                                                          .labels = in("class_labels"),
                                                          .textEmbeds = in("text_embeds"),
                                                          .timeIds = in("time_ids"),
                                                          .guidance = in("timestep_cond")});
    else
        throw Error(ErrorCode::invalidFile, component.where + " is not a denoising network.",
                    "Copy the whole folder again.");
    comparison.add("sample", result, golden.at(outputName(name, "sample")));
}

void verifyKl(const GoldenFolder& golden, const std::string& name, const AutoencoderKl& autoencoder,
              CaseComparison& comparison)
{
    const auto compare = [&](const char* output, const auto& compute) {
        if (golden.has(outputName(name, output)))
            comparison.add(output, compute(), golden.at(outputName(name, output)));
    };
    if (golden.has(name + ".in.z")) {
        const Tensor z = golden.input(name, "z");
        compare("decoded", [&] { return autoencoder.decode(autoencoder.unscaled(z)); });
        return;
    }
    const Tensor picture = golden.input(name, "image");
    const Tensor latent = golden.input(name, "latent");
    if (autoencoder.config().isVq) {
        compare("latents", [&] { return autoencoder.encode(picture); });
        compare("quantized", [&] { return autoencoder.quantised(latent).first; });
        compare("indices", [&] { return autoencoder.quantised(latent).second; });
        compare("decoded_not_quantized", [&] { return autoencoder.decodeUnquantised(latent); });
    } else {
        const auto [mean, logVariance] = autoencoder.moments(picture);
        compare("mean", [&, own = mean] { return own; });
        compare("logvar", [&, own = logVariance] { return own; });
        compare("sample", [&, own = mean, spread = logVariance] {
            return own + (spread / 2).exp() * golden.input(name, "noise");
        });
    }
    compare("decoded", [&] { return autoencoder.decode(latent); });
}

void verifyTiny(const GoldenFolder& golden, const std::string& name, const AutoencoderTiny& autoencoder,
                CaseComparison& comparison)
{
    const auto compare = [&](const char* output, const Tensor& own) {
        if (golden.has(outputName(name, output)))
            comparison.add(output, own, golden.at(outputName(name, output)));
    };
    const Tensor latent = golden.input(name, "latent");
    compare("latents", autoencoder.encode(golden.input(name, "image")));
    compare("decoded", autoencoder.decode(latent));
    compare("scaled", autoencoder.toUnitRange(latent));
    compare("unscaled", autoencoder.fromUnitRange(autoencoder.toUnitRange(latent)));
}

void verifyText(const GoldenFolder& golden, const std::string& name, const Component& component,
                CaseComparison& comparison)
{
    const TextStates states = loadClipText(component)->forward(golden.input(name, "input_ids"),
                                                               golden.input(name, "attention_mask"));
    const auto compare = [&](const char* output, const Tensor& own) {
        if (golden.has(outputName(name, output)))
            comparison.add(output, own, golden.at(outputName(name, output)));
    };
    compare("last_hidden_state", states.last);
    compare("hidden_states_-2", states.penultimate());
    compare("pooled", states.pooled);
    compare("text_embeds", states.projected);
}

void verifyControlNet(const GoldenFolder& golden, const json& entry, CaseComparison& comparison)
{
    const std::string name = entry.value("name", "");
    const json inputs = entry.value("inputs", json::object());
    const auto in = [&](const char* key) { return golden.input(name, key); };
    const auto unet = loadUNet2dCondition(openComponent(golden.folder / "unet"));
    const auto control = loadControlNet(openComponent(golden.folder / "controlnet"));
    ConditionInputs condition{.text = in("encoder_hidden_states"),
                              .textMask = in("encoder_attention_mask"),
                              .labels = in("class_labels"),
                              .textEmbeds = in("text_embeds"),
                              .timeIds = in("time_ids")};
    if (golden.has(outputName(name, "unet_without")))
        comparison.add("unet_without", unet->forward(in("sample"), in("timestep"), condition),
                       golden.at(outputName(name, "unet_without")));
    const ControlResiduals residuals =
        control->forward(in("sample"), in("timestep"), in("cond"), condition, inputs.value("scale", 1.0),
                         inputs.value("guess", false));
    for (std::size_t i = 0; i < residuals.down.size(); ++i)
        if (const std::string key = name + ".out.down_" + std::to_string(i); golden.has(key))
            comparison.add("down_" + std::to_string(i), residuals.down[i], golden.at(key));
    if (golden.has(outputName(name, "mid")))
        comparison.add("mid", residuals.middle, golden.at(outputName(name, "mid")));
    condition.downResiduals = residuals.down;
    condition.middleResidual = residuals.middle;
    comparison.add("unet_sample", unet->forward(in("sample"), in("timestep"), condition),
                   golden.at(outputName(name, "unet_sample")));
}

}  // namespace

void verifyComponentCase(const GoldenFolder& golden, const json& entry, ModelReport& report)
{
    const std::string name = entry.value("name", "");
    const std::string part = entry.value("component", "");
    CaseComparison comparison(evaluationTolerance);
    if (part == "controlnet+unet") {
        report.kind = "ControlNetModel";
        verifyControlNet(golden, entry, comparison);
        comparison.finish(report);
        return;
    }
    const Component component = openComponent(componentFolder(golden.folder, part));
    report.kind = className(component.kind);
    switch (component.kind) {
        case ComponentKind::autoencoderKl:
        case ComponentKind::vqModel:
            verifyKl(golden, name, *loadAutoencoderKl(component), comparison);
            break;
        case ComponentKind::autoencoderTiny:
            verifyTiny(golden, name, *loadAutoencoderTiny(component), comparison);
            break;
        case ComponentKind::clipText:
            verifyText(golden, name, component, comparison);
            break;
        default:
            verifyNetwork(golden, name, component, comparison);
    }
    comparison.finish(report);
}

void verifyLoraCase(const GoldenFolder& golden, const json& entry, ModelReport& report)
{
    const std::string name = entry.value("name", "");
    report.kind = "LoRA";
    // The base lies beside the folder's own family: "out/pipelines/sd1" as pipelines/sd1 above it.
    const fs::path base = fs::path(golden.description.value("base", "")).lexically_normal();
    fs::path found;
    for (fs::path above = fs::absolute(golden.folder); found.empty() && above.has_relative_path();
         above = above.parent_path())
        for (const fs::path& tail : {base, base.lexically_relative("out")})
            if (!tail.empty() && tail.begin()->string() != ".." && fs::exists(above / tail / "unet"))
                found = above / tail;
    if (found.empty())
        throw Error(ErrorCode::missingFile, "The base model " + base.string() + " is not beside the LoRA.",
                    "Copy it there.");
    const Component unet = openComponent(found / "unet");
    const Component text = openComponent(found / "text_encoder");
    const LoraFile lora = readLora((golden.folder / golden.description.value("file", "")).string(),
                                   {.unet = loraModules(expectedTensors(unet.kind, unet.config)),
                                    .textEncoder = loraModules(expectedTensors(text.kind, text.config)),
                                    .textEncoder2 = {}});
    const double scale = std::stod(name.substr(name.find('_') + 1));
    const auto states = loadClipText(text, {.load = {}, .updates = &lora.textEncoder, .scale = scale})
                            ->forward(golden.input(name, "input_ids"));
    CaseComparison comparison(evaluationTolerance);
    comparison.add("text_last_hidden_state", states.last, golden.at(name + ".text_last_hidden_state"));
    const auto network = loadUNet2dCondition(unet, {.load = {}, .updates = &lora.unet, .scale = scale});
    comparison.add(
        "unet_sample",
        network->forward(golden.input(name, "sample"), golden.input(name, "timestep"), {.text = states.last}),
        golden.at(name + ".unet_sample"));
    comparison.finish(report);
}

void verifyTokenizer(const GoldenFolder& golden, const CaseReporter& reporter)
{
    const auto ids = [](const json& row, const char* key) {
        return row.value(key, std::vector<std::int64_t>());
    };
    std::vector<std::pair<std::string, ClipTokenizer>> tokenizers;
    try {
        const json pads = golden.description.value("pads", json::object());
        for (const auto& [folder, pad] : pads.items())
            tokenizers.emplace_back(folder, ClipTokenizer::read(golden.folder / folder));
    } catch (const Error& error) {
        ModelReport report;
        report.kind = "CLIPTokenizer";
        report.detail = error.what();
        reporter(report);
        return;
    }
    int index = 0;
    for (const auto& row : golden.description["rows"]) {
        ModelReport report;
        report.kind = "CLIPTokenizer";
        report.name = "string " + std::to_string(index++);
        const std::string text = row.value("text", "");
        CaseComparison comparison(0);
        for (const auto& [folder, tokenizer] : tokenizers) {
            const bool isFirst = folder == "tokenizer";
            const auto framed = ids(row, isFirst ? "ids_77" : ("ids_77_" + folder).c_str());
            if (!framed.empty())
                comparison.require(tokenizer.tokenize(text, framed.size(), TextCleaning::slow).ids == framed,
                                   folder + ": other ids of 77");
            if (!isFirst)
                continue;
            const auto whole = ids(row, "ids");
            comparison.require(tokenizer.tokenize(text, whole.size(), TextCleaning::slow).ids == whole,
                               "other ids");
            if (row.contains("tokens"))
                comparison.require(tokenizer.split(text, TextCleaning::slow) ==
                                       row.value("tokens", std::vector<std::string>()),
                                   "other pieces");
            const auto fast = row.contains("ids_fast_style") ? ids(row, "ids_fast_style") : whole;
            comparison.require(tokenizer.tokenize(text, fast.size(), TextCleaning::fast).ids == fast,
                               "other ids in the fast style");
        }
        comparison.finish(report);
        if (!report.holds)
            report.detail += " for \"" + text.substr(0, 40) + "\"";
        reporter(report);
    }
}

}  // namespace diffuscope::verify
