// SPDX-License-Identifier: GPL-3.0-or-later
// "serve": offers models over the Open Inference Protocol until it is told to stop.
#include "app/cli/serve_command.h"

#include "app/cli/interruption.h"
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/model/remote/remote_model.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

namespace diffuscope::cli {
namespace {

struct ServeArguments
{
    std::vector<std::string> models;
    std::string address = "127.0.0.1";
    int port = 8000;
    std::string tokenFile;
    model::ServingOptions serving;
    remote::ModelServerLimits limits;
    int megabytes = 512;
};

bool isLoopback(const std::string& address)
{
    return address == "localhost" || address == "::1" || address.starts_with("127.");
}

/// The first line of the file.
std::string tokenOf(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string token;
    std::getline(file, token);
    while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back())))
        token.pop_back();
    if (!file && token.empty())
        throw Error(ErrorCode::missingFile, "The file of the token, " + path + ", cannot be read.",
                    "Give a file that holds one line.");
    if (token.size() < 8 || token.size() > 200)
        throw Error(
            ErrorCode::invalidOption,
            "A token has 8 to 200 characters; that of " + path + " has " + std::to_string(token.size()) + ".",
            "Write one with: head -c 24 /dev/urandom | base64 > " + path);
    return token;
}

/// "exact:moons" → "exact-moons": a name that fits into a path.
std::string servedName(const std::string& id)
{
    std::string name = id;
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.')
            c = '-';
    return name;
}

std::vector<remote::ServedModel> loadedModels(const ServeArguments& arguments)
{
    std::vector<remote::ServedModel> models;
    for (const std::string& asked : arguments.models) {
        const model::Entry entry = model::findModel(model::modelFolders(), asked);
        const std::string name = servedName(entry.id);
        if (std::ranges::any_of(models, [&](const auto& other) { return other.name == name; }))
            throw Error(ErrorCode::invalidOption, "Two models would be served as \"" + name + "\".",
                        "Serve one of them, or give one folder another name.");
        models.push_back(model::servedModel(name, entry.source, arguments.serving));
    }
    return models;
}

void serve(ServeArguments arguments)
{
    if (!arguments.tokenFile.empty())
        arguments.limits.token = tokenOf(arguments.tokenFile);
    if (!isLoopback(arguments.address) && arguments.limits.token.empty())
        throw Error(ErrorCode::invalidOption,
                    "Other machines than this one are served with a token alone, and " + arguments.address +
                        " is not this one.",
                    "Give --token-file, or serve 127.0.0.1 and reach it through ssh -L.");
    std::vector<remote::ServedModel> models = loadedModels(arguments);
    std::vector<std::string> names;
    for (const remote::ServedModel& model : models)
        names.push_back(model.name);
    remote::ModelServer server(std::move(models), arguments.limits);
    remote::ServerLimits limits;
    limits.allBodyBytes = std::size_t(arguments.megabytes) << 20;
    limits.bodyBytes = std::min(limits.bodyBytes, limits.allBodyBytes);
    remote::HttpServer http(server.handlers(), limits);
    const int port = http.bind(arguments.address, arguments.port);
    watchForInterruption();
    for (const std::string& name : names)
        std::printf("http://%s:%d/v2/models/%s\n", arguments.address.c_str(), port, name.c_str());
    std::fflush(stdout);
    std::atomic<bool> hasEnded = false;
    std::jthread listener([&] {
        http.run();
        hasEnded = true;
    });
    while (!isInterrupted() && !hasEnded)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    server.stop();
    http.stop();
    listener.join();
    const auto counts = server.counts();
    std::printf("%llu requests answered in %llu evaluations\n",
                static_cast<unsigned long long>(counts.requests),
                static_cast<unsigned long long>(counts.evaluations));
}

}  // namespace

void addServeCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("serve", "Offer models over the Open Inference Protocol");
    auto arguments = std::make_shared<ServeArguments>();
    command->add_option("--model", arguments->models, "Name of a model, or its folder; may be given again")
        ->type_name("NAME")
        ->required()
        ->take_all()
        ->allow_extra_args(false);
    command
        ->add_option("--address", arguments->address,
                     "Address to serve; another than this machine's own needs a token")
        ->type_name("ADDRESS")
        ->default_str(arguments->address);
    command->add_option("--port", arguments->port, "Port; 0: a free one")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 65535))
        ->default_str("8000");
    command->add_option("--token-file", arguments->tokenFile, "File with the token that requests must bear")
        ->type_name("FILE");
    command
        ->add_option("--most-images", arguments->limits.images, "Images that are evaluated together at most")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 65536))
        ->default_str("512");
    command->add_option("--most-waiting", arguments->limits.waiting, "Requests that wait at most")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 10'000))
        ->default_str("64");
    command->add_option("--memory", arguments->megabytes, "MiB of requests that are held at most")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 65536))
        ->default_str("512");
    command->add_option("--threads", arguments->serving.threads, "Threads; 0: one a core")
        ->type_name("NUMBER")
        ->check(CLI::Range(0, 256))
        ->default_str("0");
    command->add_option("--device", arguments->serving.device, "auto, cpu or cuda")
        ->type_name("NAME")
        ->default_str(arguments->serving.device);
    command
        ->add_option("--precision", arguments->serving.precision, "Of the network: float32, bfloat16 or auto")
        ->type_name("NAME")
        ->default_str(arguments->serving.precision);
    command->footer("See docs/remote.md. It stops with Ctrl-C.");
    command->callback([arguments] { serve(*arguments); });
}

}  // namespace diffuscope::cli
