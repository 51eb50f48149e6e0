// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/measurement.h"

#include "core/base/error.h"
#include "core/edit/start.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace diffuscope::edit {

namespace {

using base::Option;
using Weight = std::function<double(double)>;

/// A Aᵀ = s² I: A sees some directions, all of them alike.
class FlatOperator : public Operator
{
public:
    explicit FlatOperator(double s) : m_s(s) {}
    Tensor pseudoInverse(const Tensor& y) const override { return adjoint(y) / (m_s * m_s); }
    Tensor weighted(const Tensor& x, const Weight& weight) const override
    {
        const Tensor seen = pseudoInverse(apply(x));
        return weight(m_s) * seen + weight(0) * (x - seen);
    }

private:
    double m_s;
};

class Mask final : public FlatOperator
{
public:
    explicit Mask(Tensor mask) : FlatOperator(1), m_mask(std::move(mask)) {}
    Tensor apply(const Tensor& x) const override { return x * m_mask.to(x.options()); }
    Tensor adjoint(const Tensor& y) const override { return apply(y); }

private:
    Tensor m_mask;
};

/// The mean of each block of factor × factor pixels.
class FewerPixels final : public FlatOperator
{
public:
    explicit FewerPixels(int factor) : FlatOperator(1.0 / factor), m_factor(factor) {}
    Tensor apply(const Tensor& x) const override
    {
        const auto f = m_factor;
        return x.reshape({x.size(0), x.size(1), x.size(2) / f, f, x.size(3) / f, f})
            .mean(at::IntArrayRef{3, 5});
    }
    Tensor adjoint(const Tensor& y) const override
    {
        return y.repeat_interleave(m_factor, 2).repeat_interleave(m_factor, 3) / double(m_factor * m_factor);
    }

private:
    std::int64_t m_factor;
};

/// The mean of the channels.
class Grey final : public FlatOperator
{
public:
    explicit Grey(std::int64_t channels) : FlatOperator(1 / std::sqrt(double(channels))), m_channels(channels)
    {
    }
    Tensor apply(const Tensor& x) const override { return x.mean(1, true); }
    Tensor adjoint(const Tensor& y) const override
    {
        return y.repeat({1, m_channels, 1, 1}) / double(m_channels);
    }

private:
    std::int64_t m_channels;
};

/// Of points: a·x, with a of length 1.
class Line final : public FlatOperator
{
public:
    explicit Line(Tensor direction) : FlatOperator(1), m_direction(std::move(direction)) {}
    Tensor apply(const Tensor& x) const override
    {
        return (x * m_direction.to(x.options())).flatten(1).sum(1).view({-1, 1, 1, 1});
    }
    Tensor adjoint(const Tensor& y) const override { return y * m_direction.to(y.options()); }

private:
    Tensor m_direction;  ///< [1, C, H, W]
};

/// Convolution with a Gaussian on the torus: diagonal in the discrete Fourier transform, and symmetric.
class Blur final : public Operator
{
public:
    Blur(double sigma, std::int64_t height, std::int64_t width)
        : m_transfer(transferOf(sigma, height).view({-1, 1}) * transferOf(sigma, width).view({1, -1}))
    {
        m_transfer = torch::where(m_transfer < least, torch::zeros_like(m_transfer), m_transfer).contiguous();
    }
    Tensor apply(const Tensor& x) const override { return filtered(x, m_transfer); }
    Tensor adjoint(const Tensor& y) const override { return apply(y); }
    Tensor pseudoInverse(const Tensor& y) const override
    {
        return filtered(y, factors([](double s) { return s > 0 ? 1 / s : 0; }));
    }
    Tensor weighted(const Tensor& x, const Weight& weight) const override
    {
        return filtered(x, factors(weight));
    }

private:
    /// Where less of a frequency is left, nothing of it is.
    static constexpr double least = 0.03;

    /// exp(−sigma² ω²/2), ω = 2π k/n: the Fourier transform of a Gaussian.
    static Tensor transferOf(double sigma, std::int64_t count)
    {
        const Tensor k =
            torch::fft_fftfreq(count, 1.0, torch::TensorOptions(torch::kDouble)) * (2 * std::numbers::pi);
        return (-0.5 * sigma * sigma * k.square()).exp();
    }

    Tensor factors(const Weight& weight) const
    {
        Tensor result = m_transfer.clone();
        double* values = result.data_ptr<double>();
        std::transform(values, values + result.numel(), values, [&](double s) { return weight(s); });
        return result;
    }

    static Tensor filtered(const Tensor& x, const Tensor& factors)
    {
        const Tensor spectrum = torch::fft_fft2(x.to(torch::kDouble)) * factors;
        return torch::real(torch::fft_ifft2(spectrum)).to(x.scalar_type()).contiguous();
    }

    Tensor m_transfer;  ///< [H, W]
};

void requirePicture(torch::IntArrayRef sample, const std::string& what)
{
    if (sample[1] < 2 || sample[2] < 2)
        throw Error(ErrorCode::invalidOption, what + " is measured of pictures, not of points.",
                    "Measure points along a line: --measure line:angle=0,value=1.");
}

std::vector<MeasurementKind> makeKinds()
{
    std::vector<MeasurementKind> kinds;
    kinds.push_back({.id = "mask",
                     .displayName = "A part",
                     .description = "Part of the picture is known, and the rest is filled in (inpainting).",
                     .options = {},
                     .needsMask = true,
                     .isPart = true,
                     .make = [](const auto&, torch::IntArrayRef sample, const Tensor& mask) {
                         requirePicture(sample, "A part");
                         return std::make_unique<Mask>(mask);
                     }});
    kinds.push_back(
        {.id = "lines",
         .displayName = "Some lines",
         .description = "Every n-th line of the picture is known, the others were left out.",
         .options = {Option::integer("keep", "Every", 2, 2, 16, "One line in so many is known.")},
         .isPart = true,
         .make = [](const base::OptionValues& values, torch::IntArrayRef sample, const Tensor&) {
             requirePicture(sample, "Lines");
             const int keep = base::integer(values, "keep");
             const Tensor isKnown = torch::arange(sample[1]).remainder(keep).eq(0).to(torch::kFloat);
             return std::make_unique<Mask>(
                 isKnown.view({1, 1, sample[1], 1}).expand({1, 1, sample[1], sample[2]}).contiguous());
         }});
    kinds.push_back({.id = "fewer_pixels",
                     .displayName = "Fewer pixels",
                     .description = "Each block of pixels is known by its mean (super-resolution).",
                     .options = {Option::integer("factor", "Factor", 4, 2, 16,
                                                 "So many pixels across and down become one.")},
                     .make = [](const base::OptionValues& values, torch::IntArrayRef sample, const Tensor&) {
                         requirePicture(sample, "Fewer pixels");
                         const int factor = base::integer(values, "factor");
                         if (sample[1] % factor != 0 || sample[2] % factor != 0)
                             throw Error(ErrorCode::invalidOption,
                                         "The model's pictures of " + std::to_string(sample[2]) + "×" +
                                             std::to_string(sample[1]) +
                                             " pixels cannot be cut into blocks of " +
                                             std::to_string(factor) + ".",
                                         "Give a factor that divides both.");
                         return std::make_unique<FewerPixels>(factor);
                     }});
    kinds.push_back({.id = "blur",
                     .displayName = "Blur",
                     .description = "The picture is known through a Gaussian blur (deblurring).",
                     .options = {Option::number("sigma", "σ", 1.5, 0.1, 20,
                                                "Standard deviation of the Gaussian, in pixels.", 2)},
                     .make = [](const base::OptionValues& values, torch::IntArrayRef sample, const Tensor&) {
                         requirePicture(sample, "Blur");
                         return std::make_unique<Blur>(base::number(values, "sigma"), sample[1], sample[2]);
                     }});
    kinds.push_back({.id = "grey",
                     .displayName = "No colour",
                     .description = "The mean of the channels is known (colourization).",
                     .options = {},
                     .make = [](const auto&, torch::IntArrayRef sample, const Tensor&) {
                         if (sample[0] < 2)
                             throw Error(ErrorCode::invalidOption,
                                         "The model's pictures have no colour that could be missing.",
                                         "Choose a model of coloured pictures.");
                         return std::make_unique<Grey>(sample[0]);
                     }});
    kinds.push_back(
        {.id = "line",
         .displayName = "A line",
         .description = "Of a point, its place along one direction is known: x·cos θ + y·sin θ.",
         .options = {Option::number("angle", "θ", 0, -180, 180, "Direction in degrees; 0 is x, 90 is y.", 1),
                     Option::number("value", "y", 0, -100, 100, "The place that was measured.", 3)},
         .needsPicture = false,
         .isPart = true,
         .make = [](const base::OptionValues& values, torch::IntArrayRef sample, const Tensor&) {
             const std::int64_t dimensions = sample[0] * sample[1] * sample[2];
             if (dimensions > 2)
                 throw Error(ErrorCode::invalidOption, "A line is measured of points, not of pictures.",
                             "Measure pictures by mask, blur, fewer_pixels, grey or lines.");
             const double angle = base::number(values, "angle") * std::numbers::pi / 180;
             const Tensor both = torch::tensor({std::cos(angle), std::sin(angle)}, torch::kDouble);
             const Tensor direction = dimensions == 1 ? torch::ones({1}, torch::kDouble) : both;
             return std::make_unique<Line>(direction.view({1, sample[0], sample[1], sample[2]}));
         }});
    return kinds;
}

/// 1 where the mask picture is dark: white is to be filled.
Tensor knownPart(const recipe::Measurement& measurement, const PictureStore& pictures,
                 torch::IntArrayRef sample)
{
    if (measurement.mask.empty())
        throw Error(ErrorCode::invalidOption, "There is no mask that says which part is known.",
                    "Give --mask FILE.png, white where the picture is to be filled.");
    const Tensor mask = sampleOf(pictures, measurement.mask, 1, int(sample[1]), int(sample[2]), "of the mask")
                            .lt(0)
                            .to(torch::kFloat);
    const double share = mask.mean().item<double>();
    if (share == 0)
        throw Error(ErrorCode::invalidOption,
                    "The mask hides the whole picture, so that nothing of it is known.",
                    "Leave some of the mask black, or sample without it.");
    if (share == 1)
        throw Error(ErrorCode::invalidOption, "The mask hides nothing, so that there is nothing to fill.",
                    "Paint white what is to be filled.");
    return mask;
}

}  // namespace

const std::vector<MeasurementKind>& measurementKinds()
{
    static const std::vector<MeasurementKind> kinds = makeKinds();
    return kinds;
}

const MeasurementKind& measurementKind(const std::string& id)
{
    std::string names;
    for (const MeasurementKind& kind : measurementKinds()) {
        if (kind.id == id)
            return kind;
        names += (names.empty() ? "" : ", ") + kind.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no measurement \"" + id.substr(0, 40) + "\".",
                "There are: " + names + ".");
}

std::vector<base::Option> optionsOf(const MeasurementKind& kind)
{
    std::vector<Option> options = kind.options;
    options.push_back(
        Option::number("noise", "σ_y", 0, 0, 2, "Standard deviation of the noise in what is measured.", 3));
    return options;
}

Known known(const recipe::Measurement& measurement, const PictureStore& pictures, torch::IntArrayRef sample,
            const Tensor& noise)
{
    const MeasurementKind& kind = measurementKind(measurement.kind);
    const std::vector<Option> options = optionsOf(kind);
    base::OptionValues own;  // the others are the method's
    for (const Option& option : options)
        if (const auto given = measurement.options.find(option.id); given != measurement.options.end())
            own.insert(*given);
    const base::OptionValues values = base::completed("measurement \"" + kind.id + "\"", options, own);
    Known result;
    if (kind.needsMask)
        result.mask = knownPart(measurement, pictures, sample);
    result.a = kind.make(values, sample, result.mask);
    result.noise = base::number(values, "noise");
    if (!kind.needsPicture) {
        result.y = torch::full({1, 1, 1, 1}, base::number(values, "value"), torch::kDouble);
        return result;
    }
    if (measurement.known.empty())
        throw Error(ErrorCode::invalidOption, "There is no picture that was measured.",
                    "Give --known FILE.png.");
    const Tensor x0 = sampleOf(pictures, measurement.known, int(sample[0]), int(sample[1]), int(sample[2]),
                               "that is known");
    result.y = result.a->apply(x0);
    if (result.noise > 0) {
        // As much noise as was measured, whatever part of the sample that is.
        const Tensor n = noise.to(result.y.scalar_type()).flatten().slice(0, 0, result.y.numel());
        Tensor added = result.noise * n.view_as(result.y);
        result.y = result.y + (result.mask.defined() ? added * result.mask : added);
    }
    return result;
}

}  // namespace diffuscope::edit
