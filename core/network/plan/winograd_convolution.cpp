#include "core/network/plan/winograd_convolution.h"

#include <algorithm>
#include <array>

namespace diffuscope::network::plan {
namespace {

/// What the transformed values of the images in work may take, of a core's 1 MiB of second-level cache.
constexpr std::size_t kCacheBytes = 700 << 10;

using Kernel = std::array<std::array<double, 3>, 3>;
using Transformed = std::array<std::array<double, kTileInput>, kTileInput>;

/// G: row p holds 1, p, p² divided by the product of (p − q) over the other points q; the last is infinity's.
std::array<std::array<double, 3>, kTileInput> weightTransform()
{
    const std::array<double, 5> points{0, kNearPoint, -kNearPoint, kFarPoint, -kFarPoint};
    std::array<std::array<double, 3>, kTileInput> rows{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        double product = 1;
        for (std::size_t j = 0; j < points.size(); ++j) {
            product *= j == i ? 1 : points[i] - points[j];
        }
        rows[i] = {1 / product, points[i] / product, points[i] * points[i] / product};
    }
    rows[points.size()] = {0, 0, 1};
    return rows;
}

/// G g Gᵀ.
Transformed transformed(const Kernel& kernel)
{
    static const auto transform = weightTransform();
    Transformed result{};
    for (std::size_t i = 0; i < kTileInput; ++i) {
        std::array<double, 3> row{};
        for (std::size_t x = 0; x < 3; ++x) {
            for (std::size_t y = 0; y < 3; ++y) {
                row[x] += transform[i][y] * kernel[y][x];
            }
        }
        for (std::size_t j = 0; j < kTileInput; ++j) {
            for (std::size_t x = 0; x < 3; ++x) {
                result[i][j] += row[x] * transform[j][x];
            }
        }
    }
    return result;
}

/// The kTileProducts matrices [inputs][outputs].
std::vector<std::vector<float>> transformedWeights(const ConvolutionWeights& weights)
{
    std::vector<std::vector<float>> matrices(kTileProducts,
                                             std::vector<float>(countOf(weights.inputs, weights.outputs)));
    for (int output = 0; output < weights.outputs; ++output) {
        for (int input = 0; input < weights.inputs; ++input) {
            Kernel kernel{};
            for (int y = 0; y < 3; ++y) {
                for (int x = 0; x < 3; ++x) {
                    kernel[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] =
                        weights.at(output, input, y, x);
                }
            }
            const Transformed values = transformed(kernel);
            const auto place = countOf(input, weights.outputs) + static_cast<std::size_t>(output);
            for (std::size_t i = 0; i < kTileProducts; ++i) {
                matrices[i][place] = static_cast<float>(values[i / kTileInput][i % kTileInput]);
            }
        }
    }
    return matrices;
}

}  // namespace

WinogradConvolution::WinogradConvolution(std::string name, const Kernels& kernels, ImageSource source,
                                         const ConvolutionWeights& weights, const View& result,
                                         std::optional<View> addend)
    : Operation(std::move(name)),
      m_kernels(kernels),
      m_source(std::move(source)),
      m_result(result),
      m_addend(addend),
      m_outputs(weights.outputs),
      m_bias(weights.paddedBias(padded(weights.outputs)))
{
    for (const auto& matrix : transformedWeights(weights)) {
        m_matrices.emplace_back(kernels, Storage::kernels, matrix, weights.inputs, weights.outputs);
    }
    const auto valueBytes = static_cast<std::size_t>(kernels.storedBytes);
    const std::size_t bytesPerImage =
        countOf(kTileProducts, tilesPerImage()) *
        (static_cast<std::size_t>(weights.inputs) * valueBytes + m_bias.size() * sizeof(float));
    m_imagesAtOnce = std::max(1, static_cast<int>(kCacheBytes / bytesPerImage));
}

std::string WinogradConvolution::description() const
{
    return m_source.description() + "3×3 convolution (Winograd)" + (m_addend ? ", add" : "");
}

std::vector<View> WinogradConvolution::views() const
{
    std::vector<View> views{m_source.view()};
    if (m_addend) {
        views.push_back(*m_addend);
    }
    views.push_back(m_result);
    return views;
}

std::size_t WinogradConvolution::paddedValues() const
{
    return countOf(kTile * tilesOf(m_source.height()) + 2, paddedWidth(), m_source.channels());
}

std::size_t WinogradConvolution::planeOf(int channels) const
{
    const auto values = countOf(m_imagesAtOnce, tilesPerImage(), channels);
    // An odd number of cache lines: with a power of two of them, all planes would fight for the same places.
    constexpr std::size_t kLine = kAlignment / sizeof(float);
    return (values / kLine | 1) * kLine;
}

std::size_t WinogradConvolution::scratchBytes() const
{
    return Scratch::bytesFor(m_source.scratchBytes()) + Scratch::bytesFor(paddedValues() * sizeof(float)) +
           Scratch::bytesFor(kTileProducts * inputPlane() * static_cast<std::size_t>(m_kernels.storedBytes)) +
           Scratch::bytesFor(kTileProducts * outputPlane() * sizeof(float));
}

std::size_t WinogradConvolution::weightBytes() const
{
    return kTileProducts * m_matrices.front().bytes();
}

double WinogradConvolution::operationsPerImage() const
{
    return 2.0 * 9 * m_result.positions() * m_source.channels() * m_outputs;
}

void WinogradConvolution::transformInputs(const Pass& pass, int first, int count, const Work& work) const
{
    const std::ptrdiff_t channels = m_source.channels(), rowStride = paddedWidth() * channels;
    const auto step = countOf(tilesPerImage(), m_source.channels(), m_kernels.storedBytes);
    for (int k = 0; k < count; ++k) {
        m_source.write(pass, first + k, work.paddedImage + rowStride + channels, rowStride,
                       work.sourceScratch);
        m_kernels.toWinograd({work.paddedImage, tilesOf(m_source.height()), tilesOf(m_source.width()),
                              m_source.channels(), work.values + static_cast<std::size_t>(k) * step,
                              static_cast<std::ptrdiff_t>(inputPlane())});
    }
}

void WinogradConvolution::multiply(int count, const Work& work) const
{
    for (std::size_t i = 0; i < kTileProducts; ++i) {
        Product product = m_matrices[i].product();
        product.rows = work.values + i * inputPlane() * static_cast<std::size_t>(m_kernels.storedBytes);
        product.rowStride = m_source.channels();
        product.rowCount = count * tilesPerImage();
        product.result = work.sums + i * outputPlane();
        product.resultStride = static_cast<std::ptrdiff_t>(m_bias.size());
        m_matrices[i].multiply(product);
    }
}

void WinogradConvolution::transformSums(const Pass& pass, int first, int count, const Work& work) const
{
    const auto step = countOf(tilesPerImage(), m_bias.size());
    for (int k = 0; k < count; ++k) {
        WinogradOutput output{.sums = work.sums + static_cast<std::size_t>(k) * step,
                              .plane = static_cast<std::ptrdiff_t>(outputPlane()),
                              .height = m_result.height,
                              .width = m_result.width,
                              .channels = static_cast<int>(m_bias.size()),
                              .bias = m_bias.data(),
                              .result = pass.values(m_result, first + k),
                              .resultStride = m_result.pixelStride};
        if (m_addend) {
            output.addend = pass.values(*m_addend, first + k);
            output.addendStride = m_addend->pixelStride;
        }
        m_kernels.fromWinograd(output);
    }
}

void WinogradConvolution::execute(const Pass& pass) const
{
    Scratch scratch(pass.scratch);
    const Work work{.paddedImage = scratch.floats(paddedValues()),
                    .sourceScratch = scratch.take(m_source.scratchBytes()),
                    .values = scratch.take(kTileProducts * inputPlane() *
                                           static_cast<std::size_t>(m_kernels.storedBytes)),
                    .sums = scratch.floats(kTileProducts * outputPlane())};
    std::fill_n(work.paddedImage, paddedValues(), 0.0f);  // its border stays so
    const int groups = (pass.images + m_imagesAtOnce - 1) / m_imagesAtOnce;
    for (int group = 0; group < groups; ++group) {
        const int first = pass.images * group / groups;
        const int count = pass.images * (group + 1) / groups - first;
        transformInputs(pass, first, count, work);
        multiply(count, work);
        transformSums(pass, first, count, work);
    }
}

}  // namespace diffuscope::network::plan
