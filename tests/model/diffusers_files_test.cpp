// SPDX-License-Identifier: GPL-3.0-or-later
// Weight files, folders and configurations of other programs: what is read, and what is refused in words.
#include "core/base/safetensors_file.h"
#include "core/model/diffusers/clip_tokenizer.h"
#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/inspection.h"
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
    void networksOfConfigurationsAskForThePublicTensors_data();
    void networksOfConfigurationsAskForThePublicTensors();
    void otherFilesAreNamedAsWhatTheyAre_data();
    void otherFilesAreNamedAsWhatTheyAre();
    void damagedHeadersAreRefused_data();
    void damagedHeadersAreRefused();
    void quantisedTensorsAreNamed();
    void indexMayNotLeaveItsFolder();
    void missingShardIsNamed();
    void pickleIsRefusedWithTheWayToConvertIt();
    void unknownBlockIsNamed();
    void pythonsInfinityIsRead();
    void schedulerBecomesTheFirstRecipe();
    void absentHeadWidthOfTheFirstModelsIsOneHead();
    void lowerCaseFollowsUnicode();
    void tokenizerOfAnotherKindIsRefused();
};

void DiffusersFilesTest::listsOfPublicModelsAreCounted_data()
{
    QTest::addColumn<QString>("counts");
    QTest::newRow("ddpm-cifar10-32_unet") << "328 tensors, 35,746,307 parameters";
    QTest::newRow("ddpm-celebahq-256_unet") << "450 tensors, 113,673,219 parameters";
    QTest::newRow("unet2d-class-defaults") << "432 tensors, 274,056,163 parameters";
    QTest::newRow("sd15_unet") << "686 tensors, 859,520,964 parameters";
    QTest::newRow("sd21_unet") << "686 tensors, 865,910,724 parameters";
    QTest::newRow("sdxl_unet") << "1,680 tensors, 2,567,463,684 parameters";
    QTest::newRow("sd_vae") << "248 tensors, 83,653,863 parameters";
    QTest::newRow("ldm-celebahq_vqvae") << "205 tensors, 55,322,782 parameters";
    QTest::newRow("clip-vit-l-14_text") << "196 tensors, 123,060,480 parameters";
    QTest::newRow("openclip-vit-h_text_sd2") << "372 tensors, 340,387,840 parameters";
    QTest::newRow("openclip-bigg_text_sdxl2") << "517 tensors, 694,659,840 parameters";
    QTest::newRow("dit-xl-2-256") << "538 tensors, 749,826,464 parameters";
    QTest::newRow("taesd") << "134 tensors, 2,445,063 parameters";
}

void DiffusersFilesTest::listsOfPublicModelsAreCounted()
{
    QFETCH(QString, counts);
    const FileFixture files;
    const std::string list =
        unpacked(dataFolder() / "keys" / (std::string(QTest::currentDataTag()) + ".tsv.gz"));
    const std::string file = files.write("weights.safetensors", headerOf(list));
    QVERIFY(isOtherModel(file));
    const QString text = QString::fromStdString(inspectionText(file));
    QVERIFY2(text.contains(counts), qPrintable(text));
}

void DiffusersFilesTest::networksOfConfigurationsAskForThePublicTensors_data()
{
    QTest::addColumn<QString>("config");
    const QString ddpm =
        R"("norm_eps": 1e-6, "downsample_padding": 0, "flip_sin_to_cos": false, "freq_shift": 1)";
    QTest::newRow("ddpm-cifar10-32_unet")
        << R"({"_class_name": "UNet2DModel", "block_out_channels": [128, 256, 256, 256],)"
           R"("down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],)"
           R"("up_block_types": ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"], )" +
               ddpm + "}";
    QTest::newRow("ddpm-celebahq-256_unet")
        << R"({"_class_name": "UNet2DModel", "block_out_channels": [128, 128, 256, 256, 512, 512],)"
           R"("attention_head_dim": null, "down_block_types": ["DownBlock2D", "DownBlock2D", "DownBlock2D",)"
           R"("DownBlock2D", "AttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "AttnUpBlock2D",)"
           R"("UpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"], )" +
               ddpm + "}";
    QTest::newRow("unet2d-class-defaults") << R"({"_class_name": "UNet2DModel"})";
    QTest::newRow("sd15_unet") << R"({"_class_name": "UNet2DConditionModel", "cross_attention_dim": 768})";
    QTest::newRow("sd21_unet") << R"({"_class_name": "UNet2DConditionModel", "cross_attention_dim": 1024,)"
                                  R"("attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true})";
    QTest::newRow("sdxl_unet")
        << R"({"_class_name": "UNet2DConditionModel", "cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20],)"
           R"("block_out_channels": [320, 640, 1280], "transformer_layers_per_block": [1, 2, 10],)"
           R"("down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],)"
           R"("up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],)"
           R"("use_linear_projection": true, "addition_embed_type": "text_time", "addition_time_embed_dim": 256,)"
           R"("projection_class_embeddings_input_dim": 2816})";
    QTest::newRow("sd_vae")
        << R"({"_class_name": "AutoencoderKL", "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,)"
           R"("down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D",)"
           R"("DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D",)"
           R"("UpDecoderBlock2D", "UpDecoderBlock2D"]})";
    QTest::newRow("ldm-celebahq_vqvae")
        << R"({"_class_name": "VQModel", "block_out_channels": [128, 256, 512], "layers_per_block": 2,)"
           R"("num_vq_embeddings": 8192, "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D",)"
           R"("DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]})";
    QTest::newRow("clip-vit-l-14_text") << R"({"architectures": ["CLIPTextModel"], "hidden_size": 768,)"
                                           R"("intermediate_size": 3072, "num_attention_heads": 12})";
    QTest::newRow("openclip-vit-h_text_sd2")
        << R"({"architectures": ["CLIPTextModel"], "hidden_size": 1024, "intermediate_size": 4096,)"
           R"("num_attention_heads": 16, "num_hidden_layers": 23, "hidden_act": "gelu"})";
    QTest::newRow("openclip-bigg_text_sdxl2")
        << R"({"architectures": ["CLIPTextModelWithProjection"], "hidden_size": 1280, "intermediate_size": 5120,)"
           R"("num_attention_heads": 20, "num_hidden_layers": 32, "hidden_act": "gelu", "projection_dim": 1280})";
    QTest::newRow("dit-xl-2-256") << R"({"_class_name": "DiTTransformer2DModel", "out_channels": 8})";
    QTest::newRow("taesd") << R"({"_class_name": "AutoencoderTiny"})";
}

void DiffusersFilesTest::networksOfConfigurationsAskForThePublicTensors()
{
    QFETCH(QString, config);
    const FileFixture files;
    const std::string list =
        unpacked(dataFolder() / "keys" / (std::string(QTest::currentDataTag()) + ".tsv.gz"));
    files.write("diffusion_pytorch_model.safetensors", headerOf(list));
    files.write("config.json", config.toStdString());
    const QString text = QString::fromStdString(inspectionText(files.folder()));
    QVERIFY2(!text.contains("cannot be used") && !text.contains("not asked for"), qPrintable(text));
    QVERIFY(isUsable(files.folder()));
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

void DiffusersFilesTest::quantisedTensorsAreNamed()
{
    const FileFixture files;
    files.write("config.json", R"({"_class_name": "AutoencoderTiny"})");
    const std::string list = unpacked(dataFolder() / "keys/taesd.tsv.gz");
    std::string header = headerOf(list);
    const std::string name = "F8_E4M3";
    json parsed = json::parse(header.substr(8));
    std::uint64_t end = 0;
    for (auto& [key, tensor] : parsed.items()) {
        std::uint64_t bytes = 1;
        for (const auto& size : tensor["shape"])
            bytes *= size.get<std::uint64_t>();
        tensor["dtype"] = name;
        tensor["data_offsets"] = {end, end + bytes};
        end += bytes;
    }
    files.write("diffusion_pytorch_model.safetensors", packed(parsed.dump()));
    const QString text = QString::fromStdString(inspectionText(files.folder()));
    QVERIFY2(text.contains("does not compute with") && text.contains("F8_E4M3"), qPrintable(text));
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

void DiffusersFilesTest::pickleIsRefusedWithTheWayToConvertIt()
{
    const QString said = refusalOf([] { openWeights(dataFolder() / "unet2d/h_pickle_bin/unet"); });
    QVERIFY2(said.contains("is a pickle, which can run code") && said.contains("save_file"),
             qPrintable(said));
    const FileFixture files;
    const std::string checkpoint = files.write("v1-5.ckpt", "anything");
    QVERIFY(refusalOf([&] { isOtherModel(checkpoint); }).contains("is a pickle"));
}

void DiffusersFilesTest::unknownBlockIsNamed()
{
    const FileFixture files;
    files.write("config.json",
                R"({"_class_name": "UNet2DModel", "block_out_channels": [32],)"
                R"("down_block_types": ["SkipDownBlock2D"], "up_block_types": ["UpBlock2D"]})");
    const QString said = refusalOf([&] { inspectionText(files.folder()); });
    QVERIFY2(said.contains("SkipDownBlock2D"), qPrintable(said));
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
}

void DiffusersFilesTest::absentHeadWidthOfTheFirstModelsIsOneHead()
{
    const FileFixture files;
    files.write("diffusion_pytorch_model.safetensors",
                headerOf(unpacked(dataFolder() / "keys/unet2d-class-defaults.tsv.gz")));
    files.write("config.json", R"({"_class_name": "UNet2DModel", "_diffusers_version": "0.0.4"})");
    QVERIFY(QString::fromStdString(inspectionText(files.folder())).contains("one head over all channels"));
    files.write("config.json", R"({"_class_name": "UNet2DModel", "_diffusers_version": "0.31.0"})");
    QVERIFY(!QString::fromStdString(inspectionText(files.folder())).contains("one head over all channels"));
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
