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
