// SPDX-License-Identifier: GPL-3.0-or-later
// Moving pictures from pictures of one size, as GIF, MP4 or WebM.
#pragma once

#include "core/exports/canvas.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::exports {

enum class AnimationFormat {
    gif,
    mp4,   ///< H.264
    webm,  ///< VP9
};

/// By the file's suffix. Throws Error(invalidOption) that names the ones there are.
AnimationFormat animationFormatOf(const std::string& path);
/// Empty where this program can write the format; otherwise what it lacks, for a person.
std::string whyNotWritten(AnimationFormat format);

/// Takes one picture after the other.
class AnimationWriter
{
public:
    virtual ~AnimationWriter() = default;
    /// A canvas of 3 channels and of the size of the first, shown for so many seconds.
    virtual void add(const Canvas& canvas, double seconds) = 0;
    /// The whole file; the writer is at its end.
    virtual std::vector<unsigned char> finish() = 0;
};

/// For pictures of this size. Throws Error(invalidOption) where the format cannot be written, and Error for
/// what its library reports.
std::unique_ptr<AnimationWriter> makeAnimationWriter(AnimationFormat format, int width, int height,
                                                     double framesPerSecond);

// One a library.
std::string whyNoGif();
std::unique_ptr<AnimationWriter> makeGifWriter(int width, int height);
std::string whyNoVideo(AnimationFormat format);
std::unique_ptr<AnimationWriter> makeVideoWriter(AnimationFormat format, int width, int height,
                                                 double framesPerSecond);

}  // namespace diffuscope::exports
