// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/reference_case.h"

#include "core/base/error.h"
#include "core/verify/reference_json.h"
#include "core/verify/sigma_file.h"

#include <nlohmann/json.hpp>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace diffuscope::verify {

namespace {

using nlohmann::json;
using namespace reading;

/// No trajectory file comes near this; a larger one is a mistake, or a gzip bomb.
constexpr std::size_t largestFile = std::size_t(512) << 20;

std::string readAll(const std::filesystem::path& path)
{
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file || std::filesystem::is_directory(path))
        throw Error(ErrorCode::missingFile, "The file " + path.string() + " cannot be opened.",
                    "Check its name and your permission to read it.");
    std::string text;
    std::string block(std::size_t(1) << 20, '\0');
    int count = 0;
    while ((count = gzread(file.get(), block.data(), unsigned(block.size()))) > 0) {
        text.append(block, 0, std::size_t(count));
        if (text.size() > largestFile)
            refuse("it", "holds more than 512 MiB of text");
    }
    int status = Z_OK;
    gzerror(file.get(), &status);
    if (count < 0 || (status != Z_OK && status != Z_STREAM_END))
        refuse("it", "is a damaged or incomplete gzip file");
    return text;
}

ReferenceCase readCase(const json& value, const std::string& where)
{
    const auto at = [&](const char* key) -> const json& { return member(value, where, key); };
    const auto name = [&](const char* key) { return where + "." + key; };

    ReferenceCase result;
    result.sampler = text(at("sampler"), name("sampler"));
    result.reference = text(at("reference"), name("reference"));
    result.config = options(at("config"), name("config"));
    result.stepOptions = options(at("step_options"), name("step_options"));
    const double steps = number(at("steps"), name("steps"));
    if (!(steps >= 1 && steps <= 1e6) || steps != std::floor(steps))
        refuse(name("steps"), "is not a whole number of at least 1");
    result.steps = int(steps);
    result.initNoiseSigma = number(at("init_noise_sigma"), name("init_noise_sigma"));
    result.initialNoise = batch(at("initial_noise"), name("initial_noise"));
    result.timesteps = numbers(at("timesteps"), name("timesteps"));
    if (!at("sigmas").is_null())
        result.sigmas = numbers(at("sigmas"), name("sigmas"));
    for (const auto& entry : list(at("evaluations"), name("evaluations"))) {
        const std::string place = name("evaluations") + "[" + std::to_string(result.evaluations.size()) + "]";
        const auto quantity = [&](const char* key) {
            return number(member(entry, place, key), place + "." + key);
        };
        result.evaluations.push_back(
            {.t = quantity("t"),
             .alpha = quantity("alpha"),
             .sigma = quantity("sigma"),
             .output = outputLike(result.initialNoise, member(entry, place, "output"), place + ".output")});
    }
    for (const auto& entry : list(at("noise"), name("noise")))
        result.noise.push_back(batchLike(result.initialNoise, entry, name("noise")));
    for (const auto& entry : list(at("states"), name("states")))
        result.states.push_back(batchLike(result.initialNoise, entry, name("states")));
    if (result.states.empty())
        refuse(name("states"), "is empty");
    return result;
}

ReferenceMixture readMixture(const json& value)
{
    const std::string kind = text(member(value, "denoiser", "kind"), "denoiser.kind");
    if (kind != "gaussian-mixture")
        refuse("denoiser.kind", "is \"" + kind + "\", but only gaussian-mixture is known");
    ReferenceMixture mixture;
    const ReferenceBatch means = batch(member(value, "denoiser", "means"), "denoiser.means");
    for (int k = 0; k < means.rows; ++k) {
        const auto first = means.values.begin() + k * means.columns;
        mixture.means.emplace_back(first, first + means.columns);
    }
    mixture.weights = numbers(member(value, "denoiser", "weights"), "denoiser.weights");
    mixture.std = number(member(value, "denoiser", "std"), "denoiser.std");
    if (mixture.weights.size() != mixture.means.size())
        refuse("denoiser.weights", "has another length than denoiser.means");
    return mixture;
}

ReferenceFile parsed(const std::string& content)
{
    const json root = json::parse(content, nullptr, false);
    if (root.is_discarded())
        refuse("it", "is not valid JSON");
    ReferenceFile file;
    if (root.is_object() && root.contains("grids")) {
        file.sigmaLists = readSigmaLists(root);
        return file;
    }
    file.mixture = readMixture(member(root, "its top level", "denoiser"));
    const json& cases = list(member(root, "its top level", "cases"), "cases");
    for (const auto& entry : cases) {
        const std::size_t index = file.cases.size() + file.sigmaCases.size();
        const std::string where = "cases[" + std::to_string(index) + "]";
        if (isSigmaCase(entry)) {
            file.sigmaCases.push_back(readSigmaCase(entry, where));
            if (file.sigmaCases.back().initialState.columns != int(file.mixture.means.front().size()))
                refuse(where + ".initial_state", "has another number of columns than denoiser.means");
            continue;
        }
        file.cases.push_back(readCase(entry, where));
        if (file.cases.back().initialNoise.columns != int(file.mixture.means.front().size()))
            refuse(where + ".initial_noise", "has another number of columns than denoiser.means");
    }
    if (file.cases.empty() && file.sigmaCases.empty())
        refuse("cases", "is empty");
    return file;
}

bool isReferenceName(const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    return name.ends_with(".json") || name.ends_with(".json.gz");
}

std::string shown(const ReferenceValue& value)
{
    if (const bool* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const std::string* words = std::get_if<std::string>(&value)) {
        constexpr std::size_t longest = 60;
        return words->size() <= longest ? *words : words->substr(0, longest) + "…";
    }
    if (const double* figure = std::get_if<double>(&value)) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.6g", *figure);
        return digits;
    }
    return "null";
}

}  // namespace

ReferenceFile readReferenceFile(const std::filesystem::path& path)
{
    try {
        return parsed(readAll(path));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::invalidFile)
            throw;
        throw Error(
            ErrorCode::invalidFile,
            "The file " + path.string() + " is not a file of reference trajectories: " + error.what() + ".",
            "Write it in the format of reference trajectories, or leave it out.");
    }
}

std::vector<std::filesystem::path> referenceFiles(const std::filesystem::path& path)
{
    namespace fs = std::filesystem;
    std::error_code failed;
    if (!fs::exists(path, failed))
        throw Error(ErrorCode::missingFile, "There is no file or folder " + path.string() + ".",
                    "Check its name.");
    if (!fs::is_directory(path, failed))
        return {path};
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator entry(path, failed), end; !failed && entry != end;
         entry.increment(failed))
        if (entry->is_regular_file() && isReferenceName(entry->path()))
            files.push_back(entry->path());
    if (failed)
        throw Error(ErrorCode::missingFile, "The folder " + path.string() + " cannot be read.",
                    "Check your permission to read it.");
    if (files.empty())
        throw Error(ErrorCode::missingFile,
                    "The folder " + path.string() + " holds no reference trajectories (.json or .json.gz).",
                    "Name a folder that does.");
    std::sort(files.begin(), files.end());
    return files;
}

std::string shown(const ReferenceOptions& options)
{
    std::string text;
    for (const auto& [key, value] : options)
        text += (text.empty() ? "" : " ") + key + "=" + shown(value);
    return text;
}

}  // namespace diffuscope::verify
