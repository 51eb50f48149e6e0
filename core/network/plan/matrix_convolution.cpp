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
           Scratch::bytesFor(gatheredValues() * sizeof(float)) +
           Scratch::bytesFor(gatheredValues() * static_cast<std::size_t>(m_kernels.storedBytes));
}

bool MatrixConvolution::readsInPlace() const
{
    return m_kernel == 1 && m_source.isUnchanged() && m_kernels.storedBytes == sizeof(float);
}

void MatrixConvolution::gather(const float* paddedImage, float* rows) const
{
    const std::ptrdiff_t channels = m_source.channels(), rowStride = paddedWidth() * channels;
    const std::ptrdiff_t run = m_kernel * channels;
    for (std::ptrdiff_t y = 0; y < m_result.height; ++y) {
        for (std::ptrdiff_t x = 0; x < m_result.width; ++x) {
            const float* corner = paddedImage + y * m_stride * rowStride + x * m_stride * channels;
            for (int line = 0; line < m_kernel; ++line) {
                std::copy_n(corner + line * rowStride, run, rows + line * run);
            }
            std::fill(rows + m_kernel * run, rows + m_matrix.depth(), 0.0f);
            rows += m_matrix.depth();
        }
    }
}

MatrixConvolution::Work MatrixConvolution::prepared(const Pass& pass) const
{
    Scratch scratch(pass.scratch);
    const Work work{
        .paddedImage = scratch.floats(paddedValues()),
        .sourceScratch = scratch.take(m_source.scratchBytes()),
        .rows = scratch.floats(gatheredValues()),
        .stored = scratch.take(gatheredValues() * static_cast<std::size_t>(m_kernels.storedBytes))};
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
    const std::ptrdiff_t channels = m_source.channels(), rowStride = paddedWidth() * channels;
    m_source.write(pass, image, work.paddedImage + border() * (rowStride + channels), rowStride,
                   work.sourceScratch);
    const float* rows = work.paddedImage;
    if (m_kernel > 1 || m_matrix.depth() != m_source.channels()) {
        gather(work.paddedImage, work.rows);
        rows = work.rows;
    }
    m_kernels.store(rows, static_cast<std::ptrdiff_t>(gatheredValues()), work.stored);
    product.rows = work.stored;
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
