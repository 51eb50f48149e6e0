// SPDX-License-Identifier: GPL-3.0-or-later
// Networks of other programs by their configurations: what they ask for, and what is said where it does not
// fit.
#include "core/model/diffusers/inspection.h"
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

class DiffusersNetworksTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void networksOfConfigurationsAskForThePublicTensors_data();
    void networksOfConfigurationsAskForThePublicTensors();
    void quantisedTensorsAreNamed();
    void unknownBlockIsNamed();
    void absentHeadWidthOfTheFirstModelsIsOneHead();
};

void DiffusersNetworksTest::networksOfConfigurationsAskForThePublicTensors_data()
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

void DiffusersNetworksTest::networksOfConfigurationsAskForThePublicTensors()
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

void DiffusersNetworksTest::quantisedTensorsAreNamed()
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

void DiffusersNetworksTest::unknownBlockIsNamed()
{
    const FileFixture files;
    files.write("config.json",
                R"({"_class_name": "UNet2DModel", "block_out_channels": [32],)"
                R"("down_block_types": ["SkipDownBlock2D"], "up_block_types": ["UpBlock2D"]})");
    const QString said = refusalOf([&] { inspectionText(files.folder()); });
    QVERIFY2(said.contains("SkipDownBlock2D"), qPrintable(said));
}

void DiffusersNetworksTest::absentHeadWidthOfTheFirstModelsIsOneHead()
{
    const FileFixture files;
    files.write("diffusion_pytorch_model.safetensors",
                headerOf(unpacked(dataFolder() / "keys/unet2d-class-defaults.tsv.gz")));
    files.write("config.json", R"({"_class_name": "UNet2DModel", "_diffusers_version": "0.0.4"})");
    QVERIFY(QString::fromStdString(inspectionText(files.folder())).contains("one head over all channels"));
    files.write("config.json", R"({"_class_name": "UNet2DModel", "_diffusers_version": "0.31.0"})");
    QVERIFY(!QString::fromStdString(inspectionText(files.folder())).contains("one head over all channels"));
}

}  // namespace diffuscope::model::diffusers

QTEST_APPLESS_MAIN(diffuscope::model::diffusers::DiffusersNetworksTest)
#include "diffusers_networks_test.moc"
