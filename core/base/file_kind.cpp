// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file_kind.h"

#include <array>
#include <fstream>

namespace diffuscope::base {

FileKind fileKindOf(std::string_view start)
{
    if (start.starts_with("version https://git-lfs"))
        return {"it is a Git LFS pointer, a few lines of text that stand for the file",
                "Fetch the file itself with \"git lfs pull\", or download it."};
    if (start.starts_with("PK\x03\x04"))
        return {"it is a zip archive, as torch.save also writes",
                "Unpack it, or convert weights of PyTorch to safetensors; renaming does not."};
    if (start.size() > 1 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5)
        return {"it is a pickle, which can run code when it is opened", "Convert it to safetensors first."};
    if (start.starts_with("GGUF"))
        return {"it is a GGUF file of quantised weights", "Take the model's safetensors files instead."};
    if (start.starts_with("\x89HDF"))
        return {"it is an HDF5 file", "Take the model's safetensors files instead."};
    if (start.starts_with("\x1f\x8b"))
        return {"it is packed with gzip", "Unpack it first."};
    if (start.starts_with("\x89PNG") || start.starts_with("\xff\xd8\xff"))
        return {"it is a picture", "Choose another file."};
    const std::size_t text = start.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (text != std::string_view::npos && start[text] == '<')
        return {"it is a web page, not the file",
                "The page with the link was saved, or the site asked for a login; download the file itself."};
    return {};
}

FileKind fileKindAt(const std::string& path)
{
    std::array<char, 64> bytes{};
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return fileKindOf({bytes.data(), static_cast<std::size_t>(file.gcount())});
}

}  // namespace diffuscope::base
