// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/step_equation.h"

#include "core/explain/adaptive_steps.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdio>

namespace diffuscope::explain {

using record::Frame;
using record::Layer;
using samplers::StepQuantity;

namespace {

/// Relative to x_t: far above the rounding of floats, far below what one sees.
constexpr double clippingThreshold = 1e-4;

double valueOf(const Frame& frame, Layer layer, const Place& place)
{
    return valueAt(frame.layer(layer, place.image), frame.shape, place);
}

std::string text(const char* format, double value)
{
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

std::string counted(int count, const std::string& what)
{
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// Why there is no line of terms.
std::string wordsFor(const RunReader& run, const Frame& frame)
{
    const recipe::SamplerSpec& sampler = run.samplerOf(frame.index);
    if (!run.facts().terms)
        return absenceText(Absence::termsNotKnown);
    if (run.whyAbsent(frame.index, Layer::noise) == Absence::learnedVariance)
        return absenceText(Absence::learnedVariance);
    if (!samplers::samplerInfo(sampler.id).attempts)
        return "The coefficients of this run's steps are not known.";
    const AdaptiveSteps steps = adaptiveSteps(frame, sampler);
    std::string words = "The sampler chose steps of its own between these two levels: " +
                        counted(steps.accepted, "sub-step") + " accepted, " + std::to_string(steps.rejected) +
                        " rejected, " + counted(steps.evaluations, "evaluation") + ".";
    if (steps.accepted > 1)
        words += " They span from " + text("%.3f", steps.shortest) + " to " + text("%.3f", steps.longest) +
                 " in λ.";
    return words +
           " What they are made of depends on the values themselves, so no one line of numbers says it.";
}

/// The terms with their values, or nothing where one is not recorded.
std::vector<EquationTerm> termsAt(const RunReader& run, const samplers::StepTerms& terms, int step,
                                  const Place& place)
{
    std::vector<EquationTerm> shown;
    const record::BatchShape& shape = run.frame(step)->shape;
    for (const samplers::StepTerm& term : terms) {
        const auto image = run.quantity(term.quantity, place.image);
        if (!image)
            return {};
        shown.push_back({term, quantitySymbol(term.quantity, step), valueAt(*image, shape, place)});
    }
    return shown;
}

const EquationTerm* find(const std::vector<EquationTerm>& terms, StepQuantity::Kind kind)
{
    const auto found = std::find_if(terms.begin(), terms.end(),
                                    [kind](const EquationTerm& t) { return t.term.quantity.kind == kind; });
    return found == terms.end() ? nullptr : &*found;
}

/// mu~ = f·x0Hat + g·x_t (Ho et al. 2020, eq. 7) with x0Hat = (x_t − sigma·epsHat)/alpha put in.
std::optional<DdpmForm> ddpmOf(const StepEquation& equation, const Frame& frame, const Place& place)
{
    const EquationTerm* x0 = find(equation.terms, StepQuantity::Kind::x0Hat);
    const EquationTerm* x = find(equation.terms, StepQuantity::Kind::state);
    const EquationTerm* z = find(equation.terms, StepQuantity::Kind::noise);
    if (!x0 || frame.level.alpha <= 0)
        return std::nullopt;
    const double ofState = x ? x->term.coefficient : 0;
    const double scale = ofState + x0->term.coefficient / frame.level.alpha;
    return DdpmForm{.xt = equation.xt,
                    .epsHat = valueOf(frame, Layer::epsHat, place),
                    .z = z ? z->value : 0,
                    .scale = scale,
                    .epsFactor = x0->term.coefficient * frame.level.sigma / frame.level.alpha / scale,
                    .sigma = z ? z->term.coefficient : 0};
}

bool isHalf(const Frame* frame)
{
    return frame && frame->xt.precision() == record::Precision::half;
}

}  // namespace

double valueAt(const std::vector<float>& image, const record::BatchShape& shape, const Place& place)
{
    double sum = 0;
    if (!place.pixel) {
        for (const float value : image)
            sum += double(value);
        return sum / double(image.size());
    }
    assert(place.pixel->x < shape.width && place.pixel->y < shape.height);
    const std::size_t inPlane =
        std::size_t(place.pixel->y) * std::size_t(shape.width) + std::size_t(place.pixel->x);
    for (int channel = 0; channel < shape.channels; ++channel)
        sum += double(image[std::size_t(channel) * shape.pixels() + inPlane]);
    return sum / shape.channels;
}

double StepEquation::sum() const
{
    double total = 0;
    for (const EquationTerm& term : terms)
        total += term.product();
    return total;
}

StepEquation stepEquation(const RunReader& run, int step, const Place& place)
{
    const Frame& frame = *run.frame(step);
    const Frame* after = run.frame(step + 1);
    StepEquation equation{.step = step,
                          .equation = samplers::samplerEquation(run.samplerOf(step)),
                          .nextSymbol = nextSymbol(run.samplerOf(step)),
                          .terms = {},
                          .words = {},
                          .xt = valueOf(frame, Layer::xt, place)};
    if (after)
        equation.next = valueOf(*after, Layer::xt, place);
    const samplers::StepTerms* terms = run.terms(step);
    if (!terms) {
        equation.words = wordsFor(run, frame);
        return equation;
    }
    equation.terms = termsAt(run, *terms, step, place);
    if (equation.terms.empty() && !terms->empty()) {
        equation.words = "This step made " + counted(frame.evaluations, "evaluation") +
                         ", more than are recorded, so its terms cannot be shown.";
        return equation;
    }
    equation.isHalfPrecision = isHalf(&frame) || isHalf(after);
    for (const EquationTerm& term : equation.terms)
        equation.isHalfPrecision |= isHalf(run.frame(term.term.quantity.step));
    const double x0Hat = valueOf(frame, Layer::x0Hat, place);
    const double epsHat = valueOf(frame, Layer::epsHat, place);
    const double rest = equation.xt - frame.level.alpha * x0Hat - frame.level.sigma * epsHat;
    equation.isInconsistent = !frame.predictedElsewhere && std::abs(rest) > clippingThreshold;
    if (samplers::samplerInfo(run.samplerOf(step).id).isDdpmStep)
        equation.ddpm = ddpmOf(equation, frame, place);
    return equation;
}

PredictionEquation predictionEquation(const RunReader& run, int step, const Place& place)
{
    const Frame& frame = *run.frame(step);
    PredictionEquation equation{.step = step,
                                .level = frame.predictedElsewhere.value_or(frame.level),
                                .xt = valueOf(frame, Layer::xt, place),
                                .x0Hat = valueOf(frame, Layer::x0Hat, place),
                                .epsHat = valueOf(frame, Layer::epsHat, place),
                                .isElsewhere = frame.predictedElsewhere.has_value()};
    if (!frame.has(Layer::epsConditional))
        return equation;
    equation.isGuided = true;
    equation.epsConditional = valueOf(frame, Layer::epsConditional, place);
    equation.epsUnconditional = valueOf(frame, Layer::epsUnconditional, place);
    equation.scale = frame.guidanceScale;
    if (frame.guidanceScale == 0 || equation.isElsewhere || frame.level.alpha <= 0)
        return equation;
    const double guided =
        equation.epsUnconditional + equation.scale * (equation.epsConditional - equation.epsUnconditional);
    const double image = (equation.xt - frame.level.sigma * guided) / frame.level.alpha;
    if (std::abs(image - equation.x0Hat) > clippingThreshold * std::max(1.0, std::abs(image)))
        equation.unclipped = image;
    return equation;
}

DdpmInput ddpmInput(const RunReader& run, int step, const Place& place)
{
    const Frame& frame = *run.frame(step);
    const auto alphaBar = [](const schedule::NoiseLevel& level) {
        return level.alpha * level.alpha / (level.alpha * level.alpha + level.sigma * level.sigma);
    };
    const double scale = 1 / std::hypot(frame.level.alpha, frame.level.sigma);
    const double now = alphaBar(frame.level);
    DdpmInput input{.xt = scale * valueOf(frame, Layer::xt, place),
                    .beta = 1 - now / alphaBar(frame.next),
                    .alphaBar = now,
                    .epsHat = valueOf(frame, Layer::epsHat, place)};
    if (run.has(step, Layer::noise))
        input.z = valueAt(run.read(step, Layer::noise, place.image), frame.shape, place);
    return input;
}

}  // namespace diffuscope::explain
