#include "core/network/precision.h"

#include "core/registry/error.h"

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

}  // namespace

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
