// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/inference/matrix_convolution.h"

#include <algorithm>

namespace diffuscope::inference {
namespace {

/// [kernel · kernel · inputs][outputs], in the order in which a position's neighbours lie in an image.
std::vector<float> matrixOf(const ConvolutionWeights& weights)
{
    std::vector<float> matrix;
    matrix.reserve(weights.values.size());
    for (int y = 0; y < weights.kernel; ++y) {
        for (int x = 0; x < weights.kernel; ++x) {
            for (int input = 0; input < weights.inputs; ++input)
                for (int output = 0; output < weights.outputs; ++output)
                    matrix.push_back(weights.at(output, input, y, x));
        }
    }
    return matrix;
}

}  // namespace

MatrixConvolution::MatrixConvolution(std::string name, const Kernels& kernels, WeightMemory& memory,
                                     ImageSource source, const ConvolutionWeights& weights, int stride,
                                     const View& result, std::optional<View> addend)
    : Operation(std::move(name)),
      m_kernels(kernels),
      m_source(std::move(source)),
      m_result(result),
      m_addend(addend),
      m_outputs(weights.outputs),
      m_kernel(weights.kernel),
      m_stride(stride),
      m_matrix(kernels, Storage::kernels, matrixOf(weights), weights.kernel * weights.kernel * weights.inputs,
               weights.outputs, &memory),
      m_bias(weights.paddedBias(padded(weights.outputs)))
{
}

std::string MatrixConvolution::description() const
{
    const std::string size = std::to_string(m_kernel) + "×" + std::to_string(m_kernel);
    return m_source.description() + size + " convolution (matrix)" +
           (m_stride > 1 ? ", stride " + std::to_string(m_stride) : "") + (m_addend ? ", add" : "");
}

std::vector<View> MatrixConvolution::views() const
{
    std::vector<View> views{m_source.view()};
    if (m_addend)
        views.push_back(*m_addend);
    views.push_back(m_result);
    return views;
}

double MatrixConvolution::operationsPerImage() const
{
    return 2.0 * m_kernel * m_kernel * m_source.channels() * m_outputs * m_result.positions();
}

std::size_t MatrixConvolution::paddedValues() const
{
    return countOf(m_source.height() + 2 * border(), paddedWidth(), m_source.channels());
}

std::size_t MatrixConvolution::gatheredValues() const
{
    return countOf(m_result.positions(), m_matrix.depth());
}

std::size_t MatrixConvolution::scratchBytes() const
{
    return Scratch::bytesFor(m_source.scratchBytes()) + Scratch::bytesFor(paddedValues() * sizeof(float)) +
           Scratch::bytesFor(paddedValues() * static_cast<std::size_t>(m_kernels.storedBytes)) +
           Scratch::bytesFor(gatheredValues() * static_cast<std::size_t>(m_kernels.storedBytes));
}

bool MatrixConvolution::readsInPlace() const
{
    return m_kernel == 1 && m_source.isUnchanged() && m_kernels.storedBytes == sizeof(float);
}

Range MatrixConvolution::paddedRows(Range positions) const
{
    const int first = positions.first / m_result.width, last = (positions.last - 1) / m_result.width;
    return {first * m_stride, last * m_stride + m_kernel};
}

void MatrixConvolution::storePixels(const Pass& pass, int image, Range positions, std::byte* stored) const
{
    const View& view = m_source.view();
    const auto step = static_cast<std::ptrdiff_t>(view.channels) * m_kernels.storedBytes;
    const float* values =
        pass.values(view, image) + static_cast<std::ptrdiff_t>(positions.first) * view.pixelStride;
    stored += positions.first * step;
    if (view.channels == view.pixelStride) {
        m_kernels.store(values, static_cast<std::ptrdiff_t>(positions.size()) * view.channels, stored);
        return;
    }
    for (int pixel = 0; pixel < positions.size(); ++pixel, values += view.pixelStride, stored += step)
        m_kernels.store(values, view.channels, stored);
}

const std::byte* MatrixConvolution::padImage(const Pass& pass, int image, Range positions,
                                             const Work& work) const
{
    const std::ptrdiff_t channels = m_source.channels(), rowStride = paddedWidth() * channels;
    const Range rows = paddedRows(positions);
    m_source.write(pass, image, m_source.rowsIn(rows, border()),
                   work.paddedImage + border() * (rowStride + channels), rowStride, work.sourceScratch);
    if (m_kernels.storedBytes == sizeof(float))
        return reinterpret_cast<const std::byte*>(work.paddedImage);
    m_kernels.store(work.paddedImage + rows.first * rowStride, rows.size() * rowStride,
                    work.stored + rows.first * rowStride * m_kernels.storedBytes);
    return work.stored;
}

void MatrixConvolution::gather(const std::byte* paddedImage, Range positions, std::byte* rows) const
{
    const auto pixel = countOf(m_source.channels(), m_kernels.storedBytes);
    const std::size_t rowStride = static_cast<std::size_t>(paddedWidth()) * pixel;
    const std::size_t run = static_cast<std::size_t>(m_kernel) * pixel;
    const std::size_t depth = countOf(m_matrix.depth(), m_kernels.storedBytes);
    const auto kernel = static_cast<std::size_t>(m_kernel);
    for (int position = positions.first; position < positions.last; ++position, rows += depth) {
        const int y = position / m_result.width, x = position % m_result.width;
        const std::byte* corner = paddedImage + countOf(y, m_stride, rowStride) + countOf(x, m_stride, pixel);
        for (std::size_t line = 0; line < kernel; ++line)
            std::copy_n(corner + line * rowStride, run, rows + line * run);
        std::fill(rows + kernel * run, rows + depth, std::byte{0});
    }
}

MatrixConvolution::Work MatrixConvolution::prepared(const Pass& pass, Range positions) const
{
    Scratch scratch(pass.scratch);
    const auto valueBytes = static_cast<std::size_t>(m_kernels.storedBytes);
    const Work work{.paddedImage = scratch.floats(paddedValues()),
                    .sourceScratch = scratch.take(m_source.scratchBytes()),
                    .stored = scratch.take(paddedValues() * valueBytes),
                    .rows = scratch.take(gatheredValues() * valueBytes)};
    if (border() > 0) {
        const Range rows = paddedRows(positions);
        const std::ptrdiff_t rowStride = paddedWidth() * m_source.channels();
        // The border stays so.
        std::fill_n(work.paddedImage + rows.first * rowStride, rows.size() * rowStride, 0.0f);
    }
    return work;
}

void MatrixConvolution::setRows(const Pass& pass, int image, Range positions, const Work& work,
                                Product& product) const
{
    const View& view = m_source.view();
    if (readsInPlace()) {
        product.rowStride = view.pixelStride;
        product.rows = reinterpret_cast<const std::byte*>(pass.values(view, image) +
                                                          positions.first * product.rowStride);
        return;
    }
    const std::byte* stored = work.stored;
    if (m_kernel == 1 && m_source.isUnchanged())
        storePixels(pass, image, positions, work.stored);
    else
        stored = padImage(pass, image, positions, work);
    product.rowStride = m_matrix.depth();
    if (m_kernel > 1 || m_matrix.depth() != m_source.channels()) {
        gather(stored, positions, work.rows);
        product.rows = work.rows;
    } else {
        product.rows = stored + countOf(positions.first, m_source.channels(), m_kernels.storedBytes);
    }
}

void MatrixConvolution::execute(const Pass& pass) const
{
    const Range positions = pass.share.of(m_result.positions());
    if (positions.isEmpty())
        return;
    const Work work = prepared(pass, positions);
    for (int image = 0; image < pass.images; ++image) {
        Product product = m_matrix.product();
        setRows(pass, image, positions, work, product);
        product.rowCount = positions.size();
        product.resultStride = m_result.pixelStride;
        product.result = pass.values(m_result, image) + positions.first * product.resultStride;
        product.bias = m_bias.data();
        if (m_addend) {
            product.addendStride = m_addend->pixelStride;
            product.addend = pass.values(*m_addend, image) + positions.first * product.addendStride;
        }
        m_matrix.multiply(product);
    }
}

}  // namespace diffuscope::inference
