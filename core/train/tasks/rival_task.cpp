// SPDX-License-Identifier: GPL-3.0-or-later
// One task for both rivals: batches with noise, a loss, a sheet of pictures from noise.
#include "core/train/tasks/rival_task.h"

#include "core/base/error.h"
#include "core/model/rivals/rivals.h"
#include "core/train/data/counter_random.h"
#include "core/train/data/image_sheet.h"
#include "core/train/tasks/diffusion_batches.h"
#include "core/train/tasks/replicas.h"

namespace diffuscope::train {
namespace {

constexpr int rivalSheetRows = 4;

template <typename Net>
class RivalTask : public TrainingTask
{
public:
    RivalTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options, int replicas)
        : m_options(options),
          m_nets(options, replicas, [&options] { return Net(options.rival); }),
          m_batches(images, options)
    {
    }

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override { m_batch = m_batches.take(step); }

    torch::Tensor loss(int replica) override
    {
        const BatchShare share = m_nets.share(replica, m_batch.x0);
        // The batch's noise is as large as its pictures; the latents take its first numbers.
        const auto noise = share.of(m_batch.eps).flatten(1).slice(1, 0, m_options.rival.latents);
        return m_nets[replica]->loss(share.of(m_batch.x0), share.of(m_batch.classIds), noise) *
               share.weight();
    }

    void writePreview(const std::string& path) override
    {
        const torch::NoGradGuard noGrad;
        const int64_t classes = m_options.rival.classes, count = rivalSheetRows * classes;
        auto noise = torch::empty({count, m_options.rival.latents});
        CounterRandom(m_options.seed, RandomStream::Preview, 0)
            .fillNormal(noise.data_ptr<float>(), noise.numel());
        const auto device = m_nets.device();
        const auto ids = torch::arange(count, torch::TensorOptions(torch::kInt64).device(device)) % classes;
        writeImageSheet(path, m_nets[0]->generator()(noise.to(device), ids), static_cast<int>(classes));
    }

private:
    TrainingOptions m_options;
    Replicas<Net> m_nets;
    DiffusionBatches m_batches;
    DiffusionBatch m_batch;
};

}  // namespace

std::unique_ptr<TrainingTask> makeRivalTask(std::shared_ptr<const LabelledImages> images,
                                            const TrainingOptions& options, int replicas)
{
    const auto& config = options.rival;
    if (config.imageChannels != 1 || images->height != config.imageSide || images->width != config.imageSide)
        throw Error(ErrorCode::invalidOption,
                    "The data's images are 1×" + std::to_string(images->height) + "×" +
                        std::to_string(images->width) + ", the network's are of another size.",
                    "Train a network of the data's size, which must be a square.");
    if (images->classCount() > config.classes)
        throw Error(ErrorCode::invalidOption,
                    "The data has " + std::to_string(images->classCount()) + " classes, the network only " +
                        std::to_string(config.classes) + ".",
                    "Train a network with more classes.");
    if (config.latents > config.imageSide * config.imageSide)
        throw Error(ErrorCode::invalidOption, "There are more latents than pixels.", "Choose fewer.");
    TrainingOptions always = options;
    always.conditionDropout = 0.0;  // neither has a null class
    if (config.isGan)
        return std::make_unique<RivalTask<model::Gan>>(std::move(images), always, replicas);
    return std::make_unique<RivalTask<model::Vae>>(std::move(images), always, replicas);
}

}  // namespace diffuscope::train
