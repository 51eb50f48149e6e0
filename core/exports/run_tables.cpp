// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/run_tables.h"

#include "core/base/error.h"
#include "core/record/step_quantities.h"

#include <algorithm>

namespace diffuscope::exports {

namespace {

void addRow(std::string& table, const std::vector<std::string>& cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        table += (i == 0 ? "" : ",") + cells[i];
    table += '\n';
}

std::string cellOf(const std::optional<double>& value)
{
    return value ? numberText(*value) : "";
}

}  // namespace

std::string stepTable(const ExportedRun& run, const std::vector<int>& images)
{
    const std::vector<int> chosen = chosenImages(run, images);
    std::string table;
    addRow(table, {"step", "t", "alpha", "sigma", "alpha_bar", "log_snr", "next_t", "next_alpha",
                   "next_sigma", "evaluations", "total_evaluations", "x0_hat_change_rms", "eps_hat_rms",
                   "guidance_difference_rms", "network_ms", "total_ms"});
    const record::Frame* previous = nullptr;
    for (const record::FramePtr& frame : run.trajectory().frames) {
        const record::StepQuantities figures = record::stepQuantities(*frame, previous, chosen);
        const schedule::NoiseLevel &level = frame->level, &next = frame->next;
        addRow(table,
               {std::to_string(frame->index), numberText(level.t), numberText(level.alpha),
                numberText(level.sigma), numberText(level.alphaBar()), numberText(level.logSnr()),
                numberText(next.t), numberText(next.alpha), numberText(next.sigma),
                std::to_string(frame->evaluations), std::to_string(frame->totalEvaluations),
                cellOf(figures.x0HatChange), cellOf(figures.epsHat), cellOf(figures.guidanceDifference),
                numberText(figures.networkMs), numberText(figures.totalMs)});
        previous = frame.get();
    }
    return table;
}

std::string scheduleTable(const ExportedRun& run)
{
    if (!run.schedule || !run.grid)
        throw Error(ErrorCode::invalidOption, "There is no run to export yet.", "Sample a recipe first.");
    std::string table;
    addRow(table, {"t", "beta", "alpha_bar", "alpha", "sigma", "log_snr", "visited"});
    for (int t = 0; t < run.schedule->levels(); ++t) {
        const schedule::NoiseLevel level = run.schedule->level(t);
        const bool visited = std::ranges::any_of(run.grid->levels, [&](const schedule::NoiseLevel& stop) {
            return stop.t == t && !stop.isClean();
        });
        addRow(table, {std::to_string(t), numberText(run.schedule->beta(t)), numberText(level.alphaBar()),
                       numberText(level.alpha), numberText(level.sigma), numberText(level.logSnr()),
                       visited ? "1" : "0"});
    }
    return table;
}

}  // namespace diffuscope::exports
