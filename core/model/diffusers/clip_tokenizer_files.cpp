// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a tokenizer's files.
#include "core/base/error.h"
#include "core/model/diffusers/clip_tokenizer.h"
#include "core/model/diffusers/config_reader.h"

#include <fstream>
#include <sstream>

namespace diffuscope::model::diffusers {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t largestTokenizerFile = 64u << 20;
constexpr std::int64_t largestId = 1 << 24;

std::vector<std::string> readLines(const fs::path& file)
{
    std::error_code failure;
    const auto size = fs::file_size(file, failure);
    std::ifstream stream(file, std::ios::binary);
    if (failure || !stream)
        throw Error(ErrorCode::missingFile, "Cannot open " + file.string() + ".",
                    "Copy the whole tokenizer folder: vocab.json, merges.txt and tokenizer_config.json.");
    if (size > largestTokenizerFile)
        throw Error(ErrorCode::invalidFile, file.string() + " is too large for a list of merges.",
                    "Copy it again from where it came from.");
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        lines.push_back(line);
    }
    return lines;
}

/// The text of a token that is written as a text, or as an object with its text inside.
std::string tokenText(const json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_object() && value.contains("content") && value["content"].is_string())
        return value["content"].get<std::string>();
    return {};
}

std::int64_t checkedId(const json& value, const std::string& where)
{
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() > largestId)
        throw Error(ErrorCode::invalidFile, where + " has an id that is no whole number in range.",
                    "Copy the tokenizer again from where it came from.");
    return value.get<std::int64_t>();
}

}  // namespace

void ClipTokenizer::addMerges(const std::vector<std::string>& lines, const std::string& where)
{
    for (const auto& line : lines) {
        const auto space = line.find(' ');
        if (space == std::string::npos || space == 0 || line.find(' ', space + 1) != std::string::npos)
            throw Error(ErrorCode::invalidFile,
                        where + " has a line that is no pair of symbols: \"" + line.substr(0, 60) + "\".",
                        "Copy the tokenizer again from where it came from.");
        m_ranks.emplace(line, int(m_ranks.size()));
    }
}

void ClipTokenizer::readVocabulary(const fs::path& folder)
{
    const auto addVocabulary = [&](const json& vocabulary, const std::string& where) {
        if (!vocabulary.is_object() || vocabulary.empty())
            throw Error(ErrorCode::invalidFile, where + " holds no vocabulary.",
                        "Copy the tokenizer again from where it came from.");
        for (const auto& [token, id] : vocabulary.items())
            m_ids[token] = checkedId(id, where);
    };
    if (fs::exists(folder / "vocab.json")) {
        const std::string where = (folder / "vocab.json").string();
        addVocabulary(readPythonJson(where, largestTokenizerFile), where);
        std::vector<std::string> lines = readLines(folder / "merges.txt");
        if (!lines.empty() && lines.front().rfind("#version", 0) == 0)
            lines.erase(lines.begin());
        while (!lines.empty() && lines.back().empty())
            lines.pop_back();
        addMerges(lines, (folder / "merges.txt").string());
        return;
    }
    const std::string where = (folder / "tokenizer.json").string();
    if (!fs::exists(where))
        throw Error(ErrorCode::missingFile,
                    folder.string() + " holds neither vocab.json and merges.txt nor tokenizer.json.",
                    "Copy the model's tokenizer folder there.");
    const json whole = readPythonJson(where, largestTokenizerFile);
    const json model = whole.value("model", json::object());
    addVocabulary(model.value("vocab", json()), where);
    std::vector<std::string> lines;
    const json merges = model.value("merges", json::array());
    for (const auto& merge : merges) {
        if (merge.is_string())
            lines.push_back(merge.get<std::string>());
        else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
            lines.push_back(merge[0].get<std::string>() + " " + merge[1].get<std::string>());
    }
    addMerges(lines, where);
    const json addedTokens = whole.value("added_tokens", json::array());
    for (const auto& added : addedTokens)
        if (const std::string token = tokenText(added); !token.empty() && added.contains("id"))
            m_specials[token] = checkedId(added["id"], where);
}

void ClipTokenizer::readSpecials(const fs::path& folder)
{
    std::map<std::string, std::string> roles{{"bos_token", "<|startoftext|>"},
                                             {"eos_token", "<|endoftext|>"},
                                             {"unk_token", "<|endoftext|>"},
                                             {"pad_token", "<|endoftext|>"}};
    const auto readRoles = [&](const json& object) {
        for (auto& [role, token] : roles)
            if (const auto found = object.find(role); found != object.end() && !tokenText(*found).empty())
                token = tokenText(*found);
    };
    const fs::path configuration = folder / "tokenizer_config.json";
    if (fs::exists(folder / "special_tokens_map.json"))
        readRoles(readPythonJson((folder / "special_tokens_map.json").string()));
    if (fs::exists(configuration)) {
        const json config = readPythonJson(configuration.string());
        readRoles(config);
        const json decoder = config.value("added_tokens_decoder", json::object());
        for (const auto& [id, added] : decoder.items())
            if (const std::string token = tokenText(added);
                !token.empty() && !id.empty() && id.size() < 9 &&
                id.find_first_not_of("0123456789") == std::string::npos)
                m_specials[token] = std::stoll(id);
        const auto length = config.find("model_max_length");
        constexpr double longest = 4096;
        if (length != config.end() && length->is_number() && length->get<double>() >= 2 &&
            length->get<double>() <= longest)
            m_length = std::size_t(length->get<double>());
    }
    if (fs::exists(folder / "added_tokens.json")) {
        const std::string where = (folder / "added_tokens.json").string();
        const json added = readPythonJson(where);
        for (const auto& [token, id] : added.items())
            m_specials[token] = checkedId(id, where);
    }
    for (const auto& [role, token] : roles) {
        const auto known = m_ids.find(token);
        if (m_specials.count(token) == 0 && known == m_ids.end())
            throw Error(ErrorCode::invalidFile,
                        "The tokenizer in " + folder.string() + " names \"" + token.substr(0, 60) +
                            "\" as its " + role + ", which its vocabulary does not have.",
                        "Copy the whole tokenizer folder of the model.");
        m_specials.emplace(token, known != m_ids.end() ? known->second : 0);
    }
    m_start = m_specials[roles["bos_token"]];
    m_end = m_specials[roles["eos_token"]];
    m_unknown = m_specials[roles["unk_token"]];
    m_pad = m_specials[roles["pad_token"]];
}

ClipTokenizer ClipTokenizer::read(const fs::path& folder)
{
    ClipTokenizer tokenizer;
    tokenizer.readVocabulary(folder);
    tokenizer.readSpecials(folder);
    return tokenizer;
}

}  // namespace diffuscope::model::diffusers
