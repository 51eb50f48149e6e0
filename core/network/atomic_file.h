// Writes whole files so that no one ever sees half of one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace diffuscope::network {

struct ByteRange
{
    const void* data;
    std::size_t size;
};

/// Writes the ranges one after the other to a temporary file beside `path`, flushes it to the disk and
/// renames it to `path`. Throws Error, with the temporary file removed.
void writeFileAtomically(const std::string& path, const std::vector<ByteRange>& ranges);

void writeFileAtomically(const std::string& path, const std::string& text);

}  // namespace diffuscope::network
