// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures that become noise and come back, and pictures that a run starts from.
#include "core/edit/picture_store.h"
#include "core/edit/start.h"
#include "core/run/model_run_factory.h"
#include "core/train/data/idx.h"
#include "tests/core/refusal.h"

#include <ATen/ATen.h>
#include <torch/types.h>

#include <QTest>

#include <cmath>

using namespace diffuscope;

namespace {

/// Digits of the test set, which the network never saw.
base::Picture digit(int number)
{
    static const train::LabelledImages digits =
        train::readIdxFolder(DIFFUSCOPE_SOURCE_DIR "/tests/data/mnist", "t10k");
    base::Picture picture{28, 28, {}};
    for (int k = 0; k < 784; ++k)
        picture.pixels.insert(picture.pixels.end(), 3,
                              digits.pixels[std::size_t(number) * 784 + std::size_t(k)]);
    return picture;
}

int labelOf(int number)
{
    static const train::LabelledImages digits =
        train::readIdxFolder(DIFFUSCOPE_SOURCE_DIR "/tests/data/mnist", "t10k");
    return digits.labels[std::size_t(number)];
}

class Digits
{
public:
    Digits()
    {
        run::RunLimits limits;
        limits.threads = 2;
        limits.pictures = m_pictures;
        m_factory = std::make_unique<run::ModelRunFactory>(
            std::vector<std::filesystem::path>{DIFFUSCOPE_SOURCE_DIR "/models"}, limits);
    }

    recipe::Recipe recipe(int number, recipe::StartKind kind, const std::string& inversion = {})
    {
        recipe::Recipe recipe;
        recipe.model = "mnist";
        recipe.condition = recipe::Condition::classLabel(labelOf(number));
        recipe.guidance.scale = 1;
        recipe.clipping = {.rule = "none", .options = {}};
        recipe.steps = 50;
        recipe.batch = 1;
        recipe.start = {.kind = kind, .picture = m_pictures->add(digit(number)), .inversion = inversion};
        return recipe;
    }

    std::vector<double> sampled(const recipe::Recipe& recipe, int* frames = nullptr)
    {
        const auto run = m_factory->start(recipe);
        int made = 0;
        while (run->advance({}))
            ++made;
        if (frames)
            *frames = made;
        return run->state();
    }

    /// The root mean square between the result and the picture.
    double roundTrip(int number, const std::string& inversion, double guidance = 1,
                     const char* sampler = "ddim")
    {
        recipe::Recipe again = recipe(number, recipe::StartKind::inverted, inversion);
        again.guidance.scale = guidance;
        again.sampler = {sampler, {}};
        return distance(sampled(again), number);
    }

    static double distance(const std::vector<double>& result, int number)
    {
        const base::Picture picture = digit(number);
        double sum = 0;
        for (std::size_t k = 0; k < result.size(); ++k)
            sum += std::pow(result[k] - (picture.pixels[3 * k] / 127.5 - 1), 2);
        return std::sqrt(sum / double(result.size()));
    }

    const edit::PictureStore& pictures() const { return *m_pictures; }

private:
    std::shared_ptr<edit::PictureStore> m_pictures = std::make_shared<edit::PictureStore>();
    std::unique_ptr<run::ModelRunFactory> m_factory;
};

}  // namespace

class InversionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exactInversionLeadsBack()
    {
        Digits digits;
        for (int number = 0; number < 4; ++number) {
            const double missed = digits.roundTrip(number, "exact");
            QVERIFY2(missed <= 1e-4, qPrintable(QString("digit %1: %2").arg(number).arg(missed)));
        }
    }

    /// Image k of a batch depends on the recipe, the seed and k alone, however long others are iterated.
    void eachImageOfABatchIsInvertedAlone()
    {
        Digits digits;
        recipe::Recipe recipe = digits.recipe(2, recipe::StartKind::inverted, "exact");
        recipe.condition.classes = {1, 8, 5};  // of which one is the digit's own
        recipe.guidance.scale = 2;
        recipe.steps = 20;
        recipe.batch = 3;
        const std::vector<double> all = digits.sampled(recipe);
        recipe.batch = 1;
        QCOMPARE(digits.sampled(recipe), std::vector<double>(all.begin(), all.begin() + 784));
    }

    void ddimInversionLeadsNearlyBack()
    {
        Digits digits;
        double sum = 0;
        for (int number = 0; number < 10; ++number)
            sum += digits.roundTrip(number, "ddim");
        QVERIFY2(sum / 10 <= 0.05, qPrintable(QString::number(sum / 10)));
        // Guidance makes the way there another than the way back.
        QVERIFY(digits.roundTrip(0, "ddim", 7.5) > 2 * digits.roundTrip(0, "ddim"));
    }

    void noiseForDdpmLeadsBackButForTheLastStep()
    {
        Digits digits;
        const double missed = digits.roundTrip(0, "ddpm", 1, "ddpm");
        QVERIFY2(missed < 0.03, qPrintable(QString::number(missed)));
    }

    void aStrongerStartIsFurtherFromThePicture()
    {
        Digits digits;
        recipe::Recipe recipe = digits.recipe(1, recipe::StartKind::picture);
        double before = 0;
        for (const double strength : {0.1, 0.4, 0.9}) {
            recipe.start.strength = strength;
            int frames = 0;
            const double distance = Digits::distance(digits.sampled(recipe, &frames), 1);
            QCOMPARE(frames, int(std::lround(strength * 50)) + 1);
            QVERIFY2(distance > before, qPrintable(QString::number(distance)));
            before = distance;
        }
    }

    void whatIsMissingOrWrongIsSaid()
    {
        Digits digits;
        recipe::Recipe recipe = digits.recipe(0, recipe::StartKind::inverted, "exact");
        recipe.sampler = {"dpmpp_2m", {}};
        REFUSES(digits.sampled(recipe), "DDIM");
        recipe = digits.recipe(0, recipe::StartKind::inverted, "magic");
        REFUSES(digits.sampled(recipe), "no inversion \"magic\"");
        recipe = digits.recipe(0, recipe::StartKind::picture);
        recipe.start.strength = 0;
        REFUSES(digits.sampled(recipe), "stays as it is");
        recipe = digits.recipe(0, recipe::StartKind::picture);
        recipe.start.picture = std::string(64, 'a');
        try {
            digits.sampled(recipe);
            QFAIL("It was sampled.");
        } catch (const Error& error) {
            QVERIFY(QString(error.what()).contains("aaaaaaaaaaaa"));
        }
    }
};

QTEST_GUILESS_MAIN(InversionTest)
#include "inversion_test.moc"
