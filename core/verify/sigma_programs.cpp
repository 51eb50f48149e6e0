// SPDX-License-Identifier: GPL-3.0-or-later
// Setups of the functions of EDM, A1111, SD.Next and diffusers that come with sigmas.
#include "core/verify/sigma_setup.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace diffuscope::verify {

namespace {

using base::OptionValues;
using std::string_literals::operator""s;

OptionValues edmChurn(SigmaReader& reader)
{
    return {{"churn", reader.options.number("S_churn", 0)},
            {"churn_from", reader.options.number("S_min", 0)},
            {"churn_to", reader.options.number("S_max", 0)},
            {"churn_noise", reader.options.number("S_noise", 1)}};
}

void edmSamplerSetup(SigmaReader& reader, SigmaSetup& setup)
{
    setup.sampler = {"heun", edmChurn(reader)};
    setup.comparesStates = false;
}

/// Karras et al. 2022, eq. 5, n numbers from `most` to `least`.
std::vector<double> karrasList(int n, double most, double least, double rho)
{
    std::vector<double> sigmas;
    const double first = std::pow(most, 1 / rho), last = std::pow(least, 1 / rho);
    for (int i = 0; i < n; ++i)
        sigmas.push_back(std::pow(n == 1 ? first : first + double(i) / (n - 1) * (last - first), rho));
    return sigmas;
}

/// The sigmas of a VP-SDE at even times from 1 to 0.001 that begin and end on these.
std::vector<double> vpList(int n, double most, double least)
{
    const double start = 1e-3;
    const double high = std::log(most * most + 1), low = std::log(least * least + 1);
    const double d = 2 * (low / start - high) / (start - 1), b = high - 0.5 * d;
    std::vector<double> sigmas;
    for (int i = 0; i < n; ++i) {
        const double t = 1 + double(i) / (n - 1) * (start - 1);
        sigmas.push_back(std::sqrt(std::exp(0.5 * d * t * t + b * t) - 1));
    }
    return sigmas;
}

/// Improved DDPM: n of the levels u_j between the ends, at rounded indices.
std::vector<double> iddpmList(int n, double most, double least)
{
    constexpr int count = 1000;
    const auto alphaBar = [](int j) {
        return std::pow(std::sin(0.5 * std::numbers::pi * j / count / 1.008), 2);
    };
    std::vector<double> u(count + 1, 0.0);
    for (int j = count; j >= 1; --j)
        u[std::size_t(j - 1)] = std::sqrt(
            (std::pow(u[std::size_t(j)], 2) + 1) / std::max(alphaBar(j - 1) / alphaBar(j), 0.001) - 1);
    std::vector<double> kept;
    for (const double each : u)
        if (each >= least && each <= most)
            kept.push_back(each);
    std::vector<double> sigmas;
    for (int i = 0; i < n && !kept.empty(); ++i)
        sigmas.push_back(kept[std::size_t(std::nearbyint((double(kept.size()) - 1) / (n - 1) * i))]);
    return sigmas;
}

void edmAblationSetup(SigmaReader& reader, SigmaSetup& setup)
{
    auto& options = reader.options;
    const int n = reader.reference.steps;
    const double most = setup.schedule.level(setup.schedule.levels() - 1).noiseToSignal();
    const double least = setup.schedule.level(0).noiseToSignal();
    const std::string discretization = options.text("discretization", "edm");
    std::vector<double> sigmas;
    if (discretization == "edm")
        sigmas = karrasList(n, std::min(most, 80.0), std::max(least, 0.002), options.number("rho", 7));
    else if (discretization == "vp")
        sigmas = vpList(n, most, least);
    else if (discretization == "iddpm")
        sigmas = iddpmList(n, std::min(most, 81.0), std::max(least, 0.002));
    else if (discretization == "ve")
        for (int i = 0; i < n; ++i)
            sigmas.push_back(most * std::pow(least / most, double(i) / (n - 1)));
    else
        options.refuse("discretization");
    setup.grid.levels.clear();
    for (const double sigma : sigmas)
        setup.grid.levels.push_back(setup.schedule.levelOfNoiseToSignal(sigma));
    setup.grid.levels.push_back({0, 1, 0});
    OptionValues values = edmChurn(reader);
    values["solver"] = options.text("solver", "heun");
    values["alpha"] = options.number("alpha", 1);
    values["time"] = options.text("schedule", "linear");
    values["scaling"] = options.text("scaling", "none");
    setup.sampler = {"edm_ablation", values};
    setup.comparesStates = false;
}

/// The level of the list that is nearest to a sigma.
std::size_t nearestTo(const std::vector<double>& sigmas, double sigma)
{
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < sigmas.size(); ++i)
        if (std::abs(sigmas[i] - sigma) < std::abs(sigmas[nearest] - sigma))
            nearest = i;
    return nearest;
}

struct RestartList
{
    double from = 0.1;
    int steps = 0;
    int times = 0;
    double to = 2;
};

/// {"0.1": [steps, times, 2]}, of one interval.
RestartList restartListOf(SigmaReader& reader, const std::string& text)
{
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (!parsed.is_object() || parsed.size() > 1)
        reader.options.refuse("restart_list");
    if (parsed.empty())
        return {};
    const auto& [key, value] = *parsed.items().begin();
    if (!value.is_array() || value.size() != 3 || !value[0].is_number() || !value[1].is_number() ||
        !value[2].is_number())
        reader.options.refuse("restart_list");
    return {std::stod(key), value[0].get<int>(), value[1].get<int>(), value[2].get<double>()};
}

void restartOfA1111Setup(SigmaReader& reader, SigmaSetup& setup)
{
    std::vector<double> sigmas = reader.reference.sigmas;
    const int steps = int(sigmas.size()) - 1;
    const std::string given = reader.options.text("restart_list", "");
    RestartList list;
    if (!given.empty()) {
        list = restartListOf(reader, given);
    } else if (steps >= 20) {
        const int own = steps >= 36 ? steps / 4 : 9, times = steps >= 36 ? 2 : 1;
        sigmas = karrasList(steps - own * times, sigmas.front(), sigmas[sigmas.size() - 2], 7);
        sigmas.push_back(0);
        list = {0.1, own + 1, times, 2};
        setup.grid.levels.clear();
        for (const double sigma : sigmas)
            setup.grid.levels.push_back(levelOfSigma(setup.schedule, setup.isFlow, sigma));
    }
    setup.comparesStates = false;
    const double noise = reader.options.number("s_noise", 1);
    const std::size_t low = nearestTo(sigmas, list.from), high = nearestTo(sigmas, list.to);
    if (list.times == 0 || high >= low || low == 0 || low + 1 == sigmas.size()) {
        setup.sampler = {"heun", {}};
        return;
    }
    setup.sampler = {"restart",
                     {{"restarts", double(list.times)},
                      {"restart_steps", double(list.steps - 1)},
                      {"restart_at", setup.grid[int(low)].noiseToSignal() * (1 + 1e-9)},
                      {"restart_from", setup.grid[int(high)].noiseToSignal()},
                      {"restart_noise", noise}}};
}

/// Whole leading times, then the clean image.
void bdiaSetup(SigmaReader& reader, SigmaSetup& setup)
{
    auto& config = reader.config;
    if (config.text("timestep_spacing", "leading") != "leading" || config.flag("clip_sample", false) ||
        config.flag("thresholding", false))
        config.refuse("timestep_spacing");
    const int stride = setup.schedule.levels() / reader.reference.steps;
    setup.grid.levels.clear();
    for (int i = reader.reference.steps - 1; i >= 0; --i)
        setup.grid.levels.push_back(setup.schedule.level(i * stride + config.integer("steps_offset", 0)));
    setup.grid.levels.push_back(config.flag("set_alpha_to_one", true) ? schedule::NoiseLevel{0, 1, 0}
                                                                      : setup.schedule.level(0));
    setup.sampler = {"bdia_ddim",
                     {{"gamma", config.number("gamma", 0.5)}, {"eta", reader.options.number("eta", 0)}}};
}

void inverseSetup(SigmaReader& reader, SigmaSetup& setup)
{
    auto& config = reader.config;
    const int steps = reader.reference.steps, last = setup.schedule.levels() - 1;
    if (config.text("timestep_spacing", "linspace") != "linspace")
        config.refuse("timestep_spacing");
    setup.grid.levels.clear();
    for (int i = 0; i < steps; ++i)
        setup.grid.levels.push_back(setup.schedule.level(int(std::nearbyint(double(i) * last / steps))));
    setup.grid.levels.push_back(setup.schedule.level(last));
    const std::string algorithm = config.text("algorithm_type", "dpmsolver++");
    if (algorithm != "dpmsolver++" && algorithm != "dpmsolver")
        config.refuse("algorithm_type");
    setup.sampler = {"dpmpp_inverse",
                     {{"order", double(std::min(config.integer("solver_order", 2), steps))},
                      {"extrapolate", algorithm == "dpmsolver++" ? "image"s : "noise"s},
                      {"solver_type", config.text("solver_type", "midpoint")},
                      {"curvature", "half"s},
                      {"lower_order_final", config.flag("lower_order_final", true)}}};
}

}  // namespace

const std::map<std::string, MakeSigmaSetup>& otherProgramSetups()
{
    static const std::map<std::string, MakeSigmaSetup> setups{
        {"NVlabs/edm edm_sampler", edmSamplerSetup},
        {"NVlabs/edm ablation_sampler", edmAblationSetup},
        {"A1111 restart_sampler", restartOfA1111Setup},
        {"SD.Next BDIA_DDIMScheduler", bdiaSetup},
        {"diffusers DPMSolverMultistepInverseScheduler", inverseSetup}};
    return setups;
}

}  // namespace diffuscope::verify
