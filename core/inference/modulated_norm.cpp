// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/modulated_norm.h"

#include "core/inference/norm_kernels.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

namespace diffuscope::inference {
namespace {

using torch::Tensor;

constexpr double normEpsilon = 1e-5;
constexpr auto layout = torch::MemoryFormat::ChannelsLast;

struct Shape
{
    int64_t batch, channels, positions, groups;

    int64_t values() const { return channels * positions; }
    int64_t perGroup() const { return channels / groups; }
};

Shape shapeOf(const Tensor& x, int64_t groups)
{
    return {x.size(0), x.size(1), x.size(2) * x.size(3), groups};
}

// Image k of a channels-last tensor as float32: in place where it is, else widened into the buffer.
const float* asFloat(const Tensor& tensor, int64_t k, int64_t values, std::vector<float>& buffer)
{
    if (tensor.scalar_type() == torch::kFloat32)
        return tensor.data_ptr<float>() + k * values;
    buffer.resize(static_cast<size_t>(values));
    const auto* bits = reinterpret_cast<const uint16_t*>(tensor.data_ptr<at::BFloat16>());
    kernels::widen(bits + k * values, values, buffer.data());
    return buffer.data();
}

// Where to compute image k of a result: in place for float32, else a buffer that store() narrows.
float* placeFor(const Tensor& tensor, int64_t k, int64_t values, std::vector<float>& buffer)
{
    if (tensor.scalar_type() == torch::kFloat32)
        return tensor.data_ptr<float>() + k * values;
    buffer.resize(static_cast<size_t>(values));
    return buffer.data();
}

void store(const Tensor& tensor, int64_t k, int64_t values, const float* computed)
{
    if (tensor.scalar_type() != torch::kFloat32) {
        auto* bits = reinterpret_cast<uint16_t*>(tensor.data_ptr<at::BFloat16>());
        kernels::narrow(computed, values, bits + k * values);
    }
}

// The numbers of one image by channel: u = factor · x + offset goes into SiLU.
struct ImageNumbers
{
    explicit ImageNumbers(const Shape& shape)
        : mean(size(shape)),
          inverseStd(size(shape)),
          scale(size(shape)),
          factor(size(shape)),
          offset(size(shape)),
          sums(size(shape)),
          moreSums(size(shape))
    {
    }
    static size_t size(const Shape& shape) { return static_cast<size_t>(shape.channels); }

    std::vector<float> mean, inverseStd, scale, factor, offset, sums, moreSums;
};

void averageGroups(const Shape& shape, const std::vector<float>& sums, std::vector<float>& means)
{
    const auto perGroup = static_cast<size_t>(shape.perGroup());
    for (size_t first = 0; first < sums.size(); first += perGroup) {
        double total = 0.0;
        for (size_t c = first; c < first + perGroup; ++c)
            total += sums[c];
        const auto mean = static_cast<float>(total / static_cast<double>(shape.perGroup() * shape.positions));
        std::fill_n(means.begin() + static_cast<std::ptrdiff_t>(first), perGroup, mean);
    }
}

void measure(const Shape& shape, const float* x, ImageNumbers& numbers)
{
    kernels::sumPositions(x, shape.positions, shape.channels, numbers.sums.data());
    averageGroups(shape, numbers.sums, numbers.mean);
    kernels::sumSquaresAround(x, numbers.mean.data(), shape.positions, shape.channels, numbers.sums.data());
    averageGroups(shape, numbers.sums, numbers.inverseStd);
    for (float& value : numbers.inverseStd)
        value = static_cast<float>(1.0 / std::sqrt(value + normEpsilon));
}

// modulation: the scales and shifts [2C] of this image, or null.
void fold(const Shape& shape, const float* weight, const float* bias, const float* modulation,
          ImageNumbers& numbers)
{
    for (int64_t c = 0; c < shape.channels; ++c) {
        const auto i = static_cast<size_t>(c);
        const float scale = modulation ? 1.0f + modulation[c] : 1.0f;
        const float shift = modulation ? modulation[shape.channels + c] : 0.0f;
        const float normFactor = numbers.inverseStd[i] * weight[c];
        numbers.scale[i] = scale;
        numbers.factor[i] = normFactor * scale;
        numbers.offset[i] = (bias[c] - numbers.mean[i] * normFactor) * scale + shift;
    }
}

const float* modulationOf(const Tensor& modulation, int64_t k, const Shape& shape)
{
    return modulation.numel() > 0 ? modulation.data_ptr<float>() + k * 2 * shape.channels : nullptr;
}

// x in channels-last order, the others contiguous.
Tensor forwardOnCpu(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                    const Tensor& modulation, torch::ScalarType resultType)
{
    const Shape shape = shapeOf(x, groups);
    Tensor y = torch::empty(x.sizes(), x.options().dtype(resultType), layout);
    at::parallel_for(0, shape.batch, 1, [&](int64_t begin, int64_t end) {
        ImageNumbers numbers(shape);
        std::vector<float> inputBuffer, resultBuffer;
        for (int64_t k = begin; k < end; ++k) {
            const float* image = asFloat(x, k, shape.values(), inputBuffer);
            float* result = placeFor(y, k, shape.values(), resultBuffer);
            measure(shape, image, numbers);
            fold(shape, weight.data_ptr<float>(), bias.data_ptr<float>(), modulationOf(modulation, k, shape),
                 numbers);
            kernels::affineSilu(image, numbers.factor.data(), numbers.offset.data(), shape.positions,
                                shape.channels, result);
            store(y, k, shape.values(), result);
        }
    });
    return y;
}

struct Gradients
{
    Tensor x;           // as x
    Tensor modulation;  // [B, 2C]
    Tensor weight;      // [B, C], to be summed over the batch
    Tensor bias;        // [B, C], likewise
};

// From the sums of du (numbers.sums) and du · x (numbers.moreSums): the gradients by channel, and in factor,
// offset and inverseStd the coefficients of dx = factor · du + inverseStd · x + offset.
void finishImage(const Shape& shape, const float* weight, const float* bias, int64_t k, ImageNumbers& numbers,
                 Gradients& gradients)
{
    float* dWeight = gradients.weight.data_ptr<float>() + k * shape.channels;
    float* dBias = gradients.bias.data_ptr<float>() + k * shape.channels;
    float* dScale = gradients.modulation.data_ptr<float>() + k * 2 * shape.channels;
    float* dShift = dScale + shape.channels;
    for (int64_t c = 0; c < shape.channels; ++c) {
        const auto i = static_cast<size_t>(c);
        const float sumDu = numbers.sums[i];
        const float sumDuNormed = (numbers.moreSums[i] - numbers.mean[i] * sumDu) * numbers.inverseStd[i];
        dShift[c] = sumDu;
        dScale[c] = sumDuNormed * weight[c] + sumDu * bias[c];
        dWeight[c] = sumDuNormed * numbers.scale[i];
        dBias[c] = sumDu * numbers.scale[i];
        numbers.sums[i] = sumDu * weight[c] * numbers.scale[i];
        numbers.moreSums[i] = sumDuNormed * weight[c] * numbers.scale[i];
    }
    // dx = inverseStd (dn - mean(dn) - n mean(dn · n)), the gradient of a normalization, n = (x - mean)
    // inverseStd.
    std::vector<float> meanOfDn(numbers.sums.size()), meanOfDnN(numbers.sums.size());
    averageGroups(shape, numbers.sums, meanOfDn);
    averageGroups(shape, numbers.moreSums, meanOfDnN);
    for (size_t i = 0; i < meanOfDn.size(); ++i) {
        const float inverseStd = numbers.inverseStd[i];
        numbers.inverseStd[i] = -inverseStd * inverseStd * meanOfDnN[i];
        numbers.offset[i] = -inverseStd * meanOfDn[i] - numbers.mean[i] * numbers.inverseStd[i];
    }
}

Gradients backwardOnCpu(const Tensor& dy, const Tensor& x, int64_t groups, const Tensor& weight,
                        const Tensor& bias, const Tensor& modulation)
{
    const Shape shape = shapeOf(x, groups);
    const auto floats = x.options().dtype(torch::kFloat32);
    Gradients gradients{torch::empty(x.sizes(), x.options(), layout),
                        torch::empty({shape.batch, 2 * shape.channels}, floats),
                        torch::empty({shape.batch, shape.channels}, floats),
                        torch::empty({shape.batch, shape.channels}, floats)};
    at::parallel_for(0, shape.batch, 1, [&](int64_t begin, int64_t end) {
        ImageNumbers numbers(shape);
        std::vector<float> inputBuffer, gradientBuffer, resultBuffer;
        std::vector<float> du(static_cast<size_t>(shape.values()));
        for (int64_t k = begin; k < end; ++k) {
            const float* image = asFloat(x, k, shape.values(), inputBuffer);
            const float* incoming = asFloat(dy, k, shape.values(), gradientBuffer);
            float* result = placeFor(gradients.x, k, shape.values(), resultBuffer);
            measure(shape, image, numbers);
            fold(shape, weight.data_ptr<float>(), bias.data_ptr<float>(), modulationOf(modulation, k, shape),
                 numbers);
            kernels::affineSiluGradient(image, incoming, numbers.factor.data(), numbers.offset.data(),
                                        shape.positions, shape.channels, du.data(), numbers.sums.data(),
                                        numbers.moreSums.data());
            finishImage(shape, weight.data_ptr<float>(), bias.data_ptr<float>(), k, numbers, gradients);
            kernels::combineGradients(du.data(), image, numbers.factor.data(), numbers.inverseStd.data(),
                                      numbers.offset.data(), shape.positions, shape.channels, result);
            store(gradients.x, k, shape.values(), result);
        }
    });
    return gradients;
}

class ModulatedNormSilu : public torch::autograd::Function<ModulatedNormSilu>
{
public:
    static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x, int64_t groups,
                          const Tensor& weight, const Tensor& bias, const Tensor& modulation,
                          torch::ScalarType resultType)
    {
        context->save_for_backward({x, weight, bias, modulation});
        context->saved_data["groups"] = groups;
        return forwardOnCpu(x, groups, weight, bias, modulation, resultType);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& outputs)
    {
        const auto saved = context->get_saved_variables();
        const auto gradients =
            backwardOnCpu(outputs[0].contiguous(layout), saved[0], context->saved_data["groups"].toInt(),
                          saved[1], saved[2], saved[3]);
        return {gradients.x,
                Tensor(),
                gradients.weight.sum(0),
                gradients.bias.sum(0),
                saved[3].numel() > 0 ? gradients.modulation : Tensor(),
                Tensor()};
    }
};

Tensor composed(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                const Tensor& modulation, torch::ScalarType resultType)
{
    Tensor h = torch::group_norm(x.to(torch::kFloat32), groups, weight, bias, normEpsilon);
    if (modulation.defined()) {
        const auto parts = modulation.unsqueeze(-1).unsqueeze(-1).chunk(2, 1);
        h = torch::addcmul(parts[1], h, parts[0] + 1.0);
    }
    return torch::silu(h).to(resultType);
}

}  // namespace

Tensor modulatedNormSilu(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias,
                         const Tensor& modulation, torch::ScalarType resultType)
{
    const bool known = x.scalar_type() == torch::kFloat32 || x.scalar_type() == torch::kBFloat16;
    if (!x.is_cpu() || !known || weight.scalar_type() != torch::kFloat32)
        return composed(x, groups, weight, bias, modulation, resultType);
    const Tensor image = x.contiguous(layout);
    // Autograd wants defined tensors: an empty one stands for no modulation from here on.
    const Tensor numbers =
        modulation.defined() ? modulation.contiguous() : torch::empty({0}, weight.options());
    if (!torch::GradMode::is_enabled())
        return forwardOnCpu(image, groups, weight, bias, numbers, resultType);
    return ModulatedNormSilu::apply(image, groups, weight, bias, numbers, resultType);
}

}  // namespace diffuscope::inference
