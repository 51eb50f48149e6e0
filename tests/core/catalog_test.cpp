// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/model/unet/unet_kind.h"
#include "core/model/usual_settings.h"

#include <QTest>

#include <filesystem>
#include <fstream>

using namespace diffuscope;
namespace fs = std::filesystem;

namespace {

model::ModelCard card(const std::string& name)
{
    model::ModelCard made;
    made.name = name;
    made.title = "Title of " + name;
    made.classNames = {"zero", "one"};
    model::UNetConfig config;
    config.classes = 2;
    model::describeUNet(made, config);
    return made;
}

void write(const fs::path& file, const std::string& text)
{
    std::ofstream(file) << text;
}

void makeModel(const fs::path& folder, const std::string& name)
{
    fs::create_directories(folder);
    model::writeModelCard(folder.string(), card(name));
    write(folder / "model.safetensors", "weights");
}

}  // namespace

class CatalogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aModelsFirstRecipeSuitsIt()
    {
        model::ModelCard card;
        QVERIFY(model::usualSettings(card) == model::UsualSettings{});
        card.schedule.family = "rectified_flow";
        QVERIFY((model::usualSettings(card) == model::UsualSettings{"trailing", 20}));
        card.network = "dit";
        card.architecture = R"({"reads_step": true})";
        QVERIFY((model::usualSettings(card) == model::UsualSettings{"trailing", 4}));
        card.network = "gan";
        QVERIFY((model::usualSettings(card) == model::UsualSettings{"trailing", 1}));
    }

    void init()
    {
        m_place = std::make_unique<QTemporaryDir>();
        m_root = fs::weakly_canonical(m_place->path().toStdString());
    }

    void modelsAreFoundByTheNameOfTheirFolder()
    {
        makeModel(m_root / "mnist", "mnist");
        makeModel(m_root / "fashion", "fashion");
        fs::create_directories(m_root / "notes");
        const auto entries = model::findModels({m_root});
        QCOMPARE(entries.size(), std::size_t(2));
        QCOMPARE(entries[0].id, std::string("fashion"));
        QCOMPARE(entries[1].card->title, std::string("Title of mnist"));
        QVERIFY(entries[0].isUsable() && entries[0].problem.empty());
    }

    void aClassifierBesideAModelIsFound()
    {
        makeModel(m_root / "plain", "plain");
        makeModel(m_root / "guided", "guided");
        fs::create_directories(m_root / "guided" / "noise-classifier");
        write(m_root / "guided" / "noise-classifier" / "classifier.json", "{}");
        QVERIFY(model::findModel({m_root}, "guided").hasNoiseClassifier);
        QVERIFY(!model::findModel({m_root}, "plain").hasNoiseClassifier);
        QCOMPARE(model::findModels({m_root}).size(), std::size_t(2));
    }

    void aBrokenModelIsAnEntryWithTheReason()
    {
        makeModel(m_root / "good", "good");
        makeModel(m_root / "noise", "noise");
        write(m_root / "noise" / "model.json", "{ not json");
        makeModel(m_root / "weightless", "weightless");
        fs::remove(m_root / "weightless" / "model.safetensors");
        makeModel(m_root / "nameless", "nameless");
        fs::remove(m_root / "nameless" / "model.json");
        const auto entries = model::findModels({m_root});
        QCOMPARE(entries.size(), std::size_t(4));
        for (const auto& entry : entries) {
            QCOMPARE(entry.isUsable(), entry.id == "good");
            QCOMPARE(entry.problem.empty(), entry.id == "good");
        }
        QVERIFY(QString::fromStdString(entries[2].problem).contains("model.json"));
        QVERIFY(QString::fromStdString(entries[3].problem).contains("model.safetensors"));
    }

    void theEarlierFolderWins()
    {
        makeModel(m_root / "a" / "mnist", "first");
        makeModel(m_root / "b" / "mnist", "second");
        const auto entries = model::findModels({m_root / "a", m_root / "b"});
        QCOMPARE(entries.size(), std::size_t(1));
        QCOMPARE(entries[0].card->name, std::string("first"));
    }

    void foldersThatAreNotThereHoldNothing()
    {
        QVERIFY(model::findModels({m_root / "nowhere"}).empty());
        write(m_root / "file", "text");
        QVERIFY(model::findModels({m_root / "file"}).empty());
    }

    void aModelIsFoundByIdAndByPath()
    {
        makeModel(m_root / "mnist", "mnist");
        QCOMPARE(model::findModel({m_root}, "mnist").folder, m_root / "mnist");
        QCOMPARE(model::findModel({}, (m_root / "mnist").string()).id, std::string("mnist"));
        QCOMPARE(model::findModel({}, (m_root / "mnist").string() + "/").id, std::string("mnist"));
        QCOMPARE(model::findModels({m_root / "mnist"}).size(), std::size_t(1));
    }

    void aMissingModelIsRefusedWithTheNamesThereAre()
    {
        makeModel(m_root / "mnist", "mnist");
        makeModel(m_root / "broken", "broken");
        write(m_root / "broken" / "model.json", "[]");
        try {
            model::findModel({m_root}, "cifar");
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::missingFile);
            QVERIFY(QString(error.what()).contains("mnist") && !QString(error.what()).contains("broken"));
        }
        try {
            model::findModel({m_root}, "broken");
            QFAIL("must throw");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::invalidFile);
            QVERIFY(QString(error.what()).contains("model.json"));
        }
    }

    void theChosenFolderComesFirstThenTheEnvironments()
    {
        fs::create_directories(m_root / "chosen");
        fs::create_directories(m_root / "first");
        fs::create_directories(m_root / "second");
        const std::string list = (m_root / "first").string() + ":" + (m_root / "gone").string() + ":" +
                                 (m_root / "second").string();
        qputenv("DIFFUSCOPE_MODELS", QByteArray::fromStdString(list));
        const auto folders = model::modelFolders(m_root / "chosen");
        qunsetenv("DIFFUSCOPE_MODELS");
        QVERIFY(folders.size() >= 3);
        QCOMPARE(folders[0], m_root / "chosen");
        QCOMPARE(folders[1], m_root / "first");
        QCOMPARE(folders[2], m_root / "second");
    }

private:
    std::unique_ptr<QTemporaryDir> m_place;
    fs::path m_root;
};

QTEST_GUILESS_MAIN(CatalogTest)
#include "catalog_test.moc"
