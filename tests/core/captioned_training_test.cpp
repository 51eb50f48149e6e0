// SPDX-License-Identifier: GPL-3.0-or-later
// Training on captioned images: the reader, the captions, what is held out, and the trainings themselves.
#include "core/model/model_loader.h"
#include "core/train/data/captioned_split.h"
#include "core/train/data/portrait_prompts.h"
#include "core/train/loop/export_model.h"
#include "core/train/loop/training_loop.h"
#include "core/train/tasks/attribute_task.h"
#include "core/train/tasks/text_diffusion_task.h"
#include "core/train/tasks/text_evaluation.h"
#include "tests/core/file_fixture.h"

#include <png.h>
#include <QtTest>

#include <cstring>
#include <set>

using namespace diffuscope;
using diffuscope::test::refusalOf;
using train::CaptionGrammar;

namespace {

const std::vector<std::string> hairs = {"short red", "long red", "short dark blond", "long blue"};
const std::vector<std::string> clothes = {"green", "dark red", "mint"};

void writeRgba(const std::string& path, int width, int height, const std::vector<uint8_t>& rgba)
{
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = png_uint_32(width);
    image.height = png_uint_32(height);
    image.format = PNG_FORMAT_RGBA;
    QVERIFY(png_image_write_to_file(&image, path.c_str(), 0, rgba.data(), 0, nullptr));
}

train::Facts factsOf(int k)
{
    train::Facts facts = {{"skin", k % 2 ? "dark" : "light"},
                          {"hair", hairs[std::size_t(k / 2 % 4)]},
                          {"clothes", clothes[std::size_t(k / 8 % 3)]},
                          {"eyes", "blue"},
                          {"mood", k / 24 % 2 ? "sad" : "happy"}};
    if (k % 5 == 0)
        facts["beard"] = "yes";
    if (k % 7 == 0)
        facts["glasses"] = "sunglasses";
    return facts;
}

/// Attributes show as brightness of rows, so that a small network can learn them.
std::shared_ptr<const train::CaptionedImages> portraits(int count = 240)
{
    auto images = std::make_shared<train::CaptionedImages>();
    images->count = count;
    images->height = images->width = 8;
    for (int k = 0; k < count; ++k) {
        images->facts.push_back(factsOf(k));
        for (int value = 0; value < 3 * 64; ++value) {
            const int row = value % 64 / 8, bits = k % 2 + 2 * (k / 2 % 4) + 8 * (k / 8 % 3);
            const bool isLit = row < 5 ? (bits >> row) & 1 : (row == 5 ? k % 5 == 0 : k / 24 % 2 == 1);
            images->pixels.push_back(uint8_t(isLit ? 220 : 30));
        }
    }
    return images;
}

train::TrainingOptions textOptions(int64_t steps, const train::CaptionedImages& images)
{
    train::TrainingOptions options;
    options.precision = "float32";
    options.optimizer.steps = steps;
    options.optimizer.batch = 8;
    options.optimizer.warmupSteps = 5;
    options.optimizer.learningRate = 3e-3;
    options.levels = 50;
    options.schedule = "cosine";
    options.target = "v";
    options.network.patch = 1;
    options.network.baseChannels = 8;
    options.network.normalizationGroups = 4;
    options.network.embeddingWidth = 16;
    options.network.blocksPerLevel = 1;
    options.network.text.width = 16;
    options.network.text.layers = 1;
    options.network.text.heads = 2;
    options.heldOut = {"hair_colour=red+clothes=mint"};
    train::fitToImages(options, images);
    return options;
}

torch::Tensor flatWeights(torch::nn::Module& module)
{
    std::vector<torch::Tensor> flat;
    for (const auto& parameter : module.parameters())
        flat.push_back(parameter.detach().flatten().clone());
    return torch::cat(flat);
}

}  // namespace

class CaptionedTrainingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void sheetsAreCutIntoTilesOnWhite()
    {
        QDir().mkpath(QString::fromStdString(m_files.path("sheets")));
        // Two tiles of 4×4 in a row: opaque red, and transparent black with one half-covered pixel of blue.
        std::vector<uint8_t> rgba;
        for (int pixel = 0; pixel < 32; ++pixel) {
            const bool isFirst = pixel % 8 < 4;
            rgba.insert(rgba.end(), {uint8_t(isFirst ? 255 : 0), 0, uint8_t(pixel == 5 ? 255 : 0),
                                     uint8_t(isFirst      ? 255
                                             : pixel == 5 ? 128
                                                          : 0)});
        }
        writeRgba(m_files.path("sheets/faces.png"), 8, 4, rgba);
        m_files.write("sheets/faces.jsonl",
                      "{\"idx\": 1, \"skin\": \"dark\", \"beard\": true, \"hat\": false}\n\n"
                      "{\"idx\": 0, \"size\": 3, \"tags\": [\"a\", 7], \"none\": null}\n");
        QVERIFY(train::isCaptionedFolder(m_files.path("sheets")));
        const auto images = train::readCaptionedFolder(m_files.path("sheets"));
        QCOMPARE(images.count, 2);
        QCOMPARE(images.width, 4);
        QVERIFY(images.facts[0] == (train::Facts{{"skin", "dark"}, {"beard", "yes"}}));
        QVERIFY(images.facts[1] == (train::Facts{{"size", "3"}, {"tags", "a, 7"}}));
        // Planes: the first image is the transparent tile.
        QCOMPARE(int(images.pixels[0]), 255);
        QCOMPARE(int(images.pixels[1]), 127);           // red of the half-covered pixel
        QCOMPARE(int(images.pixels[2 * 16 + 1]), 255);  // its blue
        QCOMPARE(int(images.pixels[48]), 255);
        QCOMPARE(int(images.pixels[48 + 16]), 0);
    }

    void picturesWithCaptionsBesideThemAreRead()
    {
        QDir().mkpath(QString::fromStdString(m_files.path("pictures")));
        writeRgba(m_files.path("pictures/one.png"), 4, 4, std::vector<uint8_t>(64, 255));
        m_files.write("pictures/one.txt", "a white square");
        writeRgba(m_files.path("pictures/other.png"), 4, 4, std::vector<uint8_t>(64, 255));
        const auto images = train::readCaptionedFolder(m_files.path("pictures"));
        QCOMPARE(images.count, 1);
        QVERIFY(train::grammarOf(images) == CaptionGrammar::plain);
        train::CounterRandom random(1, train::RandomStream::Caption, 0);
        QCOMPARE(train::randomCaption(CaptionGrammar::plain, images.facts[0], random),
                 std::string("a white square"));
        writeRgba(m_files.path("pictures/two.png"), 8, 4, std::vector<uint8_t>(128, 255));
        m_files.write("pictures/two.txt", "a wide one");
        const QString refusal = refusalOf([&] { train::readCaptionedFolder(m_files.path("pictures")); });
        QVERIFY2(refusal.contains("two.png has images of 8×4"), qPrintable(refusal));
    }

    void damagedDataIsNamedByFileAndLine()
    {
        QDir().mkpath(QString::fromStdString(m_files.path("damaged")));
        writeRgba(m_files.path("damaged/a.png"), 8, 8, std::vector<uint8_t>(256, 255));
        const auto refusal = [&](const std::string& lines) {
            m_files.write("damaged/a.jsonl", lines);
            return refusalOf([&] { train::readCaptionedFolder(m_files.path("damaged")); });
        };
        QVERIFY(refusal("{\"idx\": 0}\nnonsense\n").contains("a.jsonl, line 2, is not a JSON object"));
        QVERIFY(refusal("{\"idx\": 0.5}\n").contains("line 1, has an \"idx\" that is no whole number"));
        QVERIFY(refusal("{\"idx\": -1}\n").contains("below 0"));
        QVERIFY(refusal("{\"idx\": 4000000000}\n").contains("more lines than its sheets have tiles"));
        QVERIFY(refusal("{\"skin\": {}}\n").contains("neither a text"));
        QVERIFY(refusal("").contains("has no lines"));
        QVERIFY(refusal("{\"x\": \"" + std::string(70'000, 'x') + "\"}\n").contains("is too long"));
        m_files.write("damaged/a.png", "no picture");
        QVERIFY(refusal("{\"idx\": 0}\n").contains("not a usable PNG"));
        QVERIFY(refusalOf([&] {
                    train::readCaptionedFolder(m_files.path("nowhere"));
                }).contains("cannot be read"));
    }

    void captionsSaySomeOfWhatIsTrueAndNothingElse()
    {
        const auto images = portraits();
        QVERIFY(train::grammarOf(*images) == CaptionGrammar::portraits);
        QCOMPARE(
            train::fullCaption(CaptionGrammar::portraits, factsOf(0)),
            std::string(
                "a happy person with light skin, short red hair, a beard, sunglasses and green clothes"));
        std::set<std::string> seen;
        bool isShort = false, isLong = false;
        for (uint64_t draw = 0; draw < 400; ++draw) {
            train::CounterRandom random(3, train::RandomStream::Caption, draw);
            const auto caption = train::randomCaption(CaptionGrammar::portraits, factsOf(4), random);
            // Image 4: light skin, short dark blond hair, green clothes, happy; no beard, glasses or hat.
            for (const char* wrong : {"sad", "long", "beard", "glasses", "hat", "mint", "dark skin", "eyes"})
                QVERIFY2(caption.find(wrong) == std::string::npos, caption.c_str());
            QVERIFY(!caption.empty());
            isShort = isShort || caption == "short hair" || caption == "happy";
            isLong = isLong || caption.find("skin") < caption.find("clothes");
            seen.insert(caption);
        }
        QVERIFY(isShort && isLong && seen.size() > 50);
    }

    void drawingsAreNamedWithTheirStyle()
    {
        train::CaptionedImages images;
        images.facts = {
            {{"label", "red heart"}, {"base", "red heart"}, {"style", "notoblob"}, {"tags", "love, heart"}}};
        QVERIFY(train::grammarOf(images) == CaptionGrammar::drawings);
        QCOMPARE(train::fullCaption(CaptionGrammar::drawings, images.facts[0]),
                 std::string("red heart, blob style"));
    }

    void drawingsInTonesOfSkinAreLeftOut()
    {
        train::CaptionedImages images;
        for (int k = 0; k < 30; ++k)
            images.facts.push_back({{"label", "hand"}, {"style", "noto"}, {"tone", std::to_string(k % 3)}});
        const auto split = train::splitOf(images, {});
        QCOMPARE(int(split.train.size() + split.test.size()), 10);
        QVERIFY(split.heldOut.empty() && split.train.front() == 0 && split.train[1] == 3);
    }

    void whatIsHeldOutIsNeverTrainedOn()
    {
        const auto images = portraits();
        const std::vector<std::string> pairs = {"hair_colour=red+clothes=mint", "beard=yes+skin=dark"};
        const auto split = train::splitOf(*images, pairs);
        QCOMPARE(int(split.train.size() + split.test.size() + split.heldOut.size()), 240);
        QVERIFY(!split.heldOut.empty());
        const auto hasPair = [&](uint32_t index) {
            const auto facts = train::attributesOf(CaptionGrammar::portraits, images->facts[index]);
            return train::heldOutPair(pairs[0]).isIn(facts) || train::heldOutPair(pairs[1]).isIn(facts);
        };
        QVERIFY(std::none_of(split.train.begin(), split.train.end(), hasPair));
        QVERIFY(std::all_of(split.heldOut.begin(), split.heldOut.end(), hasPair));
        // Neither do the captions of the training name both, in whatever wording.
        auto options = textOptions(40, *images);
        train::TextBatches batches(images, train::splitOf(*images, options.heldOut).train, options);
        for (uint64_t position = 0; position < 2000; ++position) {
            const auto caption = batches.captionAt(position);
            QVERIFY2(
                caption.find("red hair") == std::string::npos || caption.find("mint") == std::string::npos,
                caption.c_str());
        }
        QVERIFY(refusalOf([&] { train::splitOf(*images, {"hair=x"}); }).contains("no pair of attributes"));
        QVERIFY(refusalOf([&] {
                    train::splitOf(*images, {"hair_colour=pink+clothes=mint"});
                }).contains("No image of the data has"));
    }

    void randomPromptsNameWhatTheyWantAndNoHeldOutPair()
    {
        const auto images = portraits();
        const auto attributes = train::attributesOf(*images);
        const std::vector<std::string> pairs = {"hair_colour=red+clothes=mint"};
        const auto words = model::Vocabulary::ofTexts(train::wordSources(CaptionGrammar::portraits, *images));
        for (const auto& prompt : train::randomPrompts(attributes, *images, pairs, 200, 1)) {
            QVERIFY(!train::heldOutPair(pairs[0]).isIn(prompt.wanted));
            QCOMPARE(train::captionOf(prompt.wanted), prompt.text);
            words.read(prompt.text, 24);
        }
        for (const auto& prompt : train::heldOutPrompts(attributes, *images, pairs, 20, 1))
            QVERIFY(train::heldOutPair(pairs[0]).isIn(prompt.wanted));
    }

    void aStoppedAndResumedTrainingIsExactlyTheUninterruptedOne()
    {
        const auto whole = trained("whole", -1, false);
        trained("parted", 5, false);
        QVERIFY(whole.equal(trained("parted", -1, true)));
    }

    void theLossFallsAndTheModelCanBeUsed()
    {
        const auto images = portraits();
        const auto options = textOptions(120, *images);
        double first = 0, last = 0;
        auto settings = settingsFor("falls", 120);
        settings.onProgress = [&](const train::TrainingProgress& progress) {
            first = progress.step == 1 ? progress.loss : first;
            last = progress.loss;
        };
        train::TextDiffusionTask task(images, options, 2);
        QVERIFY(train::trainTask(task, options, settings) == train::TrainingOutcome::Finished);
        QVERIFY2(last < 0.9 * first, qPrintable(QString("%1 to %2").arg(first).arg(last)));
        QVERIFY(QFile::exists(QString::fromStdString(m_files.path("falls/preview-120.png"))));
        QVERIFY(train::readCheckpointOptions(m_files.path("falls")) == options);
        const auto card =
            train::exportModel(m_files.path("falls"), m_files.path("model"), train::namingFor("faces", 0));
        QVERIFY(card.vocabulary == options.vocabulary && card.readsText());
        train::writeModelReadme(m_files.path("model"), card);
        QVERIFY(m_files.read("model/README.md").find("--hold-out") != std::string::npos);
        const std::shared_ptr<model::Model> loaded = model::loadModel(m_files.path("model"));
        QVERIFY(loaded->card() == card);
        evaluate(loaded, *images);
    }

    void imagesOfAnotherSizeAreRefused()
    {
        const auto images = portraits();
        auto options = textOptions(10, *images);
        options.network.imageHeight = 16;
        QVERIFY(refusalOf([&] { train::TextDiffusionTask task(images, options, 1); }).contains("3×8×8"));
        options = textOptions(10, *images);
        options.target = "edm";
        QVERIFY(refusalOf([&] { train::TextDiffusionTask task(images, options, 1); }).contains("no target"));
    }

private:
    train::LoopSettings settingsFor(const std::string& name, int64_t previewEvery = 1000) const
    {
        train::LoopSettings settings;
        settings.outputFolder = m_files.path(name);
        settings.checkpointEvery = 1000;
        settings.previewEvery = previewEvery;
        return settings;
    }

    torch::Tensor trained(const std::string& name, int stopAfter, bool resume)
    {
        const auto images = portraits();
        const auto options = textOptions(12, *images);
        train::TextDiffusionTask task(images, options, 2);
        auto settings = settingsFor(name);
        settings.resume = resume;
        int done = 0;
        settings.stopRequested = [&] { return stopAfter >= 0 && done++ >= stopAfter; };
        train::trainTask(task, options, settings);
        return flatWeights(*task.net());
    }

    /// The judge learns what shows, survives its files, and measures the model.
    void evaluate(const std::shared_ptr<model::Model>& model, const train::CaptionedImages& images)
    {
        const auto shared = portraits();
        auto options = textOptions(250, images);
        options.task = "classifier";
        options.optimizer.batch = 32;
        train::AttributeTask task(shared, options, 1);
        train::trainTask(task, options, settingsFor("judge"));
        model::saveAttributeClassifier(m_files.path("judge"), task.classifier());
        auto judge = model::loadAttributeClassifier(m_files.path("judge"));
        QVERIFY(judge.attributes == task.classifier().attributes);
        train::TextEvaluationRequest request;
        request.images = 12;
        request.heldOutImages = 4;
        request.guidance = {1, 2};
        request.heldOut = options.heldOut;
        request.generation.steps = 3;
        const auto result = train::evaluateText(model, judge, images, request);
        QCOMPARE(result.quality.attributes.size(), judge.attributes.size());
        for (const auto& attribute : result.quality.attributes) {
            QCOMPARE(int(attribute.agreement.size()), 2);
            if (attribute.name == "beard" || attribute.name == "mood")
                QVERIFY2(attribute.classifierAccuracy > 0.9, attribute.name.c_str());
        }
        QCOMPARE(int(result.quality.heldOutAgreement.size()), 2);
        QCOMPARE(int(result.uncalled.size()), 2);  // beard and glasses
        m_files.write("judge/attributes.json", "{\"format\": \"diffuscope-attributes\", \"attributes\": []}");
        QVERIFY(refusalOf([&] {
                    model::loadAttributeClassifier(m_files.path("judge"));
                }).contains("lists 0 values"));
    }

    test::FileFixture m_files;
};

QTEST_GUILESS_MAIN(CaptionedTrainingTest)
#include "captioned_training_test.moc"
