// SPDX-License-Identifier: GPL-3.0-or-later
// A network that another machine evaluates: asked over the Open Inference Protocol, with its answers checked.
#pragma once

#include "core/remote/http.h"
#include "core/remote/model_server.h"

#include <memory>
#include <stop_token>
#include <string>

namespace diffuscope::remote {

/// "oip:http://host:port/NAME", also with "/versions/V" behind it.
struct RemoteAddress
{
    HttpAddress server;
    std::string path;  ///< "/v2/models/NAME" or with its version
    std::string name;

    std::string text() const;
};

/// Whether a model's name is such an address.
bool isRemoteAddress(const std::string& name);
/// Throws Error(invalidOption).
RemoteAddress remoteAddressOf(const std::string& text);

/// How a server calls the inputs and the output; where a name is empty, the network has no such input.
struct RemoteNames
{
    std::string x = "x", t = "t", classes = "class", prompt = "prompt", output = "prediction";
    bool operator==(const RemoteNames&) const = default;
};

struct RemoteOptions
{
    std::string token{};  ///< sent as "Authorization: Bearer …"; empty: none
    RemoteNames names{};
    ClientLimits limits{};
    /// Connections among which the images of a large batch are divided.
    int connections = 2;
};

/// One thread uses one network. Every function throws Error in one sentence that names the address: for a
/// server that cannot be reached, that does not know the name or the token, that speaks version 1, that
/// answers with other shapes, with NaN, with too little or too much, or not at all.
class RemoteNetwork
{
public:
    /// Asks for the metadata.
    explicit RemoteNetwork(RemoteAddress address, RemoteOptions options = {});
    ~RemoteNetwork();

    const RemoteAddress& address() const;
    const ModelMetadata& metadata() const;

    /// The raw output, as many values as x has. Large batches go as parts on several connections at once.
    /// Throws Cancelled soon after `stop` is set.
    std::vector<float> evaluate(const Evaluation& evaluation, const std::stop_token& stop = {});

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace diffuscope::remote
