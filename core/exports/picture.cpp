// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/picture.h"

#include "core/base/atomic_file.h"
#include "core/base/base64.h"
#include "core/base/error.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace diffuscope::exports {

namespace {

constexpr std::size_t signatureBytes = 8;
/// A text chunk of more than this holds no recipe, or is hostile.
constexpr std::size_t mostTextBytes =
    std::max<std::size_t>(recipe::longestPlanText, std::size_t(largestKept) * 4) + 1024;

/// libpng ends a call with longjmp or, as here, with an exception of ours (it is compiled with unwind
/// tables).
[[noreturn]] void throwPngError(png_structp, png_const_charp message)
{
    throw std::runtime_error(message);
}

void ignorePngWarning(png_structp, png_const_charp)
{
}

void appendBytes(png_structp png, png_bytep bytes, std::size_t count)
{
    auto& encoded = *static_cast<std::vector<unsigned char>*>(png_get_io_ptr(png));
    encoded.insert(encoded.end(), bytes, bytes + count);
}

struct PngWriter
{
    PngWriter()
        : png(png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, throwPngError, ignorePngWarning))
    {
        if (!png)
            throw std::bad_alloc();
        info = png_create_info_struct(png);
    }
    ~PngWriter() { png_destroy_write_struct(&png, &info); }
    PngWriter(const PngWriter&) = delete;
    PngWriter& operator=(const PngWriter&) = delete;

    png_structp png;
    png_infop info = nullptr;
};

struct PngReader
{
    PngReader() : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, throwPngError, ignorePngWarning))
    {
        if (!png)
            throw std::bad_alloc();
        info = png_create_info_struct(png);
    }
    ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    png_structp png;
    png_infop info = nullptr;
};

/// "28 28 AAAA…": width, height and pixels.
std::string textOf(const base::Picture& picture)
{
    return std::to_string(picture.width) + " " + std::to_string(picture.height) + " " +
           base::toBase64(picture.pixels);
}

/// Empty where the text is no picture's.
base::Picture pictureOfText(const std::string& text)
{
    base::Picture picture;
    std::istringstream words(text);
    std::string pixels;
    if (!(words >> picture.width >> picture.height >> pixels))
        return {};
    const bool fits = picture.width > 0 && picture.height > 0 && picture.width <= largestKept &&
                      picture.height <= largestKept / picture.width;
    if (!fits)
        return {};
    picture.pixels = base::fromBase64(pixels);
    const std::size_t bytes = std::size_t(picture.width) * std::size_t(picture.height) * 3;
    return picture.pixels.size() == bytes ? picture : base::Picture{};
}

std::vector<unsigned char> encoded(const Picture& picture, std::string recipe,
                                   const std::vector<std::shared_ptr<const base::Picture>>& named)
{
    std::vector<unsigned char> bytes;
    PngWriter writer;
    png_set_write_fn(writer.png, &bytes, appendBytes, nullptr);
    png_set_IHDR(writer.png, writer.info, png_uint_32(picture.width), png_uint_32(picture.height), 8,
                 picture.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    std::string key = recipeKey;
    png_text text{};
    text.compression = PNG_ITXT_COMPRESSION_NONE;
    text.key = key.data();
    text.text = recipe.data();
    text.itxt_length = recipe.size();
    png_set_text(writer.png, writer.info, &text, 1);
    std::string ofPicture = pictureKey;
    for (const auto& each : named) {
        if (each->width > largestKept / std::max(1, each->height))
            continue;
        std::string pixels = textOf(*each);
        text.compression = PNG_ITXT_COMPRESSION_zTXt;
        text.key = ofPicture.data();
        text.text = pixels.data();
        text.itxt_length = pixels.size();
        png_set_text(writer.png, writer.info, &text, 1);
    }
    png_write_info(writer.png, writer.info);
    const std::size_t stride = std::size_t(picture.width) * std::size_t(picture.channels);
    for (std::size_t y = 0; y < std::size_t(picture.height); ++y)
        png_write_row(writer.png, picture.pixels + y * stride);
    png_write_end(writer.png, writer.info);
    return bytes;
}

struct CloseFile
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

bool beginsAsPng(std::FILE* file)
{
    std::array<unsigned char, signatureBytes> begin{};
    return std::fread(begin.data(), 1, begin.size(), file) == begin.size() &&
           png_sig_cmp(begin.data(), 0, begin.size()) == 0;
}

/// The texts of this key that were read so far.
std::vector<std::string> textsOf(PngReader& reader, const std::string& key)
{
    png_textp texts = nullptr;
    int count = 0;
    png_get_text(reader.png, reader.info, &texts, &count);
    std::vector<std::string> found;
    for (int i = 0; i < count; ++i)
        if (texts[i].key == key && texts[i].text)
            found.emplace_back(texts[i].text);
    return found;
}

/// Chunks may stand before or behind the pixels, which are read for the latter's sake where there is none
/// before.
std::vector<std::string> textsIn(std::FILE* file, const std::string& key)
{
    PngReader reader;
    png_init_io(reader.png, file);
    png_set_sig_bytes(reader.png, signatureBytes);
    png_set_chunk_malloc_max(reader.png, mostTextBytes);
    png_read_info(reader.png, reader.info);
    if (auto found = textsOf(reader, key); !found.empty())
        return found;
    png_set_interlace_handling(reader.png);
    png_read_update_info(reader.png, reader.info);
    std::vector<unsigned char> row(png_get_rowbytes(reader.png, reader.info));
    const int passes = png_get_interlace_type(reader.png, reader.info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; ++pass)
        for (png_uint_32 y = 0; y < png_get_image_height(reader.png, reader.info); ++y)
            png_read_row(reader.png, row.data(), nullptr);
    png_read_end(reader.png, reader.info);
    return textsOf(reader, key);
}

std::vector<std::string> textsOfFile(const std::string& path, const std::string& key)
{
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file)
        throw Error(ErrorCode::missingFile, "Cannot open " + path + ".", "Choose a file that can be read.");
    if (!beginsAsPng(file.get()))
        throw Error(ErrorCode::invalidFile, path + " is not a PNG picture.",
                    "Choose a picture that Diffuscope exported, or a recipe file.");
    try {
        return textsIn(file.get(), key);
    } catch (const std::runtime_error& error) {
        throw Error(ErrorCode::invalidFile, path + " is a damaged PNG picture: " + error.what() + ".",
                    "Export it again.");
    }
}

}  // namespace

void writePicture(const std::string& path, const Picture& picture, const recipe::RunPlan& plan,
                  const std::vector<std::shared_ptr<const base::Picture>>& named)
{
    const std::string text = recipe::toJson(plan);
    std::vector<unsigned char> bytes;
    try {
        bytes = encoded(picture, text, named);
    } catch (const std::runtime_error& error) {
        throw Error(ErrorCode::writeFailed, "Cannot make the picture " + path + ": " + error.what() + ".",
                    "Choose fewer frames or images, or a smaller magnification.");
    }
    base::writeFileAtomically(path, {{bytes.data(), bytes.size()}});
}

bool isPng(const std::string& path)
{
    const File file(std::fopen(path.c_str(), "rb"));
    return file && beginsAsPng(file.get());
}

std::string readRecipeOfPicture(const std::string& path)
{
    const std::vector<std::string> texts = textsOfFile(path, recipeKey);
    for (const std::string& text : texts)
        if (!text.empty())
            return text;
    throw Error(
        ErrorCode::invalidFile, path + " holds no recipe: Diffuscope did not export it.",
        "Choose a picture that Diffuscope exported; editing a picture elsewhere may remove its recipe.");
}

std::vector<base::Picture> readPicturesOfPicture(const std::string& path)
{
    std::vector<base::Picture> pictures;
    for (const std::string& text : textsOfFile(path, pictureKey))
        if (base::Picture picture = pictureOfText(text); picture.width > 0)
            pictures.push_back(std::move(picture));
    return pictures;
}

}  // namespace diffuscope::exports
