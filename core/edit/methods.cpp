// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/methods.h"

#include "core/base/error.h"
#include "core/samplers/sampler_registry.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace diffuscope::edit {

namespace {

using base::Option;
using denoise::Prediction;
using samplers::Sampler;
using samplers::StepContext;
using schedule::NoiseLevel;

/// A sampler around a sampler.
class Heeding : public Sampler
{
public:
    Heeding(std::unique_ptr<Sampler> inner, Known known)
        : m_inner(std::move(inner)), m_known(std::move(known))
    {
    }

protected:
    Sampler& inner() { return *m_inner; }
    const Operator& a() const { return *m_known.a; }
    double noise() const { return m_known.noise; }
    Tensor y(const Tensor& x) const { return m_known.y.to(x.options()); }
    /// A⁺ y, what is known as far as it is known.
    Tensor seen(const Tensor& x) const { return a().pseudoInverse(y(x)); }
    /// x0Hat with another estimate in its place, and the noise that goes with it.
    static Prediction with(const Prediction& prediction, const Tensor& x0Hat, const Tensor& x,
                           const NoiseLevel& level)
    {
        Prediction changed;
        changed.x0Hat = x0Hat;
        changed.epsHat = level.sigma == 0 ? prediction.epsHat : (x - level.alpha * x0Hat) / level.sigma;
        changed.varianceFraction = prediction.varianceFraction;
        return changed;
    }
    /// The norm of each sample, in a shape that multiplies samples.
    static Tensor normOfEach(const Tensor& values)
    {
        return values.flatten(1).norm(2, 1).view({-1, 1, 1, 1});
    }
    /// J v, where J is the derivative of x0Hat by x, by a central difference. Of the exact denoiser J is
    /// alpha/sigma² Cov[x0 | x], which is symmetric, so that it is Jᵀ v as well.
    static Tensor timesJacobian(const StepContext& step, const Tensor& x, const NoiseLevel& level,
                                const Tensor& v)
    {
        const double reach = (x.scalar_type() == torch::kDouble ? 1e-4 : 1e-2) * std::max(level.sigma, 0.05);
        const Tensor length = normOfEach(v) / std::sqrt(double(v.numel() / v.size(0)));
        const Tensor direction = v / (length + 1e-30);
        const Tensor ahead = step.denoise(x + reach * direction, level).x0Hat;
        const Tensor behind = step.denoise(x - reach * direction, level).x0Hat;
        return (ahead - behind) / (2 * reach) * length;
    }

private:
    std::unique_ptr<Sampler> m_inner;
    Known m_known;
};

/// Song et al. 2021 (score SDE), section 5 and appendix I.2: after each step the known part is put back, with
/// the noise of the level.
class Replacement : public Heeding
{
public:
    using Heeding::Heeding;
    Tensor step(const Tensor& x, const StepContext& context) override
    {
        return withKnownPart(inner().step(x, context), context);
    }

protected:
    Tensor withKnownPart(const Tensor& next, const StepContext& context) const
    {
        Tensor knownState = context.next.alpha * seen(next);
        if (!context.next.isClean())
            knownState = knownState + context.next.sigma * context.noise();
        const auto isSeen = [](double s) { return s > 0 ? 1.0 : 0.0; };
        return next + a().weighted(knownState - next, isSeen);
    }
};

/// Lugmayr et al. 2022, algorithm 1: after `jump` steps back up to the level they began at and down again,
/// `resample` times in all.
class RePaint final : public Replacement
{
public:
    RePaint(std::unique_ptr<Sampler> inner, Known known, int jump, int resample)
        : Replacement(std::move(inner), std::move(known)), m_jump(jump), m_resample(resample)
    {
    }

    Tensor step(const Tensor& x, const StepContext& context) override
    {
        Tensor next = Replacement::step(x, context);
        const bool jumps = (context.index + 1) % m_jump == 0 || context.isLast();
        if (!jumps || context.next.isClean())
            return next;
        const int first = context.index - context.index % m_jump;
        for (int again = 1; again < m_resample; ++again) {
            Tensor state = noisier(next, context.next, context.grid[first], context);
            for (int index = first; index <= context.index; ++index)
                state = Replacement::step(state, {.level = context.grid[index],
                                                  .next = context.grid[index + 1],
                                                  .index = index,
                                                  .grid = context.grid,
                                                  .schedule = context.schedule,
                                                  .denoise = context.denoise,
                                                  .noise = context.noise});
            next = state;
        }
        return next;
    }

private:
    /// The forward process from one level to a noisier one.
    static Tensor noisier(const Tensor& x, const NoiseLevel& from, const NoiseLevel& to,
                          const StepContext& context)
    {
        const double scale = to.alpha / from.alpha;
        const double added =
            std::sqrt(std::max(0.0, to.sigma * to.sigma - scale * scale * from.sigma * from.sigma));
        return scale * x + added * context.noise();
    }

    int m_jump, m_resample;
};

/// Wang et al. 2023, DDNM, eq. 13; with noise in the measurement DDNM+, eq. 17 to 19, where a part of what is
/// seen is left to the prediction: all that the noise of the next level does not cover.
class Ddnm final : public Heeding
{
public:
    using Heeding::Heeding;
    Tensor step(const Tensor& x, const StepContext& context) override
    {
        StepContext corrected = context;
        corrected.denoise = [&](const Tensor& state, const NoiseLevel& level) {
            const Prediction prediction = context.denoise(state, level);
            const auto share = [&](double s) {
                if (s <= 0)
                    return 0.0;
                const double known = context.next.alpha * noise() / s;
                return noise() == 0 ? 1.0 : std::min(1.0, context.next.sigma / known);
            };
            const Tensor x0Hat = prediction.x0Hat + a().weighted(seen(state) - prediction.x0Hat, share);
            return with(prediction, x0Hat, state, level);
        };
        return inner().step(x, corrected);
    }
};

/// Song et al. 2023, ΠGDM, eq. 7: the score of y given x_t, where x0 given x_t is taken to be normal with
/// variance r² = sigma²/(alpha² + sigma²) of data with variance 1.
class PseudoInverseGuided final : public Heeding
{
public:
    using Heeding::Heeding;
    Tensor step(const Tensor& x, const StepContext& context) override
    {
        StepContext corrected = context;
        corrected.denoise = [&](const Tensor& state, const NoiseLevel& level) {
            const Prediction prediction = context.denoise(state, level);
            if (level.sigma == 0 || level.alpha == 0)
                return prediction;
            const double a2 = level.alpha * level.alpha, s2 = level.sigma * level.sigma;
            const double r2 = s2 / (a2 + s2);
            const auto weight = [&](double s) {
                return s <= 0 ? 0.0 : s * s / (r2 * s * s + noise() * noise());
            };
            const Tensor v = a().weighted(seen(state) - prediction.x0Hat, weight);
            const Tensor score = timesJacobian(context, state, level, v);
            return with(prediction, prediction.x0Hat + (s2 / level.alpha) * score, state, level);
        };
        return inner().step(x, corrected);
    }
};

/// Chung et al. 2023, DPS, algorithm 1: after each step against the gradient of ‖y − A x0Hat(x_t)‖².
class PosteriorSampling final : public Heeding
{
public:
    PosteriorSampling(std::unique_ptr<Sampler> inner, Known known, double scale)
        : Heeding(std::move(inner), std::move(known)), m_scale(scale)
    {
    }

    Tensor step(const Tensor& x, const StepContext& context) override
    {
        std::optional<Prediction> first;
        StepContext watched = context;
        watched.denoise = [&](const Tensor& state, const NoiseLevel& level) {
            const Prediction prediction = context.denoise(state, level);
            if (!first)
                first = prediction;
            return prediction;
        };
        const Tensor next = inner().step(x, watched);
        if (!first || context.level.sigma == 0)
            return next;
        const Tensor missing = seen(x) - first->x0Hat;
        const Tensor v = a().weighted(missing, [](double s) { return s * s; });
        const Tensor length = normOfEach(a().apply(first->x0Hat) - y(x));
        return next + 2 * m_scale * timesJacobian(context, x, context.level, v) / (length + 1e-12);
    }

private:
    double m_scale;
};

/// Kawar et al. 2022, DDRM, eq. 7 and 8, in sigma/alpha: each direction of Vᵀ x by what is known of it.
class Ddrm final : public Heeding
{
public:
    Ddrm(std::unique_ptr<Sampler> inner, Known known, double eta, double etaB)
        : Heeding(std::move(inner), std::move(known)), m_eta(eta), m_etaB(etaB)
    {
    }

    Tensor step(const Tensor& x, const StepContext& context) override
    {
        const Prediction prediction = context.denoise(x, context.level);
        const double next = context.next.noiseToSignal();
        // Of s: the weights of x0Hat, of the noise in x_t, of y and of fresh noise, each in units of x/alpha.
        const auto isKnownWorse = [&](double s) { return s > 0 && next < noise() / s; };
        const auto ofEstimate = [&](double s) {
            if (s <= 0)
                return 1.0;
            return isKnownWorse(s) ? 1 - std::sqrt(1 - m_eta * m_eta) * next * s / noise() : 1 - m_etaB;
        };
        const auto ofNoise = [&](double s) { return s <= 0 ? std::sqrt(1 - m_eta * m_eta) * next : 0.0; };
        const auto ofKnown = [&](double s) {
            if (s <= 0)
                return 0.0;
            return isKnownWorse(s) ? std::sqrt(1 - m_eta * m_eta) * next * s / noise() : m_etaB;
        };
        const auto ofFresh = [&](double s) {
            if (s <= 0 || isKnownWorse(s))
                return m_eta * next;
            const double taken = noise() / s * m_etaB;
            return std::sqrt(std::max(0.0, next * next - taken * taken));
        };
        const Tensor fresh = context.next.isClean() ? torch::zeros_like(x) : context.noise();
        const Tensor sum = a().weighted(prediction.x0Hat, ofEstimate) +
                           a().weighted(prediction.epsHat, ofNoise) + a().weighted(seen(x), ofKnown) +
                           a().weighted(fresh, ofFresh);
        return context.next.alpha * sum;
    }

private:
    double m_eta, m_etaB;
};

std::vector<Method> makeMethods()
{
    using Inner = std::unique_ptr<Sampler>;
    using Values = base::OptionValues;
    std::vector<Method> list;
    list.push_back({.id = "replacement",
                    .displayName = "Replacement",
                    .source = "Song et al. 2021, Score-Based Generative Modeling through SDEs, appendix I.2",
                    .description =
                        "After each step the known part is put back with the noise of its level. The rest "
                        "is not asked to fit it, and edges can show.",
                    .options = {},
                    .wantsPart = true,
                    .make = [](Inner inner, const Known& known, const Values&) {
                        return std::make_unique<Replacement>(std::move(inner), known);
                    }});
    list.push_back(
        {.id = "repaint",
         .displayName = "RePaint",
         .source = "Lugmayr et al. 2022, RePaint, algorithm 1",
         .description =
             "Replacement that goes some steps back up and down again, so that the rest has the time to "
             "fit what is known.",
         .options = {Option::integer("jump", "Jump", 1, 1, 100, "So many steps are gone back at a time."),
                     Option::integer("resample", "Resample", 10, 1, 100, "So often each of them is made.")},
         .goesBack = true,
         .wantsPart = true,
         .make = [](Inner inner, const Known& known, const Values& values) {
             return std::make_unique<RePaint>(std::move(inner), known, base::integer(values, "jump"),
                                              base::integer(values, "resample"));
         }});
    list.push_back(
        {.id = "ddnm",
         .displayName = "DDNM",
         .source = "Wang et al. 2023, Zero-Shot Image Restoration Using the Null-Space, eq. 13 and 17",
         .description = "Puts what is known into every estimate of the clean picture, and leaves to the "
                        "network what the measurement does not see.",
         .options = {},
         .make = [](Inner inner, const Known& known, const Values&) {
             return std::make_unique<Ddnm>(std::move(inner), known);
         }});
    list.push_back(
        {.id = "ddrm",
         .displayName = "DDRM",
         .source = "Kawar et al. 2022, Denoising Diffusion Restoration Models, eq. 7 and 8",
         .description =
             "Moves each direction of the measurement by how well it is known. It makes its own step, "
             "whatever the sampler.",
         .options = {Option::number("eta", "η", 0.85, 0, 1, "Share of fresh noise where nothing is known.",
                                    2),
                     Option::number("eta_b", "η_b", 1, 0, 1, "How far the measurement replaces the estimate.",
                                    2)},
         .isOwnSampler = true,
         .make = [](Inner inner, const Known& known, const Values& values) {
             return std::make_unique<Ddrm>(std::move(inner), known, base::number(values, "eta"),
                                           base::number(values, "eta_b"));
         }});
    list.push_back(
        {.id = "dps",
         .displayName = "DPS",
         .source = "Chung et al. 2023, Diffusion Posterior Sampling, algorithm 1",
         .description =
             "After each step goes downhill in the distance between the measurement and what the estimate "
             "would give. Three evaluations a step.",
         .options = {Option::number("scale", "ζ", 1, 0, 20, "Length of the way downhill.", 2)},
         .make = [](Inner inner, const Known& known, const Values& values) {
             return std::make_unique<PosteriorSampling>(std::move(inner), known,
                                                        base::number(values, "scale"));
         }});
    list.push_back({.id = "pigdm",
                    .displayName = "ΠGDM",
                    .source = "Song et al. 2023, Pseudoinverse-Guided Diffusion Models, eq. 7",
                    .description =
                        "Adds to the score how the measurement depends on the state, with the estimate "
                        "taken as normal around its mean. Three evaluations a step.",
                    .options = {},
                    .make = [](Inner inner, const Known& known, const Values&) {
                        return std::make_unique<PseudoInverseGuided>(std::move(inner), known);
                    }});
    return list;
}

}  // namespace

const std::vector<Method>& methods()
{
    static const std::vector<Method> list = makeMethods();
    return list;
}

const Method& method(const std::string& id)
{
    std::string names;
    for (const Method& each : methods()) {
        if (each.id == id)
            return each;
        names += (names.empty() ? "" : ", ") + each.id;
    }
    throw Error(ErrorCode::invalidOption, "There is no method \"" + id.substr(0, 40) + "\".",
                "There are: " + names + ".");
}

std::unique_ptr<Sampler> heeding(std::unique_ptr<Sampler> sampler, const recipe::SamplerSpec& spec,
                                 const recipe::Measurement& measurement, const Known& known)
{
    const Method& chosen = method(measurement.method.empty() ? "ddnm" : measurement.method);
    const MeasurementKind& kind = measurementKind(measurement.kind);
    const samplers::SamplerInfo& info = samplers::samplerInfo(spec.id);
    if (chosen.wantsPart && !(kind.needsMask || kind.id == "lines" || kind.id == "line"))
        throw Error(ErrorCode::invalidOption,
                    "The method " + chosen.displayName + " puts a known part back, and of \"" + kind.id +
                        "\" no part is known by itself.",
                    "Choose ddnm, ddrm, dps or pigdm.");
    if (info.inverse || info.adaptive)
        throw Error(ErrorCode::invalidOption,
                    "The sampler " + info.displayName + " cannot heed a measurement.",
                    "Choose DDPM or DDIM.");
    if (chosen.goesBack && !info.isDdpmStep && !info.isDdimStep)
        throw Error(
            ErrorCode::invalidOption,
            chosen.displayName + " goes back to noisier levels, which a sampler that remembers steps cannot.",
            "Choose DDPM or DDIM.");
    base::OptionValues own = measurement.options;
    for (const auto& list : {kind.options, commonMeasurementOptions()})
        for (const Option& option : list)
            own.erase(option.id);
    const auto values = base::completed("method \"" + chosen.id + "\"", chosen.options, own);
    return chosen.make(std::move(sampler), known, values);
}

}  // namespace diffuscope::edit
