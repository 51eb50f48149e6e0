// SPDX-License-Identifier: GPL-3.0-or-later
// Models that another machine evaluates, and offering models of this one. No torch in here.
#pragma once

#include "core/model/model_loader.h"
#include "core/remote/model_server.h"

#include <string>

namespace diffuscope::model {

/// Opens "oip:http://host:port/NAME" and folders with a remote.json: x_t, t and the class go out, the raw
/// prediction comes back, and everything else stays here.
ModelLoader remoteLoader();

struct ServingOptions
{
    int threads = 0;  ///< 0: one a core
    std::string precision = "float32";
    std::string device = "auto";
};

/// The model of a source, ready to be served under `name`. It is loaded at once, and evaluated on the thread
/// that calls, which must always be the same. Throws Error as the loaders, and Error(invalidOption) for a
/// model that reads text or has a decoder: only models of states, times and classes are served.
remote::ServedModel servedModel(const std::string& name, const std::string& source,
                                const ServingOptions& options);

}  // namespace diffuscope::model
