#include "core/sample/model_run_factory.h"

#include "core/catalog/catalog.h"
#include "core/denoise/guidance.h"
#include "core/denoise/network_denoiser.h"
#include "core/network/checkpoint.h"
#include "core/network/compute_threads.h"
#include "core/network/parallel_forward.h"
#include "core/network/precision.h"
#include "core/registry/error.h"
#include "core/sample/first_evaluation_cache.h"
#include "core/sample/grid_progress.h"
#include "core/sample/guiding_classifier.h"
#include "core/sample/recipe_checks.h"
#include "core/sample/sampled_run.h"
#include "core/sample/translated_errors.h"
#include "core/schedule/same_levels.h"
#include "core/schedule/schedule_registry.h"

#include <torch/cuda.h>
#include <torch/types.h>

#include <algorithm>
#include <map>

namespace diffuscope::sample {

namespace fs = std::filesystem;

namespace {

torch::Device deviceOf(const std::string& name)
{
    if (name == "cpu")
        return torch::kCPU;
    if (name == "cuda" || name == "auto") {
        if (torch::cuda::is_available())
            return torch::kCUDA;
        if (name == "auto")
            return torch::kCPU;
        throw Error(ErrorCode::invalidOption, "The device \"cuda\" was asked for, but LibTorch finds no GPU.",
                    "Use \"auto\" or \"cpu\".");
    }
    throw Error(ErrorCode::invalidOption,
                "There is no device \"" + name + "\"; there are auto, cpu and cuda.", "Use \"auto\".");
}

/// A model as it was read, with the times of its files then.
struct CachedModel
{
    network::LoadedModel model;
    std::shared_ptr<network::ParallelForward> forward;
    std::shared_ptr<FirstEvaluationCache> firstEvaluations;
    fs::file_time_type cardTime;
    fs::file_time_type weightsTime;
};

denoise::Condition rotated(denoise::Condition condition, int firstImage)
{
    if (!condition.isNone())
        std::rotate(condition.classes.begin(),
                    condition.classes.begin() + firstImage % std::ptrdiff_t(condition.classes.size()),
                    condition.classes.end());
    return condition;
}

}  // namespace

class ModelRunFactory::Implementation
{
public:
    Implementation(std::vector<fs::path> folders, RunLimits limits)
        : m_folders(std::move(folders)), m_limits(std::move(limits)), m_device(deviceOf(m_limits.device))
    {
    }

    std::unique_ptr<Run> start(const session::Recipe& recipe, int firstImage)
    {
        // LibTorch's number of threads belongs to the thread that computes: this one. ParallelForward has the
        // others.
        if (!m_threadsAreSet)
            network::setUpComputeThreads(1);
        m_threadsAreSet = true;

        checkBatch(recipe.batch, m_limits.maximumBatch);
        if (firstImage < 0)
            throw Error(ErrorCode::invalidOption, "The first image of a part must not be below 0.",
                        "Count images from 0.");
        const CachedModel& cached = load(recipe.model);
        const network::LoadedModel& model = cached.model;
        checkClasses(recipe, model.card);
        schedule::NoiseSchedule schedule =
            schedule::makeSchedule(recipe.schedule.value_or(model.card.schedule));
        schedule::TimeGrid grid = schedule::makeTimeGrid(schedule, recipe.grid, recipe.steps);
        checkTarget(model.card, grid);
        auto sampler = makeSampler(recipe.sampler, schedule, grid);
        m_notice = cached.forward->reasonForNoPlan();
        auto firstEvaluation = std::make_shared<FirstEvaluation>();
        auto stop = std::make_shared<std::stop_token>();
        auto denoiser = denoiserOf(recipe, cached, {schedule, grid, firstEvaluation, stop});
        const network::UNetConfig& net = model.card.architecture;
        return std::make_unique<SampledRun>(
            RunParts{.schedule = std::move(schedule),
                     .grid = std::move(grid),
                     .denoiser = std::move(denoiser),
                     .sampler = std::move(sampler),
                     .noise = std::make_unique<SeededNoise>(recipe.seed, firstImage),
                     .condition = rotated(recipe.condition, firstImage),
                     .shape = {recipe.batch, net.imageChannels, net.imageHeight, net.imageWidth},
                     .device = m_device,
                     .recordBytes = m_limits.recordBytes,
                     .storedPerFrame = storedPerFrame(recipe),
                     .further = furtherValues(recipe.sampler),
                     .samplerSpec = recipe.sampler,
                     .firstEvaluation = std::move(firstEvaluation),
                     .stop = std::move(stop)});
    }

    const std::string& notice() const { return m_notice; }

private:
    const CachedModel& load(const std::string& name)
    {
        const fs::path folder = catalog::findModel(m_folders, name).folder;
        std::error_code ignored;  // a file that has gone shows when it is read
        const auto cardTime = fs::last_write_time(folder / "model.json", ignored);
        const auto weightsTime = fs::last_write_time(folder / "model.safetensors", ignored);
        const auto found = m_models.find(folder);
        if (found != m_models.end() && found->second.cardTime == cardTime &&
            found->second.weightsTime == weightsTime)
            return found->second;
        // Loading is not inference mode's business: weights read there could never be trained on.
        network::LoadedModel model = network::loadModel(folder.string());
        model.net->to(m_device);
        model.net->setConvolutionPrecision(network::choosePrecision(m_limits.precision, m_device));
        auto forward = std::make_shared<network::ParallelForward>(model.net, m_limits.threads);
        return m_models
            .insert_or_assign(folder,
                              CachedModel{std::move(model), std::move(forward),
                                          std::make_shared<FirstEvaluationCache>(), cardTime, weightsTime})
            .first->second;
    }

    /// Where a run goes, and what its networks and it tell each other.
    struct SampledPath
    {
        const schedule::NoiseSchedule& schedule;
        const schedule::TimeGrid& grid;
        std::shared_ptr<FirstEvaluation> first;       ///< counts how much of the first evaluation was known
        std::shared_ptr<const std::stop_token> stop;  ///< the run's
    };

    std::unique_ptr<denoise::Denoiser> networkOf(const CachedModel& cached, const SampledPath& path) const
    {
        schedule::NoiseSchedule trained = schedule::makeSchedule(cached.model.card.schedule);
        const bool isOwn = schedule::haveSameLevels(trained, path.schedule);
        const network::LoadedModel& model = cached.model;
        FirstEvaluationCache::Network forward = [net = cached.forward, stop = path.stop](
                                                    const Tensor& x, const Tensor& t, const Tensor& ids) {
            return net->forward(x, t, ids, *stop);
        };
        // Without a plan, an image's result depends on how the batch is cut, in the last bits.
        if (cached.forward->plan())
            forward = rememberingFirst(std::move(forward), cached.firstEvaluations, path.first);
        return std::make_unique<denoise::NetworkDenoiser>(
            denoise::TrainedNetwork{.name = model.card.name,
                                    .forward = std::move(forward),
                                    .target = denoise::predictionTarget(model.card.target),
                                    .schedule = std::move(trained),
                                    .classes = int(model.card.classNames.size()),
                                    .device = m_device,
                                    .isSampledOnOwnSchedule = isOwn});
    }

    std::unique_ptr<denoise::Denoiser> denoiserOf(const session::Recipe& recipe, const CachedModel& cached,
                                                  const SampledPath& path)
    {
        denoise::GuidanceContext context{.progress = progressOn(path.grid),
                                         .steps = path.grid.steps(),
                                         .weaker = nullptr,
                                         .classifier = {}};
        auto plain = networkOf(cached, path);
        const network::LoadedModel& model = cached.model;
        if (recipe.guidance.rule == "autoguidance")
            context.weaker = weakerModel(recipe.guidance, model.card, path);
        if (recipe.guidance.rule == "classifier")
            context.classifier =
                guidingClassifier(catalog::findModel(m_folders, recipe.model).folder, model.card, m_device);
        auto guided = denoise::guided(std::move(plain), recipe.guidance, std::move(context));
        return denoise::clipped(std::move(guided), recipe.clipping);
    }

    /// The weaker model of autoguidance; null where none is named.
    std::unique_ptr<denoise::Denoiser> weakerModel(const denoise::GuidanceSpec& guidance,
                                                   const network::ModelCard& strong, const SampledPath& path)
    {
        const auto options = registry::completed(
            "guidance \"autoguidance\"", denoise::guidanceRule("autoguidance").options, guidance.options);
        const std::string& name = registry::text(options, "weak_model");
        if (name.empty())
            return nullptr;
        // A copy: loading another model may move the first one's place in the cache.
        const network::UNetConfig asked = strong.architecture;
        const auto classes = strong.classNames.size();
        const CachedModel& weak = load(name);
        const network::UNetConfig& has = weak.model.card.architecture;
        const bool fits = has.imageChannels == asked.imageChannels && has.imageHeight == asked.imageHeight &&
                          has.imageWidth == asked.imageWidth && weak.model.card.classNames.size() == classes;
        if (!fits)
            throw Error(
                ErrorCode::invalidOption,
                "The weaker model \"" + name + "\" makes images of another size or has other classes.",
                "Name a model of the same images as \"weak_model\".");
        return networkOf(weak, path);
    }

    std::vector<fs::path> m_folders;
    RunLimits m_limits;
    torch::Device m_device;
    bool m_threadsAreSet = false;
    std::string m_notice;
    std::map<fs::path, CachedModel> m_models;
};

ModelRunFactory::ModelRunFactory(std::vector<fs::path> modelFolders, RunLimits limits)
    : m_implementation(std::make_unique<Implementation>(std::move(modelFolders), std::move(limits)))
{
}

ModelRunFactory::~ModelRunFactory() = default;

const std::string& ModelRunFactory::notice() const
{
    return m_implementation->notice();
}

std::unique_ptr<Run> ModelRunFactory::start(const session::Recipe& recipe)
{
    return startPart(recipe, 0);
}

std::unique_ptr<Run> ModelRunFactory::startPart(const session::Recipe& recipe, int firstImage)
{
    return withErrorsTranslated("loading the model",
                                [&] { return m_implementation->start(recipe, firstImage); });
}

}  // namespace diffuscope::sample
