// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text_layout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace diffuscope::cli {

std::size_t displayWidth(const std::string& text)
{
    const auto begins = [](unsigned char byte) { return (byte & 0xC0) != 0x80; };
    return std::size_t(std::count_if(text.begin(), text.end(), begins));
}

std::string padded(const std::string& text, std::size_t width)
{
    const std::size_t own = displayWidth(text);
    return text + std::string(own < width ? width - own : 1, ' ');
}

std::string paragraph(const std::string& text, std::size_t indent)
{
    std::string lines;
    std::string line;
    std::istringstream words(text);
    const auto finishLine = [&] {
        lines += std::string(indent, ' ') + line + "\n";
        line.clear();
    };
    for (std::string word; words >> word;) {
        if (!line.empty() && indent + displayWidth(line) + 1 + displayWidth(word) > textWidth)
            finishLine();
        line += (line.empty() ? "" : " ") + word;
    }
    finishLine();
    return lines;
}

std::string formatted(double value, int digits)
{
    if (std::isnan(value))
        return "nan";
    char buffer[64];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits);
    return error == std::errc() ? std::string(buffer, end) : "?";
}

}  // namespace diffuscope::cli
