// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/stand_in_gpu.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>
#include <torch/types.h>
#include <torch/version.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffuscope::test::stand_in_gpu {

namespace {

using c10::IValue;
using torch::Tensor;
using torch::jit::Stack;

const c10::Device theDevice(c10::kCUDA, 0);
std::atomic<std::int64_t> operators = 0;

// ---- Memory: the device's address of a byte is the processor's with one bit flipped, where nothing is
// mapped.

constexpr std::uintptr_t deviceBit = std::uintptr_t(1) << 62;

void* otherSide(const void* address)
{
    return address ? reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(address) ^ deviceBit) : nullptr;
}

c10::Storage makeStorage(std::size_t bytes)
{
    void* memory = bytes > 0 ? std::malloc(bytes) : nullptr;
    TORCH_CHECK(memory || bytes == 0, "CUDA out of memory.");
    return {c10::Storage::use_byte_size_t(), bytes,
            c10::DataPtr(otherSide(memory), memory, &std::free, theDevice)};
}

void shape(const Tensor& tensor, const Tensor& like, std::int64_t offset)
{
    tensor.unsafeGetTensorImpl()->set_storage_offset(offset);
    tensor.unsafeGetTensorImpl()->set_sizes_and_strides(like.sizes(), like.strides());
}

Tensor makeTensor(const c10::Storage& storage, const Tensor& like, std::int64_t offset)
{
    const auto key = storage.device().is_cpu() ? c10::DispatchKey::CPU : c10::DispatchKey::CUDA;
    Tensor made = at::detail::make_tensor<c10::TensorImpl>(c10::Storage(storage), c10::DispatchKeySet(key),
                                                           like.dtype());
    shape(made, like, offset);
    return made;
}

/// Some of the values of `base`, arranged as those of `like`.
Tensor makeView(const Tensor& base, const Tensor& like)
{
    Tensor view = at::detail::make_tensor<c10::TensorImpl>(
        c10::TensorImpl::VIEW, c10::Storage(base.storage()), base.key_set(), base.dtype());
    shape(view, like, like.storage_offset());
    return view;
}

/// The same memory, as the processor's operators see it. The tensor must outlive what is returned.
Tensor onProcessor(const Tensor& tensor)
{
    if (!tensor.is_cuda())
        return tensor;
    const c10::Storage& storage = tensor.storage();
    const c10::Storage seen(c10::Storage::use_byte_size_t(), storage.nbytes(),
                            c10::DataPtr(otherSide(storage.data()), c10::kCPU), c10::GetAllocator(c10::kCPU),
                            true);
    return makeTensor(seen, tensor, tensor.storage_offset());
}

c10::Storage copiedToDevice(const c10::Storage& storage)
{
    c10::Storage copy = makeStorage(storage.nbytes());
    if (storage.nbytes() > 0)
        std::memcpy(otherSide(copy.data()), storage.data(), storage.nbytes());
    return copy;
}

// ---- Operators

/// One call of an operator with the processor's view of its arguments.
class Call
{
public:
    void translateArgument(IValue& value, const std::string& name)
    {
        if (value.isTensor() && value.toTensor().defined()) {
            value = seen(value.toTensor(), name);
        } else if (value.isTensorList()) {
            std::vector<Tensor> tensors;
            for (const Tensor& tensor : value.toTensorVector())
                tensors.push_back(tensor.defined() ? seen(tensor, name) : tensor);
            value = tensors;
        } else if (value.isOptionalTensorList()) {
            c10::List<c10::optional<Tensor>> tensors;
            for (const c10::optional<Tensor>& tensor : value.toOptionalTensorVector())
                tensors.push_back(tensor && tensor->defined() ? seen(*tensor, name) : tensor);
            value = tensors;
        } else if (value.isDevice() && value.toDevice().is_cuda()) {
            value = c10::Device(c10::kCPU);
        }
    }

    /// What an operator gave another size has it on the device too.
    void resizeArguments() const
    {
        for (const auto& [argument, view] : m_pairs) {
            c10::TensorImpl* changed = argument.unsafeGetTensorImpl();
            if (view.storage().data() != otherSide(argument.storage().data()))
                changed->set_storage_keep_dtype(copiedToDevice(view.storage()));
            if (view.sizes() != argument.sizes() || view.strides() != argument.strides())
                changed->set_sizes_and_strides(view.sizes(), view.strides());
        }
    }

    void translateResult(IValue& value) const
    {
        if (value.isTensor() && value.toTensor().defined()) {
            value = result(value.toTensor());
        } else if (value.isTensorList()) {
            std::vector<Tensor> tensors;
            for (const Tensor& tensor : value.toTensorVector())
                tensors.push_back(result(tensor));
            value = tensors;
        }
    }

private:
    /// Numbers may come from the processor; everything else must be on the device already.
    Tensor seen(const Tensor& tensor, const std::string& name)
    {
        TORCH_CHECK(
            tensor.is_cuda() || tensor.dim() == 0, name,
            ": expected all tensors to be on the same device, but found at least two, cuda:0 and cpu.");
        Tensor view = onProcessor(tensor);
        if (tensor.is_cuda())
            m_pairs.emplace_back(tensor, view);
        return view;
    }

    /// An argument itself, a view of one, or something new.
    Tensor result(const Tensor& computed) const
    {
        for (const auto& [argument, view] : m_pairs)
            if (computed.is_same(view))
                return argument;
        for (const auto& [argument, view] : m_pairs)
            if (computed.storage().data() && computed.storage().data() == view.storage().data())
                return makeView(argument, computed);
        return makeTensor(copiedToDevice(computed.storage()), computed, computed.storage_offset());
    }

    std::vector<std::pair<Tensor, Tensor>> m_pairs;
};

void compute(const c10::OperatorHandle& op, Stack* stack)
{
    ++operators;
    const std::string name = op.operator_name().name;
    const std::size_t arguments = op.schema().arguments().size();
    Call call;
    for (std::size_t i = stack->size() - arguments; i < stack->size(); ++i)
        call.translateArgument((*stack)[i], name);
    op.callBoxed(stack);
    call.resizeArguments();
    for (std::size_t i = stack->size() - op.schema().returns().size(); i < stack->size(); ++i)
        call.translateResult((*stack)[i]);
}

/// The one operator whose tensors may be on either side.
Tensor& copy(Tensor& self, const Tensor& source, bool nonBlocking)
{
    onProcessor(self).copy_(onProcessor(source), nonBlocking);
    return self;
}

// ---- What LibTorch asks about its GPUs

/// As LibTorch 1 and 2 have it.
using HookedIndex = std::conditional_t<TORCH_VERSION_MAJOR == 1, std::int64_t, c10::DeviceIndex>;

struct Hooks final : at::CUDAHooksInterface
{
    explicit Hooks(at::CUDAHooksArgs) {}
    bool hasCUDA() const override { return true; }
    bool hasPrimaryContext(HookedIndex) const override { return true; }
    int getNumGPUs() const override { return 1; }
    void deviceSynchronize(HookedIndex) const override {}

    // By their names in LibTorch 1, and in LibTorch 2.
    void initCUDA() const {}
    void init() const {}
    const at::Generator& getDefaultCUDAGenerator(c10::DeviceIndex) const { return m_generator; }
    const at::Generator& getDefaultGenerator(c10::DeviceIndex) const { return m_generator; }

private:
    at::Generator m_generator = at::detail::createCPUGenerator();
};

struct Guard final : c10::impl::DeviceGuardImplInterface
{
    static c10::Stream stream() { return c10::Stream(c10::Stream::DEFAULT, theDevice); }

    c10::DeviceType type() const override { return c10::kCUDA; }
    c10::Device exchangeDevice(c10::Device) const override { return theDevice; }
    c10::Device getDevice() const override { return theDevice; }
    void setDevice(c10::Device) const override {}
    void uncheckedSetDevice(c10::Device) const noexcept override {}
    c10::Stream getStream(c10::Device) const noexcept override { return stream(); }
    c10::Stream getDefaultStream(c10::Device) const override { return stream(); }
    c10::Stream exchangeStream(c10::Stream) const noexcept override { return stream(); }
    c10::DeviceIndex deviceCount() const noexcept override { return 1; }
    void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
    void block(void*, const c10::Stream&) const override {}
    bool queryEvent(void*) const override { return true; }
};

}  // namespace

std::int64_t operatorCount()
{
    return operators;
}

}  // namespace diffuscope::test::stand_in_gpu

namespace at {

using diffuscope::test::stand_in_gpu::Hooks;
C10_REGISTER_CLASS(CUDAHooksRegistry, CUDAHooks, Hooks)

}  // namespace at

C10_REGISTER_GUARD_IMPL(CUDA, diffuscope::test::stand_in_gpu::Guard)

TORCH_LIBRARY_IMPL(_, CUDA, library)
{
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&diffuscope::test::stand_in_gpu::compute>());
}

TORCH_LIBRARY_IMPL(aten, CUDA, library)
{
    library.impl("copy_", &diffuscope::test::stand_in_gpu::copy);
}
