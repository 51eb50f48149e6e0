// SPDX-License-Identifier: GPL-3.0-or-later
// One step of a run in numbers: every term of the sampler's update with its coefficient and its value, for
// one pixel or an image's mean. No torch in here.
#pragma once

#include "core/explain/ddpm_form.h"
#include "core/explain/run_reader.h"
#include "core/explain/sampler_equations.h"

#include <optional>
#include <string>
#include <vector>

namespace diffuscope::explain {

struct Pixel
{
    int x = 0;
    int y = 0;
    bool operator==(const Pixel&) const = default;
};

/// Where in a run's images the numbers are taken: of one pixel (the mean of its channels), or of a whole
/// image (its mean). Every step is linear, so that means obey its equation as single values do.
struct Place
{
    int image = 0;
    std::optional<Pixel> pixel{};
    bool operator==(const Place&) const = default;
};

/// The number at a place of one image's values [channels, height, width]. The pixel must be inside.
double valueAt(const std::vector<float>& image, const record::BatchShape& shape, const Place& place);

/// coefficient·value, and what they are of.
struct EquationTerm
{
    samplers::StepTerm term;
    std::string symbol;  ///< markup, see sampler_equations.h
    double value = 0;

    double product() const { return term.coefficient * value; }
};

/// How a step went from x_t to the next state at one place.
struct StepEquation
{
    int step = 0;
    SamplerEquation equation;
    std::string nextSymbol;
    /// Empty where the step has no fixed coefficients, or what it used is not recorded; `words` says why.
    std::vector<EquationTerm> terms;
    std::string words;  ///< one or two sentences, empty where there are terms
    double xt = 0;      ///< recorded
    /// The recorded next state; absent while it is being computed.
    std::optional<double> next{};
    /// The step of DDPM as algorithm 2 has it; absent for other samplers.
    std::optional<DdpmForm> ddpm{};
    /// The estimates do not fit x_t = alpha·x0Hat + sigma·epsHat here (the image was clipped and the noise
    /// kept), so that the two forms differ.
    bool isInconsistent = false;
    /// Some value was kept at half precision.
    bool isHalfPrecision = false;

    double sum() const;
};

/// The equation of step `step` (0 … steps − 1, its frame must have arrived) at a place of the batch.
StepEquation stepEquation(const RunReader& run, int step, const Place& place);

/// The first half of a step: what the network's answer at x_t comes to.
struct PredictionEquation
{
    int step = 0;
    schedule::NoiseLevel level{};  ///< that the prediction is of
    double xt = 0;
    double x0Hat = 0;   ///< as the sampler used it
    double epsHat = 0;  ///< as the sampler used it
    /// Under guidance, what the network said with and without the condition; w is 0 where the rule is not
    /// u + w·(c − u).
    bool isGuided = false;
    double epsConditional = 0;
    double epsUnconditional = 0;
    double scale = 0;
    /// The estimate of the image before it was clipped differs from x0Hat; absent where that is not known.
    std::optional<double> unclipped{};
    /// The network was asked at another state than x_t (churn), so that x0Hat does not follow from x_t here.
    bool isElsewhere = false;
};

/// The prediction in step `step` at a place of the batch; the frame must have arrived and be no result.
PredictionEquation predictionEquation(const RunReader& run, int step, const Place& place);

/// The numbers with which DDPM would take this step: beta and alphaBar of its two levels, on a schedule that
/// preserves variance; other states are scaled to one.
DdpmInput ddpmInput(const RunReader& run, int step, const Place& place);

}  // namespace diffuscope::explain
