// SPDX-License-Identifier: GPL-3.0-or-later
// MP4 and WebM through FFmpeg's libraries.
#include "core/base/error.h"
#include "core/exports/animation.h"

#if defined(DIFFUSCOPE_LIBAV)
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#endif

namespace diffuscope::exports {

#if defined(DIFFUSCOPE_LIBAV)

namespace {

const AVCodec* encoderOf(AnimationFormat format)
{
    return avcodec_find_encoder(format == AnimationFormat::mp4 ? AV_CODEC_ID_H264 : AV_CODEC_ID_VP9);
}

[[noreturn]] void refuseVideo(const char* doing, int error)
{
    char reason[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(error, reason, sizeof reason);
    throw Error(error == AVERROR(ENOMEM) ? ErrorCode::outOfMemory : ErrorCode::writeFailed,
                std::string("Cannot make the video, ") + doing + ": " + reason + ".",
                "Choose fewer images or a smaller magnification, or export a GIF.");
}

int checked(const char* doing, int result)
{
    if (result < 0)
        refuseVideo(doing, result);
    return result;
}

/// What the libraries hand out, each given back by its own function.
struct VideoParts
{
    ~VideoParts()
    {
        sws_freeContext(scaler);
        av_packet_free(&packet);
        av_frame_free(&frame);
        avcodec_free_context(&codec);
        if (container && container->pb) {
            uint8_t* bytes = nullptr;
            avio_close_dyn_buf(container->pb, &bytes);
            av_free(bytes);
        }
        avformat_free_context(container);
    }

    AVFormatContext* container = nullptr;
    AVCodecContext* codec = nullptr;
    AVFrame* frame = nullptr;
    AVPacket* packet = nullptr;
    SwsContext* scaler = nullptr;
};

class VideoWriter final : public AnimationWriter
{
public:
    VideoWriter(AnimationFormat format, int width, int height, double framesPerSecond)
        : m_sourceWidth(width),
          m_sourceHeight(height),
          m_width(width + width % 2),  // colour is stored for each 2×2 pixels
          m_height(height + height % 2),
          m_framesPerSecond(framesPerSecond)
    {
        const char* container = format == AnimationFormat::mp4 ? "mp4" : "webm";
        checked("choosing the container",
                avformat_alloc_output_context2(&m_parts.container, nullptr, container, nullptr));
        openEncoder(format);
        openContainer();
        m_padded.assign(std::size_t(m_width) * std::size_t(m_height) * 3, 255);
    }

    void add(const Canvas& canvas, double seconds) override
    {
        const std::size_t row = std::size_t(m_sourceWidth) * 3, paddedRow = std::size_t(m_width) * 3;
        for (std::size_t y = 0; y < std::size_t(m_sourceHeight); ++y)
            std::copy_n(canvas.pixels().data() + y * row, row, m_padded.data() + y * paddedRow);
        const long repetitions = std::max(1L, std::lround(seconds * m_framesPerSecond));
        for (long i = 0; i < repetitions; ++i) {
            checked("a frame", av_frame_make_writable(m_parts.frame));
            const uint8_t* planes[] = {m_padded.data()};
            const int strides[] = {m_width * 3};
            sws_scale(m_parts.scaler, planes, strides, 0, m_height, m_parts.frame->data,
                      m_parts.frame->linesize);
            m_parts.frame->pts = m_next++;
            encode(m_parts.frame);
        }
    }

    std::vector<unsigned char> finish() override
    {
        encode(nullptr);
        checked("the end of the file", av_write_trailer(m_parts.container));
        uint8_t* bytes = nullptr;
        const int count = avio_close_dyn_buf(m_parts.container->pb, &bytes);
        m_parts.container->pb = nullptr;
        std::vector<unsigned char> file(bytes, bytes + count);
        av_free(bytes);
        return file;
    }

private:
    void openEncoder(AnimationFormat format)
    {
        const AVCodec* encoder = encoderOf(format);
        AVCodecContext* codec = m_parts.codec = avcodec_alloc_context3(encoder);
        m_parts.frame = av_frame_alloc();
        m_parts.packet = av_packet_alloc();
        if (!codec || !m_parts.frame || !m_parts.packet)
            throw std::bad_alloc();
        codec->width = m_width;
        codec->height = m_height;
        codec->pix_fmt = AV_PIX_FMT_YUV420P;
        codec->framerate = av_d2q(m_framesPerSecond, 1000);
        codec->time_base = av_inv_q(codec->framerate);
        codec->thread_count = 1;
        if (m_parts.container->oformat->flags & AVFMT_GLOBALHEADER)
            codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        // A quality at which the images' own pixels stay sharp; an encoder without the option keeps its
        // usual.
        av_opt_set(codec->priv_data, "crf", format == AnimationFormat::mp4 ? "16" : "20", 0);
        av_opt_set(codec->priv_data, "deadline", "good", 0);
        av_opt_set(codec->priv_data, "cpu-used", "4", 0);
        checked("opening the encoder", avcodec_open2(codec, encoder, nullptr));
        m_parts.frame->format = codec->pix_fmt;
        m_parts.frame->width = m_width;
        m_parts.frame->height = m_height;
        checked("a frame's memory", av_frame_get_buffer(m_parts.frame, 0));
        m_parts.scaler =
            sws_getContext(m_width, m_height, AV_PIX_FMT_RGB24, m_width, m_height, codec->pix_fmt,
                           SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr);
        if (!m_parts.scaler)
            throw std::bad_alloc();
    }

    void openContainer()
    {
        m_stream = avformat_new_stream(m_parts.container, nullptr);
        if (!m_stream)
            throw std::bad_alloc();
        m_stream->time_base = m_parts.codec->time_base;
        m_stream->avg_frame_rate = m_parts.codec->framerate;
        checked("the stream", avcodec_parameters_from_context(m_stream->codecpar, m_parts.codec));
        checked("the file in memory", avio_open_dyn_buf(&m_parts.container->pb));
        checked("the beginning of the file", avformat_write_header(m_parts.container, nullptr));
    }

    /// A frame, or null for those that the encoder still holds.
    void encode(const AVFrame* frame)
    {
        checked("encoding", avcodec_send_frame(m_parts.codec, frame));
        while (true) {
            const int result = avcodec_receive_packet(m_parts.codec, m_parts.packet);
            if (result == AVERROR(EAGAIN) || result == AVERROR_EOF)
                return;
            checked("encoding", result);
            av_packet_rescale_ts(m_parts.packet, m_parts.codec->time_base, m_stream->time_base);
            m_parts.packet->stream_index = m_stream->index;
            checked("writing a frame", av_interleaved_write_frame(m_parts.container, m_parts.packet));
        }
    }

    int m_sourceWidth, m_sourceHeight, m_width, m_height;
    double m_framesPerSecond;
    VideoParts m_parts;
    AVStream* m_stream = nullptr;
    std::vector<unsigned char> m_padded;
    int64_t m_next = 0;
};

}  // namespace

std::string whyNoVideo(AnimationFormat format)
{
    if (encoderOf(format))
        return {};
    return std::string("This computer's FFmpeg has no encoder for ") +
           (format == AnimationFormat::mp4 ? "H.264." : "VP9.");
}

std::unique_ptr<AnimationWriter> makeVideoWriter(AnimationFormat format, int width, int height,
                                                 double framesPerSecond)
{
    av_log_set_level(AV_LOG_ERROR);
    return std::make_unique<VideoWriter>(format, width, height, framesPerSecond);
}

#else

std::string whyNoVideo(AnimationFormat)
{
    return "This build writes no video: FFmpeg's libraries were missing when it was configured.";
}

std::unique_ptr<AnimationWriter> makeVideoWriter(AnimationFormat format, int, int, double)
{
    throw Error(ErrorCode::invalidOption, whyNoVideo(format));
}

#endif

}  // namespace diffuscope::exports
