// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/recipe_notices.h"

#include "core/base/error.h"
#include "core/denoise/rule_registry.h"
#include "core/recipe/guidance_curve.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/same_levels.h"
#include "core/schedule/schedule_registry.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

namespace diffuscope::run {

namespace {

using base::OptionValues;
using schedule::NoiseLevel;
using schedule::NoiseSchedule;
using schedule::TimeGrid;

/// Ratios that are this near to each other are the same level.
constexpr double sameRatio = 1e-9;

/// "950" or "949.05": a training time for people.
std::string timeText(double t)
{
    char text[32];
    std::snprintf(text, sizeof text, std::abs(t - std::round(t)) < 0.005 ? "%.0f" : "%.2f", t);
    return text;
}

std::string numberText(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

std::string counted(int count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// The value of an option, its default where the recipe leaves it out; null where there is no such option.
template <typename T>
std::optional<T> chosen(const std::vector<base::Option>& options, const OptionValues& values, const char* id)
{
    for (const auto& option : options) {
        if (option.id != id)
            continue;
        const auto given = values.find(id);
        const auto& value = given == values.end() ? option.defaultValue : given->second;
        const T* typed = std::get_if<T>(&value);
        return typed ? std::optional<T>(*typed) : std::nullopt;
    }
    return std::nullopt;
}

/// Everything that the notices look at.
struct Facts
{
    const recipe::Recipe& recipe;
    const NoiseSchedule& trained;
    std::string target;
    bool hasNoiseClassifier;
    const NoiseSchedule& schedule;
    const TimeGrid& grid;

    NoiseLevel noisiest() const { return schedule.level(schedule.levels() - 1); }
    bool goesFromNoiseToImage() const
    {
        return grid[0].noiseToSignal() >= grid.levels.back().noiseToSignal();
    }
    bool endsClean() const { return grid.levels.back().isClean(); }
};

class Notices
{
public:
    void inform(const char* field, std::string text, std::string explanation)
    {
        m_all.push_back({field, NoticeKind::information, std::move(text), std::move(explanation)});
    }
    void refuse(const char* field, std::string text, std::string explanation)
    {
        m_all.push_back({field, NoticeKind::refusal, std::move(text), std::move(explanation)});
    }
    std::vector<Notice> all() && { return std::move(m_all); }

private:
    std::vector<Notice> m_all;
};

/// A network on a schedule that is not the one it was trained on.
void noticeAnotherSchedule(const Facts& facts, Notices& notices)
{
    if (schedule::haveSameLevels(facts.schedule, facts.trained))
        return;
    const int middle = facts.schedule.levels() / 2;
    const double told = facts.trained.timeOfNoiseToSignal(facts.schedule.level(middle).noiseToSignal());
    const NoiseLevel limit = facts.trained.level(facts.trained.levels() - 1);
    const auto beyond =
        std::count_if(facts.grid.levels.begin(), facts.grid.levels.end(), [&limit](const NoiseLevel& level) {
            return level.noiseToSignal() > limit.noiseToSignal() * (1 + sameRatio);
        });
    std::string explanation =
        "The network was trained on \"" + facts.trained.name() + "\". For each level of \"" +
        facts.schedule.name() +
        "\" it is told the time at which training mixed signal and noise in the same log-SNR: for t = " +
        std::to_string(middle) + " that is t = " + timeText(told) + ".";
    if (beyond > 0)
        explanation += " " + counted(int(beyond), "visited level is noisier", "visited levels are noisier") +
                       " than any of training; there the network is told its last time, " +
                       std::to_string(facts.trained.levels() - 1) + ".";
    notices.inform("schedule",
                   "Trained on another schedule: the network is asked for levels that it knows under other "
                   "times, found by log-SNR.",
                   explanation);
}

/// Pitfall 2: no signal and a prediction of the noise.
void noticeNoSignal(const Facts& facts, Notices& notices)
{
    if (!facts.schedule.hasZeroTerminalSnr())
        return;
    const bool predictsNoise = facts.target == "eps" || facts.target == "edm";
    if (predictsNoise && facts.grid[0].alpha == 0)
        return notices.refuse(
            "schedule",
            "The first level holds no signal, and a network that predicts noise says nothing of the image "
            "there.",
            "x0 = (x − σ·eps)/α divides by α = 0. Set the last level to almost zero signal, take a grid "
            "that does not visit it, or a model that predicts v or x0.");
    if (facts.grid[0].alpha > 0)
        notices.inform("schedule", "The last level, which holds no signal, is not visited.",
                       "This grid begins at a level with a little signal, at which every kind of prediction "
                       "can be used.");
}

/// Pitfall 9: the cap of beta.
void noticeBetaCap(const Facts& facts, Notices& notices)
{
    if (!facts.recipe.schedule)
        return;
    constexpr double usual = 0.999;
    const auto& family = schedule::scheduleFamily(facts.recipe.schedule->family);
    const auto cap = chosen<double>(family.options, facts.recipe.schedule->options, "max_beta");
    if (!cap || *cap == usual)
        return;
    int capped = 0;
    for (int t = 0; t < facts.schedule.levels(); ++t)
        capped += facts.schedule.beta(t) >= *cap * (1 - 1e-12) ? 1 : 0;
    notices.inform("schedule",
                   "β is capped at " + numberText(*cap) +
                       ", not at the usual 0.999: " + counted(capped, "level is cut.", "levels are cut."),
                   "Uncapped, the curve ends at β = 1 and the last level at no signal at all; networks of "
                   "this schedule were trained with the cap 0.999.");
}

/// Pitfall 1: leading spacing and its like.
void noticeUnvisitedNoise(const Facts& facts, Notices& notices)
{
    const NoiseLevel& first = facts.grid[0];
    if (!facts.goesFromNoiseToImage() || facts.schedule.hasZeroTerminalSnr() ||
        first.noiseToSignal() >= facts.noisiest().noiseToSignal() * (1 - sameRatio))
        return;
    const double ratio = first.noiseToSignal();
    notices.inform("grid",
                   "Begins at t = " + timeText(first.t) + "; never visits the noisiest level, t = " +
                       std::to_string(facts.schedule.levels() - 1) + ".",
                   "The run starts from pure noise, but at its first level training left " +
                       numberText(100 / (1 + ratio * ratio)) +
                       " % of the variance to the image, which the network takes for granted: with few "
                       "steps, dark or bright images drift to a middle grey. Trailing and linspace begin at "
                       "the noisiest level.");
}

/// Pitfall 10: steps at the same whole time.
void noticeRepeatedTimes(const Facts& facts, Notices& notices)
{
    int repeated = 0;
    bool anyFractional = false;
    for (std::size_t i = 0; i < facts.grid.levels.size(); ++i) {
        const NoiseLevel& level = facts.grid.levels[i];
        if (level.isClean())
            continue;
        anyFractional = anyFractional || level.t != std::round(level.t);
        repeated += i > 0 && level.t == facts.grid.levels[i - 1].t ? 1 : 0;
    }
    if (repeated > 0)
        notices.inform(
            "grid",
            counted(repeated, "step falls", "steps fall") + " on the same training time as the step before.",
            "There are more levels here than whole times, so that rounding makes some equal. Let "
            "times be exact, or take fewer steps.");
    const auto& rule = schedule::gridRule(facts.recipe.grid.rule);
    const auto fractional = chosen<bool>(rule.options, facts.recipe.grid.options, "fractional");
    if (fractional && !*fractional && anyFractional)
        notices.inform("grid", "Whole times would repeat, so times stay fractional.",
                       "With so many steps two of them would round to one training time and the second "
                       "would do nothing. The network is told the exact times between.");
}

/// Pitfalls 3 and 4: what high orders do on the way to sigma = 0.
void noticeLastStep(const Facts& facts, Notices& notices)
{
    const auto& spec = facts.recipe.sampler;
    const samplers::SamplerInfo& info = samplers::samplerInfo(spec.id);
    const int order = int(chosen<double>(info.options, spec.options, "order").value_or(info.order));
    if (order < 2)
        return;
    const bool keepsOrder =
        chosen<bool>(info.options, spec.options, "lower_order_final") == false ||
        chosen<std::string>(info.options, spec.options, "lower_at_end") == std::string("never");
    const bool isBh1 = chosen<std::string>(info.options, spec.options, "solver_type") == std::string("bh1");
    if (isBh1 && facts.endsClean())
        notices.inform("sampler", "bh1 has no value at σ = 0: the last step is of order 1.",
                       "B(h) = h is infinite on the way to σ = 0 and other programs get NaN there. The last "
                       "step is taken at order 1, which needs no B(h), and is not corrected.");
    else if (keepsOrder && facts.endsClean())
        notices.inform("sampler", "The last step, to σ = 0, is of order 1 all the same.",
                       "Multistep formulas of a higher order are unstable there: the step to σ = 0 is "
                       "infinitely long on their scale.");
    else if (keepsOrder && facts.grid.steps() < 15)
        notices.inform(
            "sampler",
            "Keeps order " + std::to_string(order) + " to the end: with so few steps it may overshoot.",
            "Below 15 steps the last ones are long, and the curve through past estimates reaches "
            "too far. Lowering the order at the end keeps them steady.");
}

/// Restart that never comes to its restart.
void noticeNoRestart(const Facts& facts, Notices& notices)
{
    const auto& spec = facts.recipe.sampler;
    const auto low = chosen<double>(samplers::samplerInfo(spec.id).options, spec.options, "restart_at");
    const auto& levels = facts.grid.levels;
    if (!low || std::ranges::any_of(levels, [&low](const NoiseLevel& level) {
            return !level.isClean() && level.noiseToSignal() <= *low;
        }))
        return;
    const double last = levels[levels.size() - (facts.endsClean() ? 2 : 1)].noiseToSignal();
    notices.inform("sampler", "Never restarts: no visited level is at or below t min. This is Heun.",
                   "The last level before the image has sigma/alpha = " + numberText(last) + ", t min is " +
                       numberText(*low) + ". Raise t min, or take a leading grid or more steps.");
}

void noticeGuidanceCurve(const Facts& facts, Notices& notices)
{
    const auto& guidance = facts.recipe.guidance;
    const auto curve =
        chosen<std::string>(denoise::guidanceRule(guidance.rule).options, guidance.options, "curve");
    if (!curve || curve->empty())
        return;
    try {
        recipe::GuidanceCurve::parse(*curve);
        notices.inform("guidance", "w follows the curve; the scale is not used.",
                       "Each step takes w from the curve at its progress through the run, 0 at the first "
                       "level and 1 at the end. Clear the curve to use one scale for all steps.");
    } catch (const Error& error) {
        notices.refuse("guidance", error.what(), error.hint());
    }
}

void noticeMissingClassifier(const Facts& facts, Notices& notices)
{
    if (facts.recipe.guidance.rule == "classifier" && !facts.hasNoiseClassifier)
        notices.refuse("guidance", "This model has no noise-aware classifier to follow.",
                       "Choose another rule or another model, or train a classifier with \"diffuscope-cli "
                       "train --task noise-classifier\" and put it beside the model with "
                       "\"diffuscope-cli export\".");
}

/// Pitfall 8: dynamic thresholding that is none.
void noticePlainClipping(const Facts& facts, Notices& notices)
{
    const auto& clipping = facts.recipe.clipping;
    const auto maximum =
        chosen<double>(denoise::clippingRule(clipping.rule).options, clipping.options, "maximum");
    if (clipping.rule == "dynamic" && maximum && *maximum <= 1)
        notices.inform("clipping", "With a maximum of 1 this is plain clipping to −1 … 1.",
                       "The threshold is the percentile, but neither below 1 nor above the maximum: here it "
                       "is 1 for every image. A larger maximum lets bright images be scaled down instead "
                       "of cut.");
}

std::vector<Notice> noticesOf(const Facts& facts)
{
    Notices notices;
    noticeNoSignal(facts, notices);
    noticeAnotherSchedule(facts, notices);
    noticeBetaCap(facts, notices);
    noticeUnvisitedNoise(facts, notices);
    noticeRepeatedTimes(facts, notices);
    noticeLastStep(facts, notices);
    noticeNoRestart(facts, notices);
    noticeGuidanceCurve(facts, notices);
    noticeMissingClassifier(facts, notices);
    noticePlainClipping(facts, notices);
    return std::move(notices).all();
}

}  // namespace

std::vector<Notice> recipeNotices(const recipe::Recipe& recipe, const TrainedAs& trained)
{
    const char* field = "schedule";
    try {
        const NoiseSchedule known = schedule::makeSchedule(trained.schedule);
        const NoiseSchedule used = recipe.schedule ? schedule::makeSchedule(*recipe.schedule) : known;
        field = "grid";
        const TimeGrid grid = schedule::makeTimeGrid(used, recipe.grid, recipe.steps);
        field = "sampler";
        samplers::samplerInfo(recipe.sampler.id);
        field = "guidance";
        denoise::guidanceRule(recipe.guidance.rule);
        field = "clipping";
        denoise::clippingRule(recipe.clipping.rule);
        return noticesOf({.recipe = recipe,
                          .trained = known,
                          .target = trained.target,
                          .hasNoiseClassifier = trained.hasNoiseClassifier,
                          .schedule = used,
                          .grid = grid});
    } catch (const Error& error) {
        return {{field, NoticeKind::refusal, error.what(), error.hint()}};
    }
}

}  // namespace diffuscope::run
