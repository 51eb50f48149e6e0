// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify/golden_case.h"

#include "core/base/error.h"
#include "core/model/diffusers/config_reader.h"
#include "core/model/diffusers/weights.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace diffuscope::verify {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string shownFolder(const fs::path& folder)
{
    const fs::path parent = folder.parent_path().filename();
    return parent.empty() ? folder.filename().string() : (parent / folder.filename()).string();
}

GoldenFolder openGolden(const fs::path& folder)
{
    GoldenFolder golden{folder, model::diffusers::readPythonJson((folder / "golden.json").string()), {}};
    if (fs::exists(folder / "golden.safetensors"))
        golden.tensors = model::diffusers::readTensors((folder / "golden.safetensors").string());
    return golden;
}

/// Runs one case; an Error is its verdict.
void runCase(const GoldenFolder& golden, const json& entry, const CaseReporter& report,
             void (*verifyCase)(const GoldenFolder&, const json&, ModelReport&))
{
    ModelReport result;
    result.folder = shownFolder(golden.folder);
    result.name = entry.value("name", "case");
    result.kind = entry.value("component", "");
    try {
        verifyCase(golden, entry, result);
    } catch (const Error& error) {
        result.holds = false;
        result.detail = error.what();
        result.isRefused = result.detail.find("is a pickle") != std::string::npos;
    } catch (const c10::Error& error) {
        result.holds = false;
        result.detail = error.what_without_backtrace();
    } catch (const std::exception& error) {
        result.holds = false;
        result.detail = error.what();
    }
    report(result);
}

}  // namespace

Tensor GoldenFolder::at(const std::string& name) const
{
    const auto found = tensors.find(name);
    if (found == tensors.end())
        throw Error(ErrorCode::invalidFile, folder.string() + " has no golden tensor \"" + name + "\".",
                    "Copy the whole folder again.");
    return found->second;
}

Tensor GoldenFolder::input(const std::string& caseName, const std::string& name) const
{
    for (const std::string& key : {caseName + ".in." + name, std::string("in.") + name})
        if (has(key))
            return at(key);
    const auto cases = description.find("cases");
    if (cases != description.end() && cases->is_array() && !cases->empty()) {
        const std::string first = (*cases)[0].value("name", "");
        if (has(first + ".in." + name))
            return at(first + ".in." + name);
    }
    return {};
}

void CaseComparison::add(const std::string& name, const Tensor& own, const Tensor& expected)
{
    ++m_compared;
    if (!own.defined() || own.sizes() != expected.sizes()) {
        require(false, name + " has another shape");
        return;
    }
    const Tensor wanted = expected.to(torch::kFloat64);
    const double error = (own.to(torch::kFloat64) - wanted).abs().max().item<double>();
    const double allowed = m_tolerance * std::max(1.0, wanted.abs().max().item<double>());
    // A NaN must not pass a comparison with a maximum.
    const double ratio = std::isnan(error) ? INFINITY : error / allowed;
    if (ratio <= m_worst)
        return;
    m_worst = ratio;
    m_error = error;
    m_allowed = allowed;
    m_worstName = name;
}

void CaseComparison::require(bool holds, const std::string& what)
{
    ++m_compared;
    if (!holds && m_failure.empty())
        m_failure = what;
}

void CaseComparison::finish(ModelReport& report) const
{
    report.largestError = m_error;
    report.tolerance = m_allowed > 0 ? m_allowed : m_tolerance;
    report.holds = m_compared > 0 && m_failure.empty() && m_worst <= 1;
    report.detail = !m_failure.empty() ? m_failure : m_worstName;
}

fs::path componentFolder(const fs::path& folder, const std::string& name)
{
    if (fs::is_directory(folder / name))
        return folder / name;
    if (fs::is_directory(folder / "model"))
        return folder / "model";
    return folder;
}

std::vector<fs::path> goldenFolders(const fs::path& path)
{
    std::vector<fs::path> folders;
    if (fs::exists(path / "golden.json"))
        folders.push_back(path);
    std::error_code failure;
    for (const auto& entry : fs::recursive_directory_iterator(path, failure))
        if (entry.path().filename() == "golden.json" && entry.path().parent_path() != path)
            folders.push_back(entry.path().parent_path());
    if (folders.empty())
        throw Error(ErrorCode::missingFile,
                    path.string() + " holds no golden.json, neither itself nor below.",
                    "Name a folder of a model with golden values.");
    std::sort(folders.begin(), folders.end());
    return folders;
}

void verifyModelFolder(const fs::path& folder, const std::function<void(const ModelReport&)>& report)
{
    GoldenFolder golden;
    try {
        golden = openGolden(folder);
    } catch (const Error& error) {
        ModelReport result;
        result.folder = shownFolder(folder);
        result.name = "golden.json";
        result.detail = error.what();
        report(result);
        return;
    }
    const auto named = [&](ModelReport result) {
        result.folder = shownFolder(folder);
        report(result);
    };
    if (golden.description.contains("rows")) {
        verifyTokenizer(golden, named);
        return;
    }
    bool hasSchedulers = false;
    const json cases = golden.description.value("cases", json::array());
    for (const auto& entry : cases) {
        const std::string component = entry.value("component", "");
        if (entry.contains("scheduler_class"))
            hasSchedulers = true;
        else if (component == "text_encoder+unet")
            runCase(golden, entry, report, verifyLoraCase);
        else if (component.empty())
            runCase(golden, entry, report, verifyLoopCase);
        else
            runCase(golden, entry, report, verifyComponentCase);
    }
    if (hasSchedulers)
        verifyPipeline(golden, named);
}

std::string reportLine(const ModelReport& report)
{
    char numbers[80];
    std::snprintf(numbers, sizeof numbers, "%8.1e  %8.1e", report.largestError, report.tolerance);
    char start[200];
    std::snprintf(start, sizeof start, "%-42s  %-26s  %-22s", report.folder.c_str(), report.kind.c_str(),
                  report.name.c_str());
    std::string line = std::string(start) + "  " + numbers + "  " +
                       (report.holds       ? "ok"
                        : report.isRefused ? "refused"
                                           : "NOT OK");
    if (!report.detail.empty())
        line += (report.holds ? "  " : ": ") + report.detail;
    return line;
}

}  // namespace diffuscope::verify
