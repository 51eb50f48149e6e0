// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that determines a training: from equal options come equal weights (on one machine).
#pragma once

#include "core/model/autoencoder/autoencoder_config.h"
#include "core/model/dit/dit_config.h"
#include "core/model/rivals/rival_config.h"
#include "core/model/unet/unet_config.h"
#include "core/train/loop/optimizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace diffuscope::train {

struct TrainingOptions
{
    std::string task = "diffusion";  // or "classifier" or "noise-classifier"
    std::string dataFolder;          ///< as the person named it
    /// Where it was, absolute, and what was in it (see dataHash()); empty in checkpoints of older versions.
    std::string dataPath{};
    std::string dataHash{};
    /// Folder of a training of the same network whose averaged weights this one begins with, or empty.
    std::string startFrom;
    OptimizerOptions optimizer;
    uint64_t seed = 1;
    bool flip = false;
    int shift = 0;                   // classifier: random translation of at most so many pixels
    std::string precision = "auto";  // auto, float32 or bfloat16
    /// Replicas that shared a batch (they add up a gradient in another order); 0 where nobody noted it.
    int threads = 0;

    /// Diffusion and the noise-aware classifier.
    std::string schedule = "linear";
    int levels = 1000;

    /// Diffusion only. (Every task keeps the images' size and classes in `network`.)
    model::UNetConfig network;
    std::string target = "eps";         // eps, x0, v or flow
    std::string architecture = "unet";  // or "dit", whose shape is in `dit`
    model::DitConfig dit{};
    std::string times = "uniform";  // or logit-normal or snr, see TimeSampling
    double timesMean = 0.0;         // logit-normal: of log(sigma/alpha)
    double timesSpread = 1.0;

    /// Flow of a transformer: so many pairs along the flow of `teacher` to learn from; 0 for data.
    int64_t reflowPairs = 0;

    /// Shortcut (and reflow): the folder of the teacher's training; shortcut only: the guidance that the
    /// student learns with its class, and the share of a batch that takes long steps.
    std::string teacher;
    double teacherGuidance = 1.5;
    double consistencyShare = 0.25;

    /// VAE and GAN only.
    model::RivalConfig rival{};

    /// Latent only: the folder of the autoencoder's training.
    std::string autoencoderFolder;

    /// Autoencoder and latent: its shape. Autoencoder: the weight of the latents' own loss.
    model::AutoencoderConfig autoencoder{};
    double regularity = 1e-4;
    double conditionDropout = 0.1;

    /// Training on captioned images only: the words of the captions, in the order of their numbers, and pairs
    /// of attributes that are kept out of the training (see HeldOutPair).
    std::vector<std::string> vocabulary{};
    std::vector<std::string> heldOut{};

    bool operator==(const TrainingOptions&) const = default;
};

/// Whether two trainings are the same, wherever their data lie.
bool isSameTraining(const TrainingOptions& a, const TrainingOptions& b);

/// As text for the checkpoint, and back. The second throws Error; `where` names the file.
std::string toText(const TrainingOptions& options);
TrainingOptions trainingOptionsFromText(const std::string& text, const std::string& where);

}  // namespace diffuscope::train
