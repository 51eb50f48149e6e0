// SPDX-License-Identifier: GPL-3.0-or-later
// Weight files, folders and configurations of other programs: what is read, and what is refused in words.
#include "core/base/safetensors_file.h"
#include "core/model/diffusers/clip_tokenizer.h"
#include "core/model/diffusers/component_kind.h"
#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/key_names.h"
#include "core/model/diffusers/scheduler_config.h"
#include "core/model/diffusers/unicode.h"
#include "core/model/diffusers/weight_files.h"
#include "tests/core/file_fixture.h"

#include <nlohmann/json.hpp>
#include <QTest>
#include <zlib.h>

#include <filesystem>

namespace diffuscope::model::diffusers {

namespace fs = std::filesystem;
using nlohmann::json;
using test::FileFixture;
using test::refusalOf;

namespace {

fs::path dataFolder()
{
    return fs::path(DIFFUSCOPE_SOURCE_DIR) / "tests/data/diffusers";
}

std::string packed(const std::string& header, const std::string& data = {})
{
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += char(header.size() >> (8 * i) & 0xff);
    return bytes + header + data;
}

std::string unpacked(const fs::path& file)
{
    gzFile stream = gzopen(file.c_str(), "rb");
    std::string text;
    char block[4096];
    for (int count = 0; (count = gzread(stream, block, sizeof block)) > 0;)
        text.append(block, std::size_t(count));
    gzclose(stream);
    return text;
}

/// A file's header alone, of the tensors in a list of names and shapes.
std::string headerOf(const std::string& list)
{
    json header = json::object();
    std::uint64_t end = 0;
    for (const QString& line : QString::fromStdString(list).split('\n', Qt::SkipEmptyParts)) {
        json shape = json::array();
        std::uint64_t bytes = 4;
        for (const QString& size : line.section('\t', 1).trimmed().split('x', Qt::SkipEmptyParts)) {
            shape.push_back(size.toULongLong());
            bytes *= size.toULongLong();
        }
        header[line.section('\t', 0, 0).toStdString()] = {
            {"dtype", "F32"}, {"shape", shape}, {"data_offsets", {end, end + bytes}}};
        end += bytes;
    }
    return packed(header.dump());
}

}  // namespace

class DiffusersFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsOfPublicModelsAreCounted_data();
    void listsOfPublicModelsAreCounted();
    void otherFilesAreNamedAsWhatTheyAre_data();
    void otherFilesAreNamedAsWhatTheyAre();
    void damagedHeadersAreRefused_data();
    void damagedHeadersAreRefused();
    void indexMayNotLeaveItsFolder();
    void missingShardIsNamed();
    void quantisedTensorsKeepTheirTypesName();
    void variantIsTakenWhereItIsTheOnlyOne();
    void oldAttentionNamesBecomeTheCurrentOnes();
    void checkpointIsSplitIntoItsParts();
    void pickleIsRefusedWithTheWayToConvertIt();
    void unknownClassIsNamed();
    void pythonsInfinityIsRead();
    void deepNestingIsRefused();
    void schedulerBecomesTheFirstRecipe();
    void tokensAreThoseOfTheOriginal_data();
    void tokensAreThoseOfTheOriginal();
    void lowerCaseFollowsUnicode();
    void tokenizerOfAnotherKindIsRefused();
};

void DiffusersFilesTest::listsOfPublicModelsAreCounted_data()
{
    QTest::addColumn<int>("tensors");
    QTest::addColumn<qint64>("parameters");
    QTest::addColumn<QString>("kind");
    QTest::newRow("ddpm-cifar10-32_unet") << 328 << qint64(35746307) << "UNet2DModel";
    QTest::newRow("ddpm-celebahq-256_unet") << 450 << qint64(113673219) << "UNet2DModel";
    QTest::newRow("unet2d-class-defaults") << 432 << qint64(274056163) << "UNet2DModel";
    QTest::newRow("sd15_unet") << 686 << qint64(859520964) << "UNet2DConditionModel";
    QTest::newRow("sd21_unet") << 686 << qint64(865910724) << "UNet2DConditionModel";
    QTest::newRow("sdxl_unet") << 1680 << qint64(2567463684) << "UNet2DConditionModel";
    QTest::newRow("sd_vae") << 248 << qint64(83653863) << "AutoencoderKL";
    QTest::newRow("ldm-celebahq_vqvae") << 205 << qint64(55322782) << "VQModel";
    QTest::newRow("clip-vit-l-14_text") << 196 << qint64(123060480) << "CLIPTextModel";
    QTest::newRow("openclip-vit-h_text_sd2") << 372 << qint64(340387840) << "CLIPTextModel";
    QTest::newRow("openclip-bigg_text_sdxl2") << 517 << qint64(694659840) << "CLIPTextModel";
    QTest::newRow("dit-xl-2-256") << 538 << qint64(749826464) << "DiTTransformer2DModel";
    QTest::newRow("taesd") << 134 << qint64(2445063) << "AutoencoderTiny";
}

void DiffusersFilesTest::listsOfPublicModelsAreCounted()
{
    QFETCH(int, tensors);
    QFETCH(qint64, parameters);
    QFETCH(QString, kind);
    const FileFixture files;
    const std::string list =
        unpacked(dataFolder() / "keys" / (std::string(QTest::currentDataTag()) + ".tsv.gz"));
    const WeightFiles weights = openWeightFile(files.write("weights.safetensors", headerOf(list)));
    const auto found = kindOfTensors(weights.tensors);
    QVERIFY(found.has_value());
    QCOMPARE(QString(className(*found)), kind);
    const WeightCount count = countWeights(withCurrentNames(weights.tensors, *found));
    QCOMPARE(int(count.tensors), tensors);
    QCOMPARE(qint64(count.parameters), parameters);
    QCOMPARE(qint64(count.bytes), 4 * parameters);
}

void DiffusersFilesTest::otherFilesAreNamedAsWhatTheyAre_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("named");
    QTest::newRow("Git LFS") << QByteArray(
                                    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
                             << "a Git LFS pointer";
    QTest::newRow("web page") << QByteArray("\n<!DOCTYPE html><html><body>Not found</body></html>")
                              << "a web page";
    QTest::newRow("zip") << QByteArray("PK\x03\x04\x14\x00\x00\x00\x08\x00 and more bytes", 30)
                         << "a zip archive";
    QTest::newRow("pickle") << QByteArray("\x80\x02}q\x00(X\x05\x00\x00\x00 weights and more") << "a pickle";
    QTest::newRow("GGUF") << QByteArray("GGUF\x03\x00\x00\x00\xff\xff\xff\x7f and more", 24) << "a GGUF file";
    QTest::newRow("empty") << QByteArray() << "empty";
}

void DiffusersFilesTest::otherFilesAreNamedAsWhatTheyAre()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, named);
    const FileFixture files;
    const std::string file = files.write("model.safetensors", bytes.toStdString());
    const QString said = refusalOf([&] { base::SafetensorsFile::open(file); });
    QVERIFY2(said.contains(named), qPrintable(said));
}

void DiffusersFilesTest::damagedHeadersAreRefused_data()
{
    QTest::addColumn<QString>("header");
    QTest::addColumn<int>("dataBytes");
    QTest::addColumn<QString>("said");
    const QString a = R"("a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]})";
    QTest::newRow("repeated key") << "{" + a + ", " + a + "}" << 8 << "twice";
    QTest::newRow("overlap") << "{" + a + R"(, "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})"
                             << 8 << "overlaps";
    QTest::newRow("hole") << "{" + a + R"(, "b": {"dtype": "F32", "shape": [1], "data_offsets": [12, 16]}})"
                          << 16 << "hole";
    QTest::newRow("cut off") << "{" + a + "}" << 5 << "cut off";
    QTest::newRow("more than its tensors") << "{" + a + "}" << 9 << "belong to no tensor";
    QTest::newRow("wrong size") << R"({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}})" << 8
                                << "has 8 bytes where its shape needs 12";
    QTest::newRow("overflow") << R"({"a": {"dtype": "F32", "shape": [4294967296, 4294967296, 4294967296],)"
                                 R"("data_offsets": [0, 8]}})"
                              << 8 << "impossible size";
}

void DiffusersFilesTest::damagedHeadersAreRefused()
{
    QFETCH(QString, header);
    QFETCH(int, dataBytes);
    QFETCH(QString, said);
    const FileFixture files;
    const std::string file = files.write(
        "model.safetensors", packed(header.toStdString(), std::string(std::size_t(dataBytes), '\0')));
    const QString refusal = refusalOf([&] { base::SafetensorsFile::open(file); });
    QVERIFY2(refusal.contains(said), qPrintable(refusal));
}

void DiffusersFilesTest::indexMayNotLeaveItsFolder()
{
    const FileFixture files;
    files.write("diffusion_pytorch_model.safetensors.index.json",
                R"({"metadata": {}, "weight_map": {"a": "../elsewhere.safetensors"}})");
    const QString said = refusalOf([&] { openWeights(files.folder()); });
    QVERIFY2(said.contains("outside its folder"), qPrintable(said));
}

void DiffusersFilesTest::missingShardIsNamed()
{
    const FileFixture files;
    const std::string tensor = R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})";
    files.write("model-00001-of-00002.safetensors", packed(tensor, std::string(4, '\0')));
    files.write("model.safetensors.index.json", R"({"weight_map": {"a": "model-00001-of-00002.safetensors",)"
                                                R"("b": "model-00002-of-00002.safetensors"}})");
    const QString said = refusalOf([&] { openWeights(files.folder()); });
    QVERIFY2(said.contains("model-00002-of-00002.safetensors") && said.contains("one is missing"),
             qPrintable(said));
}

void DiffusersFilesTest::quantisedTensorsKeepTheirTypesName()
{
    const FileFixture files;
    const std::string file = files.write(
        "model.safetensors",
        packed(R"({"a": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}})", std::string(4, '\0')));
    const auto opened = base::SafetensorsFile::open(file);
    QVERIFY(!opened->find("a")->type.has_value());
    QCOMPARE(opened->find("a")->typeName, std::string("F8_E4M3"));
}

void DiffusersFilesTest::variantIsTakenWhereItIsTheOnlyOne()
{
    const FileFixture files;
    const std::string weights =
        packed(R"({"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}})", std::string(4, '\0'));
    files.write("diffusion_pytorch_model.fp16.safetensors", weights);
    QCOMPARE(openWeights(files.folder()).variant, std::string("fp16"));
    files.write("diffusion_pytorch_model.safetensors", weights);
    QCOMPARE(openWeights(files.folder()).variant, std::string());
    QCOMPARE(openWeights(files.folder(), "fp16").variant, std::string("fp16"));
}

void DiffusersFilesTest::oldAttentionNamesBecomeTheCurrentOnes()
{
    const FileFixture files;
    const std::string list =
        "mid_block.attentions.0.query.weight\t4x4\nmid_block.attentions.0.proj_attn.bias\t4\n"
        "down_blocks.0.downsamplers.0.Conv2d_0.weight\t4x4x3x3\n"
        "down_blocks.0.downsamplers.0.conv.weight\t4x4x3x3\n";
    const WeightFiles weights = openWeightFile(files.write("weights.safetensors", headerOf(list)));
    const StoredWeights named = withCurrentNames(weights.tensors, ComponentKind::unet2d);
    QCOMPARE(int(named.size()), 3);
    QVERIFY(named.count("mid_block.attentions.0.to_q.weight") == 1);
    QVERIFY(named.count("mid_block.attentions.0.to_out.0.bias") == 1);
    QVERIFY(named.count("down_blocks.0.downsamplers.0.conv.weight") == 1);
}

void DiffusersFilesTest::checkpointIsSplitIntoItsParts()
{
    const FileFixture files;
    const std::string unet = "model.diffusion_model.";
    const std::string list =
        unet + "input_blocks.0.0.weight\t320x4x3x3\n" + unet +
        "input_blocks.4.0.in_layers.2.weight\t640x320x3x3\n" + unet +
        "input_blocks.3.0.op.weight\t320x320x3x3\n" + unet +
        "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight\t320x1024\n" + unet +
        "output_blocks.2.1.conv.weight\t1280x1280x3x3\n" +
        "first_stage_model.decoder.up.3.block.0.nin_shortcut.weight\t512x512x1x1\n"
        "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight\t3072x1024\n"
        "cond_stage_model.model.transformer.resblocks.23.ln_1.weight\t1024\nmodel_ema.decay\t1\n";
    const WeightFiles weights = openWeightFile(files.write("weights.safetensors", headerOf(list)));
    QVERIFY(isLdmCheckpoint(weights.tensors));
    const LdmCheckpoint parts = splitLdmCheckpoint(weights.tensors);
    QVERIFY(parts.family == LdmCheckpoint::Family::sd2);
    QCOMPARE(parts.leftOut, 1);
    for (const char* name :
         {"conv_in.weight", "down_blocks.1.resnets.0.conv1.weight",
          "down_blocks.0.downsamplers.0.conv.weight", "up_blocks.0.upsamplers.0.conv.weight",
          "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"})
        QVERIFY2(parts.unet.count(name) == 1, name);
    QVERIFY(parts.vae.count("decoder.up_blocks.0.resnets.0.conv_shortcut.weight") == 1);
    // The last block of the file is not used; a joined matrix is three.
    QCOMPARE(int(parts.textEncoder.size()), 3);
    const StoredTensor& key = parts.textEncoder.at("text_model.encoder.layers.0.self_attn.k_proj.weight");
    QCOMPARE(key.part, 1);
    QVERIFY(key.shape() == (std::vector<std::int64_t>{1024, 1024}));
}

void DiffusersFilesTest::pickleIsRefusedWithTheWayToConvertIt()
{
    const FileFixture files;
    files.write("diffusion_pytorch_model.bin", "anything");
    const QString said = refusalOf([&] { openWeights(files.folder()); });
    QVERIFY2(said.contains("is a pickle, which can run code") && said.contains("save_file"),
             qPrintable(said));
    const std::string checkpoint = files.write("v1-5.ckpt", "anything");
    QVERIFY(refusalOf([&] { openWeightFile(checkpoint); }).contains("is a pickle"));
}

void DiffusersFilesTest::unknownClassIsNamed()
{
    const QString said = refusalOf([] {
        kindOfConfig({{"_class_name", "FluxTransformer2DModel"}}, "config.json");
    });
    QVERIFY2(said.contains("FluxTransformer2DModel"), qPrintable(said));
}

void DiffusersFilesTest::schedulerBecomesTheFirstRecipe()
{
    const std::string file = (dataFolder() / "pipelines/sd2_v/scheduler/scheduler_config.json").string();
    ConfigReader reader(readPythonJson(file), file);
    const SchedulerSetup setup = readScheduler(reader);
    QCOMPARE(setup.schedule.family, std::string("scaled_linear"));
    QCOMPARE(std::get<double>(setup.schedule.options.at("beta_end")), 0.012);
    QCOMPARE(setup.target, std::string("v"));
    QCOMPARE(setup.grid.rule, std::string("leading"));
    QCOMPARE(std::get<double>(setup.grid.options.at("offset")), 1.0);
    QCOMPARE(setup.sampler, std::string("ddim"));
    QCOMPARE(setup.clipping, std::string("none"));
    // The program itself makes the schedule and the grid of it.
    const auto levels = schedule::makeTimeGrid(schedule::makeSchedule(setup.schedule), setup.grid, 6);
    QCOMPARE(levels.steps(), 6);
    QCOMPARE(levels[0].t, 831.0);
}

void DiffusersFilesTest::tokensAreThoseOfTheOriginal_data()
{
    QTest::addColumn<int>("row");
    const json golden = readPythonJson((dataFolder() / "clip_tokenizer/golden.json").string());
    for (int row = 0; row < int(golden["rows"].size()); ++row)
        QTest::addRow("string %d", row) << row;
}

void DiffusersFilesTest::tokensAreThoseOfTheOriginal()
{
    QFETCH(int, row);
    const json golden = readPythonJson((dataFolder() / "clip_tokenizer/golden.json").string());
    const json& wanted = golden["rows"][std::size_t(row)];
    const auto ids = [&](const char* key) { return wanted[key].get<std::vector<std::int64_t>>(); };
    const ClipTokenizer first = ClipTokenizer::read(dataFolder() / "clip_tokenizer/tokenizer");
    const ClipTokenizer second = ClipTokenizer::read(dataFolder() / "clip_tokenizer/tokenizer_2");
    const std::string text = wanted["text"].get<std::string>();
    QVERIFY(first.split(text, TextCleaning::slow) == wanted["tokens"].get<std::vector<std::string>>());
    QVERIFY(first.tokenize(text, ids("ids").size(), TextCleaning::slow).ids == ids("ids"));
    QVERIFY(first.tokenize(text, 77, TextCleaning::slow).ids == ids("ids_77"));
    QVERIFY(second.tokenize(text, 77, TextCleaning::slow).ids == ids("ids_77_tokenizer_2"));
    const auto fast = ids(wanted.contains("ids_fast_style") ? "ids_fast_style" : "ids");
    QVERIFY(first.tokenize(text, fast.size(), TextCleaning::fast).ids == fast);
}

void DiffusersFilesTest::deepNestingIsRefused()
{
    const FileFixture files;
    const auto nested = [&](std::size_t deep) {
        return files.write("a.json", R"({"x": )" + std::string(deep, '[') + std::string(deep, ']') + "}");
    };
    const QString said = refusalOf([&] { readPythonJson(nested(4'000'000)); });
    QVERIFY2(said.contains("nested more than 64 deep"), qPrintable(said));
    QVERIFY(readPythonJson(nested(63)).contains("x"));
    QVERIFY(!refusalOf([&] { readPythonJson(nested(64)); }).isEmpty());
}

void DiffusersFilesTest::pythonsInfinityIsRead()
{
    const FileFixture files;
    const std::string file =
        files.write("a.json", R"({"least": -Infinity, "text": "NaN in a text", "most": Infinity})");
    const json value = readPythonJson(file);
    QCOMPARE(value["least"].get<std::string>(), std::string("-Infinity"));
    QCOMPARE(value["text"].get<std::string>(), std::string("NaN in a text"));
}

void DiffusersFilesTest::lowerCaseFollowsUnicode()
{
    QCOMPARE(utf8Of(lowerCase(codePoints("ΟΔΟΣ ΣΑΣ İ"))), std::string("οδος σας i̇"));
    QCOMPARE(utf8Of(normalFormC(codePoints("e\xcc\x81"))), std::string("\xc3\xa9"));
}

void DiffusersFilesTest::tokenizerOfAnotherKindIsRefused()
{
    const FileFixture files;
    files.write("vocab.json", R"({"a": 0})");
    files.write("merges.txt", "#version: 0.2\n");
    const QString said = refusalOf([&] { ClipTokenizer::read(files.folder()); });
    QVERIFY2(said.contains("which its vocabulary does not have"), qPrintable(said));
}

}  // namespace diffuscope::model::diffusers

QTEST_APPLESS_MAIN(diffuscope::model::diffusers::DiffusersFilesTest)
#include "diffusers_files_test.moc"
