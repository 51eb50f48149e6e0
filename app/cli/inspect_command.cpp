// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "core/model/catalog.h"
#include "core/model/diffusers/inspection.h"
#include "core/model/model.h"
#include "core/model/model_loader.h"
#include "core/model/safetensors.h"
#include "core/model/text/text_quality_summary.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

namespace diffuscope::cli {
namespace {

struct InspectArguments
{
    std::string what;
    std::string precision = "float32";
    bool plan = false;
    bool time = false;
};

void inspectFile(const std::string& path)
{
    const auto file = model::readSafetensors(path);
    constexpr size_t longest = 200;
    for (const auto& [key, value] : file.metadata)
        std::printf("%s: %s\n", key.c_str(), value.substr(0, longest).c_str());
    for (const auto& [name, tensor] : file.tensors) {
        std::ostringstream shape;
        shape << tensor.sizes();
        const bool empty = tensor.numel() == 0;
        const auto values = tensor.to(torch::kFloat64);
        std::printf("%-40s %-10s %-20s %10.4g … %.4g\n", name.c_str(), torch::toString(tensor.scalar_type()),
                    shape.str().c_str(), empty ? 0.0 : values.min().item<double>(),
                    empty ? 0.0 : values.max().item<double>());
    }
}

void inspectModel(const std::string& source)
{
    const model::ModelCard card = model::loadModel(source)->card();
    std::printf("%s: %s\n%s\n", card.name.c_str(), card.title.c_str(), card.description.c_str());
    std::printf("network    %s\n", architectureSummary(card).c_str());
    std::printf("samples    %s\n", model::describe(card.space).c_str());
    std::printf("predicts   %s on the schedule %s\n", card.target.c_str(), card.schedule.family.c_str());
    std::printf("data       %s\nlicence    %s\n", card.data.c_str(), card.licence.c_str());
    for (const auto& [key, value] : card.training)
        std::printf("training   %s: %s\n", key.c_str(), value.c_str());
    if (card.textQuality)
        std::printf("quality    %s\n", model::summary(*card.textQuality).c_str());
    if (card.quality) {
        std::printf(
            "quality    class agreement %.2f %%, Frechet distance %.4f, floor %.4f (%d images, %s, %d steps, "
            "guidance %g)\n",
            100 * card.quality->classAgreement, card.quality->frechetDistance, card.quality->frechetFloor,
            card.quality->images, card.quality->sampler.c_str(), card.quality->steps, card.quality->guidance);
    }
}

void printPlan(const std::string& source, const std::string& precision, bool isTimed)
{
    const auto model = model::loadModel(source);
    const model::CompiledModel compiled = model->compile(1, precision);
    if (precision == "auto")
        std::printf("precision: %s (%s)\n", compiled.precision.c_str(), compiled.reason.c_str());
    const std::string plan = compiled.forward->description(isTimed);
    if (plan.empty())
        std::printf("There is no plan: the network is evaluated module by module. %s\n",
                    compiled.notice.c_str());
    else
        std::fputs(plan.c_str(), stdout);
}

}  // namespace

void addInspectCommand(CLI::App& program)
{
    auto* command =
        program.add_subcommand("inspect", "Check a model or a safetensors file and say what is in it");
    auto arguments = std::make_shared<InspectArguments>();
    command->add_option("what", arguments->what, "Name or folder of a model, or a .safetensors file")
        ->required();
    auto* plan = command->add_flag("--plan", arguments->plan,
                                   "Print the operations by which this processor evaluates the network");
    command
        ->add_option("--precision", arguments->precision,
                     "With --plan: float32, bfloat16, or auto: the faster, measured here")
        ->needs(plan)
        ->capture_default_str();
    command->add_flag("--time", arguments->time, "With --plan: measure what each operation takes")
        ->needs(plan);
    command->callback([arguments] {
        if (model::diffusers::isOtherModel(arguments->what)) {
            std::fputs(model::diffusers::inspectionText(arguments->what).c_str(), stdout);
            return;
        }
        if (std::filesystem::is_regular_file(arguments->what)) {
            inspectFile(arguments->what);
            return;
        }
        const std::string source = model::findModel(model::modelFolders(), arguments->what).source;
        if (arguments->plan) {
            printPlan(source, arguments->precision, arguments->time);
        } else {
            inspectModel(source);
        }
    });
}

}  // namespace diffuscope::cli
