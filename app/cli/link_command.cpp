// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/recipe_arguments.h"
#include "core/session/share_link.h"

#include <cstdio>
#include <memory>

namespace diffuscope::cli {
namespace {

struct LinkArguments
{
    RecipeArguments recipe;
    std::string link;
};

void showLink(const LinkArguments& arguments)
{
    if (!arguments.link.empty()) {
        std::fputs(session::toJson(session::stateOfLink(arguments.link)).c_str(), stdout);
        return;
    }
    session::SharedState state;
    if (session::looksLikeLink(arguments.recipe.file))
        state = session::stateOfLink(arguments.recipe.file);  // its view and its lesson stay
    state.plan = planOf(arguments.recipe, {});
    std::printf("%s\n", session::linkOf(state).c_str());
}

}  // namespace

void addLinkCommand(CLI::App& program)
{
    auto* command = program.add_subcommand("link", "Print a recipe as a diffuscope: link, or what is in one");
    auto arguments = std::make_shared<LinkArguments>();
    addRecipeFlags(*command, arguments->recipe, {});
    addRunFlags(*command, arguments->recipe, {});
    command->add_option("link", arguments->link, "A link to print as JSON, in the place of making one")
        ->type_name("LINK");
    command->footer(
        "Every command that takes --recipe takes a link there. A link is data: nothing in it is run, "
        "and no file, folder or address in it is looked up.");
    command->callback([arguments] { showLink(*arguments); });
}

}  // namespace diffuscope::cli
