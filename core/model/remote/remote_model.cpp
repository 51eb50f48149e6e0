// SPDX-License-Identifier: GPL-3.0-or-later
// The two ends of a served model at the seam: as a Model here, and as what a server evaluates.
#include "core/model/remote/remote_model.h"

#include "core/base/error.h"
#include "core/inference/compute_threads.h"
#include "core/inference/device.h"
#include "core/model/model.h"
#include "core/model/remote/remote_card.h"

#include <torch/types.h>

#include <filesystem>

namespace diffuscope::model {

namespace {

template <typename Value>
std::vector<Value> valuesOf(const torch::Tensor& tensor, torch::ScalarType type)
{
    const torch::Tensor plain = tensor.to(torch::kCPU, type).contiguous();
    const auto* begin = plain.data_ptr<Value>();
    return {begin, begin + plain.numel()};
}

class RemoteModel final : public Model
{
public:
    explicit RemoteModel(const RemoteCard& card)
        : Model(card.card), m_network(remote::remoteAddressOf(card.address), remoteOptionsOf(card))
    {
    }

    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop = {}) override
    {
        remote::Evaluation asked{.shape = x.sizes().vec(),
                                 .x = valuesOf<float>(x, torch::kFloat32),
                                 .t = valuesOf<float>(t, torch::kFloat32)};
        if (!card().classNames.empty())
            asked.classes = valuesOf<std::int64_t>(condition.classIds, torch::kInt64);
        const std::vector<float> output = m_network.evaluate(asked, stop);
        return torch::tensor(torch::ArrayRef<float>(output)).view(x.sizes()).to(x.device());
    }

    /// How it is computed there is the server's affair.
    CompiledModel compile(int threads, const std::string& precision) override
    {
        CompiledModel compiled = Model::compile(threads, precision);
        compiled.reason = "as it is sent";
        compiled.notice.clear();
        return compiled;
    }

private:
    remote::RemoteNetwork m_network;
};

bool isRemoteSource(const std::string& source)
{
    std::error_code ignored;
    return remote::isRemoteAddress(source) ||
           std::filesystem::is_regular_file(std::filesystem::path(source) / remoteCardFile, ignored);
}

ModelCard remoteModelCard(const std::string& source)
{
    return remoteCardOf(source).card;
}

std::unique_ptr<Model> loadRemoteModel(const std::string& source)
{
    return std::make_unique<RemoteModel>(remoteCardOf(source));
}

/// A model with what evaluates it; the order matters, the second uses the first.
struct Evaluated
{
    std::unique_ptr<Model> model;
    CompiledModel compiled;
    bool hasThreads = false;

    std::vector<float> operator()(const remote::Evaluation& asked)
    {
        if (!hasThreads)  // LibTorch's number of threads belongs to the thread that computes
            inference::setUpComputeThreads(1);
        hasThreads = true;
        const c10::InferenceMode inference;
        const torch::Device device = model->device();
        const torch::Tensor x = torch::tensor(torch::ArrayRef<float>(asked.x)).view(asked.shape).to(device);
        const torch::Tensor t = torch::tensor(torch::ArrayRef<float>(asked.t)).to(device);
        EncodedCondition condition;
        condition.classIds = asked.classes.empty()
                                 ? torch::zeros({asked.images()}, torch::kInt64).to(device)
                                 : torch::tensor(torch::ArrayRef<std::int64_t>(asked.classes)).to(device);
        return valuesOf<float>(compiled.forward->forward(x, t, condition, {}), torch::kFloat32);
    }
};

}  // namespace

ModelLoader remoteLoader()
{
    return {.id = "remote", .accepts = isRemoteSource, .readCard = remoteModelCard, .load = loadRemoteModel};
}

remote::ServedModel servedModel(const std::string& name, const std::string& source,
                                const ServingOptions& options)
{
    auto evaluated = std::make_shared<Evaluated>();
    evaluated->model = loadModel(source);
    const ModelCard& card = evaluated->model->card();
    if (card.readsText() || evaluated->model->decoder())
        throw Error(ErrorCode::invalidOption,
                    "The model \"" + name + "\" reads text or has a decoder, which are not served.",
                    "Serve a model of classes or of points.");
    evaluated->model->to(inference::deviceNamed(options.device));
    evaluated->compiled = evaluated->model->compile(options.threads, options.precision);
    const SampleSpace& space = card.space;
    return {.name = name,
            .image = {space.channels, space.height, space.width},
            .classes = int(card.classNames.size()),
            .card = toJson(RemoteCard{.card = card}),
            .evaluate = [evaluated](const remote::Evaluation& asked) { return (*evaluated)(asked); }};
}

}  // namespace diffuscope::model
