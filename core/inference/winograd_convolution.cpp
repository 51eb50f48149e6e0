// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/winograd_convolution.h"

#include <algorithm>
#include <array>

namespace diffuscope::inference {
namespace {

/// What the transformed values of the images in work may take, of a core's 1 MiB of second-level cache.
constexpr std::size_t cacheBytes = 700 << 10;

using Kernel = std::array<std::array<double, 3>, 3>;
using Transformed = std::array<std::array<double, tileInput>, tileInput>;

/// G: row p holds 1, p, p² divided by the product of (p − q) over the other points q; the last is infinity's.
std::array<std::array<double, 3>, tileInput> weightTransform()
{
    const std::array<double, 5> points{0, nearPoint, -nearPoint, farPoint, -farPoint};
    std::array<std::array<double, 3>, tileInput> rows{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        double product = 1;
        for (std::size_t j = 0; j < points.size(); ++j)
            product *= j == i ? 1 : points[i] - points[j];
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
    for (std::size_t i = 0; i < tileInput; ++i) {
        std::array<double, 3> row{};
        for (std::size_t x = 0; x < 3; ++x)
            for (std::size_t y = 0; y < 3; ++y)
                row[x] += transform[i][y] * kernel[y][x];
        for (std::size_t j = 0; j < tileInput; ++j)
            for (std::size_t x = 0; x < 3; ++x)
                result[i][j] += row[x] * transform[j][x];
    }
    return result;
}

/// The tileProducts matrices [inputs][outputs].
std::vector<std::vector<float>> transformedWeights(const ConvolutionWeights& weights)
{
    std::vector<std::vector<float>> matrices(tileProducts,
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
            for (std::size_t i = 0; i < tileProducts; ++i)
                matrices[i][place] = static_cast<float>(values[i / tileInput][i % tileInput]);
        }
    }
    return matrices;
}

/// Some columns of a matrix whose rows have `width` of them.
std::vector<float> columnsOf(const std::vector<float>& matrix, int width, Range columns)
{
    std::vector<float> part;
    for (auto row = matrix.begin(); row != matrix.end(); row += width)
        part.insert(part.end(), row + columns.first, row + columns.last);
    return part;
}

/// The channels in panels, and where they can be halved, so that either half consists of whole panels.
std::vector<Range> panelsOf(int channels)
{
    const int units = channels / laneMultiple;
    const int halves = units > 2 && units % 2 == 0 ? 2 : 1;
    const int count = halves * panelCount(units / halves);
    std::vector<Range> panels;
    for (int index = 0; index < count; ++index) {
        const Range own = Share{index, count}.of(units);
        panels.push_back({own.first * laneMultiple, own.last * laneMultiple});
    }
    return panels;
}

}  // namespace

WinogradConvolution::WinogradConvolution(std::string name, const Kernels& kernels, WeightMemory& memory,
                                         ImageSource source, const ConvolutionWeights& weights,
                                         const View& result, std::optional<View> addend)
    : Operation(std::move(name)),
      m_kernels(kernels),
      m_source(std::move(source)),
      m_result(result),
      m_addend(addend),
      m_outputs(weights.outputs),
      m_bias(weights.paddedBias(padded(weights.outputs)))
{
    const auto matrices = transformedWeights(weights);
    for (const Range columns : panelsOf(static_cast<int>(m_bias.size()))) {
        Panel& panel = m_panels.emplace_back(Panel{columns, {}});
        const Range there{columns.first, std::min(columns.last, weights.outputs)};
        for (const auto& matrix : matrices) {
            panel.matrices.emplace_back(kernels, Storage::kernels, columnsOf(matrix, weights.outputs, there),
                                        weights.inputs, there.size(), &memory);
        }
    }
    const auto valueBytes = static_cast<std::size_t>(kernels.storedBytes);
    const std::size_t bytesPerImage =
        countOf(tileProducts, tilesPerImage()) *
        (static_cast<std::size_t>(weights.inputs) * valueBytes + m_bias.size() * sizeof(float));
    m_imagesAtOnce = std::max(1, static_cast<int>(cacheBytes / bytesPerImage));
}

std::string WinogradConvolution::description() const
{
    return m_source.description() + "3×3 convolution (Winograd)" + (m_addend ? ", add" : "");
}

std::vector<View> WinogradConvolution::views() const
{
    std::vector<View> views{m_source.view()};
    if (m_addend)
        views.push_back(*m_addend);
    views.push_back(m_result);
    return views;
}

std::size_t WinogradConvolution::paddedValues() const
{
    return countOf(tileSide * tilesOf(m_source.height()) + 2, paddedWidth(), m_source.channels());
}

std::size_t WinogradConvolution::planeOf(int channels) const
{
    const auto values = countOf(m_imagesAtOnce, tilesPerImage(), channels);
    // An odd number of cache lines: with a power of two of them, all planes would fight for the same places.
    constexpr std::size_t line = vectorAlignment / sizeof(float);
    return (values / line | 1) * line;
}

std::size_t WinogradConvolution::scratchBytes() const
{
    return Scratch::bytesFor(m_source.scratchBytes()) + Scratch::bytesFor(paddedValues() * sizeof(float)) +
           Scratch::bytesFor(tileProducts * inputPlane() * static_cast<std::size_t>(m_kernels.storedBytes)) +
           Scratch::bytesFor(tileProducts * outputPlane() * sizeof(float));
}

std::size_t WinogradConvolution::weightBytes() const
{
    std::size_t bytes = 0;
    for (const Panel& panel : m_panels)
        bytes += tileProducts * panel.matrices.front().bytes();
    return bytes;
}

double WinogradConvolution::operationsPerImage() const
{
    return 2.0 * 9 * m_result.positions() * m_source.channels() * m_outputs;
}

WinogradConvolution::Portion WinogradConvolution::portion(const Share& share) const
{
    const int tiles = tilesPerImage(), channels = static_cast<int>(m_bias.size());
    const int registers = channels / laneMultiple;
    // By channels, no two threads read the same weights; by tiles, they transform different inputs.
    if (share.largest(registers) <= share.largest(tiles)) {
        const Range own = share.of(registers);
        return {{0, tiles}, {own.first * laneMultiple, own.last * laneMultiple}};
    }
    return {share.of(tiles), {0, channels}};
}

Range WinogradConvolution::paddedRows(Range tiles) const
{
    const int tilesX = tilesOf(m_source.width());
    const int first = tiles.first / tilesX, last = (tiles.last - 1) / tilesX;
    return {first * tileSide, last * tileSide + tileInput};
}

WinogradConvolution::Work WinogradConvolution::prepared(const Pass& pass, Range tiles) const
{
    Scratch scratch(pass.scratch);
    const auto valueBytes = static_cast<std::size_t>(m_kernels.storedBytes);
    const Work work{.paddedImage = scratch.floats(paddedValues()),
                    .sourceScratch = scratch.take(m_source.scratchBytes()),
                    .values = scratch.take(tileProducts * inputPlane() * valueBytes),
                    .sums = scratch.floats(tileProducts * outputPlane())};
    const Range rows = paddedRows(tiles);
    const std::ptrdiff_t rowStride = paddedWidth() * m_source.channels();
    // The border stays so.
    std::fill_n(work.paddedImage + rows.first * rowStride, rows.size() * rowStride, 0.0f);
    return work;
}

void WinogradConvolution::transformInputs(const Pass& pass, Range images, Range tiles, const Work& work) const
{
    const std::ptrdiff_t channels = m_source.channels(), rowStride = paddedWidth() * channels;
    const Range rows = m_source.rowsIn(paddedRows(tiles), 1);
    std::byte* values = work.values;
    for (int image = images.first; image < images.last; ++image) {
        m_source.write(pass, image, rows, work.paddedImage + rowStride + channels, rowStride,
                       work.sourceScratch);
        m_kernels.toWinograd({.padded = work.paddedImage,
                              .tilesX = tilesOf(m_source.width()),
                              .channels = m_source.channels(),
                              .firstTile = tiles.first,
                              .lastTile = tiles.last,
                              .values = values,
                              .plane = static_cast<std::ptrdiff_t>(inputPlane())});
        values += countOf(tiles.size(), channels, m_kernels.storedBytes);
    }
}

void WinogradConvolution::multiply(int tiles, Range channels, const Work& work) const
{
    for (const Panel& panel : m_panels) {
        for (std::size_t i = 0; i < tileProducts; ++i) {
            Product product = panel.matrices[i].product();
            product.firstColumn = std::max(channels.first - panel.columns.first, 0);
            product.lastColumn = std::min(channels.last, panel.columns.last) - panel.columns.first;
            product.rows = work.values + i * inputPlane() * static_cast<std::size_t>(m_kernels.storedBytes);
            product.rowStride = m_source.channels();
            product.rowCount = tiles;
            product.result = work.sums + i * outputPlane() + panel.columns.first;
            product.resultStride = static_cast<std::ptrdiff_t>(m_bias.size());
            panel.matrices[i].multiply(product);
        }
    }
}

void WinogradConvolution::transformSums(const Pass& pass, Range images, const Portion& portion,
                                        const Work& work) const
{
    const auto [tiles, channels] = portion;
    const float* sums = work.sums + channels.first;
    for (int image = images.first; image < images.last; ++image) {
        WinogradOutput output{.sums = sums,
                              .plane = static_cast<std::ptrdiff_t>(outputPlane()),
                              .tileStride = static_cast<std::ptrdiff_t>(m_bias.size()),
                              .firstTile = tiles.first,
                              .lastTile = tiles.last,
                              .height = m_result.height,
                              .width = m_result.width,
                              .channels = channels.size(),
                              .bias = m_bias.data() + channels.first,
                              .result = pass.values(m_result, image) + channels.first,
                              .resultStride = m_result.pixelStride};
        if (m_addend) {
            output.addend = pass.values(*m_addend, image) + channels.first;
            output.addendStride = m_addend->pixelStride;
        }
        m_kernels.fromWinograd(output);
        sums += countOf(tiles.size(), m_bias.size());
    }
}

void WinogradConvolution::execute(const Pass& pass) const
{
    const Portion own = portion(pass.share);
    if (own.tiles.isEmpty() || own.channels.isEmpty())
        return;
    const Work work = prepared(pass, own.tiles);
    const int groups = (pass.images + m_imagesAtOnce - 1) / m_imagesAtOnce;
    for (int group = 0; group < groups; ++group) {
        const Range images = Share{group, groups}.of(pass.images);
        transformInputs(pass, images, own.tiles, work);
        multiply(images.size() * own.tiles.size(), own.channels, work);
        transformSums(pass, images, own, work);
    }
}

}  // namespace diffuscope::inference
