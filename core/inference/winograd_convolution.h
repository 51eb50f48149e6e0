// SPDX-License-Identifier: GPL-3.0-or-later
// A 3×3 convolution of stride 1 through Winograd's F(4×4, 3×3): a quarter of the multiplications.
#pragma once

#include "core/inference/convolution_weights.h"
#include "core/inference/image_source.h"
#include "core/inference/packed_matrix.h"

namespace diffuscope::inference {

/// result = convolution(source) + bias (+ addend). Images go through a few at a time, so that what lies
/// between the transforms stays in the cache; how many has no influence on an image's numbers.
class WinogradConvolution final : public Operation
{
public:
    /// The result's channels are the weights' outputs, padded. `addend` may be the result itself.
    WinogradConvolution(std::string name, const Kernels& kernels, WeightMemory& memory, ImageSource source,
                        const ConvolutionWeights& weights, const View& result,
                        std::optional<View> addend = std::nullopt);

    std::string description() const override;
    std::vector<View> views() const override;
    std::size_t scratchBytes() const override;
    std::size_t weightBytes() const override;
    double operationsPerImage() const override;
    void execute(const Pass& pass) const override;

private:
    int tilesPerImage() const { return tilesOf(m_source.height()) * tilesOf(m_source.width()); }
    std::ptrdiff_t paddedWidth() const { return tileSide * tilesOf(m_source.width()) + 2; }
    std::size_t paddedValues() const;
    /// Values from one of the tileProducts to the next, before the products and after.
    std::size_t inputPlane() const { return planeOf(m_source.channels()); }
    std::size_t outputPlane() const { return planeOf(static_cast<int>(m_bias.size())); }
    std::size_t planeOf(int channels) const;

    /// What a share of the work consists of: either all of its tiles are the image's, or all of its channels
    /// are the result's.
    struct Portion
    {
        Range tiles;
        Range channels;  ///< of the result
    };
    Portion portion(const Share& share) const;
    /// The rows of the padded image that these tiles are made from.
    Range paddedRows(Range tiles) const;

    /// Some of the result's channels, with their tileProducts matrices side by side in memory: what one
    /// thread reads is read in a row.
    struct Panel
    {
        Range columns;
        std::vector<PackedMatrix> matrices;
    };

    /// What lies between the transforms.
    struct Work
    {
        float* paddedImage;
        std::byte* sourceScratch;
        std::byte* values;
        float* sums;
    };
    Work prepared(const Pass& pass, Range tiles) const;
    void transformInputs(const Pass& pass, Range images, Range tiles, const Work& work) const;
    void multiply(int tiles, Range channels, const Work& work) const;
    void transformSums(const Pass& pass, Range images, const Portion& portion, const Work& work) const;

    const Kernels& m_kernels;
    ImageSource m_source;
    View m_result;
    std::optional<View> m_addend;
    int m_outputs;
    std::vector<Panel> m_panels;
    std::vector<float> m_bias;
    int m_imagesAtOnce;
};

}  // namespace diffuscope::inference
