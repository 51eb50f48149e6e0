// Animated GIFs through giflib.
#include "core/base/error.h"
#include "core/exports/animation.h"

#if defined(DIFFUSCOPE_GIF)
#include <algorithm>
#include <cmath>
#include <gif_lib.h>
#include <map>
#include <utility>
#endif

namespace diffuscope::exports {

#if defined(DIFFUSCOPE_GIF)

namespace {

constexpr std::size_t mostColors = 256;

/// A picture in at most 256 colours: exactly where it has no more, otherwise in the means of neighbouring
/// ones.
struct IndexedPicture
{
    std::vector<GifColorType> colors;
    std::vector<GifByteType> indices;
};

unsigned keyOf(const unsigned char* rgb, unsigned lostBits)
{
    return unsigned(rgb[0] >> lostBits) << 16U | unsigned(rgb[1] >> lostBits) << 8U |
           unsigned(rgb[2] >> lostBits);
}

struct ColorSum
{
    std::size_t count = 0;
    std::array<std::size_t, 3> channels{};
    GifByteType index = 0;
};

/// The colours by their key, or none where they are too many.
std::map<unsigned, ColorSum> countedColors(const std::vector<unsigned char>& pixels, unsigned lostBits)
{
    std::map<unsigned, ColorSum> colors;
    for (std::size_t i = 0; i < pixels.size(); i += 3) {
        ColorSum& sum = colors[keyOf(&pixels[i], lostBits)];
        ++sum.count;
        for (std::size_t c = 0; c < 3; ++c)
            sum.channels[c] += pixels[i + c];
        if (colors.size() > mostColors)
            return {};
    }
    return colors;
}

IndexedPicture indexed(const std::vector<unsigned char>& pixels)
{
    unsigned lostBits = 0;
    auto colors = countedColors(pixels, lostBits);
    while (colors.empty())
        colors = countedColors(pixels, ++lostBits);
    IndexedPicture picture;
    for (auto& [key, sum] : colors) {
        sum.index = static_cast<GifByteType>(picture.colors.size());
        picture.colors.push_back({static_cast<GifByteType>(sum.channels[0] / sum.count),
                                  static_cast<GifByteType>(sum.channels[1] / sum.count),
                                  static_cast<GifByteType>(sum.channels[2] / sum.count)});
    }
    for (std::size_t i = 0; i < pixels.size(); i += 3)
        picture.indices.push_back(colors.at(keyOf(&pixels[i], lostBits)).index);
    return picture;
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
        IndexedPicture picture = indexed(canvas.pixels());
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
    return "This build writes no GIF: giflib was missing when it was configured.";
}

std::unique_ptr<AnimationWriter> makeGifWriter(int, int)
{
    throw Error(ErrorCode::invalidOption, whyNoGif());
}

#endif

}  // namespace diffuscope::exports
