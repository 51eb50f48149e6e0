// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/started_run.h"
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/recipe/failure_gallery.h"
#include "core/run/model_run_factory.h"
#include "core/session/share_link.h"

#include <cmath>
#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

/// Less is no failure that anybody sees: the mean over all pixels of [-1, 1].
constexpr double leastDifference = 0.02;

struct GalleryArguments
{
    std::string id;
    bool isHealthy = false, isLink = false, checks = false;
};

record::ImageBatch galleryResult(run::RunFactory& factory, const recipe::Recipe& recipe)
{
    const auto run = startedRun(factory, {recipe, {}});
    record::FramePtr last;
    while (const auto frame = run->advance({}))
        last = frame;
    return last->layer(record::Layer::xt);
}

/// Samples each pair, and says by how much the failing pictures differ from the healthy ones.
void checkGallery()
{
    run::ModelRunFactory factory(model::modelFolders(), {});
    int faults = 0;
    for (const recipe::GalleryEntry& entry : recipe::failureGallery()) {
        const auto healthy = galleryResult(factory, entry.healthy),
                   failing = galleryResult(factory, entry.failing);
        double sum = 0;
        for (std::size_t i = 0; i < healthy.values.size(); ++i)
            sum += std::abs(double(healthy.values[i]) - double(failing.values[i]));
        const double difference = sum / double(healthy.values.size());
        const bool isSeen = difference > leastDifference;
        faults += !isSeen;
        std::printf("%-20s %.3f%s\n", entry.id.c_str(), difference, isSeen ? "" : "  is not seen");
    }
    if (faults > 0)
        throw Error(ErrorCode::invalidOption,
                    "Failures of the gallery are not to be seen: " + std::to_string(faults) + ".");
}

void showGallery(const GalleryArguments& arguments)
{
    if (arguments.checks)
        return checkGallery();
    if (arguments.id.empty()) {
        for (const recipe::GalleryEntry& entry : recipe::failureGallery())
            std::printf("%s: %s\n  %s\n  %s\n  Look at %s.\n", entry.id.c_str(), entry.title.c_str(),
                        entry.cause.c_str(), entry.cure.c_str(), entry.betrays.c_str());
        return;
    }
    const recipe::GalleryEntry& entry = recipe::galleryEntry(arguments.id);
    const recipe::Recipe& recipe = arguments.isHealthy ? entry.healthy : entry.failing;
    if (arguments.isLink)
        std::printf("%s\n", session::linkOf({.plan = {recipe, {}}}).c_str());
    else
        std::fputs(recipe::toJson(recipe).c_str(), stdout);
}

}  // namespace

void addGalleryCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("gallery", "Failures, each with a healthy run, its cause and its cure");
    auto arguments = std::make_shared<GalleryArguments>();
    command->add_option("failure", arguments->id, "Print the recipe of this one; without it, list them all")
        ->type_name("NAME");
    command->add_flag("--healthy", arguments->isHealthy, "Of the healthy run beside it");
    command->add_flag("--link", arguments->isLink, "As a diffuscope: link");
    command->add_flag("--check", arguments->checks, "Sample every pair, and tell by how much it differs");
    command->footer("diffuscope-cli gallery no_skips | diffuscope-cli sample --recipe - --out failing.png");
    command->callback([arguments] { showGallery(*arguments); });
}

}  // namespace diffuscope::cli
