// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/training_options.h"

#include "core/model/autoencoder/autoencoder_config_json.h"
#include "core/model/dit/dit_config_json.h"
#include "core/model/rivals/rival_config_json.h"
#include "core/model/unet/unet_config_json.h"

namespace diffuscope::train {

bool isSameTraining(const TrainingOptions& a, const TrainingOptions& b)
{
    TrainingOptions moved = b;
    moved.dataFolder = a.dataFolder;
    moved.dataPath = a.dataPath;
    if (a.dataHash.empty() || b.dataHash.empty())
        moved.dataHash = a.dataHash;
    return a == moved;
}

std::string toText(const TrainingOptions& options)
{
    const auto& optimizer = options.optimizer;
    nlohmann::json value = {{"task", options.task},
                            {"data_folder", options.dataFolder},
                            {"start_from", options.startFrom},
                            {"steps", optimizer.steps},
                            {"batch", optimizer.batch},
                            {"learning_rate", optimizer.learningRate},
                            {"warmup_steps", optimizer.warmupSteps},
                            {"weight_decay", optimizer.weightDecay},
                            {"gradient_clip", optimizer.gradientClip},
                            {"ema_decay", optimizer.emaDecay},
                            {"seed", options.seed},
                            {"flip", options.flip},
                            {"shift", options.shift},
                            {"precision", options.precision},
                            {"threads", options.threads},
                            {"network", toJson(options.network)},
                            {"target", options.target},
                            {"schedule", options.schedule},
                            {"levels", options.levels},
                            {"condition_dropout", options.conditionDropout}};
    if (!options.dataPath.empty())
        value["data_path"] = options.dataPath;
    if (!options.dataHash.empty())
        value["data_hash"] = options.dataHash;
    if (!optimizer.moreEmaDecays.empty())
        value["more_ema_decays"] = optimizer.moreEmaDecays;
    if (options.architecture == "dit")
        value["dit"] = toJson(options.dit);
    if (options.reflowPairs > 0)
        value["reflow_pairs"] = options.reflowPairs;
    if (options.task == "shortcut" || options.reflowPairs > 0) {
        value["teacher"] = options.teacher;
        value["teacher_guidance"] = options.teacherGuidance;
        value["consistency_share"] = options.consistencyShare;
    }
    if (options.task == "vae" || options.task == "gan")
        value["rival"] = toJson(options.rival);
    if (options.task == "latent")
        value["autoencoder_folder"] = options.autoencoderFolder;
    if (options.task == "autoencoder" || options.task == "latent") {
        value["autoencoder"] = toJson(options.autoencoder);
        value["regularity"] = options.regularity;
    }
    if (options.times != "uniform") {
        value["times"] = options.times;
        value["times_mean"] = options.timesMean;
        value["times_spread"] = options.timesSpread;
    }
    if (!options.vocabulary.empty()) {
        value["vocabulary"] = options.vocabulary;
        value["held_out"] = options.heldOut;
    }
    // A folder's name may be in any encoding; the training must not end at its first checkpoint for that.
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TrainingOptions trainingOptionsFromText(const std::string& text, const std::string& where)
{
    const auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    const base::JsonFields fields(value, where + ", training options");
    TrainingOptions options;
    options.task = fields.text("task");
    options.dataFolder = fields.text("data_folder");
    options.optimizer.steps = fields.integer("steps");
    options.optimizer.batch = fields.smallInteger("batch");
    options.optimizer.learningRate = fields.number("learning_rate");
    options.optimizer.warmupSteps = fields.integer("warmup_steps");
    options.optimizer.weightDecay = fields.number("weight_decay");
    options.optimizer.gradientClip = fields.number("gradient_clip");
    options.optimizer.emaDecay = fields.number("ema_decay");
    options.dataPath = fields.has("data_path") ? fields.text("data_path") : "";
    options.dataHash = fields.has("data_hash") ? fields.text("data_hash") : "";
    options.seed = fields.unsignedInteger("seed");
    options.flip = fields.boolean("flip");
    options.shift = fields.smallInteger("shift");
    options.precision = fields.text("precision");
    // Checkpoints of the first version have neither.
    options.startFrom = fields.has("start_from") ? fields.text("start_from") : "";
    options.threads = fields.has("threads") ? fields.smallInteger("threads") : 0;
    options.network = model::unetConfigFromJson(fields.object("network"));
    options.target = fields.text("target");
    options.schedule = fields.text("schedule");
    options.levels = fields.smallInteger("levels");
    options.conditionDropout = fields.number("condition_dropout");
    if (fields.has("more_ema_decays"))
        options.optimizer.moreEmaDecays = fields.numbers("more_ema_decays");
    if (fields.has("dit")) {
        options.architecture = "dit";
        options.dit = model::ditConfigFromJson(fields.object("dit"));
    }
    if (fields.has("reflow_pairs"))
        options.reflowPairs = fields.integer("reflow_pairs");
    if (fields.has("teacher")) {
        options.teacher = fields.text("teacher");
        options.teacherGuidance = fields.number("teacher_guidance");
        options.consistencyShare = fields.number("consistency_share");
    }
    if (fields.has("rival"))
        options.rival = model::rivalConfigFromJson(fields.object("rival"));
    if (fields.has("autoencoder_folder"))
        options.autoencoderFolder = fields.text("autoencoder_folder");
    if (fields.has("autoencoder")) {
        options.autoencoder = model::autoencoderConfigFromJson(fields.object("autoencoder"));
        options.regularity = fields.number("regularity");
    }
    if (fields.has("times")) {
        options.times = fields.text("times");
        options.timesMean = fields.number("times_mean");
        options.timesSpread = fields.number("times_spread");
    }
    if (fields.has("vocabulary")) {
        options.vocabulary = fields.texts("vocabulary");
        options.heldOut = fields.texts("held_out");
    }
    return options;
}

}  // namespace diffuscope::train
