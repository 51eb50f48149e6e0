// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/run_tensors.h"

#include "core/exports/color_scale.h"
#include "core/exports/npz_writer.h"

#include <limits>

namespace diffuscope::exports {

namespace {

std::vector<record::Layer> layersOf(const ExportedRun& run)
{
    std::vector<record::Layer> layers{record::Layer::xt, record::Layer::x0Hat, record::Layer::epsHat};
    if (run.trajectory().frames.front()->isGuided())
        layers.push_back(record::Layer::epsUnconditional);
    return layers;
}

template <typename Number>
void writeColumn(NpzWriter& file, const std::string& name, const ExportedRun& run,
                 const std::vector<int>& frames, Number number)
{
    std::vector<double> values;
    for (const int frame : frames)
        values.push_back(number(*run.trajectory().frames[std::size_t(frame)]));
    file.beginArray(name, {values.size()}, true);
    file.write(std::span<const double>(values));
    file.endArray();
}

}  // namespace

std::uint64_t tensorBytes(const ExportedRun& run, const TensorOptions& options)
{
    const std::size_t values = chosenImages(run, options.images).size() * run.shape().imageValues();
    const std::size_t frames = spacedFrames(run.trajectory(), options.frames).size();
    return std::uint64_t(values) * frames * layersOf(run).size() * sizeof(float);
}

void writeTensors(const std::string& path, const ExportedRun& run, const TensorOptions& options,
                  const Monitor& monitor)
{
    const std::vector<int> images = chosenImages(run, options.images);
    const std::vector<int> frames = spacedFrames(run.trajectory(), options.frames);
    const record::BatchShape& shape = run.shape();
    const std::vector<float> absent(shape.imageValues(), std::numeric_limits<float>::quiet_NaN());
    const auto layers = layersOf(run);
    NpzWriter file(path);
    std::size_t done = 0;
    for (const record::Layer layer : layers) {
        file.beginArray(layerId(layer), {frames.size(), images.size(), std::size_t(shape.channels),
                                         std::size_t(shape.height), std::size_t(shape.width)});
        for (const int index : frames) {
            monitor.at(double(done++) / double(frames.size() * layers.size()));
            const record::Frame& frame = *run.trajectory().frames[std::size_t(index)];
            for (const int image : images) {
                const bool has = frame.has(layer);
                const std::vector<float> values = has ? frame.layer(layer, image) : std::vector<float>{};
                file.write(std::span<const float>(has ? values : absent));
            }
        }
        file.endArray();
    }
    writeColumn(file, "step", run, frames, [](const record::Frame& frame) { return frame.index; });
    writeColumn(file, "t", run, frames, [](const record::Frame& frame) { return frame.level.t; });
    writeColumn(file, "alpha", run, frames, [](const record::Frame& frame) { return frame.level.alpha; });
    writeColumn(file, "sigma", run, frames, [](const record::Frame& frame) { return frame.level.sigma; });
    file.addText("recipe.json", recipe::toJson(run.plan()));
    monitor.at(1);
    file.finish();
}

}  // namespace diffuscope::exports
