// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/animation.h"

#include "core/base/error.h"

#include <filesystem>

namespace diffuscope::exports {

AnimationFormat animationFormatOf(const std::string& path)
{
    const std::string suffix = std::filesystem::path(path).extension().string();
    if (suffix == ".gif")
        return AnimationFormat::gif;
    if (suffix == ".mp4")
        return AnimationFormat::mp4;
    if (suffix == ".webm")
        return AnimationFormat::webm;
    throw Error(ErrorCode::invalidOption, "An animation cannot be written as \"" + suffix + "\".",
                "Name a file that ends in .gif, .mp4 or .webm.");
}

std::string whyNotWritten(AnimationFormat format)
{
    return format == AnimationFormat::gif ? whyNoGif() : whyNoVideo(format);
}

std::unique_ptr<AnimationWriter> makeAnimationWriter(AnimationFormat format, int width, int height,
                                                     double framesPerSecond)
{
    if (const std::string why = whyNotWritten(format); !why.empty())
        throw Error(ErrorCode::invalidOption, why, "Choose another format, e.g. GIF or a film strip.");
    if (format == AnimationFormat::gif)
        return makeGifWriter(width, height);
    return makeVideoWriter(format, width, height, framesPerSecond);
}

}  // namespace diffuscope::exports
