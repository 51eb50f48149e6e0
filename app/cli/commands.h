// SPDX-License-Identifier: GPL-3.0-or-later
// The subcommands of diffuscope-cli. Each adds itself to the program with its options, and runs when it is
// chosen.
#pragma once

#include <CLI/CLI.hpp>

namespace diffuscope::cli {

/// What the program returns where the command was interrupted with Ctrl-C, as shells do.
constexpr int interruptedExit = 130;

void addTrainCommand(CLI::App& program);
void addExportCommand(CLI::App& program);
void addExportRunCommand(CLI::App& program);
void addSampleCommand(CLI::App& program);
void addEvaluateCommand(CLI::App& program);
void addModelsCommand(CLI::App& program);
void addInspectCommand(CLI::App& program);
/// samplers, schedules, grids, guidance, clipping, targets
void addListingCommands(CLI::App& program);
/// schedule, grid
void addScheduleCommands(CLI::App& program);
/// field: density, score and estimate of exact models
void addFieldCommand(CLI::App& program);
/// measure: samples against exact data, and samplers against the exact answer
void addMeasureCommand(CLI::App& program);
/// lab: small networks trained on points
void addLabCommand(CLI::App& program);
/// conditional: one reverse step on a line
void addConditionalCommand(CLI::App& program);
/// forward: a picture under growing noise
void addForwardCommand(CLI::App& program);
/// link: a recipe as a link, and what is in one
void addLinkCommand(CLI::App& program);
/// network: what a network is made of, and how much each part matters
void addNetworkCommand(CLI::App& program);
/// gallery: failures beside healthy runs
void addGalleryCommand(CLI::App& program);
/// interpolate: between noises, pictures or prompts
void addInterpolateCommand(CLI::App& program);
void addSheetCommand(CLI::App& program);
/// reference, which describes all the others: add it last
void addReferenceCommand(CLI::App& program);

}  // namespace diffuscope::cli
