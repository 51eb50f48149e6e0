// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data/idx.h"

#include "core/base/error.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace diffuscope::train {
namespace {

constexpr uint64_t mostValues = 1ull << 31;
constexpr uint8_t unsignedByte = 0x08;

// One IDX file of unsigned bytes: the sizes of its dimensions and its values.
struct ByteArray
{
    std::vector<uint32_t> sizes;
    std::vector<uint8_t> values;
};

class GzipReader
{
public:
    explicit GzipReader(const std::string& path) : m_path(path), m_file(gzopen(path.c_str(), "rb"), &gzclose)
    {
        if (!m_file) {
            throw Error(ErrorCode::missingFile, "Cannot open " + path + ".",
                        "Check that the file exists and may be read.");
        }
    }

    [[noreturn]] void refuse(const std::string& reason) const
    {
        throw Error(ErrorCode::invalidFile, m_path + " is not a usable IDX file: " + reason + ".",
                    "Download the data set again.");
    }

    void read(uint8_t* target, uint64_t size)
    {
        constexpr uint64_t chunk = 1u << 24;
        while (size > 0) {
            const auto part = static_cast<unsigned>(std::min(size, chunk));
            if (gzread(m_file.get(), target, part) != static_cast<int>(part))
                refuse("it ends too early or its compression is damaged");
            target += part;
            size -= part;
        }
    }

    bool atEnd()
    {
        uint8_t extra = 0;
        return gzread(m_file.get(), &extra, 1) == 0;
    }

private:
    std::string m_path;
    std::unique_ptr<gzFile_s, int (*)(gzFile)> m_file;
};

ByteArray readByteArray(const std::string& path, int dimensions)
{
    GzipReader reader(path);
    uint8_t magic[4];
    reader.read(magic, sizeof magic);
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != unsignedByte || magic[3] != dimensions) {
        reader.refuse("it does not start as unsigned bytes in " + std::to_string(dimensions) +
                      " dimension(s)");
    }
    ByteArray array;
    uint64_t total = 1;
    for (int index = 0; index < dimensions; ++index) {
        uint8_t b[4];
        reader.read(b, sizeof b);
        const uint32_t size = uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
        if (size == 0 || total > mostValues / size)
            reader.refuse("its sizes are impossible");
        total *= size;
        array.sizes.push_back(size);
    }
    array.values.resize(total);
    reader.read(array.values.data(), total);
    if (!reader.atEnd())
        reader.refuse("it is longer than its sizes say");
    return array;
}

std::string findFile(const std::string& folder, const std::string& name)
{
    for (const char* suffix : {".gz", ""}) {
        const auto path = (std::filesystem::path(folder) / (name + suffix)).string();
        if (std::filesystem::exists(path))
            return path;
    }
    throw Error(ErrorCode::missingFile, "The folder " + folder + " has no file " + name + "[.gz].",
                "Give the folder of an IDX data set (MNIST layout) with --data.");
}

}  // namespace

int LabelledImages::classCount() const
{
    return labels.empty() ? 0 : 1 + *std::max_element(labels.begin(), labels.end());
}

LabelledImages readIdx(const std::string& imagesPath, const std::string& labelsPath)
{
    ByteArray images = readByteArray(imagesPath, 3);
    ByteArray labels = readByteArray(labelsPath, 1);
    if (images.sizes[0] != labels.sizes[0]) {
        throw Error(ErrorCode::invalidFile,
                    labelsPath + " has " + std::to_string(labels.sizes[0]) + " labels for the " +
                        std::to_string(images.sizes[0]) + " images of " + imagesPath + ".",
                    "Use the two files of one data set.");
    }
    LabelledImages result;
    result.count = images.sizes[0];
    result.height = static_cast<int>(images.sizes[1]);
    result.width = static_cast<int>(images.sizes[2]);
    result.pixels = std::move(images.values);
    result.labels = std::move(labels.values);
    return result;
}

LabelledImages readIdxFolder(const std::string& folder, const std::string& prefix)
{
    const std::string images = findFile(folder, prefix + "-images-idx3-ubyte");
    return readIdx(images, findFile(folder, prefix + "-labels-idx1-ubyte"));
}

}  // namespace diffuscope::train
