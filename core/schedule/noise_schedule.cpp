// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schedule/noise_schedule.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::schedule {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The most levels a schedule may have: ten times what any published network was trained on.
constexpr std::size_t maximumLevels = 100'000;

[[noreturn]] void refuse(const std::string& name, const std::string& what, const std::string& hint)
{
    throw Error(ErrorCode::invalidOption, "The schedule \"" + name + "\" " + what + ".", hint);
}

void checkCount(const std::string& name, std::size_t count)
{
    if (count < 2 || count > maximumLevels)
        refuse(
            name,
            "has " + std::to_string(count) + " levels, but must have 2 to " + std::to_string(maximumLevels),
            "Choose another number of levels.");
}

}  // namespace

NoiseSchedule NoiseSchedule::fromBetas(std::string name, std::vector<double> betas)
{
    checkCount(name, betas.size());
    NoiseSchedule schedule;
    schedule.m_name = std::move(name);
    schedule.m_beta = std::move(betas);
    // log alphaBar_t = sum log(1 − beta_i): no rounding builds up as it does in a product of a thousand
    // factors.
    long double logAlphaBar = 0;
    for (std::size_t t = 0; t < schedule.m_beta.size(); ++t) {
        const double beta = schedule.m_beta[t];
        const bool last = t + 1 == schedule.m_beta.size();
        if (!(beta > 0) || !(last ? beta <= 1 : beta < 1))
            refuse(schedule.m_name,
                   "has beta = " + std::to_string(beta) + " at level " + std::to_string(t) +
                       ", but every beta must lie between 0 and 1 (1 itself at the last level alone)",
                   "Choose other values of the schedule's options.");
        logAlphaBar += std::log1p(-static_cast<long double>(beta));
        const long double oneMinusAlphaBar = -std::expm1(logAlphaBar);
        schedule.m_alphaBar.push_back(double(std::exp(logAlphaBar)));
        schedule.m_alpha.push_back(double(std::exp(logAlphaBar / 2)));
        schedule.m_sigma.push_back(double(std::sqrt(oneMinusAlphaBar)));
        schedule.m_logNoiseToSignal.push_back(double((std::log(oneMinusAlphaBar) - logAlphaBar) / 2));
        if (t > 0 && !(schedule.m_logNoiseToSignal[t] > schedule.m_logNoiseToSignal[t - 1]))
            refuse(schedule.m_name, "has no signal left before its last level",
                   "Choose a smaller beta or fewer levels.");
    }
    schedule.m_variancePreserving = true;
    return schedule;
}

NoiseSchedule NoiseSchedule::fromLevels(std::string name, std::vector<double> alpha,
                                        std::vector<double> sigma)
{
    checkCount(name, alpha.size());
    if (alpha.size() != sigma.size())
        refuse(name, "has different numbers of alphas and sigmas", "Give one alpha and one sigma a level.");
    constexpr double tolerance = 1e-9;
    bool preserving = true;
    bool flow = true;
    NoiseSchedule schedule;
    for (std::size_t t = 0; t < alpha.size(); ++t) {
        if (!(alpha[t] >= 0 && alpha[t] <= 1 && sigma[t] > 0 && sigma[t] <= 1))
            refuse(name, "has an alpha or sigma outside 0 to 1 at level " + std::to_string(t),
                   "Every level needs alpha from 0 to 1 and sigma above 0 and up to 1.");
        preserving = preserving && std::abs(alpha[t] * alpha[t] + sigma[t] * sigma[t] - 1) < tolerance;
        flow = flow && std::abs(alpha[t] + sigma[t] - 1) < tolerance;
        schedule.m_logNoiseToSignal.push_back(std::log(sigma[t]) - std::log(alpha[t]));
        schedule.m_alphaBar.push_back(alpha[t] * alpha[t]);
        const double alphaRatio = t == 0 ? alpha[0] : alpha[t] / alpha[t - 1];
        schedule.m_beta.push_back((1 - alphaRatio) * (1 + alphaRatio));
        if (t > 0 && !(schedule.m_logNoiseToSignal[t] > schedule.m_logNoiseToSignal[t - 1]))
            refuse(name,
                   "does not grow noisier from level " + std::to_string(t - 1) + " to level " +
                       std::to_string(t),
                   "sigma/alpha must grow strictly from each level to the next.");
    }
    if (!preserving && !flow)
        refuse(name, "keeps neither alpha² + sigma² nor alpha + sigma at 1",
               "Scale alpha and sigma so that one of the two holds at every level.");
    schedule.m_name = std::move(name);
    schedule.m_alpha = std::move(alpha);
    schedule.m_sigma = std::move(sigma);
    schedule.m_variancePreserving = preserving;
    return schedule;
}

NoiseLevel NoiseSchedule::level(int t) const
{
    const auto index = std::size_t(t);
    return {double(t), m_alpha.at(index), m_sigma.at(index)};
}

NoiseLevel NoiseSchedule::levelOfRatio(double t, double noiseToSignal) const
{
    if (noiseToSignal == infinity)
        return {t, 0, 1};
    const double norm = m_variancePreserving ? std::hypot(1.0, noiseToSignal) : 1 + noiseToSignal;
    return {t, 1 / norm, noiseToSignal / norm};
}

NoiseLevel NoiseSchedule::levelAt(double t) const
{
    const double last = levels() - 1;
    if (!(t > 0))
        return level(0);
    if (t >= last)
        return level(levels() - 1);
    const int below = int(std::floor(t));
    const double fraction = t - below;
    if (fraction == 0)
        return level(below);
    const auto index = std::size_t(below);
    if (!m_variancePreserving) {
        return {t, std::lerp(m_alpha[index], m_alpha[index + 1], fraction),
                std::lerp(m_sigma[index], m_sigma[index + 1], fraction)};
    }
    if (m_alpha[index + 1] == 0) {
        // The last stretch to zero signal: its sigma/alpha ends at infinity, so alpha is interpolated
        // instead.
        const double alpha = (1 - fraction) * m_alpha[index];
        return {t, alpha, std::sqrt((1 - alpha) * (1 + alpha))};
    }
    return levelOfRatio(
        t, std::exp(std::lerp(m_logNoiseToSignal[index], m_logNoiseToSignal[index + 1], fraction)));
}

double NoiseSchedule::timeOfNoiseToSignal(double noiseToSignal) const
{
    if (!(noiseToSignal >= 0))
        refuse(m_name, "was asked for a level whose sigma/alpha is not a number from 0 up",
               "Give sigmas that are 0 or greater.");
    const double wanted = std::log(noiseToSignal);
    if (!(wanted > m_logNoiseToSignal.front()))
        return 0;
    if (wanted >= m_logNoiseToSignal.back())
        return levels() - 1;
    const auto above = std::upper_bound(m_logNoiseToSignal.begin(), m_logNoiseToSignal.end(), wanted);
    const auto index = std::size_t(above - m_logNoiseToSignal.begin()) - 1;
    double fraction = 0;
    if (!m_variancePreserving) {
        const double alpha = 1 / (1 + noiseToSignal);
        fraction = (m_alpha[index] - alpha) / (m_alpha[index] - m_alpha[index + 1]);
    } else if (m_alpha[index + 1] == 0) {
        fraction = 1 - 1 / (std::hypot(1.0, noiseToSignal) * m_alpha[index]);
    } else {
        const double low = m_logNoiseToSignal[index];
        fraction = (wanted - low) / (m_logNoiseToSignal[index + 1] - low);
    }
    return double(index) + std::clamp(fraction, 0.0, 1.0);
}

NoiseLevel NoiseSchedule::levelOfNoiseToSignal(double noiseToSignal) const
{
    return levelOfRatio(timeOfNoiseToSignal(noiseToSignal), noiseToSignal);
}

}  // namespace diffuscope::schedule
