// SPDX-License-Identifier: GPL-3.0-or-later
// Runs jobs, measures their results and writes them.
#include "core/sweep/run_job.h"

#include "core/base/error.h"
#include "core/base/tensor_pack.h"
#include "core/exports/picture.h"
#include "core/sweep/measures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unistd.h>

namespace diffuscope::sweep {

namespace {

using record::ImageBatch;

struct FinishedRun
{
    ImageBatch result;  ///< x_t of the last frame
    int evaluations = 0;
    double seconds = 0, networkSeconds = 0;
};

FinishedRun finishedRun(const recipe::Recipe& recipe, const JobTools& tools)
{
    const auto run = tools.runs.start(recipe);
    FinishedRun finished;
    record::FramePtr last;
    const auto begin = std::chrono::steady_clock::now();
    while (auto frame = run->advance(tools.stop)) {
        finished.networkSeconds += frame->networkMs / 1000;
        last = std::move(frame);
    }
    finished.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!last)
        throw Error(ErrorCode::internal, "The run ended without a result.");
    finished.evaluations = last->totalEvaluations;
    finished.result = last->layer(record::Layer::xt);
    return finished;
}

base::TensorPack packOf(const ImageBatch& images, const recipe::Recipe& recipe)
{
    const record::BatchShape& shape = images.shape;
    base::TensorPack pack;
    pack.texts["recipe"] = recipe::toJson(recipe);
    pack.tensors["images"] = {{std::uint64_t(shape.batch), std::uint64_t(shape.channels),
                               std::uint64_t(shape.height), std::uint64_t(shape.width)},
                              images.values};
    return pack;
}

/// The result of the reference run: out of the folder, or sampled now for all that need it.
ImageBatch referenceImages(const recipe::Recipe& recipe, const Results& results, const JobTools& tools)
{
    const std::string key = keyOf(recipe);
    const std::string path = results.path("reference-" + key + ".safetensors");
    const auto claim = results.claim("reference-" + key, [&] { return tools.stop.stop_requested(); });
    if (!claim)
        throw Cancelled();
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return readImages(path);
    const FinishedRun run = finishedRun(recipe, tools);
    base::writePack(path, packOf(run.result, recipe));
    return run.result;
}

double measured(const std::string& id, const Job& job, const FinishedRun& run, const ImageBatch* reference,
                const JobTools& tools)
{
    if (id == "evaluations")
        return run.evaluations;
    if (id == "seconds")
        return run.seconds;
    if (id == "network_seconds")
        return run.networkSeconds;
    if (id == "mean")
        return meanOf(run.result);
    if (id == "deviation")
        return deviationOf(run.result);
    if (id == "outside")
        return shareOutside(run.result);
    if (id == "class_agreement" && tools.classAgreement)
        return tools.classAgreement(job.recipe, run.result);
    if (id == "error" && reference)
        return rmsBetween(run.result, *reference);
    if (id == "psnr" && reference)  // of values in [-1, 1], whose range is 2
        return 20 * std::log10(2 / rmsBetween(run.result, *reference));
    throw Error(ErrorCode::invalidOption, "\"" + id + "\" cannot be measured of this run.",
                "Leave it out of \"measure\".");
}

/// The images in rows, about as many columns, each pixel twice as wide.
exports::Canvas contactSheet(const ImageBatch& images)
{
    constexpr int zoom = 2, gap = 2;
    const record::BatchShape& shape = images.shape;
    const int columns = int(std::ceil(std::sqrt(double(shape.batch))));
    const int rows = (shape.batch + columns - 1) / columns;
    const int width = shape.width * zoom + gap, height = shape.height * zoom + gap;
    exports::Canvas canvas(columns * width + gap, rows * height + gap, shape.channels == 1 ? 1 : 3);
    for (int k = 0; k < shape.batch; ++k)
        canvas.drawImage(gap + k % columns * width, gap + k / columns * height, images, k, zoom);
    return canvas;
}

void keepFiles(const Job& job, const ImageBatch& images, const Results& results, Result& result)
{
    for (const std::string& id : job.kept) {
        const std::string name = job.key + (id == "sheet" ? ".png" : ".safetensors");
        if (id == "sheet")
            exports::writePicture(results.path(name), exports::pictureOf(contactSheet(images)),
                                  {job.recipe, {}});
        else
            base::writePack(results.path(name), packOf(images, job.recipe));
        result.files[id] = name;
    }
}

std::string hostName()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

Result resultOf(const Job& job, const Results& results, const JobTools& tools)
{
    Result result{.key = job.key, .host = hostName()};
    if (tools.weightsOf)
        result.weights = tools.weightsOf(job.recipe.model);
    const FinishedRun run = finishedRun(job.recipe, tools);
    std::optional<ImageBatch> reference;
    if (job.reference)
        reference = referenceImages(*job.reference, results, tools);
    for (const std::string& id : job.measures)
        result.measures[id] = measured(id, job, run, reference ? &*reference : nullptr, tools);
    ImageBatch images = run.result;
    for (float& value : images.values)
        value = std::clamp(value, -1.0F, 1.0F);
    keepFiles(job, images, results, result);
    result.finished = timeNow();
    return result;
}

}  // namespace

JobOutcome runJob(const Job& job, const Results& results, const JobTools& tools, Waiting waiting)
{
    if (results.isDone(job.key))
        return JobOutcome::alreadyDone;
    const auto claim = waiting == Waiting::waits
                           ? results.claim(job.key, [&] { return tools.stop.stop_requested(); })
                           : results.tryClaim(job.key);
    if (!claim && tools.stop.stop_requested())
        throw Cancelled();
    if (!claim)
        return JobOutcome::elsewhere;
    if (results.isDone(job.key))
        return JobOutcome::alreadyDone;
    try {
        results.write(resultOf(job, results, tools));
    } catch (const Error& error) {
        results.write({.key = job.key,
                       .host = hostName(),
                       .finished = timeNow(),
                       .problem = error.what(),
                       .hint = error.hint()});
        throw;
    }
    return JobOutcome::done;
}

JobCounts runJobs(std::span<const Job> jobs, const Results& results, const JobTools& tools,
                  const std::function<void(const Job&, const Error* failure)>& onDone)
{
    JobCounts counts;
    std::vector<const Job*> elsewhere;
    const auto doJob = [&](const Job& job, Waiting waiting) {
        try {
            const JobOutcome outcome = runJob(job, results, tools, waiting);
            if (outcome == JobOutcome::elsewhere) {
                elsewhere.push_back(&job);
                return;
            }
            ++(outcome == JobOutcome::done ? counts.done : counts.already);
            onDone(job, nullptr);
        } catch (const Error& error) {
            ++counts.failed;
            onDone(job, &error);
        }
    };
    for (const Job& job : jobs)
        doJob(job, Waiting::goesOn);
    for (const Job* job : std::exchange(elsewhere, {}))
        doJob(*job, Waiting::waits);
    return counts;
}

ImageBatch readImages(const std::string& path)
{
    const base::TensorPack pack = base::readPack(path);
    const auto found = pack.tensors.find("images");
    if (found == pack.tensors.end() || found->second.shape.size() != 4)
        throw Error(ErrorCode::invalidFile, path + " holds no images.", "Delete it and run the sweep again.");
    const std::vector<std::uint64_t>& shape = found->second.shape;
    constexpr std::uint64_t mostSide = 100'000;
    if (std::ranges::any_of(shape, [](std::uint64_t side) { return side < 1 || side > mostSide; }))
        throw Error(ErrorCode::invalidFile, path + " holds images of an unlikely size.",
                    "Delete it and run the sweep again.");
    return {{int(shape[0]), int(shape[1]), int(shape[2]), int(shape[3])}, found->second.values};
}

}  // namespace diffuscope::sweep
