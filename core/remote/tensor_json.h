// SPDX-License-Identifier: GPL-3.0-or-later
// The protocol's tensors and members in JSON that a stranger sent. For message.cpp alone: it brings
// nlohmann's header.
#pragma once

#include "core/base/json_object_reader.h"
#include "core/remote/message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diffuscope::remote::tensor_json {

using nlohmann::json;
using nlohmann::ordered_json;

/// Throws Error(invalidOption), as all of these do for what is not as the protocol has it. `path` is where it
/// stands, for the sentence.
[[noreturn]] void refuse(const std::string& problem, const std::string& hint = "See docs/remote.md.");

/// A text as it may be shown: short, without control characters.
std::string shown(const std::string& text);

const json& member(const json& object, const char* key, const std::string& path);
/// Empty where it is not there and not needed.
std::string textMember(const json& object, const char* key, const std::string& path, bool isNeeded = true);
Shape shapeOf(const json& list, const std::string& path);
std::optional<bool> toggleOf(const json& owner, const char* key, const std::string& path);

/// The list of tensors under `key`: each out of the JSON, or the next of the binary ones, none of which may
/// be left. `what` is the document, for the sentence.
std::vector<Tensor> tensorsFrom(const json& document, const char* key, const char* what,
                                std::string_view binary, const BodyLimits& limits);

/// Appends the tensor to the list, and its data to `binary` where it goes in binary. Throws Error(notFinite)
/// for values that JSON does not have.
void put(const Tensor& tensor, bool isBinary, ordered_json& list, std::string& binary);

}  // namespace diffuscope::remote::tensor_json
