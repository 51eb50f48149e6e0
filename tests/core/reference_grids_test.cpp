// SPDX-License-Identifier: GPL-3.0-or-later
// The lists of times and sigmas that the reference's schedulers recorded: each is reproduced by a grid of
// ours.

#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

#include <nlohmann/json.hpp>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace diffuscope::schedule;
using diffuscope::base::OptionValues;
using nlohmann::json;

namespace {

/// One recorded case: class, options, number of steps, lists.
class Case
{
public:
    explicit Case(const json& recorded) : m_recorded(recorded), m_config(recorded.at("config")) {}

    std::string reference() const { return m_recorded.at("reference"); }
    int steps() const { return m_recorded.at("steps"); }
    const json& times() const { return m_recorded.at("timesteps"); }
    const json& sigmas() const { return m_recorded.at("sigmas"); }
    bool flag(const char* key) const { return m_config.value(key, false); }
    std::string text(const char* key, const char* absent) const { return m_config.value(key, absent); }
    double number(const char* key, double absent) const { return m_config.value(key, absent); }
    std::string name() const { return reference() + " " + std::to_string(steps()) + " " + m_config.dump(); }

    bool isAnyOf(const std::vector<const char*>& starts) const
    {
        return std::any_of(starts.begin(), starts.end(),
                           [this](const char* start) { return reference().starts_with(start); });
    }
    bool isFlow() const { return isAnyOf({"FlowMatch"}); }
    bool isSigmaSpace() const { return isAnyOf({"Euler", "Heun", "LMS", "KDPM2"}); }
    bool isSolver() const { return isAnyOf({"DPMSolver", "UniPC", "DEIS", "SASolver"}); }
    bool isStudent() const { return isAnyOf({"LCM", "TCD"}); }

private:
    const json& m_recorded;
    const json& m_config;
};

NoiseSchedule scheduleOf(const Case& recorded)
{
    if (recorded.isFlow())
        return makeSchedule({"rectified_flow", {{"shift", recorded.number("shift", 1)}}});
    const bool cosine = recorded.text("beta_schedule", "linear") == "squaredcos_cap_v2";
    const std::string terminal = recorded.flag("rescale_betas_zero_snr") ? "zero" : "as_is";
    if (cosine)
        return makeSchedule({"cosine", {{"terminal_snr", terminal}}});
    return makeSchedule({"linear",
                         {{"beta_start", recorded.number("beta_start", 1e-4)},
                          {"beta_end", recorded.number("beta_end", 0.02)},
                          {"terminal_snr", terminal}}});
}

std::string finalOf(const Case& recorded)
{
    return !recorded.sigmas().is_null() && recorded.sigmas().back() != 0.0 ? "sigma_min" : "clean";
}

GridSpec timeSpacingOf(const Case& recorded)
{
    const std::string spacing = recorded.text(
        "timestep_spacing", recorded.isSigmaSpace() || recorded.isSolver() ? "linspace" : "leading");
    GridSpec spec{spacing, {{"final", finalOf(recorded)}}};
    if (recorded.isSolver() && spacing != "trailing")
        spec.options["count"] = std::string("n_plus_1");
    if (recorded.isSigmaSpace() && spacing == "linspace") {
        spec.options["fractional"] = true;
        spec.options["between"] = std::string("linear");
    }
    if (spacing == "leading")
        spec.options["offset"] = recorded.number("steps_offset", 0);
    return spec;
}

/// A grid of sigmas between the ends of the time spacing, as the sigma-space classes have it.
GridSpec sigmaGridOf(const Case& recorded, const NoiseSchedule& schedule, const std::string& rule)
{
    const TimeGrid ends = makeTimeGrid(schedule, timeSpacingOf(recorded), recorded.steps());
    return {
        rule,
        {{"sigma_max", ends[0].noiseToSignal()}, {"sigma_min", ends[recorded.steps() - 1].noiseToSignal()}}};
}

GridSpec gridOf(const Case& recorded, const NoiseSchedule& schedule)
{
    if (recorded.isFlow())  // quirk 5: the shift of the schedule comes on top of the grid's
        return {"flow_uniform", {{"shift", recorded.number("shift", 1)}}};
    if (recorded.isStudent())
        return {"lcm", {}};
    if (recorded.flag("use_karras_sigmas"))
        return sigmaGridOf(recorded, schedule, "karras");
    if (recorded.flag("use_exponential_sigmas"))
        return sigmaGridOf(recorded, schedule, "exponential");
    if (recorded.flag("use_beta_sigmas"))
        return sigmaGridOf(recorded, schedule, "beta");
    if (recorded.flag("use_lu_lambdas")) {  // quirk 2, in its two forms
        const bool cosine = recorded.text("beta_schedule", "linear") == "squaredcos_cap_v2";
        return {"log_snr",
                {{"final", std::string("clean")},
                 {"network_time", std::string(cosine ? "truncated" : "rounded")}}};
    }
    return timeSpacingOf(recorded);
}

/// Where step i of the grid stands in the recorded lists: second-order classes list their middle points, too.
std::size_t placeOfTime(const Case& recorded, int i)
{
    if (recorded.isAnyOf({"KDPM2"}))
        return std::size_t(2 * i);
    if (recorded.isAnyOf({"Heun", "FlowMatchHeun"}))
        return std::size_t(i == 0 ? 0 : 2 * i - 1);
    return std::size_t(i);
}

std::size_t placeOfSigma(const Case& recorded, int i)
{
    return recorded.isAnyOf({"KDPM2", "Heun", "FlowMatchHeun"}) && i > 0 ? std::size_t(2 * i - 1)
                                                                         : std::size_t(i);
}

double timeOf(const Case& recorded, const NoiseLevel& level)
{
    return recorded.isFlow() ? 1000 * level.sigma : level.t;  // the flow classes tell sigma times 1000
}

double relativeError(double got, double expected)
{
    return std::abs(got - expected) / std::max(1.0, std::abs(expected));
}

double timeError(const Case& recorded, const TimeGrid& grid)
{
    double largest = 0;
    for (int i = 0; i < grid.steps(); ++i) {
        double error = INFINITY;
        if (recorded.isAnyOf({"DDIMInverse"}))
            error = relativeError(grid[i].t, recorded.times().at(std::size_t(grid.steps() - 1 - i)));
        else if (recorded.isAnyOf({"PNDM"}))  // lists some times twice, and middle points
            for (const double time : recorded.times())
                error = std::min(error, relativeError(grid[i].t, time));
        else
            error = relativeError(timeOf(recorded, grid[i]), recorded.times().at(placeOfTime(recorded, i)));
        largest = std::max(largest, error);
    }
    return largest;
}

double sigmaError(const Case& recorded, const TimeGrid& grid)
{
    if (recorded.sigmas().is_null())
        return 0;
    double largest = 0;
    for (int i = 0; i <= grid.steps(); ++i) {
        const double got = recorded.isFlow() ? grid[i].sigma : grid[i].noiseToSignal();
        const double expected =
            i == grid.steps() ? recorded.sigmas().back() : recorded.sigmas().at(placeOfSigma(recorded, i));
        largest = std::max(largest, relativeError(got, expected));
    }
    return largest;
}

}  // namespace

class TestReferenceGrids : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRecordedListIsReproduced()
    {
        std::ifstream file(DIFFUSCOPE_SOURCE_DIR "/tests/data/reference/grids.json");
        const json document = json::parse(file);
        QCOMPARE(document.at("cases").size(), std::size_t(170));
        double largest = 0;
        QStringList failures;
        for (const json& each : document.at("cases")) {
            const Case recorded(each);
            try {
                const NoiseSchedule schedule = scheduleOf(recorded);
                const TimeGrid grid = makeTimeGrid(schedule, gridOf(recorded, schedule), recorded.steps());
                const double error = std::max(timeError(recorded, grid), sigmaError(recorded, grid));
                largest = std::max(largest, error);
                if (!(error <= 1e-9))
                    failures << QString::fromStdString(recorded.name()) +
                                    QString(": times %1, sigmas %2")
                                        .arg(timeError(recorded, grid))
                                        .arg(sigmaError(recorded, grid));
            } catch (const std::exception& refused) {
                failures << QString::fromStdString(recorded.name() + ": " + refused.what());
            }
        }
        qInfo("170 recorded lists, largest relative error %.2g", largest);
        QVERIFY2(failures.isEmpty(), qPrintable("\n" + failures.join('\n')));
    }
};

QTEST_GUILESS_MAIN(TestReferenceGrids)
#include "reference_grids_test.moc"
