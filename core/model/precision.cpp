// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/precision.h"

#include "core/base/error.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace diffuscope::model {
namespace {

bool processorMultipliesBFloat16()
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

/// Milliseconds an image of this thread's processor.
double planMs(const inference::InferencePlan& plan)
{
    constexpr int rounds = 3;
    double sum = 0;
    for (const double ms : plan.operationMs(1, rounds))
        sum += ms;
    return sum;
}

std::string milliseconds(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f ms", value);
    return text.data();
}

/// What was measured, in words.
std::string comparison(double narrowMs, double wideMs)
{
    return "bfloat16 " + milliseconds(narrowMs) + " an image, float32 " + milliseconds(wideMs);
}

/// Whether bfloat16 is worth its rounding.
bool isWorthIt(double narrowMs, double wideMs)
{
    constexpr double worthIt = 0.95;
    return narrowMs <= worthIt * wideMs;
}

/// Milliseconds an image, module by module, on the network's device.
double moduleMs(UNet& net, ConvolutionPrecision precision, const torch::Device& device)
{
    constexpr int images = 16, rounds = 3;
    const c10::InferenceMode inference;
    net->setConvolutionPrecision(precision);
    const UNetConfig& config = net->config();
    const torch::Tensor x =
        torch::zeros({images, config.imageChannels, config.imageHeight, config.imageWidth}, device);
    const torch::Tensor t = torch::zeros({images}, device), classIds = t.to(torch::kInt64);
    TextContext text;
    if (config.hasText()) {
        const TokenBatch blank = tokenBatch(std::vector<std::vector<int64_t>>(images));
        text = net->encode({blank.ids.to(device), blank.bias.to(device)});
    }
    // Asking for a number waits until the device has it.
    const auto evaluate = [&] { return net->forward(x, t, classIds, text).sum().item<float>(); };
    evaluate();  // the device loads its kernels
    const auto start = std::chrono::steady_clock::now();
    for (int round = 0; round < rounds; ++round)
        evaluate();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    return time.count() / (images * rounds);
}

PrecisionChoice fasterOnGpu(UNet& net, const torch::Device& device)
{
    const double wideMs = moduleMs(net, ConvolutionPrecision::Float32, device);
    const double narrowMs = moduleMs(net, ConvolutionPrecision::BFloat16, device);
    const ConvolutionPrecision faster =
        isWorthIt(narrowMs, wideMs) ? ConvolutionPrecision::BFloat16 : ConvolutionPrecision::Float32;
    net->setConvolutionPrecision(faster);
    return {faster, "measured on the GPU, 16 images at once: " + comparison(narrowMs, wideMs),
            model::makePlan(*net)};
}

PrecisionChoice fasterOf(UNet& net)
{
    net->setConvolutionPrecision(ConvolutionPrecision::Float32);
    model::PlanOrReason wide = model::makePlan(*net);
    if (!wide.plan)
        return {ConvolutionPrecision::Float32, "without an inference plan, float32 is used", std::move(wide)};
    const inference::Kernels* kernels = inference::bfloat16Kernels();
    if (!kernels) {
        return {ConvolutionPrecision::Float32, "this processor has no bfloat16 instructions",
                std::move(wide)};
    }
    model::PlanOrReason narrow = model::makePlan(*net, *kernels);
    const double wideMs = planMs(*wide.plan), narrowMs = planMs(*narrow.plan);
    const std::string measured = "measured here on one thread: " + comparison(narrowMs, wideMs);
    if (!isWorthIt(narrowMs, wideMs))
        return {ConvolutionPrecision::Float32, measured, std::move(wide)};
    net->setConvolutionPrecision(ConvolutionPrecision::BFloat16);
    return {ConvolutionPrecision::BFloat16, measured, std::move(narrow)};
}

}  // namespace

std::string precisionName(ConvolutionPrecision precision)
{
    return precision == ConvolutionPrecision::BFloat16 ? "bfloat16" : "float32";
}

PrecisionChoice measuredPrecision(const std::string& name, UNet& net, const torch::Device& device)
{
    if (name == "auto")
        return device.is_cpu() ? fasterOf(net) : fasterOnGpu(net, device);
    if (name.empty())
        return {net->convolutionPrecision(), "as it is", model::makePlan(*net)};
    const ConvolutionPrecision precision = choosePrecision(name, device);
    net->setConvolutionPrecision(precision);
    return {precision, "as chosen", model::makePlan(*net)};
}

ConvolutionPrecision choosePrecision(const std::string& name, const torch::Device& device)
{
    if (name == "float32")
        return ConvolutionPrecision::Float32;
    if (name == "bfloat16")
        return ConvolutionPrecision::BFloat16;
    if (name != "auto") {
        throw Error(ErrorCode::invalidOption, "There is no precision \"" + name + "\".",
                    "Use auto, float32 or bfloat16.");
    }
    const bool narrow = device.is_cuda() || processorMultipliesBFloat16();
    return narrow ? ConvolutionPrecision::BFloat16 : ConvolutionPrecision::Float32;
}

}  // namespace diffuscope::model
