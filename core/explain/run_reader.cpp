// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/run_reader.h"

#include "core/base/error.h"
#include "core/random/philox.h"

#include <algorithm>
#include <cmath>

namespace diffuscope::explain {

using record::Frame;
using record::Layer;
using samplers::StepQuantity;
using samplers::StepTerm;

namespace {

using Values = std::vector<float>;

Values imageOf(const record::CompactValues& values, const record::BatchShape& shape, int k)
{
    Values image(shape.imageValues());
    values.copyTo(image, std::size_t(k) * shape.imageValues());
    return image;
}

bool isDraw(const StepTerm& term, int step)
{
    return term.quantity.kind == StepQuantity::Kind::noise && term.quantity.step == step;
}

/// a + factor·b, in place.
void add(Values& a, const Values& b, double factor)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] = float(double(a[i]) + factor * double(b[i]));
}

bool learnsVariance(const recipe::SamplerSpec& sampler)
{
    const samplers::SamplerInfo& info = samplers::samplerInfo(sampler.id);
    return info.isDdpmStep && info.coefficientsDependOnValues(samplers::withDefaults(info, sampler.options));
}

}  // namespace

std::string absenceText(Absence absence)
{
    switch (absence) {
        case Absence::none:
            return {};
        case Absence::notArrived:
            return "This frame has not been computed yet.";
        case Absence::nextNotArrived:
            return "The state after this step has not been computed yet.";
        case Absence::termsNotKnown:
            return "The coefficients of this run's steps are being worked out.";
        case Absence::resultHasNoStep:
            return "This is the result: nothing more is predicted of it.";
        case Absence::firstStep:
            return "This is the first step: there is no estimate before it.";
        case Absence::noGuidance:
            return "There is no guidance in this step.";
        case Absence::noNoise:
            return "This step adds no noise.";
        case Absence::cleanLevel:
            return "A clean state holds no noise, so it has no score.";
        case Absence::learnedVariance:
            return "The network decides how much noise this step adds, which is not recorded.";
    }
    return {};
}

RunReader::RunReader(RunFacts facts) : m_facts(std::move(facts))
{
    // Both are the same to the registry.
    const auto underscored = [](std::string& id) { std::replace(id.begin(), id.end(), '-', '_'); };
    underscored(m_facts.sampler.id);
    for (EarlierSteps& part : m_facts.earlier)
        underscored(part.sampler.id);
}

const recipe::SamplerSpec& RunReader::samplerOf(int step) const
{
    for (const EarlierSteps& part : m_facts.earlier)
        if (step < part.end)
            return part.sampler;
    return m_facts.sampler;
}

std::uint64_t RunReader::seedOf(int step) const
{
    for (const EarlierSteps& part : m_facts.earlier)
        if (step < part.end)
            return part.seed;
    return m_facts.seed;
}

const Frame* RunReader::frame(int index) const
{
    const auto& frames = m_facts.trajectory->frames;
    return index >= 0 && index < int(frames.size()) ? frames[std::size_t(index)].get() : nullptr;
}

const samplers::StepTerms* RunReader::terms(int step) const
{
    if (!m_facts.terms || step < 0 || step >= int(m_facts.terms->size()))
        return nullptr;
    return &(*m_facts.terms)[std::size_t(step)];
}

double RunReader::noiseScale(int step) const
{
    double sum = 0;
    if (const auto* made = terms(step))
        for (const StepTerm& term : *made)
            if (isDraw(term, step))
                sum += term.coefficient * term.coefficient;
    return std::sqrt(sum);
}

Absence RunReader::noiseAbsence(int step) const
{
    if (!m_facts.terms)
        return Absence::termsNotKnown;
    if (learnsVariance(samplerOf(step)))
        return Absence::learnedVariance;
    return noiseScale(step) > 0 ? Absence::none : Absence::noNoise;
}

Absence RunReader::whyAbsent(int index, Layer layer) const
{
    const Frame* at = frame(index);
    if (!at)
        return Absence::notArrived;
    if (layer == Layer::xt || layer == Layer::x0Hat)
        return Absence::none;
    if (at->isResult())
        return Absence::resultHasNoStep;
    switch (layer) {
        case Layer::epsConditional:
        case Layer::epsUnconditional:
        case Layer::guidanceDifference:
            return at->has(layer) ? Absence::none : Absence::noGuidance;
        case Layer::score:
            return at->has(layer) ? Absence::none : Absence::cleanLevel;
        case Layer::noise:
            return noiseAbsence(index);
        case Layer::mean: {
            const Absence noise = noiseAbsence(index);
            if (noise != Absence::none && noise != Absence::noNoise)
                return noise;
            return frame(index + 1) ? Absence::none : Absence::nextNotArrived;
        }
        case Layer::x0HatChange:
            return index > 0 ? Absence::none : Absence::firstStep;
        default:
            return Absence::none;
    }
}

Values RunReader::read(int index, Layer layer, int k) const
{
    if (const Absence absence = whyAbsent(index, layer); absence != Absence::none)
        throw Error(ErrorCode::invalidOption, absenceText(absence), "Look at another step or layer.");
    const Frame& at = *frame(index);
    switch (layer) {
        case Layer::noise: {
            Values noise = addedNoise(index, k);
            const double perScale = 1 / noiseScale(index);
            for (float& value : noise)
                value = float(double(value) * perScale);
            return noise;
        }
        case Layer::mean: {
            Values mean = frame(index + 1)->layer(Layer::xt, k);
            if (noiseScale(index) > 0)
                add(mean, addedNoise(index, k), -1);
            return mean;
        }
        case Layer::x0HatChange: {
            Values change = at.layer(Layer::x0Hat, k);
            add(change, frame(index - 1)->layer(Layer::x0Hat, k), -1);
            return change;
        }
        default:
            return at.layer(layer, k);
    }
}

record::ImageBatch RunReader::read(int index, Layer layer) const
{
    const bool isOfFrame = layer != Layer::noise && layer != Layer::mean && layer != Layer::x0HatChange;
    if (isOfFrame && has(index, layer))
        return frame(index)->layer(layer);
    record::ImageBatch batch;
    if (const Frame* at = frame(index))
        batch.shape = at->shape;
    for (int k = 0; k == 0 || k < batch.shape.batch; ++k) {
        const Values image = read(index, layer, k);
        batch.values.insert(batch.values.end(), image.begin(), image.end());
    }
    return batch;
}

Values RunReader::addedNoise(int step, int k) const
{
    Values sum(frame(step)->shape.imageValues());
    for (const StepTerm& term : *terms(step))
        if (isDraw(term, step))
            add(sum, *quantity(term.quantity, k), term.coefficient);
    return sum;
}

std::optional<Values> RunReader::quantity(const StepQuantity& wanted, int k) const
{
    const Frame* at = frame(wanted.step);
    if (!at || k < 0 || k >= at->shape.batch)
        return std::nullopt;
    if (wanted.kind == StepQuantity::Kind::state)
        return at->layer(Layer::xt, k);
    if (wanted.kind == StepQuantity::Kind::noise) {
        Values noise(at->shape.imageValues());
        random::fillNormal({seedOf(wanted.step), std::uint32_t(m_facts.firstImage + k),
                            std::uint32_t(wanted.step), std::uint32_t(wanted.index)},
                           noise);
        return noise;
    }
    const bool isImage = wanted.kind == StepQuantity::Kind::x0Hat;
    const bool isWithout = wanted.kind == StepQuantity::Kind::x0Unconditional;
    if (wanted.index == 0 && isWithout && !at->x0HatUnconditional.empty())
        return imageOf(at->x0HatUnconditional, at->shape, k);
    if (wanted.index == 0)
        return at->layer(isImage || isWithout ? Layer::x0Hat : Layer::epsHat, k);
    const auto place = std::size_t(wanted.index - 1);
    if (place >= at->further.size())
        return std::nullopt;
    const record::FurtherEvaluation& later = at->further[place];
    const auto& stored = isWithout ? later.x0HatUnconditional : isImage ? later.x0Hat : later.epsHat;
    return stored.empty() ? std::nullopt : std::optional(imageOf(stored, at->shape, k));
}

}  // namespace diffuscope::explain
