// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/network_denoiser.h"

#include "core/base/error.h"
#include "core/denoise/finite.h"
#include "core/denoise/target_adapter.h"
#include "core/denoise/training_level.h"

#include <torch/types.h>

#include <cmath>

namespace diffuscope::denoise {

namespace {

/// What the network is told instead of a level: the time, or Karras' c_noise.
double timeOf(PredictionTarget target, const schedule::NoiseLevel& level)
{
    return target == PredictionTarget::edm ? std::log(level.noiseToSignal()) / 4 : level.t;
}

}  // namespace

NetworkDenoiser::NetworkDenoiser(TrainedNetwork network) : m_network(std::move(network))
{
}

schedule::NoiseLevel NetworkDenoiser::trainingLevel(const schedule::NoiseLevel& level) const
{
    return m_network.isSampledOnOwnSchedule ? level : denoise::trainingLevel(m_network.schedule, level);
}

Tensor NetworkDenoiser::classIds(const recipe::Condition& condition, std::int64_t batch) const
{
    Tensor ids = torch::empty({batch}, torch::kLong);
    auto* values = ids.data_ptr<std::int64_t>();
    for (std::int64_t k = 0; k < batch; ++k) {
        const int label = condition.classOf(int(k));
        if (label >= m_network.classes)
            throw Error(ErrorCode::invalidOption,
                        "The model \"" + m_network.name + "\" has no class " + std::to_string(label) + ".",
                        m_network.classes > 0
                            ? "Choose a class from 0 to " + std::to_string(m_network.classes - 1) + "."
                            : "Choose no class: this model is unconditional.");
        values[k] = label < 0 ? m_network.classes : label;
    }
    return ids;
}

Prediction NetworkDenoiser::predict(const Tensor& x, const schedule::NoiseLevel& level,
                                    const recipe::Condition& condition)
{
    const std::int64_t batch = x.size(0);
    const schedule::NoiseLevel known = trainingLevel(level);
    const double toKnownScale = toTrainingScale(level, known);
    Tensor state = x.to(m_network.device, torch::kFloat);
    if (toKnownScale != 1)
        state = state * toKnownScale;
    const double scale = inputScale(m_network.target, known);
    const Tensor input = scale == 1 ? state : state * scale;
    const Tensor t = torch::full({batch}, timeOf(m_network.target, known), state.options());
    const Tensor output = m_network.forward(input, t, classIds(condition, batch).to(m_network.device));
    if (!isFinite(output))
        throw Error(ErrorCode::notFinite,
                    "The model \"" + m_network.name + "\" produced numbers that are not finite.",
                    "Its weights may be damaged or its training may have diverged: take another checkpoint.");
    Prediction prediction = predictionFrom(m_network.target, output, state, known);
    prediction.x0Hat = prediction.x0Hat.to(x.options());
    prediction.epsHat = prediction.epsHat.to(x.options());
    return prediction;
}

}  // namespace diffuscope::denoise
