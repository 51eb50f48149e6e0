// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/modulated_norm.h"
#include "core/inference/winograd_conv2d.h"
#include "core/model/checkpoint.h"
#include "core/model/named_weights.h"
#include "core/model/unet/parallel_forward.h"
#include "core/model/unet/unet.h"
#include "tests/core/file_fixture.h"
#include "tests/support/loaded_unet.h"

#include <nlohmann/json.hpp>
#include <QTest>

#include <limits>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

model::UNetConfig smallConfig()
{
    model::UNetConfig config;
    config.imageHeight = 12;
    config.imageWidth = 20;
    config.baseChannels = 8;
    config.normalizationGroups = 4;
    config.embeddingWidth = 16;
    config.blocksPerLevel = 1;
    config.classes = 3;
    return config;
}

/// Random everywhere, also where a new network has zeros.
model::UNet randomNet(const model::UNetConfig& config)
{
    torch::manual_seed(5);
    model::UNet net(config);
    torch::NoGradGuard noGrad;
    for (auto& parameter : net->parameters())
        parameter.normal_(0.0, 0.2);
    return net;
}

model::ModelCard cardOf(const model::UNetConfig& config)
{
    model::ModelCard card;
    card.name = "small";
    card.title = "A small one";
    model::describeUNet(card, config);
    card.schedule = {"linear", {{"levels", 100.0}}};
    card.classNames = {"a", "b", "c"};
    card.training = {{"steps", "3"}};
    card.quality = model::ModelQuality{5000, "ddim", 50, 1.5, 0.98, 1.25, 0.5, 0.99};
    return card;
}

double largestDifference(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a - b).abs().max().item<double>();
}

torch::Tensor composedNorm(const std::vector<torch::Tensor>& inputs, bool modulated)
{
    torch::Tensor h = torch::group_norm(inputs[0], 4, inputs[1], inputs[2], 1e-5);
    if (modulated) {
        const auto parts = inputs[3].unsqueeze(-1).unsqueeze(-1).chunk(2, 1);
        h = h * (parts[0] + 1) + parts[1];
    }
    return torch::silu(h);
}

}  // namespace

class UNetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outputHasTheShapeOfTheInput()
    {
        for (const int patch : {1, 2}) {
            auto config = smallConfig();
            config.patch = patch;
            config.imageChannels = 3;
            auto net = randomNet(config);
            const auto x = torch::randn({2, 3, 12, 20});
            const auto y =
                net(x, torch::tensor({0.5f, 99.0f}), torch::tensor({int64_t{2}, net->nullClass()}));
            QCOMPARE(y.sizes(), x.sizes());
            QVERIFY(y.scalar_type() == torch::kFloat32);
        }
    }

    void oddSizesOnTheWayDownFitOnTheWayUp()
    {
        auto config = smallConfig();
        config.imageHeight = config.imageWidth = 28;
        config.multipliers = {1, 2, 2};  // 14, 7 and 4 pixels
        auto net = randomNet(config);
        const auto x = torch::randn({1, 1, 28, 28});
        QCOMPARE(net(x, torch::zeros({1}), torch::zeros({1}, torch::kInt64)).sizes(), x.sizes());
    }

    void parametersAreCountedWithoutBuilding()
    {
        for (const auto& multipliers : {std::vector<int>{1}, {1, 2}, {2, 1, 3}}) {
            for (const auto& attention : {std::vector<int>{}, {0}}) {
                auto config = smallConfig();
                config.multipliers = multipliers;
                config.attentionLevels = attention;
                config.blocksPerLevel = 2;
                QCOMPARE(model::parameterCount(config), model::UNet(config)->parameterCount());
            }
        }
    }

    void aNewNetworkPredictsZero()
    {
        model::UNet net(smallConfig());
        const auto y = net(torch::randn({1, 1, 12, 20}), torch::zeros({1}), torch::zeros({1}, torch::kInt64));
        QCOMPARE(y.abs().max().item<float>(), 0.0f);
    }

    void anImageDoesNotDependOnTheRestOfTheBatch()
    {
        auto net = randomNet(smallConfig());
        torch::NoGradGuard noGrad;
        const auto x = torch::randn({3, 1, 12, 20});
        const auto t = torch::tensor({10.0f, 500.0f, 20.0f});
        const auto ids = torch::tensor({int64_t{0}, int64_t{1}, int64_t{3}});
        const auto together = net(x, t, ids);
        for (int k = 0; k < 3; ++k) {
            const auto alone = net(x.narrow(0, k, 1), t.narrow(0, k, 1), ids.narrow(0, k, 1));
            QVERIFY(largestDifference(alone[0], together[k]) < 1e-4);
        }
    }

    void threadsShareOutABatch()
    {
        auto net = randomNet(smallConfig());
        torch::NoGradGuard noGrad;
        model::ParallelForward parallel(net, 3);
        for (const int64_t batch : {1, 2, 7}) {
            const auto x = torch::randn({batch, 1, 12, 20}), t = torch::rand({batch}) * 100;
            const auto ids = torch::randint(0, 4, {batch}, torch::kInt64);
            QVERIFY(largestDifference(parallel.forward(x, t, ids), net(x, t, ids)) < 1e-4);
        }
        QVERIFY_THROWS_EXCEPTION(std::exception,
                                 parallel.forward(torch::randn({4, 2, 12, 20}), torch::zeros({4}),
                                                  torch::zeros({4}, torch::kInt64)));
        QCOMPARE(
            parallel
                .forward(torch::randn({2, 1, 12, 20}), torch::zeros({2}), torch::zeros({2}, torch::kInt64))
                .size(0),
            int64_t{2});
    }

    void timeAndClassMatter()
    {
        auto net = randomNet(smallConfig());
        torch::NoGradGuard noGrad;
        const auto x = torch::randn({1, 1, 12, 20});
        const auto at = [&](float t, int64_t id) { return net(x, torch::tensor({t}), torch::tensor({id})); };
        QVERIFY(largestDifference(at(10, 0), at(900, 0)) > 1e-3);
        QVERIFY(largestDifference(at(10, 0), at(10, 1)) > 1e-3);
        QVERIFY(largestDifference(at(10, 0), at(10.5f, 0)) > 1e-6);
    }

    void trainedConvolutionsHaveTheNumbersAndGradientsOfDirectOnes_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("inputs");
        QTest::addColumn<int>("outputs");
        QTest::newRow("whole tiles") << 8 << 12 << 16 << 48;
        QTest::newRow("cut tiles") << 7 << 5 << 96 << 32;
        QTest::newRow("one pixel") << 1 << 1 << 32 << 16;
        QTest::newRow("many channels") << 14 << 14 << 128 << 80;
    }
    void trainedConvolutionsHaveTheNumbersAndGradientsOfDirectOnes()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(int, inputs);
        QFETCH(int, outputs);
        torch::manual_seed(4);
        const auto x = torch::randn({37, inputs, height, width});
        const auto weight = torch::randn({outputs, inputs, 3, 3}) * 0.1, bias = torch::randn({outputs});
        const auto incoming = torch::randn({37, outputs, height, width});
        if (!inference::isForWinograd(x, weight))
            QSKIP("no kernels for this processor");
        using Tensors = std::vector<torch::Tensor>;
        const auto resultAndGradients = [&](const auto& convolve) {
            const Tensors leaves{x.clone().requires_grad_(), weight.clone().requires_grad_(),
                                 bias.clone().requires_grad_()};
            const auto y = convolve(leaves[0], leaves[1], leaves[2]);
            y.backward(incoming);
            return Tensors{y.detach(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
        };
        const auto direct = resultAndGradients(
            [](const auto& image, const auto& w, const auto& b) { return at::conv2d(image, w, b, 1, 1); });
        const auto ours = resultAndGradients(inference::winogradConv2d);
        for (std::size_t k = 0; k < direct.size(); ++k) {
            QCOMPARE(ours[k].sizes(), direct[k].sizes());
            const double scale = direct[k].abs().max().item<double>();
            QVERIFY2(largestDifference(ours[k], direct[k]) <= 1e-5 * scale, std::to_string(k).c_str());
        }
        // An image's numbers do not depend on the rest of the batch.
        QVERIFY(inference::winogradConv2d(x.slice(0, 5, 6), weight, bias).equal(ours[0].slice(0, 5, 6)));
    }

    void bfloat16ConvolutionsStayClose()
    {
        auto net = randomNet(smallConfig());
        torch::NoGradGuard noGrad;
        const auto x = torch::randn({2, 1, 12, 20});
        const auto t = torch::tensor({10.0f, 500.0f});
        const auto ids = torch::tensor({int64_t{0}, int64_t{1}});
        const auto exact = net(x, t, ids);
        net->setConvolutionPrecision(model::ConvolutionPrecision::BFloat16);
        const auto narrow = net(x, t, ids);
        QVERIFY(largestDifference(exact, narrow) < 0.1 * exact.abs().max().item<double>());
        QVERIFY(largestDifference(exact, narrow) > 0.0);
    }

    void theFusedNormEqualsItsParts_data()
    {
        QTest::addColumn<bool>("modulated");
        QTest::newRow("with modulation") << true;
        QTest::newRow("without") << false;
    }
    void theFusedNormEqualsItsParts()
    {
        QFETCH(bool, modulated);
        const auto inputs = [] {
            torch::manual_seed(2);
            const auto image =
                (torch::randn({3, 12, 7, 5}) * 3 + 2).contiguous(torch::MemoryFormat::ChannelsLast);
            return std::vector<torch::Tensor>{image.requires_grad_(), torch::randn({12}).requires_grad_(),
                                              torch::randn({12}).requires_grad_(),
                                              torch::randn({3, 24}).requires_grad_()};
        };
        const auto ours = inputs(), theirs = inputs();
        const auto weights = torch::randn({3, 12, 7, 5});
        const auto fused = inference::modulatedNormSilu(
            ours[0], 4, ours[1], ours[2], modulated ? ours[3] : torch::Tensor(), torch::kFloat32);
        const auto composed = composedNorm(theirs, modulated);
        QVERIFY(largestDifference(fused, composed) < 1e-5);
        (fused * weights).sum().backward();
        (composed * weights).sum().backward();
        for (std::size_t index = 0; index < (modulated ? 4u : 3u); ++index) {
            const double scale = theirs[index].grad().abs().max().item<double>();
            QVERIFY(largestDifference(ours[index].grad(), theirs[index].grad()) < 1e-5 * scale);
        }
    }

    void impossibleConfigsAreRefused()
    {
        const auto refused = [](auto change) {
            auto config = smallConfig();
            change(config);
            QVERIFY_THROWS_EXCEPTION(std::invalid_argument, model::UNet{config});
        };
        refused([](auto& c) { c.patch = 5; });
        refused([](auto& c) { c.multipliers = {}; });
        refused([](auto& c) { c.normalizationGroups = 3; });
        refused([](auto& c) { c.attentionLevels = {2}; });
        refused([](auto& c) { c.baseChannels = 0; });
        refused([](auto& c) { c.embeddingWidth = 15; });
        refused([](auto& c) { c.multipliers = {1, 1, 1, 1, 1}; });
        refused([](auto& c) {
            c.baseChannels = 2048;
            c.blocksPerLevel = 8;
        });
    }

    void aSavedModelIsLoaded()
    {
        auto net = randomNet(smallConfig());
        const auto card = cardOf(smallConfig());
        model::saveModel(m_files.path("model"), card, *net);
        auto loaded = test::loadedUNet(m_files.path("model"));
        QVERIFY(model::readModelCard(m_files.path("model")) == card);
        torch::NoGradGuard noGrad;
        const auto x = torch::randn({1, 1, 12, 20}), t = torch::tensor({7.0f});
        const auto ids = torch::tensor({int64_t{1}});
        QVERIFY(net(x, t, ids).equal(loaded(x, t, ids)));
    }

    void weightsThatDoNotFitAreRefused_data()
    {
        QTest::addColumn<int>("damage");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("missing") << 0 << "\"stem.bias\" is missing";
        QTest::newRow("left over") << 1 << "\"extra\" is not one";
        QTest::newRow("shape") << 2 << "\"stem.bias\" has the shape [9]";
        QTest::newRow("NaN") << 3 << "\"stem.bias\" holds a value that is not a finite number";
        QTest::newRow("infinity") << 4 << "\"stem.bias\" holds a value that is not a finite number";
        QTest::newRow("whole numbers") << 5 << "\"stem.bias\" holds whole numbers";
        QTest::newRow("oversized") << 6 << "far more than a network";
    }
    void weightsThatDoNotFitAreRefused()
    {
        QFETCH(int, damage);
        QFETCH(QString, sentence);
        auto net = randomNet(smallConfig());
        model::saveModel(m_files.path("damaged"), cardOf(smallConfig()), *net);
        auto weights = model::namedWeights(*net);
        const auto bias = std::find_if(weights.begin(), weights.end(),
                                       [](const auto& item) { return item.first == "stem.bias"; });
        bias->second = bias->second.clone();
        switch (damage) {
            case 0:
                weights.erase(bias);
                break;
            case 1:
                weights.emplace_back("extra", torch::ones({1}));
                break;
            case 2:
                bias->second = torch::ones({9});
                break;
            case 3:
                bias->second[2] = std::numeric_limits<float>::quiet_NaN();
                break;
            case 4:
                bias->second[2] = std::numeric_limits<float>::infinity();
                break;
            case 5:
                bias->second = torch::ones({8}, torch::kInt64);
                break;
            default:
                weights.emplace_back("extra", torch::ones({1'000'000}));
                break;
        }
        model::writeSafetensors(m_files.path("damaged/model.safetensors"), weights);
        const QString refusal = refusalOf([&] { model::loadModel(m_files.path("damaged")); });
        QVERIFY2(refusal.contains(sentence), qPrintable(refusal));
    }

    void cardsOfTheWrongTypeAreRefused_data()
    {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("name is a number") << R"({"name": 3})"
                                          << "\"name\" must be text";
        QTest::newRow("no classes") << R"({"classes": null})"
                                    << "lacks the field \"classes\"";
        QTest::newRow("classes is text") << R"({"classes": "abc"})"
                                         << "must be a list of texts";
        QTest::newRow("too few classes") << R"({"classes": ["a"]})"
                                         << "1 class names for 3 classes";
        QTest::newRow("target") << R"({"target": "noise"})"
                                << "\"noise\", which is none of";
        QTest::newRow("schedule") << R"({"schedule": {"family": "wavy"}})"
                                  << "schedule that this program cannot make";
        QTest::newRow("architecture is a list") << R"({"architecture": [1]})"
                                                << "must be a JSON object";
        QTest::newRow("architecture type")
            << R"({"architecture": {"type": "perceiver"}})"
            << "describes a \"perceiver\", and this program knows the architectures unet";
        QTest::newRow("architecture number") << R"({"architecture": {"base_channels": "8"}})"
                                             << "must be a whole number";
        QTest::newRow("huge architecture") << R"({"architecture": {"base_channels": 99999999999}})"
                                           << "of ordinary size";
        QTest::newRow("impossible architecture") << R"({"architecture": {"patch": 5}})"
                                                 << "impossible network";
        QTest::newRow("parameters") << R"({"parameters": 12})"
                                    << "states 12 parameters";
        QTest::newRow("version") << R"({"version": 7})"
                                 << "not a model card of version 1";
    }
    void cardsOfTheWrongTypeAreRefused()
    {
        QFETCH(QString, patch);
        QFETCH(QString, sentence);
        model::saveModel(m_files.path("card"), cardOf(smallConfig()), *randomNet(smallConfig()));
        auto card = nlohmann::json::parse(m_files.read("card/model.json"));
        card.merge_patch(nlohmann::json::parse(patch.toStdString()));
        m_files.write("card/model.json", card.dump());
        const QString refusal = refusalOf([&] { model::loadModel(m_files.path("card")); });
        QVERIFY2(refusal.contains(sentence), qPrintable(refusal));
        QVERIFY2(refusal.contains("card/model.json"), qPrintable(refusal));
    }

    void aCardThatIsNoJsonIsRefused()
    {
        model::saveModel(m_files.path("card"), cardOf(smallConfig()), *randomNet(smallConfig()));
        m_files.write("card/model.json", m_files.read("card/model.json").substr(0, 100));
        const QString refusal = refusalOf([&] { model::readModelCard(m_files.path("card")); });
        QVERIFY2(refusal.contains("is not valid JSON"), qPrintable(refusal));
    }

private:
    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(UNetTest)
#include "unet_test.moc"
