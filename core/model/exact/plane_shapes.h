// SPDX-License-Identifier: GPL-3.0-or-later
// The usual two-dimensional data sets as mixtures: their curves as points at equal steps of the parameter.
#pragma once

#include "core/model/exact/point_mixture.h"

namespace diffuscope::model {

/// `points` is how many Gaussians a shape is made of, about; `width` their standard deviation, which is the
/// noise of the usual definition. Shapes and scales as in FFJORD's toy data (Grathwohl et al. 2019); the
/// parameter of each curve, uniform there, takes equally spaced values here, so that the density is exact and
/// the same every time.
struct ShapeOptions
{
    int points = 400;
    double width = 0.1;
};

PointMixture moonsShape(const ShapeOptions& options);         ///< two half circles; classes 0 and 1
PointMixture circlesShape(const ShapeOptions& options);       ///< radii 3 and 1.5; classes 0 and 1
PointMixture swissRollShape(const ShapeOptions& options);     ///< (t cos t, t sin t)/5, t from 1.5π to 4.5π
PointMixture sCurveShape(const ShapeOptions& options);        ///< (sin t, sign(t)(cos t − 1)), |t| < 1.5π
PointMixture spiralsShape(const ShapeOptions& options);       ///< two arms; classes 0 and 1
PointMixture checkerboardShape(const ShapeOptions& options);  ///< eight squares of side 2
PointMixture lineShape(const ShapeOptions& options);          ///< y = x, |x| < 2.5
PointMixture cosineShape(const ShapeOptions& options);        ///< y = 2.5 sin x, |x| < 2.5
/// Five arms with Gaussians across them: `width` is the standard deviation across an arm. Classes 0 to 4.
PointMixture pinwheelShape(const ShapeOptions& options);

/// `modes` Gaussians on a circle; each is a class.
PointMixture ringOfGaussians(int modes, double radius, double sd);

}  // namespace diffuscope::model
