// SPDX-License-Identifier: GPL-3.0-or-later
// The families as model folders: transformer, student, rivals and latents behind the seam, and bad files.
#include "core/measure/generation.h"
#include "core/model/autoencoder/picture_decoder_model.h"
#include "core/model/checkpoint.h"
#include "core/model/dit/dit.h"
#include "core/model/dit/dit_kind.h"
#include "core/model/rivals/rival_model.h"
#include "core/model/step_lengths.h"
#include "core/model/unet/unet.h"
#include "core/model/unet/unet_kind.h"
#include "core/schedule/schedule_registry.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

model::ModelCard flowCard(const std::string& name, int classes)
{
    model::ModelCard card;
    card.name = card.title = name;
    card.target = "flow";
    card.schedule = {"rectified_flow", {{"levels", 100.0}}};
    for (int k = 0; k < classes; ++k)
        card.classNames.push_back(std::to_string(k));
    return card;
}

model::DitConfig tinyTransformer(bool readsStep)
{
    model::DitConfig config;
    config.imageHeight = config.imageWidth = 8;
    config.width = 32;
    config.layers = 1;
    config.heads = 2;
    config.classes = 3;
    config.readsStep = readsStep;
    return config;
}

/// Weights that are nowhere zero.
template <typename Net>
Net shaken(Net net)
{
    const torch::NoGradGuard noGrad;
    torch::manual_seed(2);
    for (auto& parameter : net->parameters())
        parameter.add_(0.2 * torch::randn_like(parameter));
    return net;
}

measure::GenerationRequest requestOf(std::vector<int> classes, int steps)
{
    measure::GenerationRequest request;
    request.classes = std::move(classes);
    request.steps = steps;
    request.grid.rule = "trailing";
    return request;
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

model::AutoencoderConfig tinyAutoencoder()
{
    model::AutoencoderConfig config;
    config.imageSide = 16;
    config.channels = 16;
    config.blocks = 1;
    config.groups = 4;
    return config;
}

model::UNetConfig tinyLatentNetwork()
{
    model::UNetConfig config;
    config.imageChannels = 4;
    config.imageHeight = config.imageWidth = 4;
    config.patch = 1;
    config.baseChannels = 8;
    config.normalizationGroups = 4;
    config.embeddingWidth = 16;
    config.blocksPerLevel = 1;
    config.classes = 2;
    return config;
}

}  // namespace

class FamilyModelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void aTransformerIsAModelFolder()
    {
        auto card = flowCard("tiny", 3);
        const auto config = tinyTransformer(false);
        model::describeDit(card, config);
        const auto net = shaken(model::Dit(config));
        model::saveModel(m_files.path("tiny"), card, *net);
        const std::shared_ptr<model::Model> loaded = model::loadModelFolder(m_files.path("tiny"));
        QVERIFY(loaded->card().space == model::SampleSpace::pixels(1, 8, 8));
        QVERIFY(!loaded->readsStep());
        const auto x = torch::randn({3, 1, 8, 8}), t = torch::full({3}, 50.0);
        const auto ids = torch::arange(3);
        const torch::NoGradGuard noGrad;
        const auto plain = loaded->forward(x, t, {ids});
        const auto compiled = loaded->compile(1, "auto");
        QVERIFY((compiled.forward->forward(x, t, {ids}, {}) - plain).abs().max().item<double>() < 1e-4);
        const auto images = measure::generate(measure::generatingNetwork(loaded), requestOf({0, 1, -1}, 4));
        QCOMPARE(images.sizes(), at::IntArrayRef({3, 1, 8, 8}));
        QVERIFY(model::architectureSummary(loaded->card()).find("transformer") != std::string::npos);
    }

    void damagedTransformersAreNamed()
    {
        const std::string good = m_files.read("tiny/model.json");
        for (const auto& [from, to, named] : {std::tuple{"\"patch\": 4", "\"patch\": 3", "does not divide"},
                                              {"\"classes\": 3", "\"classes\": 5", "class names"},
                                              {"\"width\": 32", "\"width\": 64", "parameters"},
                                              {"\"reads_step\": false", "\"reads_step\": 1", "reads_step"}}) {
            m_files.write("tiny/model.json", replaced(good, from, to));
            const QString refusal = refusalOf([&] { model::loadModelFolder(m_files.path("tiny")); });
            QVERIFY2(refusal.contains(named), qPrintable(refusal));
            QVERIFY2(refusal.contains("model.json"), qPrintable(refusal));
        }
        m_files.write("tiny/model.json", good);
    }

    void aStudentIsToldItsSteps()
    {
        auto card = flowCard("student", 3);
        const auto config = tinyTransformer(true);
        model::describeDit(card, config);
        auto net = shaken(model::Dit(config));
        model::saveModel(m_files.path("student"), card, *net);
        const std::shared_ptr<model::Model> loaded = model::loadModelFolder(m_files.path("student"));
        QVERIFY(loaded->readsStep());
        // One step of DDIM from pure noise is x − v(x, 1, step 1), clipped: by hand, with the module.
        auto request = requestOf({0, 1, 2}, 1);
        const auto images = measure::generate(measure::generatingNetwork(loaded), request);
        request.steps = 2;
        const auto others = measure::generate(measure::generatingNetwork(loaded), request);
        QVERIFY(!images.equal(others));
        const torch::NoGradGuard noGrad;
        const auto x = torch::randn({1, 1, 8, 8}), t = torch::full({1}, 99.0);
        const auto ids = torch::zeros({1}, torch::kInt64);
        model::EncodedCondition one{ids}, half{ids};
        one.step = torch::full({1}, 1.0);
        half.step = torch::full({1}, 0.5);
        QVERIFY(!loaded->forward(x, t, one).equal(loaded->forward(x, t, half)));
        const auto compiled = loaded->compile(1, "float32");
        QVERIFY((compiled.forward->forward(x, t, one, {}) - loaded->forward(x, t, one))
                    .abs()
                    .max()
                    .item<double>() < 1e-4);
    }

    void stepLengthsAreTheGrids()
    {
        const auto schedule = schedule::makeSchedule({"rectified_flow", {{"levels", 100.0}}});
        const auto grid = schedule::makeTimeGrid(schedule, {"trailing", {}}, 4);
        const model::StepLengths lengths(grid, 100);
        for (int k = 0; k < 4; ++k)
            QVERIFY2(std::abs(lengths.at(grid[k].t) - 0.25) < 0.011,
                     qPrintable(QString("step %1: %2").arg(k).arg(lengths.at(grid[k].t))));
        QVERIFY(lengths.areTrained(7));
        QVERIFY(
            !model::StepLengths(schedule::makeTimeGrid(schedule, {"trailing", {}}, 3), 100).areTrained(7));
        // Between two levels it is still the step of the one before.
        QVERIFY(std::abs(lengths.at(60) - 0.25) < 0.011);
        const auto all = lengths.at(torch::tensor({99.0, 49.0}));
        QVERIFY((all - 0.25).abs().max().item<double>() < 0.011);
    }

    void aRivalMakesItsPictureInOneStep_data()
    {
        QTest::addColumn<bool>("isGan");
        QTest::addColumn<int>("hidden");
        QTest::newRow("vae, convolutions") << false << 0;
        QTest::newRow("gan, convolutions") << true << 0;
        QTest::newRow("vae, dense") << false << 24;
    }

    void aRivalMakesItsPictureInOneStep()
    {
        QFETCH(bool, isGan);
        QFETCH(int, hidden);
        auto card = flowCard("rival", 3);
        card.target = "x0";
        model::RivalConfig config;
        config.isGan = isGan;
        config.imageSide = 8;
        config.channels = 16;
        config.hidden = hidden;
        config.latents = 5;
        config.embedding = 4;
        config.groups = 4;
        config.classes = 3;
        model::describeRival(card, config);
        const auto generator = shaken(model::Generator(config));
        QCOMPARE(card.parameterCount, model::weightCount(*generator));
        model::saveModel(m_files.path("rival"), card, *generator);
        const std::shared_ptr<model::Model> loaded = model::loadModelFolder(m_files.path("rival"));
        const auto network = measure::generatingNetwork(loaded);
        const auto images = measure::generate(network, requestOf({0, 1, 2, -1}, 1));
        QCOMPARE(images.sizes(), at::IntArrayRef({4, 1, 8, 8}));
        QVERIFY(!images[0].equal(images[1]));
        QVERIFY(images.equal(measure::generate(network, requestOf({0, 1, 2, -1}, 1))));
        // The state's first numbers are the latents.
        const torch::NoGradGuard noGrad;
        const auto x = torch::randn({2, 1, 8, 8}), t = torch::full({2}, 99.0);
        const auto ids = torch::arange(2);
        auto own = generator;
        QVERIFY((loaded->forward(x, t, {ids}) - own(x.flatten(1).slice(1, 0, 5), ids))
                    .abs()
                    .max()
                    .item<double>() < 1e-5);
    }

    void latentsAreDecoded()
    {
        auto card = flowCard("latent", 2);
        model::describeUNet(card, tinyLatentNetwork());
        card.space.kind = model::SampleKind::latent;
        const auto net = shaken(model::UNet(tinyLatentNetwork()));
        model::saveModel(m_files.path("latent"), card, *net);
        model::Autoencoder autoencoder(tinyAutoencoder());
        model::DecoderCard decoder;
        decoder.config = tinyAutoencoder();
        decoder.scale = 0.5;
        const auto latents = torch::randn({6, 4, 4, 4}), pictures = torch::rand({6, 3, 16, 16});
        decoder.preview = model::linearPreview(latents, pictures);
        QCOMPARE(decoder.preview.size(), std::size_t(3));
        model::saveDecoder(m_files.path("latent"), decoder, autoencoder->decoder());

        const std::shared_ptr<model::Model> loaded = model::loadModelFolder(m_files.path("latent"));
        QVERIFY(loaded->card().space == model::SampleSpace::latent(4, 4, 4));
        QVERIFY(loaded->decoder());
        QVERIFY(loaded->decoder()->pictures() == model::SampleSpace::pixels(3, 16, 16));
        QVERIFY(loaded->decoder()->preview() == decoder.preview);
        const torch::NoGradGuard noGrad;
        const auto expected = autoencoder->decode(latents / 0.5).clamp(-1, 1);
        QVERIFY((loaded->decoder()->decode(latents, {}) - expected).abs().max().item<double>() < 1e-5);
        const auto images = measure::generate(measure::generatingNetwork(loaded), requestOf({0, 1}, 3));
        QCOMPARE(images.sizes(), at::IntArrayRef({2, 3, 16, 16}));
    }

    void thePreviewIsTheBestLinearGuess()
    {
        // Pictures that are a linear map of their latents come back exactly.
        const auto latents = torch::randn({8, 2, 4, 4});
        const auto grey = 0.5 * latents.slice(1, 0, 1) - 0.25 * latents.slice(1, 1, 2) + 0.1;
        const auto weights = model::linearPreview(latents, at::upsample_nearest2d(grey, {8, 8}));
        QCOMPARE(weights.size(), std::size_t(1));
        const std::vector<float> wanted = {0.5f, -0.25f, 0.1f};
        for (std::size_t k = 0; k < wanted.size(); ++k)
            QVERIFY(std::abs(weights[0][k] - wanted[k]) < 1e-4f);
    }

    void aDecoderOfAnotherModelIsNoticed()
    {
        const std::string good = m_files.read("latent/decoder.json");
        for (const auto& [from, to, named] :
             {std::tuple{"\"latent_channels\": 4", "\"latent_channels\": 8", "does not make"},
              {"\"scale\": 0.5", "\"scale\": 0", "scale"},
              {"\"fingerprint\": \"", "\"fingerprint\": \"0", "other weights"},
              {"diffuscope-decoder", "something", "does not describe a decoder"}}) {
            m_files.write("latent/decoder.json", replaced(good, from, to));
            const QString refusal = refusalOf([&] { model::loadModelFolder(m_files.path("latent")); });
            QVERIFY2(refusal.contains(named), qPrintable(refusal));
            QVERIFY2(refusal.contains("decoder.json"), qPrintable(refusal));
        }
        m_files.write("latent/decoder.json", good);
    }

private:
    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(FamilyModelsTest)
#include "family_models_test.moc"
