// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loop/optimizer.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace diffuscope::train {
namespace {

constexpr double adamBeta1 = 0.9;
constexpr double adamBeta2 = 0.99;
constexpr double adamEpsilon = 1e-8;
constexpr int64_t grain = 1 << 16;

}  // namespace

double learningRateAt(const OptimizerOptions& options, int64_t step)
{
    if (step < options.warmupSteps) {
        return options.learningRate * static_cast<double>(step + 1) /
               static_cast<double>(options.warmupSteps);
    }
    const auto span = static_cast<double>(std::max<int64_t>(1, options.steps - options.warmupSteps));
    const double progress = std::min(1.0, static_cast<double>(step - options.warmupSteps) / span);
    return options.learningRate * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

Optimizer::Optimizer(const std::vector<torch::nn::Module*>& modules, const OptimizerOptions& options)
    : m_options(options)
{
    torch::NoGradGuard noGrad;
    const auto parameters = modules.front()->parameters();
    std::vector<torch::Tensor> flat;
    for (const auto& parameter : parameters)
        flat.push_back(parameter.flatten());
    if (flat.empty())
        throw std::invalid_argument("Nothing to train: the module has no parameters.");
    m_weights = torch::cat(flat).contiguous();
    for (torch::nn::Module* module : modules)
        attach(*module);
    m_average = m_weights.clone();
    for (size_t k = 0; k < options.moreEmaDecays.size(); ++k)
        m_moreAverages.push_back(m_weights.clone());
    m_moment1 = torch::zeros_like(m_weights);
    m_moment2 = torch::zeros_like(m_weights);
}

void Optimizer::attach(torch::nn::Module& module)
{
    const torch::Tensor gradients = torch::zeros_like(m_weights);
    int64_t begin = 0;
    for (auto& parameter : module.parameters()) {
        const int64_t size = parameter.numel();
        parameter.set_data(m_weights.narrow(0, begin, size).view(parameter.sizes()));
        parameter.mutable_grad() = gradients.narrow(0, begin, size).view(parameter.sizes());
        begin += size;
    }
    m_gradients.push_back(gradients);
}

double Optimizer::update(int64_t step)
{
    torch::NoGradGuard noGrad;
    torch::Tensor& gradients = m_gradients.front();
    for (size_t other = 1; other < m_gradients.size(); ++other) {
        gradients.add_(m_gradients[other]);
        m_gradients[other].zero_();
    }
    const double norm = std::sqrt(gradients.square().sum(torch::kFloat64).item<double>());
    const double scale = norm > m_options.gradientClip ? m_options.gradientClip / norm : 1.0;
    const auto count = static_cast<double>(step + 1);
    const double correction1 = 1.0 - std::pow(adamBeta1, count);
    const double correction2 = 1.0 - std::pow(adamBeta2, count);
    // The average forgets the first, bad weights faster: min(decay, (1 + n) / (10 + n)).
    const double decay = std::min(m_options.emaDecay, (1.0 + count) / (10.0 + count));
    const double rate = learningRateAt(m_options, step);
    if (m_weights.is_cpu())
        updateOnCpu(scale, rate, correction1, correction2, decay);
    else
        updateOnDevice(scale, rate, correction1, correction2, decay);
    for (size_t k = 0; k < m_moreAverages.size(); ++k)
        m_moreAverages[k].lerp_(m_weights,
                                1.0 - std::min(m_options.moreEmaDecays[k], (1.0 + count) / (10.0 + count)));
    return norm;
}

void Optimizer::updateOnCpu(double gradientScale, double rate, double correction1, double correction2,
                            double decay)
{
    float* const weights = m_weights.data_ptr<float>();
    float* const gradients = m_gradients.front().data_ptr<float>();
    float* const average = m_average.data_ptr<float>();
    float* const moment1 = m_moment1.data_ptr<float>();
    float* const moment2 = m_moment2.data_ptr<float>();
    const auto scale = static_cast<float>(gradientScale);
    const auto beta1 = static_cast<float>(adamBeta1), beta2 = static_cast<float>(adamBeta2);
    const auto stepSize = static_cast<float>(rate / correction1);
    const auto rootCorrection = static_cast<float>(1.0 / std::sqrt(correction2));
    const auto shrink = static_cast<float>(1.0 - rate * m_options.weightDecay);
    const auto keep = static_cast<float>(decay);
    const auto epsilon = static_cast<float>(adamEpsilon);
    at::parallel_for(0, m_weights.numel(), grain, [=](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const float gradient = gradients[i] * scale;
            const float first = beta1 * moment1[i] + (1.0f - beta1) * gradient;
            const float second = beta2 * moment2[i] + (1.0f - beta2) * gradient * gradient;
            const float weight =
                weights[i] * shrink - stepSize * first / (std::sqrt(second) * rootCorrection + epsilon);
            moment1[i] = first;
            moment2[i] = second;
            weights[i] = weight;
            average[i] += (1.0f - keep) * (weight - average[i]);
            gradients[i] = 0.0f;
        }
    });
}

void Optimizer::updateOnDevice(double gradientScale, double rate, double correction1, double correction2,
                               double decay)
{
    torch::Tensor& gradients = m_gradients.front();
    gradients.mul_(gradientScale);
    m_moment1.mul_(adamBeta1).add_(gradients, 1.0 - adamBeta1);
    m_moment2.mul_(adamBeta2).addcmul_(gradients, gradients, 1.0 - adamBeta2);
    const auto denominator = (m_moment2 / correction2).sqrt_().add_(adamEpsilon);
    m_weights.mul_(1.0 - rate * m_options.weightDecay).addcdiv_(m_moment1, denominator, -rate / correction1);
    m_average.lerp_(m_weights, 1.0 - decay);
    gradients.zero_();
}

void Optimizer::useAverage()
{
    torch::NoGradGuard noGrad;
    m_keptWeights = m_weights.clone();
    m_weights.copy_(m_average);
}

void Optimizer::useWeights()
{
    torch::NoGradGuard noGrad;
    m_weights.copy_(m_keptWeights);
    m_keptWeights = torch::Tensor();
}

std::vector<std::pair<std::string, torch::Tensor>> Optimizer::state() const
{
    std::vector<std::pair<std::string, torch::Tensor>> state = {
        {"weights", m_weights}, {"average", m_average}, {"moment1", m_moment1}, {"moment2", m_moment2}};
    for (size_t k = 0; k < m_moreAverages.size(); ++k)
        state.emplace_back(averageName(m_options.moreEmaDecays[k]), m_moreAverages[k]);
    return state;
}

std::string Optimizer::averageName(double decay)
{
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, decay).ptr;
    return "average " + std::string(buffer, end);
}

}  // namespace diffuscope::train
