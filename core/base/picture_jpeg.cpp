// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/picture_formats.h"
#include "core/base/picture_orientation.h"

#include <csetjmp>
#include <cstring>
#include <stdexcept>

// After <cstdio>, on whose types it relies.
#include <jerror.h>
#include <jpeglib.h>

namespace diffuscope::base {
namespace {

/// libjpeg leaves a failed call by longjmp; nothing with a destructor lives between it and decode().
struct FailedCall : jpeg_error_mgr
{
    std::jmp_buf leave;
    char reason[JMSG_LENGTH_MAX];
};

void leaveCall(j_common_ptr info)
{
    auto* failed = static_cast<FailedCall*>(info->err);
    info->err->format_message(info, failed->reason);
    std::longjmp(failed->leave, 1);
}

/// Warnings are passed over, except that the data end too early.
void weighMessage(j_common_ptr info, int level)
{
    if (level < 0 && (info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_HIT_MARKER))
        leaveCall(info);
}

void chooseColours(jpeg_decompress_struct& input)
{
    const bool isInk = input.jpeg_color_space == JCS_CMYK || input.jpeg_color_space == JCS_YCCK;
    input.out_color_space = isInk ? JCS_CMYK : JCS_RGB;
    input.dct_method = JDCT_ISLOW;
}

/// The values of one row as red, green, blue. Adobe's programs store ink inverted.
void appendRow(const jpeg_decompress_struct& input, const unsigned char* row, std::vector<uint8_t>& pixels)
{
    if (input.out_color_space == JCS_RGB) {
        pixels.insert(pixels.end(), row, row + std::size_t{input.output_width} * 3);
        return;
    }
    for (std::size_t x = 0; x < input.output_width; ++x) {
        const auto light = [&](std::size_t channel) -> unsigned {
            return input.saw_Adobe_marker ? row[4 * x + channel] : 255u - row[4 * x + channel];
        };
        for (std::size_t channel = 0; channel < 3; ++channel)
            pixels.push_back(static_cast<uint8_t>(light(channel) * light(3) / 255u));
    }
}

int orientationOf(const jpeg_decompress_struct& input)
{
    constexpr std::size_t nameBytes = 6;
    for (const auto* marker = input.marker_list; marker; marker = marker->next)
        if (marker->data_length > nameBytes && std::memcmp(marker->data, "Exif\0\0", nameBytes) == 0)
            return exifOrientation({marker->data + nameBytes, marker->data_length - nameBytes});
    return 1;
}

/// False where a call failed; the reason is then in `failed`. Only plain values are local to it.
bool decode(std::FILE* file, jpeg_decompress_struct& input, FailedCall& failed, std::vector<uint8_t>& row,
            Picture& picture, int& orientation)
{
    if (setjmp(failed.leave))
        return false;
    jpeg_create_decompress(&input);
    jpeg_stdio_src(&input, file);
    jpeg_save_markers(&input, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&input, TRUE);
    if (uint64_t{input.image_width} * input.image_height > mostPicturePixels) {
        std::strcpy(failed.reason, "it is too large");
        return false;
    }
    chooseColours(input);
    jpeg_start_decompress(&input);
    picture.width = static_cast<int>(input.output_width);
    picture.height = static_cast<int>(input.output_height);
    row.resize(std::size_t{input.output_width} * static_cast<std::size_t>(input.output_components));
    while (input.output_scanline < input.output_height) {
        JSAMPROW target = row.data();
        jpeg_read_scanlines(&input, &target, 1);
        appendRow(input, row.data(), picture.pixels);
    }
    orientation = orientationOf(input);  // the markers go with the next call
    jpeg_finish_decompress(&input);
    return true;
}

}  // namespace

Picture readJpegPixels(std::FILE* file)
{
    jpeg_decompress_struct input{};
    FailedCall failed{};
    input.err = jpeg_std_error(&failed);
    failed.error_exit = leaveCall;
    failed.emit_message = weighMessage;
    Picture picture;
    std::vector<uint8_t> row;
    int orientation = 1;
    const bool succeeded = decode(file, input, failed, row, picture, orientation);
    jpeg_destroy_decompress(&input);
    if (!succeeded)
        throw std::runtime_error(failed.reason);
    return turnedUpright(std::move(picture), orientation);
}

}  // namespace diffuscope::base
