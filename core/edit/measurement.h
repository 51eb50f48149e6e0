// SPDX-License-Identifier: GPL-3.0-or-later
// Linear measurements y = A x0 + n of a sample: what of a result is known already.
#pragma once

#include "core/edit/picture_store.h"
#include "core/recipe/start.h"
#include "core/schedule/noise_level.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diffuscope::edit {

using torch::Tensor;

/// A linear operator A on samples [B, C, H, W], by its singular value decomposition A = U S Vᵀ.
class Operator
{
public:
    virtual ~Operator() = default;
    virtual Tensor apply(const Tensor& x) const = 0;          ///< A x
    virtual Tensor adjoint(const Tensor& y) const = 0;        ///< Aᵀ y
    virtual Tensor pseudoInverse(const Tensor& y) const = 0;  ///< A⁺ y
    /// V w(S) Vᵀ x, with w(0) where A sees nothing: one weight for each singular value.
    virtual Tensor weighted(const Tensor& x, const std::function<double(double s)>& weight) const = 0;
};

/// One kind of measurement.
struct MeasurementKind
{
    std::string id;
    std::string displayName;
    std::string description;
    std::vector<base::Option> options;
    bool needsPicture = true;
    bool needsMask = false;
    /// What is measured is a part of the sample as it is, so that it can be put back.
    bool isPart = false;
    /// For samples of this shape; `mask` is 1 where x0 is known, and undefined where the kind needs none.
    /// Throws Error(invalidOption) for a shape that it is not for.
    std::function<std::unique_ptr<Operator>(const base::OptionValues&, torch::IntArrayRef sample,
                                            const Tensor& mask)>
        make;
};

/// mask, blur, fewer_pixels, grey, lines, line.
const std::vector<MeasurementKind>& measurementKinds();
const MeasurementKind& measurementKind(const std::string& id);

/// Its own options, and that of all kinds: "noise", the standard deviation of n.
std::vector<base::Option> optionsOf(const MeasurementKind& kind);

/// A measurement, made: the operator, what was measured, and how exact that is.
struct Known
{
    std::shared_ptr<const Operator> a;
    Tensor y;          ///< [1, …]
    double noise = 0;  ///< standard deviation of n
    Tensor mask{};     ///< 1 where x0 is known; undefined but for masks
};

/// `noise` is N(0, 1) [1, C, H, W], of which n is made. Throws Error: missingFile for a picture that is not
/// there, invalidOption for a mask that hides all or nothing, an unknown kind, and options out of range.
Known known(const recipe::Measurement& measurement, const PictureStore& pictures, torch::IntArrayRef sample,
            const Tensor& noise);

}  // namespace diffuscope::edit
