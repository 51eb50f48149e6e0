// SPDX-License-Identifier: GPL-3.0-or-later
// A convolution as one matrix product an image: for 1×1 kernels, for strides, and for few input channels.
#pragma once

#include "core/inference/convolution_weights.h"
#include "core/inference/image_source.h"
#include "core/inference/packed_matrix.h"

namespace diffuscope::inference {

/// result = convolution(source) + bias (+ addend), padded by half of the kernel.
class MatrixConvolution final : public Operation
{
public:
    /// The result's channels are the weights' outputs, padded. `addend` may be the result itself.
    MatrixConvolution(std::string name, const Kernels& kernels, WeightMemory& memory, ImageSource source,
                      const ConvolutionWeights& weights, int stride, const View& result,
                      std::optional<View> addend = std::nullopt);

    std::string description() const override;
    std::vector<View> views() const override;
    std::size_t scratchBytes() const override;
    std::size_t weightBytes() const override { return m_matrix.bytes(); }
    double operationsPerImage() const override;
    void execute(const Pass& pass) const override;

private:
    struct Work
    {
        float* paddedImage;
        std::byte* sourceScratch;
        std::byte* stored;  ///< the padded image as the kernels store it
        std::byte* rows;
    };
    int border() const { return m_kernel / 2; }
    std::ptrdiff_t paddedWidth() const { return m_source.width() + 2 * border(); }
    std::size_t paddedValues() const;
    std::size_t gatheredValues() const;
    /// Whether the product reads the arena as it is.
    bool readsInPlace() const;
    /// The rows of the padded image that these positions' kernels see.
    Range paddedRows(Range positions) const;
    /// An unchanged source as the kernels store it, [positions][channels].
    void storePixels(const Pass& pass, int image, Range positions, std::byte* stored) const;
    /// The padded image as the kernels store it, where these positions need it.
    const std::byte* padImage(const Pass& pass, int image, Range positions, const Work& work) const;
    /// What each of these positions' kernels sees, [positions][depth].
    void gather(const std::byte* paddedImage, Range positions, std::byte* rows) const;
    Work prepared(const Pass& pass, Range positions) const;
    void setRows(const Pass& pass, int image, Range positions, const Work& work, Product& product) const;

    const Kernels& m_kernels;
    ImageSource m_source;
    View m_result;
    std::optional<View> m_addend;
    int m_outputs;
    int m_kernel;
    int m_stride;
    PackedMatrix m_matrix;
    std::vector<float> m_bias;
};

}  // namespace diffuscope::inference
