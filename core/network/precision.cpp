#include "core/network/precision.h"

#include "core/registry/error.h"

#include <array>
#include <cstdio>
#include <utility>

namespace diffuscope::network {
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
double planMs(const plan::InferencePlan& plan)
{
    constexpr int kRounds = 3;
    double sum = 0;
    for (const double ms : plan.operationMs(1, kRounds)) {
        sum += ms;
    }
    return sum;
}

std::string milliseconds(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f ms", value);
    return text.data();
}

PrecisionChoice fasterOf(UNet& net)
{
    constexpr double kWorthIt = 0.95;
    net->setConvolutionPrecision(ConvolutionPrecision::Float32);
    plan::PlanOrReason wide = plan::makePlan(*net);
    if (!wide.plan) {
        return {ConvolutionPrecision::Float32, "without an inference plan, float32 is used", std::move(wide)};
    }
    const plan::Kernels* kernels = plan::bfloat16Kernels();
    if (!kernels) {
        return {ConvolutionPrecision::Float32, "this processor has no bfloat16 instructions",
                std::move(wide)};
    }
    plan::PlanOrReason narrow = plan::makePlan(*net, *kernels);
    const double wideMs = planMs(*wide.plan), narrowMs = planMs(*narrow.plan);
    const std::string measured = "measured here on one thread: bfloat16 " + milliseconds(narrowMs) +
                                 " an image, float32 " + milliseconds(wideMs);
    if (narrowMs > kWorthIt * wideMs) {
        return {ConvolutionPrecision::Float32, measured, std::move(wide)};
    }
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
    if (name == "auto" && device.is_cpu()) {
        return fasterOf(net);
    }
    const ConvolutionPrecision precision = choosePrecision(name, device);
    net->setConvolutionPrecision(precision);
    return {precision, name == "auto" ? "GPUs multiply it" : "as chosen", plan::makePlan(*net)};
}

ConvolutionPrecision choosePrecision(const std::string& name, const torch::Device& device)
{
    if (name == "float32") {
        return ConvolutionPrecision::Float32;
    }
    if (name == "bfloat16") {
        return ConvolutionPrecision::BFloat16;
    }
    if (name != "auto") {
        throw Error(ErrorCode::invalidOption, "There is no precision \"" + name + "\".",
                    "Use auto, float32 or bfloat16.");
    }
    const bool narrow = device.is_cuda() || processorMultipliesBFloat16();
    return narrow ? ConvolutionPrecision::BFloat16 : ConvolutionPrecision::Float32;
}

}  // namespace diffuscope::network
