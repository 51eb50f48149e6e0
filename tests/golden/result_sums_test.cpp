// SPDX-License-Identifier: GPL-3.0-or-later
// The sums that the reference's own tests assert: 10 steps of a made-up network on a fixed sample.
#include "core/denoise/guidance.h"
#include "core/denoise/target_adapter.h"
#include "core/run/sampling_loop.h"
#include "core/verify/reference_setup.h"

#include <torch/utils.h>

#include <QTest>

#include <cmath>

using namespace diffuscope;
using verify::ReferenceOptions;
using std::string_literals::operator""s;
using torch::Tensor;

Q_DECLARE_METATYPE(diffuscope::verify::ReferenceOptions)

namespace {

/// output = x·t/(t + 1), read as what the case's network predicts.
class MadeUpNetwork final : public denoise::Denoiser
{
public:
    explicit MadeUpNetwork(denoise::PredictionTarget target) : m_target(target) {}
    denoise::Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                                const recipe::Condition&) override
    {
        return denoise::predictionFrom(m_target, x * (level.t / (level.t + 1)), x, level);
    }

private:
    denoise::PredictionTarget m_target;
};

/// Torch's own generator after manual_seed(0), drawn in float as the reference does.
class TorchNoise final : public run::NoiseSource
{
public:
    TorchNoise() { torch::manual_seed(0); }
    Tensor initial(torch::IntArrayRef shape, const torch::TensorOptions& options) override
    {
        return draw(shape, options, 0, 0);
    }
    Tensor draw(torch::IntArrayRef shape, const torch::TensorOptions& options, int, int) override
    {
        return torch::randn(shape, torch::kFloat).to(options);
    }
};

Tensor fixedSample()
{
    return (torch::arange(768, torch::kFloat).reshape({3, 8, 8, 4}) / 768)
        .permute({3, 0, 1, 2})
        .to(torch::kDouble);
}

/// init_noise_sigma in x: sigma for spacings that start at the noisiest level, sqrt(sigma² + alpha²) = 1 for
/// leading.
double initialScale(const verify::ReferenceSetup& setup, const ReferenceOptions& config)
{
    const bool leading = config.contains("timestep_spacing") &&
                         std::get<std::string>(config.at("timestep_spacing")) == "leading";
    return setup.stateOverAlpha && !leading ? setup.grid[0].sigma : 1;
}

ReferenceOptions merged(ReferenceOptions options, const ReferenceOptions& more)
{
    for (const auto& [key, value] : more)
        options[key] = value;
    return options;
}

}  // namespace

class ResultSumsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sampleSumsTo383();
    void sumIsTheReferences_data();
    void sumIsTheReferences();
};

void ResultSumsTest::sampleSumsTo383()
{
    QVERIFY(std::abs(fixedSample().abs().sum().item<double>() - 383.5) < 1e-4);
}

void ResultSumsTest::sumIsTheReferences_data()
{
    QTest::addColumn<QString>("reference");
    QTest::addColumn<ReferenceOptions>("config");
    QTest::addColumn<ReferenceOptions>("step");
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("sum");
    QTest::addColumn<double>("tolerance");
    const auto row = [](const char* name, const char* reference, ReferenceOptions config, double sum,
                        int steps = 10, ReferenceOptions step = {}, double tolerance = 0.01) {
        QTest::newRow(name) << QString(reference) << config << step << steps << sum << tolerance;
    };
    // Figures given as a mean |x| have four decimals at least.
    const auto mean = [&](const char* name, const char* reference, ReferenceOptions config, double value) {
        row(name, reference, config, value * 768, 10, {}, 0.0001 * 768);
    };
    const ReferenceOptions L{{"beta_schedule", "linear"s}, {"beta_start", 1e-4}, {"beta_end", 0.02}};
    const ReferenceOptions SD{
        {"beta_schedule", "scaled_linear"s}, {"beta_start", 0.00085}, {"beta_end", 0.012}};
    const auto with = [](const ReferenceOptions& base, const ReferenceOptions& more) {
        return merged(base, more);
    };
    const ReferenceOptions v{{"prediction_type", "v_prediction"s}};
    const ReferenceOptions karras{{"use_karras_sigmas", true}};

    row("DDPM eps", "DDPMScheduler", L, 258.9606, 1000);
    row("DDPM v", "DDPMScheduler", with(L, v), 202.0296, 1000);
    row("DDPM 10 small", "DDPMScheduler", L, 234.849);
    row("DDPM 10 large", "DDPMScheduler", with(L, {{"variance_type", "fixed_large"s}}), 353.142);
    row("DDIM eps", "DDIMScheduler", L, 172.0067);
    row("DDIM v", "DDIMScheduler", with(L, v), 52.5302);
    row("DDIM alpha to one", "DDIMScheduler", with(L, {{"beta_start", 0.01}}), 149.8295);
    row("DDIM alpha not to one", "DDIMScheduler",
        with(L, {{"beta_start", 0.01}, {"set_alpha_to_one", false}}), 149.0784);
    row("DDIM linspace", "DDIMScheduler", with(L, {{"timestep_spacing", "linspace"s}}), 191.254);
    row("DDIM trailing", "DDIMScheduler", with(L, {{"timestep_spacing", "trailing"s}}), 170.035);
    row("DDIM eta 1", "DDIMScheduler", L, 234.830, 10, {{"eta", 1.0}});
    row("DDIM eta 0.5", "DDIMScheduler", L, 238.726, 10, {{"eta", 0.5}});
    row("DDIM inverse eps", "DDIMInverseScheduler", L, 671.6816);
    row("DDIM inverse v", "DDIMInverseScheduler", with(L, v), 1394.2185);
    row("PNDM eps", "PNDMScheduler", L, 198.1318);
    row("PNDM v", "PNDMScheduler", with(L, v), 67.3986);

    const ReferenceOptions M = with(L, {{"lower_order_final", false}, {"final_sigmas_type", "sigma_min"s}});
    mean("DPM++ multi eps", "DPMSolverMultistepScheduler", M, 0.3301450);
    mean("DPM++ multi v", "DPMSolverMultistepScheduler", with(M, v), 0.2251);
    mean("DPM++ multi Karras v", "DPMSolverMultistepScheduler", with(with(M, karras), v), 0.2091982);
    mean("DPM++ multi lu v", "DPMSolverMultistepScheduler", with(with(M, {{"use_lu_lambdas", true}}), v),
         0.1554);
    mean("DPM++ single eps", "DPMSolverSinglestepScheduler", M, 0.2791);
    mean("DPM++ single Karras", "DPMSolverSinglestepScheduler", with(M, karras), 0.2248);
    mean("DPM++ single v", "DPMSolverSinglestepScheduler", with(M, v), 0.1453);
    const ReferenceOptions U = with(L, {{"final_sigmas_type", "sigma_min"s}});
    mean("UniPC eps", "UniPCMultistepScheduler", U, 0.2464);
    mean("UniPC Karras", "UniPCMultistepScheduler", with(U, karras), 0.2925);
    mean("UniPC v", "UniPCMultistepScheduler", with(U, v), 0.1014);
    mean("DEIS eps", "DEISMultistepScheduler", L, 0.23916);
    mean("DEIS v", "DEISMultistepScheduler", with(L, v), 0.0910725);
    row("DPM++ multi order 1", "DPMSolverMultistepScheduler", with(L, {{"solver_order", 1.0}}), 169.929);
    row("DPM++ multi order 2", "DPMSolverMultistepScheduler", L, 185.011);
    row("DPM++ multi order 2 Heun", "DPMSolverMultistepScheduler", with(L, {{"solver_type", "heun"s}}),
        186.747);
    row("DPM++ multi order 3", "DPMSolverMultistepScheduler", with(L, {{"solver_order", 3.0}}), 187.594);

    row("LCM 1", "LCMScheduler", SD, 18.7097, 1);
    row("LCM 10", "LCMScheduler", SD, 197.7616);
    row("TCD 1", "TCDScheduler", SD, 29.8715, 1, {{"eta", 0.0}});
    row("TCD 10", "TCDScheduler", SD, 181.2040, 10, {{"eta", 0.0}});
    row("Euler eps", "EulerDiscreteScheduler", SD, 178.776);
    row("Euler v", "EulerDiscreteScheduler", with(SD, v), 62.3284);
    row("Euler Karras", "EulerDiscreteScheduler", with(SD, karras), 179.575);
    row("Euler exponential", "EulerDiscreteScheduler", with(SD, {{"use_exponential_sigmas", true}}), 180.298);
    row("Euler beta", "EulerDiscreteScheduler", with(SD, {{"use_beta_sigmas", true}}), 150.811);
    row("Euler trailing", "EulerDiscreteScheduler", with(SD, {{"timestep_spacing", "trailing"s}}), 173.870);
    row("Heun", "HeunDiscreteScheduler", SD, 236.637);
    row("LMS", "LMSDiscreteScheduler", SD, 198.559);
    row("DPM2", "KDPM2DiscreteScheduler", SD, 213.498);
    row("flow Euler", "FlowMatchEulerDiscreteScheduler", {{"shift", 1.0}}, 133.362);
    row("flow Heun", "FlowMatchHeunDiscreteScheduler", {{"shift", 1.0}}, 145.765);
}

void ResultSumsTest::sumIsTheReferences()
{
    QFETCH(QString, reference);
    QFETCH(ReferenceOptions, config);
    QFETCH(ReferenceOptions, step);
    QFETCH(int, steps);
    QFETCH(double, sum);
    QFETCH(double, tolerance);
    verify::ReferenceCase described;
    described.reference = reference.toStdString();
    described.config = config;
    described.stepOptions = step;
    described.steps = steps;
    const auto setup = verify::referenceSetup(described);
    const auto network = denoise::clipped(std::make_unique<MadeUpNetwork>(setup.target), setup.clipping);
    const auto sampler = samplers::makeSampler(setup.sampler, setup.schedule, setup.grid);
    TorchNoise noise;
    run::SamplingLoop loop({*network, *sampler, setup.schedule, setup.grid, noise, {}},
                           initialScale(setup, config) * fixedSample());
    while (!loop.isDone())
        loop.advance();
    const double found = loop.state().abs().sum().item<double>();
    QVERIFY2(std::abs(found - sum) < tolerance,
             qPrintable(QString("sum %1, expected %2").arg(found, 0, 'f', 4).arg(sum)));
}

QTEST_GUILESS_MAIN(ResultSumsTest)
#include "result_sums_test.moc"
