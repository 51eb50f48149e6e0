// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/model_run_factory.h"

#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/denoise/network_denoiser.h"
#include "core/denoise/rule_registry.h"
#include "core/edit/picture_store.h"
#include "core/edit/start.h"
#include "core/inference/compute_threads.h"
#include "core/inference/device.h"
#include "core/model/catalog.h"
#include "core/model/model.h"
#include "core/model/model_loader.h"
#include "core/model/step_lengths.h"
#include "core/run/branch.h"
#include "core/run/first_evaluation_cache.h"
#include "core/run/grid_progress.h"
#include "core/run/guiding_classifier.h"
#include "core/run/model_evaluator.h"
#include "core/run/recipe_checks.h"
#include "core/run/run_texts.h"
#include "core/run/sampled_run.h"
#include "core/run/starting_state.h"
#include "core/run/switched_network.h"
#include "core/run/translated_errors.h"
#include "core/schedule/same_levels.h"
#include "core/schedule/schedule_registry.h"

#include <torch/types.h>

#include <algorithm>
#include <map>

namespace diffuscope::run {

namespace fs = std::filesystem;

/// A model as it was read, with the times of its files then.
struct CachedModel
{
    std::shared_ptr<model::Model> model;
    std::shared_ptr<model::FastForward> forward;
    std::shared_ptr<FirstEvaluationCache> firstEvaluations;
    Computation computation;
    fs::file_time_type cardTime;
    fs::file_time_type weightsTime;
    model::TextContext texts{};  ///< that `firstEvaluations` are of
};

class ModelRunFactory::Implementation
{
public:
    Implementation(std::vector<fs::path> folders, RunLimits limits)
        : m_folders(std::move(folders)),
          m_limits(std::move(limits)),
          m_device(inference::deviceNamed(m_limits.device))
    {
    }

    std::unique_ptr<Run> start(const recipe::Recipe& asked, int firstImage, const RunStart& begin)
    {
        // LibTorch's number of threads belongs to the thread that computes: this one. ParallelForward has the
        // others.
        if (!m_threadsAreSet)
            inference::setUpComputeThreads(1);
        m_threadsAreSet = true;

        if (firstImage < 0)
            throw Error(ErrorCode::invalidOption, "The first image of a part must not be below 0.",
                        "Count images from 0.");
        CachedModel& cached = load(asked.model);
        const model::ModelCard& card = cached.model->card();
        const bool arePoints = card.space.kind == model::SampleKind::points;
        checkBatch(asked.batch, arePoints ? recipe::mostSamples : m_limits.maximumBatch);
        const auto texts = std::make_shared<const RunTexts>(runTexts(*cached.model, asked));
        const recipe::Recipe& recipe = texts->recipe;
        if (!texts->contexts.defined())
            checkClasses(recipe, card);
        schedule::NoiseSchedule schedule = schedule::makeSchedule(recipe.schedule.value_or(card.schedule));
        schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, recipe.grid, recipe.steps);
        checkTarget(card, grid);
        const model::SampleSpace& space = card.space;
        const record::BatchShape shape{recipe.batch, space.channels, space.height, space.width};
        const StartParts start{recipe,     begin,      shape,    space,     schedule,
                               pictures(), firstImage, m_device, isDouble()};
        checkStart(start);
        if (recipe.start.kind == recipe::StartKind::picture && !begin.origin)
            grid = edit::gridOfStrength(grid, recipe.start.strength);
        BranchSampler branch;
        if (begin.origin) {
            grid = branchGrid(*begin.origin, schedule, grid);
            branchState(*begin.origin, grid[begin.origin->frame()], shape);  // refuses what does not fit
            branch = branchSampler(recipe.sampler, schedule, grid, *begin.origin, shape, m_device);
        } else {
            branch.sampler = samplers::makeSampler(recipe.sampler, schedule, grid);
        }
        std::optional<schedule::TimeGrid> samplerGrid;
        if (branch.history == BranchHistory::restarted)
            samplerGrid = std::move(branch.grid);
        const bool isKnown = !recipe.measurement.isNone();
        if (isKnown)
            branch.sampler = heedingSampler(std::move(branch.sampler), start);
        StartingState started = startingState(start, grid);
        tell(cached.computation);
        auto firstEvaluation = std::make_shared<FirstEvaluation>();
        auto stop = std::make_shared<std::stop_token>();
        auto denoiser = denoiserOf(recipe, cached, {schedule, grid, firstEvaluation, stop, *texts});
        auto attention = attentionOf(cached, schedule, texts);
        return std::make_unique<SampledRun>(
            RunParts{.schedule = std::move(schedule),
                     .grid = std::move(grid),
                     .denoiser = std::move(denoiser),
                     .sampler = std::move(branch.sampler),
                     .noise = std::make_unique<SeededNoise>(recipe.seed, firstImage),
                     .condition = rotated(recipe.condition, firstImage),
                     .shape = shape,
                     .device = m_device,
                     .start = std::move(started.state),
                     .invert = std::move(started.invert),
                     .isDouble = isDouble(),
                     .recordBytes = m_limits.recordBytes,
                     .storedPerFrame = storedPerFrame(recipe),
                     .further = isKnown ? samplers::FurtherValues() : samplers::furtherValues(recipe.sampler),
                     .samplerSpec = isKnown ? std::nullopt : std::optional(recipe.sampler),
                     .firstEvaluation = std::move(firstEvaluation),
                     .begin = begin,
                     .history = branch.history,
                     .samplerGrid = std::move(samplerGrid),
                     .attention = std::move(attention),
                     .stop = std::move(stop)});
    }

    const Computation& computation() const { return m_computation; }

    std::unique_ptr<Evaluator> open(const recipe::Recipe& asked)
    {
        if (!m_threadsAreSet)
            inference::setUpComputeThreads(1);
        m_threadsAreSet = true;
        CachedModel& cached = load(asked.model);
        const model::ModelCard& card = cached.model->card();
        const auto texts = std::make_shared<const RunTexts>(runTexts(*cached.model, asked));
        if (!texts->contexts.defined())
            checkClasses(texts->recipe, card);
        schedule::NoiseSchedule schedule = schedule::makeSchedule(asked.schedule.value_or(card.schedule));
        const schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, asked.grid, asked.steps);
        tell(cached.computation);
        auto stop = std::make_shared<std::stop_token>();
        auto denoiser = denoiserOf(texts->recipe, cached,
                                   {schedule, grid, std::make_shared<FirstEvaluation>(), stop, *texts});
        auto attention = attentionOf(cached, schedule, texts);
        return makeEvaluator({.model = cached.model,
                              .schedule = std::move(schedule),
                              .denoiser = std::move(denoiser),
                              .condition = texts->recipe.condition,
                              .attention = std::move(attention),
                              .device = m_device,
                              .stop = std::move(stop)});
    }

private:
    bool isDouble() const { return m_limits.precision == "float64"; }

    const edit::PictureStore& pictures() const
    {
        static const edit::PictureStore none;
        return m_limits.pictures ? *m_limits.pictures : none;
    }

    CachedModel& load(const std::string& name)
    {
        const model::Entry entry = model::findModel(m_folders, name);
        std::error_code ignored;  // a file that has gone shows when it is read
        const auto cardTime = fs::last_write_time(entry.folder / "model.json", ignored);
        const auto weightsTime = fs::last_write_time(entry.folder / "model.safetensors", ignored);
        const auto found = m_models.find(entry.source);
        if (found != m_models.end() && found->second.cardTime == cardTime &&
            found->second.weightsTime == weightsTime)
            return found->second;
        // Loading is not inference mode's business: weights read there could never be trained on.
        std::shared_ptr<model::Model> model = model::loadModel(entry.source);
        model->to(m_device);
        model::CompiledModel compiled =
            model->compile(m_limits.threads, isDouble() ? "float32" : m_limits.precision);
        Computation computation{compiled.precision, compiled.reason, compiled.notice};
        return m_models
            .insert_or_assign(entry.source, CachedModel{std::move(model), std::move(compiled.forward),
                                                        std::make_shared<FirstEvaluationCache>(),
                                                        std::move(computation), cardTime, weightsTime})
            .first->second;
    }

    void tell(const Computation& computation)
    {
        if (computation == m_computation)
            return;
        m_computation = computation;
        if (m_limits.onComputation)
            m_limits.onComputation(computation);
    }

    /// Where a run goes, and what its networks and it tell each other.
    struct SampledPath
    {
        const schedule::NoiseSchedule& schedule;
        const schedule::TimeGrid& grid;
        std::shared_ptr<FirstEvaluation> first;       ///< counts how much of the first evaluation was known
        std::shared_ptr<const std::stop_token> stop;  ///< the run's
        const RunTexts& texts;                        ///< of this network
    };

    /// What is known of a text model is of the texts that its last run had: numbers mean others in the next.
    static std::shared_ptr<FirstEvaluationCache> firstEvaluationsOf(CachedModel& cached,
                                                                    const RunTexts& texts)
    {
        const model::TextContext& now = texts.contexts;
        const bool isSame = !now.defined() || (cached.texts.defined() && now.bias.equal(cached.texts.bias) &&
                                               now.states.equal(cached.texts.states));
        if (!isSame) {
            cached.texts = now;
            cached.firstEvaluations = std::make_shared<FirstEvaluationCache>();
        }
        return cached.firstEvaluations;
    }

    /// The network as the switches leave it.
    std::unique_ptr<denoise::Denoiser> networkOf(CachedModel& cached, const SampledPath& path,
                                                 const recipe::NetworkSwitches& switches = {})
    {
        checkSwitches(switches, *cached.model);
        if (auto exact = cached.model->exactDenoiser())
            return exact;
        const model::ModelCard& card = cached.model->card();
        schedule::NoiseSchedule trained = schedule::makeSchedule(card.schedule);
        const bool isOwn = schedule::haveSameLevels(trained, path.schedule);
        const bool readsText = path.texts.contexts.defined();
        // The model stays as long as what was compiled of it.
        std::shared_ptr<const model::StepLengths> lengths;  // of a student of few steps
        if (cached.model->readsStep())
            lengths = std::make_shared<const model::StepLengths>(path.grid, trained.levels());
        const ConditionOf conditionOf = [texts = path.texts, lengths](const Tensor& ids, const Tensor& t) {
            model::EncodedCondition condition = texts.of(ids);
            if (lengths)
                condition.step = lengths->at(t);
            return condition;
        };
        FirstEvaluationCache::Network forward = [model = cached.model, net = cached.forward, stop = path.stop,
                                                 conditionOf](const Tensor& x, const Tensor& t,
                                                              const Tensor& ids) {
            return net->forward(x, t, conditionOf(ids, t), *stop);
        };
        const std::vector<std::string> leftOut = partsLeftOut(switches);
        if (!leftOut.empty())
            forward = withoutParts(cached.model, leftOut, conditionOf, crew(), path.stop);
        // Where an image's result depends on the rest of the batch, or on the grid, it cannot be remembered.
        else if (cached.forward->hasIndependentSamples() && !lengths)
            forward =
                rememberingFirst(std::move(forward), firstEvaluationsOf(cached, path.texts), path.first);
        forward = toldOtherwise(std::move(forward), switches, trained.levels(),
                                readsText ? RunTexts::count : std::int64_t(card.classNames.size()));
        return std::make_unique<denoise::NetworkDenoiser>(
            denoise::TrainedNetwork{.name = card.name,
                                    .forward = std::move(forward),
                                    .target = denoise::predictionTarget(card.target),
                                    .schedule = std::move(trained),
                                    .classes = readsText ? RunTexts::count : int(card.classNames.size()),
                                    .device = m_device,
                                    .isSampledOnOwnSchedule = isOwn});
    }

    /// For networks that are evaluated module by module; made when the first is.
    std::shared_ptr<inference::ThreadCrew> crew()
    {
        if (!m_crew)
            m_crew = std::make_shared<inference::ThreadCrew>(m_device.is_cpu() ? m_limits.threads : 1);
        return m_crew;
    }

    using Attention = std::function<record::TextAttention(const Tensor&, const schedule::NoiseLevel&)>;

    /// Where the network looks for the words of the prompt; null where there are none.
    Attention attentionOf(const CachedModel& cached, const schedule::NoiseSchedule& schedule,
                          const std::shared_ptr<const RunTexts>& texts) const
    {
        if (texts->tokens.empty())
            return {};
        schedule::NoiseSchedule trained = schedule::makeSchedule(cached.model->card().schedule);
        const bool isOwn = schedule::haveSameLevels(trained, schedule);
        return [model = cached.model, device = m_device, trained = std::move(trained), isOwn, texts](
                   const Tensor& x, const schedule::NoiseLevel& level) {
            std::vector<model::CrossAttentionMap> maps;
            const auto forward = [&maps, &texts, &model](const Tensor& input, const Tensor& t,
                                                         const Tensor& ids) {
                return model->forwardWithAttention(input, t, texts->of(ids), maps);
            };
            denoise::NetworkDenoiser({.name = model->card().name,
                                      .forward = forward,
                                      .target = denoise::predictionTarget(model->card().target),
                                      .schedule = trained,
                                      .classes = RunTexts::count,
                                      .device = device,
                                      .isSampledOnOwnSchedule = isOwn})
                .predict(x, level, texts->recipe.condition);
            return recordedAttention(maps, texts->tokens);
        };
    }

    std::unique_ptr<denoise::Denoiser> denoiserOf(const recipe::Recipe& recipe, CachedModel& cached,
                                                  const SampledPath& path)
    {
        denoise::GuidanceContext context{.progress = progressOn(path.grid),
                                         .steps = path.grid.steps(),
                                         .weaker = nullptr,
                                         .classifier = {}};
        auto plain = networkOf(cached, path, recipe.network);
        const std::shared_ptr<model::Model> model = cached.model;
        if (recipe.guidance.rule == "autoguidance")
            context.weaker = weakerModel(recipe.guidance, model->card(), path);
        if (recipe.guidance.rule == "classifier")
            context.classifier =
                guidingClassifier(model::findModel(m_folders, recipe.model).folder, model->card(), m_device);
        auto guided = denoise::guided(std::move(plain), recipe.guidance, std::move(context));
        // Latents have no range to keep to.
        if (model->card().space.kind == model::SampleKind::latent)
            return guided;
        return denoise::clipped(std::move(guided), recipe.clipping);
    }

    /// The weaker model of autoguidance; null where none is named.
    std::unique_ptr<denoise::Denoiser> weakerModel(const recipe::GuidanceSpec& guidance,
                                                   const model::ModelCard& strong, const SampledPath& path)
    {
        const auto options = base::completed("guidance \"autoguidance\"",
                                             denoise::guidanceRule("autoguidance").options, guidance.options);
        const std::string& name = base::text(options, "weak_model");
        if (name.empty())
            return nullptr;
        const model::ModelCard asked = strong;  // loading another model may move the first one's place
        CachedModel& weak = load(name);
        const model::ModelCard& has = weak.model->card();
        const bool fits = has.space == asked.space && has.classNames.size() == asked.classNames.size() &&
                          has.readsText() == asked.readsText();
        if (!fits)
            throw Error(
                ErrorCode::invalidOption,
                "The weaker model \"" + name + "\" makes images of another size or has other classes.",
                "Name a model of the same images as \"weak_model\".");
        recipe::Recipe sameText;
        sameText.condition = {{}, path.texts.asked};
        const RunTexts texts = runTexts(*weak.model, sameText);
        return networkOf(weak, {path.schedule, path.grid, path.first, path.stop, texts});
    }

    std::vector<fs::path> m_folders;
    RunLimits m_limits;
    torch::Device m_device;
    bool m_threadsAreSet = false;
    std::shared_ptr<inference::ThreadCrew> m_crew;
    Computation m_computation;
    std::map<std::string, CachedModel> m_models;  ///< by source
};

ModelRunFactory::ModelRunFactory(std::vector<fs::path> modelFolders, RunLimits limits)
    : m_implementation(std::make_unique<Implementation>(std::move(modelFolders), std::move(limits)))
{
}

ModelRunFactory::~ModelRunFactory() = default;

const Computation& ModelRunFactory::computation() const
{
    return m_implementation->computation();
}

std::unique_ptr<Run> ModelRunFactory::start(const recipe::Recipe& recipe)
{
    return startPart(recipe, 0);
}

std::unique_ptr<Evaluator> ModelRunFactory::open(const recipe::Recipe& recipe)
{
    return withErrorsTranslated("loading the model", [&] { return m_implementation->open(recipe); });
}

std::unique_ptr<Run> ModelRunFactory::startPart(const recipe::Recipe& recipe, int firstImage)
{
    return withErrorsTranslated("loading the model",
                                [&] { return m_implementation->start(recipe, firstImage, {}); });
}

std::unique_ptr<Run> ModelRunFactory::startFrom(const recipe::Recipe& recipe, const RunStart& start)
{
    return withErrorsTranslated("loading the model",
                                [&] { return m_implementation->start(recipe, 0, start); });
}

}  // namespace diffuscope::run
