#include "tests/bench/network_figures.h"

#include "core/network/checkpoint.h"
#include "core/network/compute_threads.h"
#include "core/sample/model_run_factory.h"

#include <torch/types.h>

#include <chrono>

namespace diffuscope::bench {

namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// A network and a batch to ask it about.
class Probe
{
public:
    Probe(network::LoadedModel& model, int batch) : m_model(model)
    {
        const network::UNetConfig& config = model.card.architecture;
        m_x = torch::randn({batch, config.imageChannels, config.imageHeight, config.imageWidth});
        m_time = torch::full({batch}, 500.0);
        m_classes = torch::zeros({batch}, torch::kLong);
    }

    double evaluateMs()
    {
        const auto start = Clock::now();
        m_model.net->forward(m_x, m_time, m_classes);
        return msSince(start);
    }

private:
    network::LoadedModel& m_model;
    torch::Tensor m_x;
    torch::Tensor m_time;
    torch::Tensor m_classes;
};

}  // namespace

std::vector<Figure> networkFigures(const std::filesystem::path& modelFolder, int rounds)
{
    network::setUpComputeThreads(0);
    const c10::InferenceMode inference;
    network::LoadedModel model = network::loadModel(modelFolder.string());
    std::vector<Figure> figures;
    for (const int batch : {1, 16, 32, 64}) {
        Probe probe(model, batch);
        probe.evaluateMs();
        std::vector<double> ms;
        for (int round = 0; round < rounds; ++round)
            ms.push_back(probe.evaluateMs() / batch);
        figures.push_back({"network, batch " + std::to_string(batch), median(ms), "ms/image"});
    }
    return figures;
}

std::vector<Figure> overheadFigures(const std::filesystem::path& modelFolder, int steps, int rounds)
{
    network::setUpComputeThreads(0);
    const c10::InferenceMode inference;
    network::LoadedModel model = network::loadModel(modelFolder.string());
    session::Recipe recipe;
    recipe.model = modelFolder.string();
    recipe.steps = steps;
    recipe.guidance.scale = 3;
    sample::ModelRunFactory factory({modelFolder.parent_path()});
    // Under guidance one evaluation asks about every image twice, in one batch.
    Probe probe(model, 2 * recipe.batch);

    std::vector<double> ratios;
    std::vector<double> ownRatios;
    std::vector<double> runMs;
    for (int round = -1; round < rounds; ++round) {
        const auto start = Clock::now();
        const auto run = factory.start(recipe);
        int evaluations = 0;
        double timeInNetwork = 0;
        while (const record::FramePtr frame = run->advance({})) {
            evaluations = frame->totalEvaluations;
            timeInNetwork += frame->networkMs;
        }
        const double runTime = msSince(start);
        double networkTime = 0;
        for (int evaluation = 0; evaluation < evaluations; ++evaluation)
            networkTime += probe.evaluateMs();
        if (round < 0)
            continue;  // the first loads the model and warms up
        ratios.push_back(runTime / networkTime);
        ownRatios.push_back(runTime / timeInNetwork);
        runMs.push_back(runTime);
    }
    const std::string size =
        std::to_string(recipe.batch) + " × " + std::to_string(steps) + " steps, guidance";
    return {{"run without window, " + size, median(runMs) / 1000, "s", 2},
            {"run ÷ (evaluations × network alone)", median(ratios), "", 1.05},
            {"run ÷ time inside the network during it", median(ownRatios), "", 1.05}};
}

}  // namespace diffuscope::bench
