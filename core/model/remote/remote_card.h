// SPDX-License-Identifier: GPL-3.0-or-later
// The small card of a model that another machine evaluates: what a sampler must know of it. No torch in here.
#pragma once

#include "core/model/model_card.h"
#include "core/remote/remote_network.h"

#include <string>

namespace diffuscope::model {

/// A served model as it is asked: where it is, what it is, how its inputs are called.
struct RemoteCard
{
    std::string address{};  ///< "oip:http://host:port/NAME"; empty in a card that the server itself gives
    ModelCard card{};
    remote::RemoteNames names{};
};

/// The file of such a card in a folder.
inline constexpr const char* remoteCardFile = "remote.json";

/// {"format": "diffuscope-remote-model", "version": 1, "title": …, "target": "eps", "schedule": {…},
///  "shape": [1, 28, 28], "classes": […], "points": false, "inputs": {"x": "x", …}, "output": "prediction"}.
std::string toJson(const RemoteCard& card);
/// Reads it; `where` is how messages call the text. Of the keys title, classes, points, inputs, output and
/// address may be absent. Throws Error(invalidFile) that names the key.
RemoteCard remoteCardFromJson(const std::string& text, const std::string& where);

/// The card of a source: an address whose server describes its model, or a folder that holds remote.json.
/// Throws Error in one sentence: also where a foreign server knows no more than shapes, with what to do then.
RemoteCard remoteCardOf(const std::string& source);

/// What a connection to it is opened with: the token of the file that $DIFFUSCOPE_TOKEN_FILE names, where
/// there is one. Throws Error(missingFile) where it cannot be read.
remote::RemoteOptions remoteOptionsOf(const RemoteCard& card);

}  // namespace diffuscope::model
