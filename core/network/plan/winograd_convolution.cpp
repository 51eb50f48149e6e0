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
    std::vector<std::vector<float>> matrices(
        kTileProducts, std::vector<float>(static_cast<std::size_t>(weights.inputs * weights.outputs)));
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
            const auto place = static_cast<std::size_t>(input * weights.outputs + output);
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
        static_cast<std::size_t>(kTileProducts * tilesPerImage()) *
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
    return static_cast<std::size_t>((kTile * tilesOf(m_source.height()) + 2) * paddedWidth() *
                                    m_source.channels());
}

std::size_t WinogradConvolution::inputPlane() const
{
    return static_cast<std::size_t>(m_imagesAtOnce * tilesPerImage() * m_source.channels());
}

std::size_t WinogradConvolution::outputPlane() const
{
    return static_cast<std::size_t>(m_imagesAtOnce * tilesPerImage()) * m_bias.size();
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

void WinogradConvolution::execute(const Pass& pass) const
{
    Scratch scratch(pass.scratch);
    std::byte* sourceScratch = scratch.take(m_source.scratchBytes());
    float* paddedImage = scratch.floats(paddedValues());
    const auto valueBytes = static_cast<std::size_t>(m_kernels.storedBytes);
    std::byte* values = scratch.take(kTileProducts * inputPlane() * valueBytes);
    float* sums = scratch.floats(kTileProducts * outputPlane());
    const int channels = m_source.channels(), outputs = static_cast<int>(m_bias.size());
    const auto inputStep = static_cast<std::size_t>(tilesPerImage() * channels);
    const auto outputStep = static_cast<std::size_t>(tilesPerImage() * outputs);

    std::fill_n(paddedImage, paddedValues(), 0.0f);  // its border stays so
    for (int first = 0; first < pass.images; first += m_imagesAtOnce) {
        const int count = std::min(m_imagesAtOnce, pass.images - first);
        for (int k = 0; k < count; ++k) {
            m_source.write(pass, first + k, paddedImage + (paddedWidth() + 1) * channels,
                           paddedWidth() * channels, sourceScratch);
            m_kernels.toWinograd({paddedImage, tilesOf(m_source.height()), tilesOf(m_source.width()),
                                  channels, values + static_cast<std::size_t>(k) * inputStep * valueBytes,
                                  static_cast<std::ptrdiff_t>(inputPlane())});
        }
        for (std::size_t i = 0; i < kTileProducts; ++i) {
            Product product = m_matrices[i].product();
            product.rows = values + i * inputPlane() * valueBytes;
            product.rowStride = channels;
            product.rowCount = count * tilesPerImage();
            product.result = sums + i * outputPlane();
            product.resultStride = outputs;
            m_matrices[i].multiply(product);
        }
        for (int k = 0; k < count; ++k) {
            WinogradOutput output{.sums = sums + static_cast<std::size_t>(k) * outputStep,
                                  .plane = static_cast<std::ptrdiff_t>(outputPlane()),
                                  .height = m_result.height,
                                  .width = m_result.width,
                                  .channels = outputs,
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
}

}  // namespace diffuscope::network::plan
