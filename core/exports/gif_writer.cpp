// SPDX-License-Identifier: GPL-3.0-or-later
// Animated GIFs through giflib.
#include "core/base/error.h"
#include "core/exports/animation.h"

#if defined(DIFFUSCOPE_GIF)
#include <algorithm>
#include <cmath>
#include <gif_lib.h>
#include <libimagequant.h>
#include <map>
#include <memory>
#include <utility>
#endif

namespace diffuscope::exports {

#if defined(DIFFUSCOPE_GIF)

namespace {

constexpr std::size_t mostColors = 256;

/// A picture in at most 256 colours: exactly where it has no more, otherwise in those that libimagequant
/// chooses.
struct IndexedPicture
{
    std::vector<GifColorType> colors;
    std::vector<GifByteType> indices;
};

/// Exactly; no colours where there are more than 256.
IndexedPicture exactlyIndexed(const std::vector<unsigned char>& pixels)
{
    std::map<unsigned, GifByteType> known;
    IndexedPicture picture;
    for (std::size_t i = 0; i < pixels.size(); i += 3) {
        const unsigned key = unsigned(pixels[i]) << 16U | unsigned(pixels[i + 1]) << 8U | pixels[i + 2];
        const auto [found, isNew] = known.try_emplace(key, static_cast<GifByteType>(picture.colors.size()));
        if (isNew && picture.colors.size() == mostColors)
            return {};
        if (isNew)
            picture.colors.push_back({pixels[i], pixels[i + 1], pixels[i + 2]});
        picture.indices.push_back(found->second);
    }
    return picture;
}

void requireColors(liq_error status)
{
    if (status != LIQ_OK)
        throw Error(status == LIQ_OUT_OF_MEMORY ? ErrorCode::outOfMemory : ErrorCode::writeFailed,
                    "Cannot choose the colours of the GIF.",
                    "Choose fewer images or a smaller magnification, or another format.");
}

template <typename Type, void (*destroy)(Type*)>
struct Destroyed
{
    void operator()(Type* object) const { destroy(object); }
};

/// Without dithering: a pixel of an image stays one even square.
IndexedPicture quantized(const std::vector<unsigned char>& pixels, int width, int height)
{
    const std::unique_ptr<liq_attr, Destroyed<liq_attr, liq_attr_destroy>> options(liq_attr_create());
    if (!options)
        throw std::bad_alloc();
    requireColors(liq_set_max_colors(options.get(), int(mostColors)));
    std::vector<unsigned char> rgba;
    rgba.reserve(pixels.size() / 3 * 4);
    for (std::size_t i = 0; i < pixels.size(); i += 3)
        rgba.insert(rgba.end(), {pixels[i], pixels[i + 1], pixels[i + 2], 255});
    const std::unique_ptr<liq_image, Destroyed<liq_image, liq_image_destroy>> image(
        liq_image_create_rgba(options.get(), rgba.data(), width, height, 0));
    if (!image)
        throw std::bad_alloc();
    liq_result* found = nullptr;
    requireColors(liq_image_quantize(image.get(), options.get(), &found));
    const std::unique_ptr<liq_result, Destroyed<liq_result, liq_result_destroy>> result(found);
    requireColors(liq_set_dithering_level(result.get(), 0.0F));
    IndexedPicture picture;
    picture.indices.resize(pixels.size() / 3);
    requireColors(
        liq_write_remapped_image(result.get(), image.get(), picture.indices.data(), picture.indices.size()));
    const liq_palette* palette = liq_get_palette(result.get());
    for (unsigned i = 0; i < palette->count; ++i)
        picture.colors.push_back({palette->entries[i].r, palette->entries[i].g, palette->entries[i].b});
    return picture;
}

IndexedPicture indexed(const std::vector<unsigned char>& pixels, int width, int height)
{
    IndexedPicture picture = exactlyIndexed(pixels);
    return picture.colors.empty() ? quantized(pixels, width, height) : picture;
}

int appendGifBytes(GifFileType* file, const GifByteType* bytes, int count)
{
    auto& encoded = *static_cast<std::vector<unsigned char>*>(file->UserData);
    encoded.insert(encoded.end(), bytes, bytes + count);
    return count;
}

struct FreeColorMap
{
    void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};

class GifWriter final : public AnimationWriter
{
public:
    GifWriter(int width, int height) : m_width(width), m_height(height)
    {
        int error = 0;
        m_file = EGifOpen(&m_encoded, appendGifBytes, &error);
        if (!m_file)
            refuse(error);
        EGifSetGifVersion(m_file, true);
        require(EGifPutScreenDesc(m_file, width, height, 8, 0, nullptr));
        // Netscape's extension: again and again.
        constexpr GifByteType forever[] = {1, 0, 0};
        require(EGifPutExtensionLeader(m_file, APPLICATION_EXT_FUNC_CODE));
        require(EGifPutExtensionBlock(m_file, 11, "NETSCAPE2.0"));
        require(EGifPutExtensionBlock(m_file, sizeof forever, forever));
        require(EGifPutExtensionTrailer(m_file));
    }
    ~GifWriter() override
    {
        if (m_file)
            EGifCloseFile(m_file, nullptr);
    }
    GifWriter(const GifWriter&) = delete;
    GifWriter& operator=(const GifWriter&) = delete;

    void add(const Canvas& canvas, double seconds) override
    {
        IndexedPicture picture = indexed(canvas.pixels(), m_width, m_height);
        std::size_t size = 2;  // of a colour map: a power of two
        while (size < picture.colors.size())
            size *= 2;
        picture.colors.resize(size);
        const std::unique_ptr<ColorMapObject, FreeColorMap> map(
            GifMakeMapObject(static_cast<int>(size), picture.colors.data()));
        if (!map)
            throw std::bad_alloc();
        GraphicsControlBlock control{};
        control.DisposalMode = DISPOSE_DO_NOT;
        control.DelayTime = std::clamp(static_cast<int>(std::lround(100 * seconds)), 2, 60'000);
        control.TransparentColor = NO_TRANSPARENT_COLOR;
        GifByteType bytes[4];
        EGifGCBToExtension(&control, bytes);
        require(EGifPutExtension(m_file, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes));
        require(EGifPutImageDesc(m_file, 0, 0, m_width, m_height, false, map.get()));
        for (int y = 0; y < m_height; ++y)
            require(EGifPutLine(m_file, &picture.indices[std::size_t(y) * std::size_t(m_width)], m_width));
    }

    std::vector<unsigned char> finish() override
    {
        int error = 0;
        GifFileType* file = std::exchange(m_file, nullptr);
        if (EGifCloseFile(file, &error) != GIF_OK)
            refuse(error);
        return std::move(m_encoded);
    }

private:
    [[noreturn]] static void refuse(int error)
    {
        const char* reason = GifErrorString(error);
        throw Error(
            ErrorCode::writeFailed,
            std::string("Cannot make the GIF: ") + (reason ? reason : "giflib does not say why") + ".",
            "Choose fewer images or a smaller magnification.");
    }
    void require(int status) const
    {
        if (status != GIF_OK)
            refuse(m_file->Error);
    }

    int m_width, m_height;
    std::vector<unsigned char> m_encoded;
    GifFileType* m_file = nullptr;
};

}  // namespace

std::string whyNoGif()
{
    return {};
}

std::unique_ptr<AnimationWriter> makeGifWriter(int width, int height)
{
    return std::make_unique<GifWriter>(width, height);
}

#else

std::string whyNoGif()
{
    return "This build writes no GIF: giflib or libimagequant was missing when it was configured.";
}

std::unique_ptr<AnimationWriter> makeGifWriter(int, int)
{
    throw Error(ErrorCode::invalidOption, whyNoGif());
}

#endif

}  // namespace diffuscope::exports
