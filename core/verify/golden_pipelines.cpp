// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs of pipelines, step by step, with this program's own samplers.
#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/denoise/target_adapter.h"
#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/prompt_encoder.h"
#include "core/run/sampling_loop.h"
#include "core/verify/golden_case.h"
#include "core/verify/reference_setup.h"
#include "core/verify/scheduler_case.h"

#include <cmath>
#include <regex>

namespace diffuscope::verify {
namespace {

namespace fs = std::filesystem;
using namespace model::diffusers;
using nlohmann::json;
using schedule::NoiseLevel;

/// The network's output for a state and a time [1]; of a network with learned variance twice the channels.
using Network = std::function<Tensor(const Tensor& x, const Tensor& t)>;

/// A pipeline's network as the samplers see it, and what it was asked.
class PipelineDenoiser final : public denoise::Denoiser
{
public:
    PipelineDenoiser(const Network& network, const ReferenceSetup& setup) : m_network(network), m_setup(setup)
    {
    }

    denoise::Prediction predict(const Tensor& x, const NoiseLevel& level, const recipe::Condition&) override
    {
        inputs.push_back(x);
        levels.push_back(level);
        const Tensor t = at::full({1}, level.t, at::TensorOptions(torch::kFloat32));
        const Tensor output = m_network(x.to(torch::kFloat32), t).to(x.scalar_type());
        const std::int64_t channels = x.size(1);
        denoise::Prediction prediction =
            denoise::predictionFrom(m_setup.target, output.narrow(1, 0, channels), x, level);
        if (m_setup.learnsVariance)
            // A network of learned_range says 2f − 1 (Nichol & Dhariwal 2021, eq. 15).
            prediction.varianceFraction = (output.narrow(1, channels, channels) + 1) / 2;
        return prediction;
    }

    std::vector<Tensor> inputs{};
    std::vector<NoiseLevel> levels{};

private:
    const Network& m_network;
    const ReferenceSetup& m_setup;
};

/// The recorded draws; where there is one for each evaluation, a draw belongs to the evaluation before it.
class GoldenNoise final : public run::NoiseSource
{
public:
    GoldenNoise(Tensor draws, std::size_t evaluations, const PipelineDenoiser& denoiser)
        : m_draws(std::move(draws)), m_denoiser(denoiser)
    {
        m_isPerEvaluation = m_draws.defined() && std::size_t(m_draws.size(0)) == evaluations;
    }
    Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) override
    {
        return at::zeros(shape, options);
    }
    Tensor draw(torch::IntArrayRef, const torch::TensorOptions& options, int, int) override
    {
        const std::size_t index = m_isPerEvaluation ? m_denoiser.inputs.size() - 1 : m_next++;
        if (!m_draws.defined() || std::int64_t(index) >= m_draws.size(0))
            throw Error(ErrorCode::invalidOption, "draws more noise than the original did");
        return m_draws[std::int64_t(index)].to(options);
    }

private:
    Tensor m_draws;
    const PipelineDenoiser& m_denoiser;
    bool m_isPerEvaluation = false;
    std::size_t m_next = 0;
};

/// One run to compare: the tensors' names begin with `prefix`.
struct GoldenRun
{
    std::string prefix;
    std::string states;  ///< "steps" or "latents"
    json config;
    json stepOptions = json::object();
    int steps = 0;
    double initialScale = 1;
    bool hasLearnedVariance = false;
};

std::vector<double> valuesOf(const GoldenFolder& golden, const std::string& name)
{
    std::vector<double> values;
    if (!golden.has(name))
        return values;
    const Tensor list = golden.at(name).to(torch::kFloat64);
    for (std::int64_t i = 0; i < list.numel(); ++i)
        values.push_back(list[i].item<double>());
    return values;
}

/// Runs, compares every state, and returns the result.
Tensor compareRun(const GoldenFolder& golden, const GoldenRun& run, const Network& network,
                  CaseComparison& comparison)
{
    ReferenceCase reference = schedulerCase(run.config, run.stepOptions, run.steps);
    reference.timesteps = valuesOf(golden, run.prefix + "timesteps");
    reference.sigmas = valuesOf(golden, run.prefix + "sigmas");
    if (run.hasLearnedVariance && run.config.value("variance_type", json()) == json("learned_range")) {
        reference.initialNoise.columns = 1;
        reference.evaluations.resize(1);
        reference.evaluations.front().output.columns = 2;
    }
    const ReferenceSetup setup = referenceSetup(reference);
    auto owned = std::make_unique<PipelineDenoiser>(network, setup);
    PipelineDenoiser& asked = *owned;
    const auto denoiser = denoise::clipped(std::move(owned), setup.clipping);
    const auto sampler = samplers::makeSampler(setup.sampler, setup.schedule, setup.grid);
    const std::string noiseName = golden.has(run.prefix + "noise") ? run.prefix + "noise" : "noise";
    const Tensor draws =
        golden.has(run.prefix + "step_noise") ? golden.at(run.prefix + "step_noise") : Tensor();
    GoldenNoise noise(draws, reference.timesteps.size(), asked);
    const double scale = run.initialScale * (setup.stateOverAlpha ? setup.grid[0].alpha : 1.0);
    run::SamplingLoop loop({*denoiser, *sampler, setup.schedule, setup.grid, noise, {}},
                           scale * golden.at(noiseName).to(torch::kFloat64));

    const Tensor states = golden.at(run.prefix + run.states);
    std::int64_t compared = 0;
    const auto compare = [&](const Tensor& x, const NoiseLevel& level) {
        if (compared < states.size(0))
            comparison.add(run.states + " " + std::to_string(compared),
                           setup.stateOverAlpha ? x / level.alpha : x, states[compared]);
        ++compared;
    };
    while (!loop.isDone()) {
        const std::size_t first = asked.inputs.size();
        loop.advance();
        for (std::size_t i = first + 1; i < asked.inputs.size(); ++i)
            compare(asked.inputs[i], asked.levels[i]);
        compare(loop.state(), setup.grid[loop.index()]);
    }
    comparison.require(compared == states.size(0),
                       std::to_string(compared) + " states instead of " + std::to_string(states.size(0)));
    for (std::size_t i = 0; i < reference.timesteps.size() && i < asked.levels.size(); ++i)
        comparison.require(std::abs(asked.levels[i].t - reference.timesteps[i]) < 2e-3,
                           "told the network time " + std::to_string(asked.levels[i].t) + " instead of " +
                               std::to_string(reference.timesteps[i]));
    return loop.state();
}

Tensor shownPicture(const Tensor& decoded)
{
    return (decoded / 2 + 0.5).clamp(0, 1);
}

/// Runs one case of a pipeline and reports it; an Error is its verdict.
void reported(const CaseReporter& reporter, const std::string& kind, const std::string& name,
              const std::function<void(CaseComparison&)>& compare)
{
    ModelReport report;
    report.kind = kind;
    report.name = name;
    CaseComparison comparison(runTolerance);
    try {
        compare(comparison);
        comparison.finish(report);
    } catch (const Error& error) {
        report.holds = false;
        report.detail = error.what();
    } catch (const UnsupportedOption& option) {
        report.holds = false;
        report.detail = std::string("not supported: ") + option.what();
    } catch (const c10::Error& error) {
        report.holds = false;
        report.detail = error.what_without_backtrace();
    } catch (const std::exception& error) {
        report.holds = false;
        report.detail = error.what();
    }
    reporter(report);
}

json schedulerConfig(const fs::path& folder)
{
    for (const char* name : {"scheduler_config.json", "config.json"})
        if (fs::exists(folder / name))
            return readPythonJson((folder / name).string());
    throw Error(ErrorCode::missingFile, folder.string() + " has no scheduler_config.json.",
                "Copy the model's scheduler folder there.");
}

GoldenRun runOf(const GoldenFolder& golden, const json& entry)
{
    GoldenRun run;
    const std::string name = entry.value("name", "");
    run.prefix = name + ".";
    run.states = golden.has(name + ".latents") ? "latents" : "steps";
    run.config = schedulerConfig(golden.folder / "schedulers" / name);
    run.stepOptions = entry.value("step_kwargs", json::object());
    run.steps = entry.value("num_inference_steps", 0);
    run.initialScale = entry.value("init_noise_sigma", 1.0);
    return run;
}

void verifyPixelPipeline(const GoldenFolder& golden, const CaseReporter& reporter)
{
    std::unique_ptr<UNet2d> unet;
    const Network network = [&](const Tensor& x, const Tensor& t) {
        if (!unet)
            unet = loadUNet2d(openComponent(componentFolder(golden.folder, "unet")));
        return unet->forward(x, t.expand({x.size(0)}), {});
    };
    for (const auto& entry : golden.description["cases"]) {
        if (!entry.contains("scheduler_class"))
            continue;
        reported(reporter, entry.value("scheduler_class", ""), entry.value("name", ""),
                 [&](CaseComparison& comparison) {
                     GoldenRun run = runOf(golden, entry);
                     const auto noise = golden.at("noise");
                     run.hasLearnedVariance = network(noise, at::ones({1})).size(1) == 2 * noise.size(1);
                     const Tensor result = compareRun(golden, run, network, comparison);
                     if (golden.has(run.prefix + "image"))
                         comparison.add("image", shownPicture(result), golden.at(run.prefix + "image"));
                 });
    }
}

/// A text pipeline and what its run is told.
struct TextPipeline
{
    std::unique_ptr<UNet2dCondition> unet;
    std::unique_ptr<Autoencoder> autoencoder;
    std::unique_ptr<PromptEncoder> encoder;
    EncodedPrompt positive;
    EncodedPrompt negative;
    Tensor timeIds;
    double guidance = 1;
    double rescale = 0;
};

TextPipeline openTextPipeline(const GoldenFolder& golden)
{
    const json& settings = golden.description;
    const json call = settings.value("call", json::object());
    TextPipeline pipeline;
    pipeline.unet = loadUNet2dCondition(openComponent(golden.folder / "unet"));
    pipeline.autoencoder = loadAutoencoder(openComponent(golden.folder / "vae"));
    pipeline.encoder = std::make_unique<PromptEncoder>(textParts(golden.folder));
    pipeline.guidance = settings.value("guidance_scale", 7.5);
    pipeline.rescale = call.value("guidance_rescale", 0.0);
    const json skip = call.value("clip_skip", json());
    const std::size_t clipSkip = skip.is_number() ? skip.get<std::size_t>() : 0;
    const auto encode = [&](const std::string& text) {
        return pipeline.encoder->encode(text, clipSkip, TextCleaning::slow);
    };
    pipeline.positive = encode(settings.value("prompt", ""));
    const json negative = settings.value("negative_prompt", json());
    const json index = readPythonJson((golden.folder / "model_index.json").string());
    const bool zeros = negative.is_null() && pipeline.encoder->isDouble() &&
                       index.value("force_zeros_for_empty_prompt", true);
    pipeline.negative =
        zeros ? pipeline.encoder->zeros() : encode(negative.is_string() ? negative.get<std::string>() : "");
    if (pipeline.encoder->isDouble()) {
        const auto size = settings.value("height_width", std::vector<double>{});
        const auto original = call.value("original_size", size);
        const auto crop = call.value("crops_coords_top_left", std::vector<double>{0, 0});
        const auto target = call.value("target_size", size);
        std::vector<double> ids;
        for (const auto* part : {&original, &crop, &target})
            ids.insert(ids.end(), part->begin(), part->end());
        pipeline.timeIds = at::tensor(ids, at::TensorOptions(torch::kFloat32)).unsqueeze(0);
    }
    return pipeline;
}

/// The network with guidance, as the pipelines compute it: both texts in one batch.
Tensor guidedOutput(const TextPipeline& pipeline, const Tensor& x, const Tensor& t)
{
    const auto& config = pipeline.unet->config();
    const bool isTold = config.guidanceWidth > 0;
    const bool isGuided = pipeline.guidance > 1 && !isTold;
    const auto both = [&](const Tensor& negative, const Tensor& positive) {
        return !positive.defined() || !isGuided ? positive : at::cat({negative, positive}, 0);
    };
    ConditionInputs inputs{.text = both(pipeline.negative.text, pipeline.positive.text),
                           .textEmbeds = both(pipeline.negative.pooled, pipeline.positive.pooled),
                           .timeIds = both(pipeline.timeIds, pipeline.timeIds)};
    if (isTold)
        inputs.guidance =
            sinusoid(at::full({1}, (pipeline.guidance - 1) * 1000), config.guidanceWidth, false, 1);
    if (!config.hasTextTime)
        inputs.textEmbeds = inputs.timeIds = Tensor();
    const Tensor batch = isGuided ? at::cat({x, x}, 0) : x;
    const Tensor output = pipeline.unet->forward(batch, t.expand({batch.size(0)}), inputs);
    if (!isGuided)
        return output;
    const auto halves = output.chunk(2, 0);
    const Tensor guided = halves[0] + pipeline.guidance * (halves[1] - halves[0]);
    if (pipeline.rescale == 0)
        return guided;
    const std::vector<std::int64_t> sizes{1, 2, 3};
    const Tensor rescaled = guided * (halves[1].std(sizes, true, true) / guided.std(sizes, true, true));
    return pipeline.rescale * rescaled + (1 - pipeline.rescale) * guided;
}

void comparePrompts(const GoldenFolder& golden, const TextPipeline& pipeline, CaseComparison& comparison)
{
    if (golden.has("input_ids")) {
        const Tensor ids = golden.at("input_ids");
        const json negative = golden.description.value("negative_prompt", json());
        int row = 0;
        for (const std::string& text : {negative.is_string() ? negative.get<std::string>() : std::string(),
                                        golden.description.value("prompt", "")}) {
            const auto own = pipeline.encoder->tokenize(text, TextCleaning::slow).ids;
            comparison.require(
                row >= ids.size(0) || at::equal(at::tensor(own, at::TensorOptions(torch::kInt64)), ids[row]),
                "other ids of the prompt");
            ++row;
        }
    }
    const auto compare = [&](const char* name, const Tensor& own) {
        if (golden.has(name) && own.defined())
            comparison.add(name, own, golden.at(name));
    };
    compare("prompt_embeds", pipeline.positive.text);
    compare("negative_prompt_embeds", pipeline.negative.text);
    compare("pooled_prompt_embeds", pipeline.positive.pooled);
    compare("negative_pooled_prompt_embeds", pipeline.negative.pooled);
}

void verifyTextPipeline(const GoldenFolder& golden, const CaseReporter& reporter)
{
    std::optional<TextPipeline> pipeline;
    reported(reporter, "text", "prompts", [&](CaseComparison& comparison) {
        pipeline = openTextPipeline(golden);
        comparePrompts(golden, *pipeline, comparison);
    });
    if (!pipeline)
        return;
    const Network network = [&](const Tensor& x, const Tensor& t) { return guidedOutput(*pipeline, x, t); };
    for (const auto& entry : golden.description["cases"]) {
        if (!entry.contains("scheduler_class"))
            continue;
        reported(reporter, entry.value("scheduler_class", ""), entry.value("name", ""),
                 [&](CaseComparison& comparison) {
                     const GoldenRun run = runOf(golden, entry);
                     const Tensor latents = compareRun(golden, run, network, comparison).to(torch::kFloat32);
                     const Tensor decoded =
                         pipeline->autoencoder->decode(pipeline->autoencoder->unscaled(latents));
                     if (golden.has(run.prefix + "decoded_unclamped"))
                         comparison.add("decoded", decoded, golden.at(run.prefix + "decoded_unclamped"));
                     if (golden.has(run.prefix + "image"))
                         comparison.add("image", shownPicture(decoded), golden.at(run.prefix + "image"));
                 });
    }
}

double numberIn(const std::string& text, const char* word, double absent)
{
    std::smatch match;
    return std::regex_search(text, match, std::regex(std::string(word) + R"( (\d+(\.\d+)?))"))
               ? std::stod(match[1])
               : absent;
}

}  // namespace

void verifyPipeline(const GoldenFolder& golden, const CaseReporter& reporter)
{
    if (golden.description.contains("prompt"))
        verifyTextPipeline(golden, reporter);
    else
        verifyPixelPipeline(golden, reporter);
}

void verifyLoopCase(const GoldenFolder& golden, const json& entry, ModelReport& report)
{
    const std::string name = entry.value("name", "");
    GoldenRun run;
    run.prefix = golden.has(name + ".latents") ? name + "." : "";
    run.states = "latents";
    run.config = schedulerConfig(golden.folder / "scheduler");
    run.steps = int(golden.at(run.prefix + "timesteps").numel());
    report.kind = run.config.value("_class_name", "");
    CaseComparison comparison(runTolerance);

    Network network;
    std::shared_ptr<Dit> dit;
    std::shared_ptr<UNet2d> unet;
    if (fs::exists(golden.folder / "transformer")) {
        dit = loadDit(openComponent(golden.folder / "transformer"));
        // The class and the scale are said in the case's description.
        const std::string meaning = entry.value("meaning", "");
        const auto label = std::int64_t(entry.value("class_label", numberIn(meaning, "class", 5)));
        const double guidance = entry.value("guidance_scale", numberIn(meaning, "guidance", 4));
        network = [dit, label, guidance](const Tensor& x, const Tensor& t) {
            const Tensor labels = at::tensor(std::vector<std::int64_t>{label, dit->config().classes},
                                             at::TensorOptions(torch::kInt64));
            const auto halves = dit->forward(at::cat({x, x}, 0), t.expand({2}), labels).chunk(2, 0);
            return halves[1] + guidance * (halves[0] - halves[1]);
        };
    } else {
        unet = loadUNet2d(openComponent(golden.folder / "unet"));
        network = [unet](const Tensor& x, const Tensor& t) {
            return unet->forward(x, t.expand({x.size(0)}), {});
        };
    }
    const Tensor latents = compareRun(golden, run, network, comparison).to(torch::kFloat32);
    const auto autoencoder = loadAutoencoder(
        openComponent(golden.folder / (fs::exists(golden.folder / "vqvae") ? "vqvae" : "vae")));
    comparison.add("decoded", autoencoder->decode(autoencoder->unscaled(latents)),
                   golden.at(run.prefix + "decoded"));
    if (const auto* kl = dynamic_cast<const AutoencoderKl*>(autoencoder.get());
        kl != nullptr && golden.has(run.prefix + "codebook_indices"))
        comparison.require(at::equal(kl->quantised(kl->unscaled(latents)).second,
                                     golden.at(run.prefix + "codebook_indices")),
                           "other codes");
    comparison.finish(report);
}

}  // namespace diffuscope::verify
