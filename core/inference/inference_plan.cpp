// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/inference_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <utility>

namespace diffuscope::inference {
namespace {

/// As many images as read the weights only once for all of them, and as leave a large network's images
/// memory.
constexpr std::size_t mostImagesAtOnce = 8, mostArenaBytes = 32 << 20;
/// Of the prompt with which operations are timed.
constexpr std::size_t timedTokens = 12;
constexpr double mega = 1e6, mebi = 1 << 20;

std::string shapeOf(const View& view)
{
    return std::to_string(view.height) + "×" + std::to_string(view.width) + "×" +
           std::to_string(view.channels);
}

template <typename... Values>
std::string formatted(const char* format, Values... values)
{
    std::array<char, 256> line{};
    const int length = std::snprintf(line.data(), line.size(), format, values...);
    return {line.data(), std::min(line.size() - 1, static_cast<std::size_t>(length))};
}

/// Printf counts bytes, not letters: "×" has two bytes.
std::string column(const std::string& text, std::size_t width)
{
    const auto letters = static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
    return text + std::string(letters < width ? width - letters : 1, ' ');
}

/// Processor time of this thread: what other programs take of the machine does not count.
double threadMs()
{
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

}  // namespace

InferencePlan::InferencePlan(PlanParts parts) : m_parts(std::move(parts))
{
    m_parts.layout.place(1);
    const std::size_t bytesPerImage = m_parts.layout.size() * sizeof(float);
    m_imagesAtOnce =
        static_cast<int>(std::clamp<std::size_t>(mostArenaBytes / bytesPerImage, 1, mostImagesAtOnce));
    m_parts.layout.place(m_imagesAtOnce);
    for (const auto& operation : m_parts.operations)
        m_scratchBytes = std::max(m_scratchBytes, operation->scratchBytes());
}

InferencePlan::Workspace::Workspace(const InferencePlan& plan)
    : m_arena(plan.m_parts.layout.size() * sizeof(float)), m_scratch(plan.m_scratchBytes)
{
}

std::size_t InferencePlan::valuesPerImage() const
{
    return countOf(m_parts.channels, m_parts.height, m_parts.width);
}

double InferencePlan::operationsPerImage() const
{
    double operations = 0;
    for (const auto& operation : m_parts.operations)
        operations += operation->operationsPerImage();
    return operations;
}

Pass InferencePlan::passOf(Workspace& workspace, const Images& images) const
{
    return {.layout = &m_parts.layout,
            .arena = workspace.m_arena.floats(),
            .scratch = workspace.m_scratch.data(),
            .images = images.count,
            .modulations = images.conditioningRows,
            .prompts = images.prompts,
            .input = images.x,
            .output = images.y};
}

void InferencePlan::run(Workspace& workspace, const Images& images) const
{
    const Pass pass = passOf(workspace, images);
    for (const auto& operation : m_parts.operations)
        operation->execute(pass);
}

void InferencePlan::run(Share share, Meeting& meeting, Workspace& own, Workspace& first,
                        const Images& images) const
{
    Pass pass = passOf(first, images);
    pass.scratch = own.m_scratch.data();
    pass.share = share;
    try {
        for (const auto& operation : m_parts.operations) {
            operation->execute(pass);
            meeting.arrive();
        }
    } catch (...) {
        meeting.abandon();
        throw;
    }
}

std::vector<double> InferencePlan::operationMs(int images, int rounds) const
{
    Workspace workspace(*this);
    const std::size_t values = countOf(images, valuesPerImage());
    std::vector<float> x(values), y(values);
    for (std::size_t i = 0; i < values; ++i)
        x[i] = static_cast<float>(std::sin(1.7 * static_cast<double>(i * i % 1009)));
    const std::vector<std::pair<float, int>> pair{{500.0f, 0}};
    const std::vector<float> row = m_parts.conditioning->rows(pair);
    const std::vector<const float*> rows(static_cast<std::size_t>(images), row.data());
    std::vector<std::shared_ptr<const PromptKeys>> prompts;
    if (!m_parts.prompts->empty()) {
        const std::vector<float> states(countOf(timedTokens, m_parts.textWidth), 0.5f);
        const std::vector<float> bias(timedTokens, 0.0f);
        prompts.assign(static_cast<std::size_t>(images),
                       std::make_shared<const PromptKeys>(m_parts.prompts->read({states, bias})));
    }
    const Pass pass = passOf(workspace, {x.data(), rows.data(), prompts.data(), images, y.data()});
    std::vector<std::vector<double>> times(m_parts.operations.size());
    for (int round = -1; round < rounds; ++round) {
        for (std::size_t index = 0; index < times.size(); ++index) {
            const double start = threadMs();
            m_parts.operations[index]->execute(pass);
            if (round >= 0)  // the first warms up
                times[index].push_back((threadMs() - start) / images);
        }
    }
    std::vector<double> medians;
    for (auto& samples : times) {
        std::ranges::nth_element(samples, samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2));
        medians.push_back(samples[samples.size() / 2]);
    }
    return medians;
}

std::string InferencePlan::line(std::size_t index) const
{
    const Operation& operation = *m_parts.operations[index];
    const auto views = operation.views();
    const std::string shapes =
        views.size() > 1 ? shapeOf(views.front()) + " → " + shapeOf(views.back()) : shapeOf(views.front());
    return formatted("%3zu  ", index) + column(operation.name(), 28) + column(operation.description(), 62) +
           column(shapes, 24) + formatted("%7.2f MFLOP", operation.operationsPerImage() / mega);
}

std::string InferencePlan::description(std::span<const double> operationMs) const
{
    std::string text =
        formatted("%s, %d images at once on each thread\n", m_parts.kernels->name, m_imagesAtOnce);
    double weightBytes =
        static_cast<double>(m_parts.conditioning->weightBytes() + m_parts.prompts->weightBytes());
    for (std::size_t index = 0; index < m_parts.operations.size(); ++index) {
        text += line(index);
        if (!operationMs.empty())
            text += formatted("  %8.4f ms", operationMs[index]);
        text += '\n';
        weightBytes += static_cast<double>(m_parts.operations[index]->weightBytes());
    }
    const double arenaBytes = static_cast<double>(m_parts.layout.size() * sizeof(float));
    text += formatted("%.1f MFLOP an image, weights %.1f MiB, arena %.1f MiB and scratch %.1f MiB a thread\n",
                      operationsPerImage() / mega, weightBytes / mebi, arenaBytes / mebi,
                      static_cast<double>(m_scratchBytes) / mebi);
    if (!operationMs.empty()) {
        text += formatted("%.3f ms an image on one thread\n",
                          std::accumulate(operationMs.begin(), operationMs.end(), 0.0));
    }
    return text;
}

}  // namespace diffuscope::inference
