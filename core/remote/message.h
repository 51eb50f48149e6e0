// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and answers of the Open Inference Protocol, version 2, over HTTP: JSON, and tensors as JSON or
// binary.
//
// The protocol: github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md; binary
// tensors: the "Binary Tensor Data Extension" of KServe and Triton. Bodies come from strangers: every size is
// checked against what has arrived before memory is taken for it.
#pragma once

#include "core/remote/tensor.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diffuscope::remote {

/// A body, with the header Inference-Header-Content-Length where binary tensors follow its JSON.
struct Body
{
    std::string bytes;
    std::optional<std::size_t> jsonBytes{};
};

/// The header's name.
inline constexpr const char* jsonLengthHeader = "Inference-Header-Content-Length";

struct RequestedOutput
{
    std::string name;
    std::optional<bool> isBinary{};  ///< where absent, InferRequest::wantsBinary holds
};

struct InferRequest
{
    std::string id{};
    std::vector<Tensor> inputs;
    std::vector<RequestedOutput> outputs{};  ///< empty: all that there are
    bool wantsBinary = false;
};

struct InferResponse
{
    std::string model;
    std::string version{};
    std::string id{};
    std::vector<Tensor> outputs;
};

/// How much of a body is taken.
struct BodyLimits
{
    std::size_t jsonBytes = std::size_t(8) << 20;  ///< parsing takes several times as much memory
    std::size_t tensors = 64;
    std::uint64_t values = std::uint64_t(1) << 24;  ///< of one tensor
};

/// Each reads a whole body; `body` may be of anybody. Throws Error(invalidOption) with one sentence that
/// names what is wrong: no JSON, a tensor whose data are fewer or more than its shape says, lengths that do
/// not add up to the body, an unknown type, a NaN as JSON.
InferRequest requestOf(std::string_view body, std::optional<std::size_t> jsonBytes,
                       const BodyLimits& limits = {});
InferResponse responseOf(std::string_view body, std::optional<std::size_t> jsonBytes,
                         const BodyLimits& limits = {});

/// All inputs binary, or all as JSON.
Body bodyOf(const InferRequest& request, bool isBinary);
/// Each output as the request wants it. Throws Error(notFinite) for NaN and infinity as JSON, which has no
/// words for them.
Body bodyOf(const InferResponse& response, const InferRequest& request);

struct TensorMetadata
{
    std::string name;
    std::string type;
    Shape shape;  ///< −1: any
    bool operator==(const TensorMetadata&) const = default;
};

struct ModelMetadata
{
    std::string name;
    std::vector<std::string> versions{};
    std::string platform{};
    std::vector<TensorMetadata> inputs{}, outputs{};
    /// What a server of this program says of its model beyond the protocol: the text of a model.json, in
    /// "properties" (as the protocol's gRPC metadata has them); empty of others.
    std::string card{};
};

std::string toJson(const ModelMetadata& metadata);
/// Throws Error(invalidOption).
ModelMetadata metadataOf(std::string_view body);

/// {"error": "…"}
std::string errorJson(const std::string& sentence);
/// The sentence of an error's body, short and without control characters; empty where there is none.
std::string errorOf(std::string_view body);

}  // namespace diffuscope::remote
