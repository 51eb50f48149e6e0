// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/winograd_conv2d.h"

#include "core/inference/kernels.h"
#include "core/inference/memory.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace diffuscope::inference {
namespace {

using inference::countOf, inference::tileSide, inference::tileProducts, inference::tilesOf;
using torch::Tensor;

constexpr auto channelsLast = torch::MemoryFormat::ChannelsLast;
/// What the transformed values of the images in work may take, of a core's second-level cache.
constexpr std::size_t transformedBytes = 700 << 10;

/// At least so many values, in an odd number of cache lines: arrays that far apart do not all fight for the
/// same places in the cache.
std::ptrdiff_t oddLines(std::ptrdiff_t values)
{
    constexpr std::ptrdiff_t line = inference::vectorAlignment / sizeof(float);
    return (values / line | 1) * line;
}

/// taps [3, 3, inputs, outputs] → [tileProducts, …], matrices as Kernels::multiply reads them.
Tensor packedMatrices(const Tensor& taps)
{
    const auto inputs = static_cast<std::ptrdiff_t>(taps.size(2));
    const auto outputs = static_cast<std::ptrdiff_t>(taps.size(3));
    Tensor matrices = torch::empty({tileProducts, oddLines(inputs * outputs)});
    const auto& kernels = *inference::floatKernels();
    const int lanes = kernels.lanes, registers = static_cast<int>(outputs) / lanes;
    for (int panel = 0; panel < inference::panelCount(registers); ++panel) {
        const std::ptrdiff_t first = inference::firstRegisterOfPanel(panel, registers) * lanes;
        const std::ptrdiff_t width = inference::firstRegisterOfPanel(panel + 1, registers) * lanes - first;
        for (std::ptrdiff_t row = 0; row < inputs; ++row) {
            kernels.transformTaps({.taps = taps.data_ptr<float>() + row * outputs + first,
                                   .tapStride = inputs * outputs,
                                   .count = static_cast<int>(width),
                                   .transformed = matrices.data_ptr<float>() + inputs * first + row * width,
                                   .plane = matrices.size(1)});
        }
    }
    return matrices;
}

/// Images of one size, and how they are cut into tiles.
struct Sizes
{
    Sizes(const Tensor& x, const Tensor& y)
        : height(static_cast<int>(x.size(2))),
          width(static_cast<int>(x.size(3))),
          inputs(static_cast<int>(x.size(1))),
          outputs(static_cast<int>(y.size(1))),
          tiles(tilesOf(height) * tilesOf(width))
    {
        const std::size_t bytesPerImage = countOf(tileProducts, tiles, inputs + outputs, sizeof(float));
        imagesAtOnce = std::max<int64_t>(1, static_cast<int64_t>(transformedBytes / bytesPerImage));
    }
    std::size_t paddedRow() const { return countOf(tileSide * tilesOf(width) + 2, inputs); }
    std::size_t paddedValues() const { return countOf(tileSide * tilesOf(height) + 2, paddedRow()); }
    /// From one of the tileProducts to the next.
    std::size_t plane(int channels) const
    {
        return static_cast<std::size_t>(oddLines(imagesAtOnce * tiles * channels));
    }

    int height, width, inputs, outputs, tiles;
    int64_t imagesAtOnce;
};

/// What lies between the transforms; each thread keeps its own from one convolution to the next.
struct Work
{
    explicit Work(const Sizes& sizes)
    {
        thread_local std::size_t size = 0;
        thread_local inference::AlignedBytes memory;
        const std::size_t inputs = tileProducts * sizes.plane(sizes.inputs);
        const std::size_t needed = inputs + tileProducts * sizes.plane(sizes.outputs) + sizes.paddedValues();
        if (size < needed) {
            memory = inference::AlignedBytes(needed * sizeof(float));
            size = needed;
        }
        values = memory.floats();
        sums = values + inputs;
        padded = sums + tileProducts * sizes.plane(sizes.outputs);
        std::fill_n(padded, sizes.paddedValues(), 0.0f);  // its border stays so
    }
    float *values, *sums, *padded;
};

void transformImage(const Sizes& sizes, const float* image, const Work& work, std::size_t firstTile)
{
    const std::size_t row = countOf(sizes.width, sizes.inputs);
    float* target = work.padded + sizes.paddedRow() + sizes.inputs;
    for (int y = 0; y < sizes.height; ++y, image += row, target += sizes.paddedRow())
        std::copy_n(image, row, target);
    inference::floatKernels()->toWinograd(
        {.padded = work.padded,
         .tilesX = tilesOf(sizes.width),
         .channels = sizes.inputs,
         .lastTile = sizes.tiles,
         .values = reinterpret_cast<std::byte*>(work.values + countOf(firstTile, sizes.inputs)),
         .plane = static_cast<std::ptrdiff_t>(sizes.plane(sizes.inputs))});
}

void multiplyTiles(const Sizes& sizes, const Tensor& matrices, int tiles, const Work& work)
{
    for (std::size_t i = 0; i < tileProducts; ++i) {
        const float* matrix = matrices.data_ptr<float>() + i * static_cast<std::size_t>(matrices.size(1));
        inference::floatKernels()->multiply(
            {.rows = reinterpret_cast<const std::byte*>(work.values + i * sizes.plane(sizes.inputs)),
             .rowStride = sizes.inputs,
             .rowCount = tiles,
             .depth = sizes.inputs,
             .matrix = reinterpret_cast<const std::byte*>(matrix),
             .columns = sizes.outputs,
             .result = work.sums + i * sizes.plane(sizes.outputs),
             .resultStride = sizes.outputs});
    }
}

/// x and y in channels-last order.
void convolve(const Tensor& x, const Tensor& matrices, const Tensor& bias, const Tensor& y)
{
    const Sizes sizes(x, y);
    const std::size_t from = countOf(sizes.height, sizes.width, sizes.inputs);
    const std::size_t to = countOf(sizes.height, sizes.width, sizes.outputs);
    at::parallel_for(0, x.size(0), sizes.imagesAtOnce, [&](int64_t begin, int64_t end) {
        const Work work(sizes);
        for (int64_t first = begin; first < end; first += sizes.imagesAtOnce) {
            const int64_t count = std::min(sizes.imagesAtOnce, end - first);
            for (int64_t k = 0; k < count; ++k)
                transformImage(sizes, x.data_ptr<float>() + countOf(first + k, from), work,
                               countOf(k, sizes.tiles));
            multiplyTiles(sizes, matrices, static_cast<int>(count) * sizes.tiles, work);
            for (int64_t k = 0; k < count; ++k)
                inference::floatKernels()->fromWinograd(
                    {.sums = work.sums + countOf(k, sizes.tiles, sizes.outputs),
                     .plane = static_cast<std::ptrdiff_t>(sizes.plane(sizes.outputs)),
                     .tileStride = sizes.outputs,
                     .lastTile = sizes.tiles,
                     .height = sizes.height,
                     .width = sizes.width,
                     .channels = sizes.outputs,
                     .bias = bias.data_ptr<float>(),
                     .result = y.data_ptr<float>() + countOf(first + k, to),
                     .resultStride = sizes.outputs});
        }
    });
}

class WinogradConv2d : public torch::autograd::Function<WinogradConv2d>
{
public:
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x, const Tensor& weight,
                          const Tensor& bias)
    {
        context->save_for_backward({x, weight});
        Tensor y = torch::empty({x.size(0), weight.size(0), x.size(2), x.size(3)}, x.options(), channelsLast);
        convolve(x, packedMatrices(weight.permute({2, 3, 1, 0}).contiguous()), bias.contiguous(), y);
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& outputs)
    {
        const auto saved = context->get_saved_variables();
        const Tensor &x = saved[0], &weight = saved[1], dy = outputs[0].contiguous(channelsLast);
        Tensor dx;
        if (context->needs_input_grad(0)) {
            // Each tap leads back where it came from: turned round, from the outputs to the inputs.
            dx = torch::empty(x.sizes(), x.options(), channelsLast);
            convolve(dy, packedMatrices(weight.flip({2, 3}).permute({2, 3, 0, 1}).contiguous()),
                     torch::zeros({x.size(1)}), dx);
        }
        const auto others = at::convolution_backward(dy, x, weight, at::IntArrayRef{weight.size(0)}, {1, 1},
                                                     {1, 1}, {1, 1}, false, {0, 0}, 1, {false, true, true});
        return {dx, std::get<1>(others), std::get<2>(others)};
    }
};

}  // namespace

bool isForWinograd(const Tensor& x, const Tensor& weight)
{
    return x.is_cpu() && x.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32 &&
           weight.size(2) == 3 && weight.size(3) == 3 && weight.size(0) % inference::laneMultiple == 0 &&
           weight.size(1) % inference::laneMultiple == 0 && inference::floatKernels() != nullptr;
}

Tensor winogradConv2d(const Tensor& x, const Tensor& weight, const Tensor& bias)
{
    return WinogradConv2d::apply(x.contiguous(channelsLast), weight, bias);
}

}  // namespace diffuscope::inference
