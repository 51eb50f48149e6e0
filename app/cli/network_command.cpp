// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/recipe_arguments.h"
#include "app/cli/started_run.h"
#include "core/base/error.h"
#include "core/model/catalog.h"
#include "core/run/part_effects.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

struct NetworkArguments
{
    RecipeArguments recipe;
    std::optional<int> frame;
    bool isJson = false;
};

const char* nameOf(model::LayoutKind kind)
{
    return kind == model::LayoutKind::unet          ? "unet"
           : kind == model::LayoutKind::transformer ? "transformer"
                                                    : "other";
}

void printLayout(const model::NetworkLayout& layout)
{
    std::printf("%s, patch %d, embedding %d, heads %d\n", nameOf(layout.kind), layout.patch, layout.embedding,
                layout.heads);
    const auto print = [](const std::string& name, const model::NetworkLevel& level) {
        std::printf("  %-9s %3d × %-3d %4d channels, %d block%s%s%s\n", name.c_str(), level.height,
                    level.width, level.channels, level.blocks, level.blocks == 1 ? "" : "s",
                    level.attends ? ", attention" : "", level.readsWords ? ", words" : "");
    };
    const bool isUnet = layout.kind == model::LayoutKind::unet;
    for (std::size_t i = 0; i < layout.levels.size(); ++i)
        print((isUnet ? "level " : "layer ") + std::to_string(i), layout.levels[i]);
    if (isUnet)
        print("middle", layout.middle);
}

/// The state before step `frame` of the recipe's run.
record::FramePtr frameOf(run::RunFactory& factory, const recipe::Recipe& recipe, int frame)
{
    const auto run = startedRun(factory, {recipe, {}});
    if (frame >= run->grid().steps())
        throw Error(ErrorCode::invalidOption, "--frame is " + std::to_string(frame) +
                                                  ", but the run has the steps 0 to " +
                                                  std::to_string(run->grid().steps() - 1) + ".");
    record::FramePtr at;
    while (!at || at->index < frame)
        at = run->advance({});
    return at;
}

void showNetwork(const NetworkArguments& arguments)
{
    const recipe::Recipe recipe = recipeOf(arguments.recipe, {});
    run::ModelRunFactory factory(model::modelFolders(), limitsOf(arguments.recipe));
    const model::NetworkLayout layout = factory.open(recipe)->network();
    std::vector<run::PartEffect> effects;
    if (arguments.frame) {
        const record::FramePtr frame = frameOf(factory, recipe, *arguments.frame);
        const record::ImageBatch x = frame->layer(record::Layer::xt);
        effects =
            run::partEffects(factory, recipe, {x.shape, {x.values.begin(), x.values.end()}}, frame->level);
    }
    const auto effectOf = [&](const std::string& id) -> const run::PartEffect* {
        const auto at = std::ranges::find(effects, id, &run::PartEffect::id);
        return at == effects.end() ? nullptr : &*at;
    };
    if (arguments.isJson) {
        nlohmann::ordered_json parts = nlohmann::ordered_json::array();
        for (const model::NetworkPart& part : layout.parts) {
            nlohmann::ordered_json object = {{"id", part.id}, {"level", part.level}};
            if (const auto* effect = effectOf(part.id))
                object["effect"] = effect->change;
            parts.push_back(object);
        }
        if (const auto* effect = effectOf(recipe::wholeCondition))
            parts.push_back({{"id", effect->id}, {"effect", effect->change}});
        std::printf("%s\n",
                    nlohmann::ordered_json{{"kind", nameOf(layout.kind)}, {"parts", parts}}.dump(2).c_str());
        return;
    }
    printLayout(layout);
    for (const model::NetworkPart& part : layout.parts) {
        const auto* effect = effectOf(part.id);
        if (effect)
            std::printf("%-18s %.4f\n", part.id.c_str(), effect->change);
        else
            std::printf("%s\n", part.id.c_str());
    }
    if (const auto* effect = effectOf(recipe::wholeCondition))
        std::printf("%-18s %.4f\n", effect->id.c_str(), effect->change);
}

}  // namespace

void addNetworkCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("network", "What a network is made of, and how much each part matters");
    auto arguments = std::make_shared<NetworkArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    addRunFlags(*command, arguments->recipe, {});
    command
        ->add_option("--frame", arguments->frame,
                     "Leave out each part in turn at this step of the recipe's run, and print by how much "
                     "the estimate "
                     "of the noise changes, as a share of it")
        ->type_name("STEP")
        ->check(CLI::Range(0, 100'000));
    command->add_flag("--json", arguments->isJson, "As JSON");
    command->footer("Every part is a name for --without; \"condition\" is the class or the text.");
    command->callback([arguments] { showNetwork(*arguments); });
}

}  // namespace diffuscope::cli
