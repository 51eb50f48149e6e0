// SPDX-License-Identifier: GPL-3.0-or-later
// Reference trajectories: whole sampling runs of another program in its documented JSON format, as plain
// values.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace diffuscope::verify {

/// Values [rows, columns], row-major.
struct ReferenceBatch
{
    int rows = 0;
    int columns = 0;
    std::vector<double> values;
};

/// One option of a reference run; monostate is JSON's null. Lists are kept as their text.
using ReferenceValue = std::variant<std::monostate, bool, double, std::string>;
using ReferenceOptions = std::map<std::string, ReferenceValue>;

/// One call of the network: the time it was told, the level that this time means, and what it returned.
struct ReferenceEvaluation
{
    double t = 0;
    double alpha = 1;
    double sigma = 0;
    ReferenceBatch output;  ///< of twice the columns where the network predicts its variance too
};

/// One recorded run.
struct ReferenceCase
{
    std::string sampler;    ///< short name in the file, e.g. "dpm_multistep"
    std::string reference;  ///< class of the other program that produced it
    ReferenceOptions config;
    ReferenceOptions stepOptions;
    int steps = 0;
    double initNoiseSigma = 1;    ///< the state starts at initialNoise·initNoiseSigma
    ReferenceBatch initialNoise;  ///< N(0, I)
    std::vector<double> timesteps;
    std::vector<double> sigmas;  ///< empty where the sampler has none
    std::vector<ReferenceEvaluation> evaluations;
    std::vector<ReferenceBatch> noise;   ///< every draw in its order
    std::vector<ReferenceBatch> states;  ///< after every step of the other program
};

/// One call of the network in a case of sigmas.
struct SigmaEvaluation
{
    std::optional<double> sigmaGiven;  ///< the level as the sampler asked for it
    double alpha = 1;                  ///< of the level that the network was asked at
    double sigma = 0;
    ReferenceBatch input;  ///< the state as it was passed
};

/// One recorded run of a program that counts in sigmas: sigma/alpha, or the sigma of flow.
struct SigmaCase
{
    struct Guidance
    {
        int conditionClass = 0;  ///< the condition is this component of the mixture alone
        double scale = 1;
    };

    std::string reference;  ///< program and function, e.g. "ComfyUI sample_heun"
    std::string scheduler;
    ReferenceOptions options;
    ReferenceOptions config;  ///< of the model
    int steps = 0;
    std::vector<double> sigmas;     ///< empty where the function makes its own
    std::vector<double> timesteps;  ///< of functions that count in times
    bool stateOverAlpha = false;    ///< states are x/alpha
    /// The network is asked at the nearest whole training time, and its answer taken for the level's.
    bool nearestTime = false;
    ReferenceBatch initialState;
    std::vector<SigmaEvaluation> evaluations;
    std::vector<ReferenceBatch> noise;   ///< in the order of the draws; those with a factor of 0 left out
    std::vector<ReferenceBatch> states;  ///< after each step; empty where the program has no such
    ReferenceBatch result;
    std::optional<Guidance> guidance;
};

/// A list of sigmas that a program's scheduler makes; NaN where the program gave NaN.
struct SigmaList
{
    std::string reference;
    std::string scheduler;
    ReferenceOptions model;
    ReferenceOptions options;
    int steps = 0;
    std::vector<double> sigmas;
};

/// The denoiser of a file: data x0 ~ sum_k weights[k]·N(means[k], std² I).
struct ReferenceMixture
{
    std::vector<std::vector<double>> means;
    std::vector<double> weights;
    double std = 1;
};

struct ReferenceFile
{
    ReferenceMixture mixture;
    std::vector<ReferenceCase> cases;
    std::vector<SigmaCase> sigmaCases;
    std::vector<SigmaList> sigmaLists;
};

/// Reads a file, .json or gzipped. Throws Error(missingFile) where it cannot be opened and Error(invalidFile)
/// with one sentence that names the file and the place in it where it is not in the format.
ReferenceFile readReferenceFile(const std::filesystem::path& path);

/// The files that `path` stands for: itself, or every .json and .json.gz in the folder and below, sorted by
/// name. Throws Error(missingFile) where there is nothing of the kind.
std::vector<std::filesystem::path> referenceFiles(const std::filesystem::path& path);

/// "key=value" of each option, joined with spaces, in the order of the keys; long lists shortened.
std::string shown(const ReferenceOptions& options);

}  // namespace diffuscope::verify
