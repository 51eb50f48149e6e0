// SPDX-License-Identifier: GPL-3.0-or-later
// A step's equation in numbers, from the record of a real run: its terms add up to the state that was
// recorded.
#include "core/base/error.h"
#include "core/denoise/guidance.h"
#include "core/explain/prediction_forms.h"
#include "core/explain/step_equation.h"
#include "core/run/sampled_run.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/schedule_registry.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using explain::Absence;
using explain::Place;
using explain::RunReader;
using recipe::SamplerSpec;
using record::Layer;
using test::FakeDenoiser;
using torch::Tensor;
using std::string_literals::operator""s;

Q_DECLARE_METATYPE(diffuscope::recipe::SamplerSpec)

namespace {

constexpr std::uint64_t seed = 11;
constexpr record::BatchShape shape{3, 2, 4, 5};

/// Like a network's: leans on the state and on the class, and is not linear.
Tensor answer(const Tensor& image, int label)
{
    return torch::tanh(0.8 * image + 0.3 * label);
}

struct Setup
{
    double guidance = 1;
    recipe::ClippingSpec clipping{.rule = "none", .options = {}};
    int steps = 12;
};

/// A whole run, recorded in floats as in the program.
RunReader recorded(const SamplerSpec& spec, const Setup& setup = {})
{
    const auto schedule = schedule::makeSchedule({"linear", {}});
    const double top = schedule.level(schedule.levels() - 1).noiseToSignal();
    auto grid = schedule::makeTimeGrid(
        schedule, {"log_snr", {{"sigma_max", std::min(20.0, top)}, {"sigma_min", 0.05}}}, setup.steps);
    if (samplers::samplerInfo(spec.id).inverse)
        std::reverse(grid.levels.begin(), grid.levels.end());
    auto denoiser = denoise::clipped(denoise::guided(std::make_unique<FakeDenoiser>(answer),
                                                     {.rule = "cfg", .scale = setup.guidance, .options = {}}),
                                     setup.clipping);
    run::SampledRun run({.schedule = schedule,
                         .grid = grid,
                         .denoiser = std::move(denoiser),
                         .sampler = samplers::makeSampler(spec, schedule, grid),
                         .noise = std::make_unique<run::SeededNoise>(seed),
                         .condition = recipe::Condition::classLabel(1),
                         .shape = shape,
                         .further = samplers::furtherValues(spec),
                         .samplerSpec = spec});
    auto trajectory = std::make_shared<record::Trajectory>();
    while (auto frame = run.advance({}))
        trajectory->frames.push_back(frame);
    trajectory->plannedFrames = grid.steps() + 1;
    return RunReader({.trajectory = trajectory,
                      .terms = std::make_shared<const std::vector<samplers::StepTerms>>(run.terms()),
                      .sampler = spec,
                      .seed = seed});
}

int steps(const RunReader& run)
{
    return run.facts().trajectory->size() - 1;
}

/// Braces close, and every sign of the markup is one that a view knows.
bool isWellFormed(const std::string& markup)
{
    int depth = 0;
    for (std::size_t i = 0; i < markup.size(); ++i) {
        depth += markup[i] == '{' ? 1 : markup[i] == '}' ? -1 : 0;
        if (depth < 0)
            return false;
        if (markup[i] != '\\')
            continue;
        bool known = false;
        for (const char* sign :
             {"xt{", "xo{", "ep{", "nz{", "hat{", "bar{", "tilde{", "sqrt{", "frac{", "rm{"})
            known |= markup.compare(i + 1, std::strlen(sign), sign) == 0;
        if (!known)
            return false;
    }
    return depth == 0 && !markup.empty();
}

}  // namespace

class StepEquationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onePredictionHasFiveForms()
    {
        // alpha 0.8, sigma 0.6, x0 0.5, eps −1: x_t = −0.2.
        const schedule::NoiseLevel level{.t = 10, .alpha = 0.8, .sigma = 0.6};
        const auto forms = explain::predictionForms(level, 0.5, -1);
        const double xt = level.alpha * forms.x0 + level.sigma * forms.eps;
        QVERIFY(std::abs(forms.v - (-1.1)) < 1e-15);
        QVERIFY(std::abs(forms.velocity - (-1.5)) < 1e-15);
        QVERIFY(std::abs(forms.score - 1 / 0.6) < 1e-15);
        // Each gives the image back: x0 = alpha x_t − sigma v = (x_t − sigma u)/(alpha + sigma) and
        // Tweedie's.
        QVERIFY(std::abs(level.alpha * xt - level.sigma * forms.v - 0.5) < 1e-15);
        QVERIFY(std::abs((xt - level.sigma * forms.velocity) / (level.alpha + level.sigma) - 0.5) < 1e-15);
        QVERIFY(std::abs((xt + level.sigma * level.sigma * forms.score) / level.alpha - 0.5) < 1e-15);
    }

    void shownTermsAddUpToTheRecordedNextState_data();
    void shownTermsAddUpToTheRecordedNextState();
    void everySamplerHasAnEquation();
    void adaptiveSamplersSayWhatTheyDid();
    void theFormOfDdpmIsTheSumOfItsTerms();
    void aKeptNoiseEstimateIsSaidNotToFit();
    void typedNumbersGiveTheWorkedExample();
    void aStepsOwnNumbersReproduceIt();
    void oneEvaluationSamplersStoreNothingMore();
    void guidanceAndClippingAreTakenApart();
    void layersThatNeedMoreThanAFrame();
    void absentLayersSayWhy();
    void predictorCorrectorsStayLocal();
    void coefficientsOfAThousandStepsAreCheap();
};

void StepEquationTest::shownTermsAddUpToTheRecordedNextState_data()
{
    QTest::addColumn<SamplerSpec>("spec");
    QTest::addColumn<double>("guidance");
    for (const auto& info : samplers::samplers()) {
        if (info.adaptive)
            continue;
        QTest::addRow("%s", info.id.c_str()) << SamplerSpec{info.id, {}} << 1.0;
        QTest::addRow("%s guided", info.id.c_str()) << SamplerSpec{info.id, {}} << 2.5;
        for (const auto& option : info.options) {
            for (const auto& choice : option.choices)
                if (choice.id != "learned_range" && choice.id != "learned")
                    QTest::addRow("%s %s=%s", info.id.c_str(), option.id.c_str(), choice.id.c_str())
                        << SamplerSpec{info.id, {{option.id, choice.id}}} << 1.0;
            if (option.id == "eta")
                QTest::addRow("%s eta=0.7", info.id.c_str()) << SamplerSpec{info.id, {{"eta", 0.7}}} << 1.0;
            if (option.id == "churn")
                QTest::addRow("%s churn", info.id.c_str()) << SamplerSpec{info.id, {{"churn", 5.0}}} << 1.0;
        }
    }
}

void StepEquationTest::shownTermsAddUpToTheRecordedNextState()
{
    QFETCH(SamplerSpec, spec);
    QFETCH(double, guidance);
    const RunReader run = recorded(spec, {.guidance = guidance});
    for (int step = 0; step < steps(run); ++step)
        for (const Place& place :
             {Place{0, {}}, Place{2, explain::Pixel{3, 1}}, Place{1, explain::Pixel{0, 3}}}) {
            const auto equation = explain::stepEquation(run, step, place);
            QVERIFY2(!equation.terms.empty(), equation.words.c_str());
            QVERIFY(equation.next.has_value());
            // Every value was rounded to a float, and the noise estimate is a difference divided by sigma:
            // some units in the last place of the largest product.
            double size = 1;
            for (const auto& term : equation.terms) {
                size += std::abs(term.product());
                QVERIFY2(isWellFormed(term.symbol), term.symbol.c_str());
            }
            const double error = std::abs(equation.sum() - *equation.next);
            QVERIFY2(error <= 2e-6 * size, qPrintable(QString("step %1: %2 is not %3, off by %4")
                                                          .arg(step)
                                                          .arg(equation.sum())
                                                          .arg(*equation.next)
                                                          .arg(error)));
        }
}

void StepEquationTest::everySamplerHasAnEquation()
{
    for (const auto& info : samplers::samplers()) {
        std::vector<SamplerSpec> specs{{info.id, {}}};
        for (const auto& option : info.options) {
            for (const auto& choice : option.choices)
                specs.push_back({info.id, {{option.id, choice.id}}});
            if (option.kind == base::OptionKind::toggle)
                specs.push_back({info.id, {{option.id, true}}});
            if (option.kind == base::OptionKind::number)
                specs.push_back({info.id, {{option.id, option.maximum}}});
        }
        for (const SamplerSpec& spec : specs) {
            const auto equation = explain::samplerEquation(spec);
            QVERIFY2(isWellFormed(equation.formula), equation.formula.c_str());
            QVERIFY2(!equation.source.empty(), info.id.c_str());
            for (const auto& line : equation.where)
                QVERIFY2(isWellFormed(line), line.c_str());
        }
    }
    QVERIFY_EXCEPTION_THROWN(explain::samplerEquation({"none_such", {}}), Error);
}

void StepEquationTest::adaptiveSamplersSayWhatTheyDid()
{
    for (const SamplerSpec& spec : {SamplerSpec{"rk45", {}}, SamplerSpec{"dpm_adaptive", {}},
                                    SamplerSpec{"dpm_adaptive", {{"pair", "12"s}}}}) {
        const RunReader run = recorded(spec);
        int accepted = 0;
        for (int step = 0; step < steps(run); ++step) {
            const auto equation = explain::stepEquation(run, step, {});
            QVERIFY(equation.terms.empty());
            const QString words = QString::fromStdString(equation.words);
            const auto match = QRegularExpression("(\\d+) sub-steps? accepted, (\\d+) rejected").match(words);
            QVERIFY2(match.hasMatch(), qPrintable(words));
            accepted += match.captured(1).toInt();
            QVERIFY2(step + 1 == steps(run) || match.captured(1).toInt() >= 1, qPrintable(words));
        }
        QVERIFY(accepted >= steps(run) - 1);
        QCOMPARE(run.whyAbsent(1, Layer::noise), Absence::noNoise);
        QCOMPARE(run.read(1, Layer::mean, 0), run.frame(2)->layer(Layer::xt, 0));
    }
}

void StepEquationTest::theFormOfDdpmIsTheSumOfItsTerms()
{
    const RunReader run = recorded({"ddpm", {}});
    for (int step = 0; step < steps(run); ++step) {
        const auto equation = explain::stepEquation(run, step, {1, explain::Pixel{2, 2}});
        QVERIFY(equation.ddpm.has_value());
        QVERIFY(!equation.isInconsistent);
        QVERIFY(std::abs(equation.ddpm->next() - equation.sum()) <=
                1e-6 * std::max(1.0, std::abs(equation.sum())));
        // 1/√α_t and β_t/√(1 − ᾱ_t) of the two levels.
        const auto& frame = *run.frame(step);
        const double alpha = std::pow(frame.level.alpha / frame.next.alpha, 2);
        QVERIFY(std::abs(equation.ddpm->scale - 1 / std::sqrt(alpha)) < 1e-9);
        QVERIFY(std::abs(equation.ddpm->epsFactor - (1 - alpha) / frame.level.sigma) < 1e-9);
    }
}

void StepEquationTest::aKeptNoiseEstimateIsSaidNotToFit()
{
    const RunReader run = recorded(
        {"ddpm", {}}, {.clipping = {.rule = "fixed", .options = {{"limit", 0.5}, {"keep_eps", true}}}});
    int inconsistent = 0;
    for (int step = 0; step < steps(run); ++step) {
        const auto equation = explain::stepEquation(run, step, {0, explain::Pixel{1, 1}});
        const bool differs = std::abs(equation.ddpm->next() - equation.sum()) > 1e-3;
        if (differs)
            QVERIFY(equation.isInconsistent);
        inconsistent += equation.isInconsistent;
        QVERIFY(std::abs(equation.sum() - *equation.next) < 1e-5);
    }
    QVERIFY(inconsistent > 0);
}

void StepEquationTest::typedNumbersGiveTheWorkedExample()
{
    const explain::DdpmInput input{
        .xt = 0.90, .beta = 0.10, .alphaBar = 0.81, .epsHat = 0.30, .z = 0.0871780};
    QVERIFY(explain::isPossible(input));
    const auto form = explain::ddpmForm(input);
    QCOMPARE(QString::number(form.scale, 'f', 4), QString("1.0541"));
    QCOMPARE(QString::number(form.epsFactor, 'f', 4), QString("0.2294"));
    QCOMPARE(QString::number(form.mean(), 'f', 4), QString("0.8761"));
    QCOMPARE(QString::number(form.noise(), 'f', 4), QString("0.0200"));
    QCOMPARE(QString::number(form.next(), 'f', 4), QString("0.8961"));
    for (const explain::DdpmInput& none :
         {explain::DdpmInput{.beta = 0, .alphaBar = 0.5}, explain::DdpmInput{.beta = 1, .alphaBar = 0.5},
          explain::DdpmInput{.beta = 0.5, .alphaBar = 0}, explain::DdpmInput{.beta = 0.1, .alphaBar = 0.95}})
        QVERIFY(!explain::isPossible(none));
    // The last step, typed: alphaBar = 1 − beta, and no noise is added.
    QCOMPARE(explain::ddpmForm({.xt = 1, .beta = 0.1, .alphaBar = 0.9, .z = 1}).noise(), 0.0);
}

void StepEquationTest::aStepsOwnNumbersReproduceIt()
{
    const RunReader run = recorded({"ddpm", {}});
    for (int step = 0; step < steps(run); ++step) {
        const Place place{2, explain::Pixel{4, 0}};
        const auto input = explain::ddpmInput(run, step, place);
        QVERIFY(explain::isPossible(input));
        const double next = explain::ddpmForm(input).next();
        const double recordedNext = *explain::stepEquation(run, step, place).next;
        QVERIFY2(std::abs(next - recordedNext) <= 1e-5 * std::max(1.0, std::abs(next)),
                 qPrintable(QString("step %1: %2, recorded %3").arg(step).arg(next).arg(recordedNext)));
    }
}

void StepEquationTest::oneEvaluationSamplersStoreNothingMore()
{
    for (const auto& info : samplers::samplers()) {
        const SamplerSpec spec{info.id, {}};
        const RunReader run = recorded(spec);
        std::size_t further = 0;
        for (const auto& frame : run.facts().trajectory->frames) {
            const std::size_t values = frame->shape.values() * sizeof(float);
            const std::size_t wanted = std::size_t(samplers::furtherValues(spec).count()) *
                                       std::size_t(std::max(0, frame->evaluations - 1));
            further += frame->further.size();
            std::size_t stored = 0;
            for (const auto& evaluation : frame->further)
                stored += evaluation.x0Hat.bytes() + evaluation.epsHat.bytes() +
                          evaluation.x0HatUnconditional.bytes();
            QCOMPARE(stored, wanted * values);
            QVERIFY(frame->bytes() >= stored + 2 * values);
        }
        if ((info.evaluationsPerStep == 1 && info.id != "pndm") || info.adaptive)
            QVERIFY2(further == 0, info.id.c_str());
    }
}

void StepEquationTest::guidanceAndClippingAreTakenApart()
{
    const RunReader run =
        recorded({"ddim", {}}, {.guidance = 3, .clipping = {.rule = "fixed", .options = {{"limit", 0.6}}}});
    int clipped = 0;
    for (int step = 0; step < steps(run); ++step)
        for (int x = 0; x < shape.width; ++x) {
            // Of one channel's worth: where the mean of two is clipped, both need not be.
            const auto prediction = explain::predictionEquation(run, step, {0, explain::Pixel{x, 1}});
            QVERIFY(prediction.isGuided);
            QCOMPARE(prediction.scale, 3.0);
            const auto& level = prediction.level;
            QVERIFY(std::abs(level.alpha * prediction.x0Hat + level.sigma * prediction.epsHat -
                             prediction.xt) < 1e-5);
            if (prediction.unclipped) {
                ++clipped;
                QVERIFY(std::abs(*prediction.unclipped) > std::abs(prediction.x0Hat));
            }
        }
    QVERIFY(clipped > 0);
}

void StepEquationTest::layersThatNeedMoreThanAFrame()
{
    const RunReader run = recorded({"ddpm", {}});
    run::SeededNoise source(seed);
    const std::vector<std::int64_t> sizes{shape.batch, shape.channels, shape.height, shape.width};
    for (int step = 0; step + 1 < steps(run); ++step) {
        const Tensor drawn = source.draw(sizes, torch::TensorOptions(torch::kFloat), step, 0).contiguous();
        const auto z = run.read(step, Layer::noise).values;
        const auto mean = run.read(step, Layer::mean).values;
        const auto next = run.frame(step + 1)->layer(Layer::xt).values;
        const auto score = run.read(step, Layer::score).values;
        const auto eps = run.read(step, Layer::epsHat).values;
        const double sigma = explain::stepEquation(run, step, {}).ddpm->sigma;
        QCOMPARE(z.size(), shape.values());
        for (std::size_t i = 0; i < z.size(); ++i) {
            QVERIFY(std::abs(z[i] - drawn.data_ptr<float>()[i]) < 1e-6f);
            QVERIFY(std::abs(double(mean[i]) + sigma * double(z[i]) - double(next[i])) <
                    1e-6 * std::max(1.0f, std::abs(next[i])));
            QCOMPARE(score[i], float(-1 / run.frame(step)->level.sigma * double(eps[i])));
        }
    }
    // Two draws in one step come as one, still N(0, 1).
    const RunReader restarted = recorded({"restart", {}});
    int restarts = 0;
    for (int step = 0; step < steps(restarted); ++step)
        if (restarted.has(step, Layer::noise)) {
            ++restarts;
            double square = 0;
            const auto z = restarted.read(step, Layer::noise).values;
            for (const float value : z)
                square += double(value) * double(value) / double(z.size());
            QVERIFY2(square > 0.6 && square < 1.5, qPrintable(QString::number(square)));
        }
    QCOMPARE(restarts, 1);

    const auto change = run.read(3, Layer::x0HatChange, 1);
    const auto now = run.frame(3)->layer(Layer::x0Hat, 1);
    const auto before = run.frame(2)->layer(Layer::x0Hat, 1);
    for (std::size_t i = 0; i < change.size(); ++i)
        QVERIFY(std::abs(change[i] - (now[i] - before[i])) < 1e-6f);
}

void StepEquationTest::absentLayersSayWhy()
{
    const RunReader ddim = recorded({"ddim", {}});
    const int last = steps(ddim);
    QCOMPARE(ddim.whyAbsent(2, Layer::noise), Absence::noNoise);
    QCOMPARE(ddim.whyAbsent(2, Layer::guidanceDifference), Absence::noGuidance);
    QCOMPARE(ddim.whyAbsent(0, Layer::x0HatChange), Absence::firstStep);
    QCOMPARE(ddim.whyAbsent(last, Layer::score), Absence::resultHasNoStep);
    QCOMPARE(ddim.whyAbsent(last, Layer::x0Hat), Absence::none);
    QCOMPARE(ddim.whyAbsent(last + 1, Layer::xt), Absence::notArrived);
    QVERIFY(recorded({"ddim", {}}, {.guidance = 2}).has(2, Layer::guidanceDifference));

    explain::RunFacts partial = ddim.facts();
    auto fewer = std::make_shared<record::Trajectory>(*partial.trajectory);
    fewer->frames.resize(3);
    partial.trajectory = fewer;
    QCOMPARE(RunReader(partial).whyAbsent(2, Layer::mean), Absence::nextNotArrived);
    QVERIFY(!explain::stepEquation(RunReader(partial), 2, {}).next);
    partial.terms = nullptr;
    QCOMPARE(RunReader(partial).whyAbsent(1, Layer::noise), Absence::termsNotKnown);
    QVERIFY(!explain::stepEquation(RunReader(partial), 1, {}).words.empty());

    try {
        ddim.read(2, Layer::noise, 0);
        QFAIL("an absent layer was read");
    } catch (const Error& error) {
        QCOMPARE(QString(error.what()), QString::fromStdString(explain::absenceText(Absence::noNoise)));
    }
    for (int absence = 1; absence <= int(Absence::learnedVariance); ++absence)
        QVERIFY(!explain::absenceText(Absence(absence)).empty());
}

void StepEquationTest::predictorCorrectorsStayLocal()
{
    for (const char* id : {"unipc", "sa_solver"}) {
        const RunReader run = recorded({id, {}}, {.steps = 40});
        for (int step = 2; step + 1 < steps(run); ++step) {
            const auto* terms = run.terms(step);
            QVERIFY2(terms->size() <= 6, qPrintable(QString("%1: %2 terms").arg(id).arg(terms->size())));
            for (const auto& term : *terms)
                QVERIFY(term.quantity.step >= step - 3);
            QVERIFY(terms->front().quantity.kind == samplers::StepQuantity::Kind::state);
        }
    }
}

void StepEquationTest::coefficientsOfAThousandStepsAreCheap()
{
    const auto schedule = schedule::makeSchedule({"linear", {}});
    const auto grid = schedule::makeTimeGrid(schedule, {"leading", {}}, 1000);
    for (const char* id : {"ddim", "ddpm", "dpmpp_3m", "unipc", "heun"}) {
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(samplers::stepTerms({id, {}}, schedule, grid).size(), std::size_t(1000));
        qInfo("%s: %lld ms", id, (long long)timer.elapsed());
        QVERIFY(timer.elapsed() < 10'000);  // a tenth of that on an idle machine
    }
}

QTEST_GUILESS_MAIN(StepEquationTest)
#include "step_equation_test.moc"
