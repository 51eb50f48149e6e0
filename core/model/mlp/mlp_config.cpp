// SPDX-License-Identifier: GPL-3.0-or-later
// Ranges and JSON of the small networks' shapes.
#include "core/model/mlp/mlp_config.h"

#include "core/base/error.h"
#include "core/base/json_fields.h"
#include "core/base/json_object_reader.h"

#include <nlohmann/json.hpp>

namespace diffuscope::model {

namespace {

void checkRange(const char* name, int value, int least, int most)
{
    if (value < least || value > most)
        throw Error(ErrorCode::invalidOption,
                    std::string("The network's ") + name + " is " + std::to_string(value) +
                        ", but must be from " + std::to_string(least) + " to " + std::to_string(most) + ".",
                    "Choose a value in that range.");
}

}  // namespace

int MlpConfig::inputs() const
{
    const int ofPosition =
        position == MlpEmbedding::raw ? dimensions : dimensions * (1 + 2 * positionFrequencies);
    return ofPosition + (time == MlpEmbedding::raw ? 1 : timeFeatures);
}

std::string toString(MlpEmbedding embedding)
{
    switch (embedding) {
        case MlpEmbedding::raw:
            return "raw";
        case MlpEmbedding::sinusoidal:
            return "sinusoidal";
        case MlpEmbedding::learned:
            break;
    }
    return "learned";
}

MlpEmbedding mlpEmbedding(const std::string& name)
{
    for (const auto embedding : {MlpEmbedding::raw, MlpEmbedding::sinusoidal, MlpEmbedding::learned})
        if (toString(embedding) == name)
            return embedding;
    throw Error(ErrorCode::invalidOption, "There is no embedding \"" + name + "\".",
                "There are raw, sinusoidal and learned.");
}

void checkMlpConfig(const MlpConfig& config)
{
    checkRange("dimensions", config.dimensions, 1, 2);
    checkRange("width", config.width, 16, 1024);
    checkRange("depth", config.depth, 1, 16);
    checkRange("position frequencies", config.positionFrequencies, 1, 16);
    checkRange("time features", config.timeFeatures, 2, 128);
    checkRange("classes", config.classes, 0, 1000);
    checkRange("levels", config.levels, 1, 1'000'000);
    if (config.width % 16 != 0 || config.timeFeatures % 2 != 0)
        throw Error(ErrorCode::invalidOption,
                    "The network's width must be a multiple of 16, its time features even.",
                    "Choose a width such as 64, 128 or 256.");
    if (config.position == MlpEmbedding::learned)
        throw Error(ErrorCode::invalidOption, "Positions have no learned embedding.",
                    "Choose raw or sinusoidal.");
}

std::string toText(const MlpConfig& config)
{
    const nlohmann::json json{{"type", "mlp"},
                              {"dimensions", config.dimensions},
                              {"width", config.width},
                              {"depth", config.depth},
                              {"position", toString(config.position)},
                              {"position_frequencies", config.positionFrequencies},
                              {"time", toString(config.time)},
                              {"time_features", config.timeFeatures},
                              {"classes", config.classes},
                              {"levels", config.levels}};
    return json.dump();
}

MlpConfig mlpConfigFromText(const std::string& text, const std::string& where)
{
    try {
        const nlohmann::json json = base::parsedStrictly("network of " + where, text);
        const base::JsonFields fields(json, where);
        MlpConfig config{.dimensions = fields.smallInteger("dimensions"),
                         .width = fields.smallInteger("width"),
                         .depth = fields.smallInteger("depth"),
                         .position = mlpEmbedding(fields.text("position")),
                         .positionFrequencies = fields.smallInteger("position_frequencies"),
                         .time = mlpEmbedding(fields.text("time")),
                         .timeFeatures = fields.smallInteger("time_features"),
                         .classes = fields.smallInteger("classes"),
                         .levels = fields.smallInteger("levels")};
        checkMlpConfig(config);
        return config;
    } catch (const Error& error) {
        throw Error(ErrorCode::invalidFile, where + ": " + error.what(), error.hint());
    }
}

}  // namespace diffuscope::model
