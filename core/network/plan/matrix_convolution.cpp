#include "core/network/plan/matrix_convolution.h"

#include <algorithm>

namespace diffuscope::network::plan {
namespace {

/// [kernel · kernel · inputs][outputs], in the order in which a position's neighbours lie in an image.
std::vector<float> matrixOf(const ConvolutionWeights& weights)
{
    std::vector<float> matrix;
    matrix.reserve(weights.values.size());
    for (int y = 0; y < weights.kernel; ++y) {
        for (int x = 0; x < weights.kernel; ++x) {
            for (int input = 0; input < weights.inputs; ++input) {
                for (int output = 0; output < weights.outputs; ++output) {
                    matrix.push_back(weights.at(output, input, y, x));
                }
            }
        }
    }
    return matrix;
}

}  // namespace

MatrixConvolution::MatrixConvolution(std::string name, const Kernels& kernels, ImageSource source,
                                     const ConvolutionWeights& weights, int stride, const View& result,
                                     std::optional<View> addend)
    : Operation(std::move(name)),
      m_kernels(kernels),
      m_source(std::move(source)),
      m_result(result),
      m_addend(addend),
      m_outputs(weights.outputs),
      m_kernel(weights.kernel),
      m_stride(stride),
      m_matrix(kernels, Storage::kernels, matrixOf(weights), weights.kernel * weights.kernel * weights.inputs,
               weights.outputs),
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
    if (m_addend) {
        views.push_back(*m_addend);
    }
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

void MatrixConvolution::storePixels(const Pass& pass, int image, std::byte* stored) const
{
    const View& view = m_source.view();
    const float* values = pass.values(view, image);
    if (view.channels == view.pixelStride) {
        m_kernels.store(values, static_cast<std::ptrdiff_t>(view.valuesPerImage()), stored);
        return;
    }
    const auto step = static_cast<std::size_t>(view.channels * m_kernels.storedBytes);
    for (int pixel = 0; pixel < view.positions(); ++pixel, values += view.pixelStride, stored += step) {
        m_kernels.store(values, view.channels, stored);
    }
}

void MatrixConvolution::gather(const std::byte* paddedImage, std::byte* rows) const
{
    const auto pixel = countOf(m_source.channels(), m_kernels.storedBytes);
    const std::size_t rowStride = static_cast<std::size_t>(paddedWidth()) * pixel;
    const std::size_t run = static_cast<std::size_t>(m_kernel) * pixel;
    const std::size_t depth = countOf(m_matrix.depth(), m_kernels.storedBytes);
    const auto stride = static_cast<std::size_t>(m_stride), kernel = static_cast<std::size_t>(m_kernel);
    for (std::size_t y = 0; y < static_cast<std::size_t>(m_result.height); ++y) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(m_result.width); ++x) {
            const std::byte* corner = paddedImage + y * stride * rowStride + x * stride * pixel;
            for (std::size_t line = 0; line < kernel; ++line) {
                std::copy_n(corner + line * rowStride, run, rows + line * run);
            }
            std::fill(rows + kernel * run, rows + depth, std::byte{0});
            rows += depth;
        }
    }
}

MatrixConvolution::Work MatrixConvolution::prepared(const Pass& pass) const
{
    Scratch scratch(pass.scratch);
    const auto valueBytes = static_cast<std::size_t>(m_kernels.storedBytes);
    const Work work{.paddedImage = scratch.floats(paddedValues()),
                    .sourceScratch = scratch.take(m_source.scratchBytes()),
                    .stored = scratch.take(paddedValues() * valueBytes),
                    .rows = scratch.take(gatheredValues() * valueBytes)};
    if (border() > 0) {
        std::fill_n(work.paddedImage, paddedValues(), 0.0f);  // its border stays so
    }
    return work;
}

void MatrixConvolution::setRows(const Pass& pass, int image, const Work& work, Product& product) const
{
    if (readsInPlace()) {
        product.rows = reinterpret_cast<const std::byte*>(pass.values(m_source.view(), image));
        product.rowStride = m_source.view().pixelStride;
        return;
    }
    const std::byte* stored = work.stored;
    if (m_kernel == 1 && m_source.isUnchanged()) {
        storePixels(pass, image, work.stored);
    } else {
        const std::ptrdiff_t channels = m_source.channels(), rowStride = paddedWidth() * channels;
        m_source.write(pass, image, work.paddedImage + border() * (rowStride + channels), rowStride,
                       work.sourceScratch);
        if (m_kernels.storedBytes == sizeof(float)) {
            stored = reinterpret_cast<const std::byte*>(work.paddedImage);
        } else {
            m_kernels.store(work.paddedImage, static_cast<std::ptrdiff_t>(paddedValues()), work.stored);
        }
    }
    const bool isGathered = m_kernel > 1 || m_matrix.depth() != m_source.channels();
    if (isGathered) {
        gather(stored, work.rows);
    }
    product.rows = isGathered ? work.rows : stored;
    product.rowStride = m_matrix.depth();
}

void MatrixConvolution::execute(const Pass& pass) const
{
    const Work work = prepared(pass);
    for (int image = 0; image < pass.images; ++image) {
        Product product = m_matrix.product();
        setRows(pass, image, work, product);
        product.rowCount = m_result.positions();
        product.result = pass.values(m_result, image);
        product.resultStride = m_result.pixelStride;
        product.bias = m_bias.data();
        if (m_addend) {
            product.addend = pass.values(*m_addend, image);
            product.addendStride = m_addend->pixelStride;
        }
        m_matrix.multiply(product);
    }
}

}  // namespace diffuscope::network::plan
