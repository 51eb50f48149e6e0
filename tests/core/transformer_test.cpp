// SPDX-License-Identifier: GPL-3.0-or-later
// The diffusion transformer: shape, gradients of its own functions, and its plan against its modules.
#include "core/model/dit/dit.h"
#include "core/model/dit/dit_config_json.h"
#include "core/model/dit/dit_forward.h"
#include "core/model/dit/token_functions.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>
#include <functional>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

model::DitConfig smallTransformer()
{
    model::DitConfig config;
    config.imageHeight = config.imageWidth = 12;
    config.patch = 4;
    config.width = 32;
    config.layers = 2;
    config.heads = 2;
    config.classes = 3;
    return config;
}

/// Weights that are nowhere zero, as after a training.
model::Dit trained(const model::DitConfig& config)
{
    torch::manual_seed(7);
    model::Dit net(config);
    const torch::NoGradGuard noGrad;
    for (auto& parameter : net->parameters())
        parameter.add_(torch::randn_like(parameter) * 0.1);
    return net;
}

double largest(const torch::Tensor& values)
{
    return values.abs().max().item<double>();
}

/// The largest difference of the gradients that two functions of the same inputs pass on.
template <typename First, typename Second>
double gradientDifference(const std::vector<torch::Tensor>& inputs, First first, Second second)
{
    const auto gradientsOf = [&inputs](auto&& function) {
        std::vector<torch::Tensor> own;
        for (const auto& input : inputs)
            own.push_back(input.clone().requires_grad_(true));
        const auto result = function(own);
        torch::manual_seed(3);
        (result * torch::randn_like(result)).sum().backward();
        std::vector<torch::Tensor> gradients = {result.detach()};
        for (const auto& input : own)
            gradients.push_back(input.grad());
        return gradients;
    };
    const auto one = gradientsOf(first), other = gradientsOf(second);
    double difference = 0;
    for (std::size_t k = 0; k < one.size(); ++k)
        difference = std::max(difference, largest(one[k] - other[k]) / std::max(1.0, largest(other[k])));
    return difference;
}

using Inputs = std::vector<torch::Tensor>;

torch::Tensor composedAttention(const torch::Tensor& queryKeyValue, int64_t heads)
{
    const int64_t batch = queryKeyValue.size(0), tokens = queryKeyValue.size(1);
    const auto parts = queryKeyValue.view({batch, tokens, 3, heads, -1}).permute({2, 0, 3, 1, 4}).unbind(0);
    const double scale = 1.0 / std::sqrt(static_cast<double>(parts[0].size(-1)));
    const auto weights = torch::softmax(torch::matmul(parts[0], parts[1].transpose(-1, -2)) * scale, -1);
    return torch::matmul(weights, parts[2]).permute({0, 2, 1, 3}).reshape({batch, tokens, -1});
}

}  // namespace

class TransformerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void theConfigCountsTheWeights()
    {
        for (const bool readsStep : {false, true}) {
            auto config = smallTransformer();
            config.readsStep = readsStep;
            int64_t count = 0;
            for (const auto& parameter : model::Dit(config)->parameters())
                count += parameter.numel();
            QCOMPARE(model::parameterCount(config), count);
        }
    }

    void aNewNetworkSaysNothing()
    {
        // The last layer begins at zero, as every block's gates do.
        model::Dit net(smallTransformer());
        const auto y = net(torch::randn({2, 1, 12, 12}), torch::zeros({2}), torch::zeros({2}, torch::kInt64));
        QCOMPARE(largest(y), 0.0);
    }

    void impossibleConfigsAreRefused()
    {
        for (const auto& spoil : std::vector<std::function<void(model::DitConfig&)>>{
                 [](auto& config) { config.patch = 5; }, [](auto& config) { config.heads = 3; },
                 [](auto& config) { config.layers = 0; }, [](auto& config) { config.width = 100'000; },
                 [](auto& config) { config.classes = -1; }}) {
            auto config = smallTransformer();
            spoil(config);
            QVERIFY_THROWS_EXCEPTION(std::invalid_argument, model::validate(config));
        }
    }

    void theConfigSurvivesItsJson()
    {
        auto config = smallTransformer();
        config.readsStep = true;
        const auto json = toJson(config);
        QVERIFY(model::ditConfigFromJson({json, "here"}) == config);
        auto bad = json;
        bad["patch"] = 5;
        QVERIFY(refusalOf([&] { model::ditConfigFromJson({bad, "here"}); }).contains("here"));
    }

    void ownFunctionsAndTheirGradientsAreThoseOfLibTorch()
    {
        const Inputs inputs = {torch::randn({3, 9, 32}), torch::randn({3, 1, 32}), torch::randn({3, 1, 32})};
        QVERIFY(gradientDifference(
                    inputs, [](const Inputs& in) { return model::modulatedLayerNorm(in[0], in[1], in[2]); },
                    [](const Inputs& in) {
                        return torch::layer_norm(in[0], {32}, {}, {}, 1e-6) * (in[1] + 1) + in[2];
                    }) < 1e-5);
        const Inputs gated = {torch::randn({3, 9, 32}), torch::randn({3, 9, 32}), torch::randn({3, 1, 32})};
        QVERIFY(gradientDifference(
                    gated, [](const Inputs& in) { return model::addGated(in[0], in[1], in[2]); },
                    [](const Inputs& in) { return in[0] + in[1] * in[2]; }) < 1e-5);
        QVERIFY(gradientDifference(
                    {3 * torch::randn({40})}, [](const Inputs& in) { return model::tokenGelu(in[0]); },
                    [](const Inputs& in) { return at::gelu(in[0], "tanh"); }) < 1e-5);
    }

    void attentionAndItsGradientAreTheDefinitions()
    {
        // 9 and 17 tokens leave padding; 16 none.
        for (const int64_t tokens : {9, 16, 17})
            QVERIFY(gradientDifference(
                        {torch::randn({2, tokens, 3 * 2 * 16})},
                        [](const Inputs& in) { return model::tokenAttention(in[0], 2); },
                        [](const Inputs& in) { return composedAttention(in[0], 2); }) < 1e-5);
        // A width that the kernels do not take.
        const auto narrow = torch::randn({2, 9, 3 * 2 * 8});
        QVERIFY(largest(model::tokenAttention(narrow, 2) - composedAttention(narrow, 2)) < 1e-5);
    }

    void attentionMapsSumToOne()
    {
        auto net = trained(smallTransformer());
        const torch::NoGradGuard noGrad;
        std::vector<torch::Tensor> maps;
        net->forward(torch::randn({2, 1, 12, 12}), torch::full({2}, 5.0), torch::zeros({2}, torch::kInt64),
                     {}, &maps);
        QCOMPARE(maps.size(), std::size_t(2));
        QCOMPARE(maps[0].sizes(), at::IntArrayRef({2, 2, 9, 9}));
        QVERIFY(largest(maps[1].sum(-1) - 1) < 1e-5);
    }

    void thePlanIsTheModules()
    {
        for (const bool readsStep : {false, true}) {
            auto config = smallTransformer();
            config.readsStep = readsStep;
            auto net = trained(config);
            model::DitForward fast(net, 2);
            if (!fast.hasPlan())
                QSKIP("This processor has no kernels.");
            const auto x = torch::randn({11, 1, 12, 12}), t = torch::rand({11}) * 1000;
            const auto ids = torch::arange(11) % 4, step = torch::rand({11});
            const torch::NoGradGuard noGrad;
            const auto expected = net(x, t, ids, step), got = fast.forward(x, t, ids, step);
            QVERIFY2(largest(got - expected) < 1e-4 * std::max(1.0, largest(expected)),
                     qPrintable(QString::number(largest(got - expected))));
        }
    }

    void anImageDoesNotDependOnTheBatch()
    {
        auto net = trained(smallTransformer());
        model::DitForward two(net, 2), one(net, 1);
        if (!two.hasPlan())
            QSKIP("This processor has no kernels.");
        const auto x = torch::randn({9, 1, 12, 12}), t = torch::rand({9}) * 1000;
        const auto ids = torch::arange(9) % 4;
        const auto together = two.forward(x, t, ids);
        for (int64_t k = 0; k < 9; ++k)
            QVERIFY(one.forward(x.slice(0, k, k + 1), t.slice(0, k, k + 1), ids.slice(0, k, k + 1))
                        .equal(together.slice(0, k, k + 1)));
    }

    void aStoppedEvaluationIsCancelled()
    {
        auto net = trained(smallTransformer());
        model::DitForward fast(net, 1);
        if (!fast.hasPlan())
            QSKIP("This processor has no kernels.");
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_THROWS_EXCEPTION(Cancelled,
                                 fast.forward(torch::randn({2, 1, 12, 12}), torch::zeros({2}),
                                              torch::zeros({2}, torch::kInt64), {}, stop.get_token()));
    }

    void aStudentBeginsAsItsTeacher()
    {
        auto config = smallTransformer();
        auto teacher = trained(config);
        config.readsStep = true;
        model::Dit student(config);
        model::copyWeights(*teacher, *student);
        const torch::NoGradGuard noGrad;
        const auto x = torch::randn({3, 1, 12, 12}), t = torch::rand({3}) * 1000;
        const auto ids = torch::arange(3);
        QVERIFY(largest(student(x, t, ids, torch::rand({3})) - teacher(x, t, ids)) < 1e-6);
        config.width = 64;
        model::Dit other(config);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, model::copyWeights(*teacher, *other));
    }
};

QTEST_GUILESS_MAIN(TransformerTest)
#include "transformer_test.moc"
