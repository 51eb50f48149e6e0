// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lesson/figure.h"

#include "core/base/error.h"
#include "core/explain/ddpm_form.h"
#include "core/measure/picture_variety.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

namespace diffuscope::lesson {

using record::Layer;

namespace {

struct Asked
{
    const Figure& figure;
    const LessonRun& run;
    const LessonRun* other;  ///< of "apart": the one that the run is compared with

    bool has(const char* name) const { return figure.numbers.contains(name); }
    double number(const char* name, double otherwise = 0) const
    {
        const auto found = figure.numbers.find(name);
        return found == figure.numbers.end() ? otherwise : found->second;
    }
};

[[noreturn]] void refuse(const std::string& sentence)
{
    throw Error(ErrorCode::invalidOption, sentence);
}

int framesOf(const LessonRun& run)
{
    return run.reader.facts().trajectory->size();
}

/// Negative ones count from the end.
int frameIndex(const LessonRun& run, double stated)
{
    const int frames = framesOf(run);
    const int index = static_cast<int>(stated) + (stated < 0 ? frames : 0);
    if (index < 0 || index >= frames)
        refuse("The run has no frame " + std::to_string(static_cast<int>(stated)) + ".");
    return index;
}

record::ImageBatch valuesAt(const LessonRun& run, Layer layer, int frame)
{
    return run.reader.read(frame, layer);
}

record::ImageBatch valuesOf(const Asked& asked)
{
    return valuesAt(asked.run, asked.figure.layer, frameIndex(asked.run, asked.number("frame", -1)));
}

int imageIndex(const record::ImageBatch& batch, double stated)
{
    const int index = static_cast<int>(stated);
    if (index < 0 || index >= batch.shape.batch)
        refuse("The run has no image " + std::to_string(index + 1) + ".");
    return index;
}

double rootMeanSquare(std::span<const float> values)
{
    double sum = 0;
    for (const float value : values)
        sum += double(value) * double(value);
    return values.empty() ? 0 : std::sqrt(sum / double(values.size()));
}

double rootMeanSquareApart(std::span<const float> a, std::span<const float> b)
{
    if (a.size() != b.size())
        refuse("The two runs have images of different sizes.");
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        sum += (double(a[k]) - double(b[k])) * (double(a[k]) - double(b[k]));
    return a.empty() ? 0 : std::sqrt(sum / double(a.size()));
}

// ---- Of the schedule

int levelOf(const Asked& asked)
{
    const auto t = static_cast<int>(asked.number("t"));
    if (t < 0 || t >= asked.run.schedule.levels())
        refuse("The schedule has no level t = " + std::to_string(t) + ".");
    return t;
}

double signalToNoise(const schedule::NoiseLevel& level)
{
    if (level.sigma == 0)
        refuse("A clean level has no signal-to-noise ratio.");
    return level.alpha * level.alpha / (level.sigma * level.sigma);
}

double firstBelow(const Asked& asked)
{
    for (int t = 0; t < asked.run.schedule.levels(); ++t)
        if (signalToNoise(asked.run.schedule.level(t)) < asked.number("snr"))
            return t;
    refuse("The schedule never falls below that signal-to-noise ratio.");
}

// ---- Of the record

double evaluations(const Asked& asked)
{
    return asked.run.reader.facts()
        .trajectory->frames.at(std::size_t(framesOf(asked.run) - 1))
        ->totalEvaluations;
}

double timeOf(const Asked& asked)
{
    return asked.run.reader.frame(frameIndex(asked.run, asked.number("frame", -1)))->level.t;
}

double meanOf(const Asked& asked)
{
    const record::ImageBatch batch = valuesOf(asked);
    std::span<const float> values(batch.values);
    if (asked.has("image"))
        values = batch.image(imageIndex(batch, asked.number("image")));
    double sum = 0;
    for (const float value : values)
        sum += double(value);
    return values.empty() ? 0 : sum / double(values.size());
}

double valueOf(const Asked& asked)
{
    const record::ImageBatch batch = valuesOf(asked);
    const auto image = batch.image(imageIndex(batch, asked.number("image")));
    const auto x = static_cast<int>(asked.number("x")), y = static_cast<int>(asked.number("y"));
    if (x < 0 || y < 0 || x >= batch.shape.width || y >= batch.shape.height)
        refuse("The images have no pixel (" + std::to_string(x) + ", " + std::to_string(y) + ").");
    return double(image[std::size_t(y) * std::size_t(batch.shape.width) + std::size_t(x)]);
}

double largestOf(const Asked& asked)
{
    double largest = 0;
    for (const float value : valuesOf(asked).values)
        largest = std::max(largest, std::abs(double(value)));
    return largest;
}

double varietyOf(const Asked& asked)
{
    const record::ImageBatch batch = valuesOf(asked);
    std::vector<int> labels(static_cast<std::size_t>(batch.shape.batch), 0);
    const auto& classes = asked.run.recipe.condition.classes;
    for (std::size_t k = 0; k < labels.size() && classes.size() > 1; ++k)
        labels[k] = classes[k % classes.size()];
    return measure::varietyWithinClasses(batch, labels);
}

const LessonRun& otherOf(const Asked& asked)
{
    if (!asked.other)
        refuse("There is no second run to compare with.");
    return *asked.other;
}

double apart(const Asked& asked)
{
    const LessonRun& other = otherOf(asked);
    const double frame = asked.number("frame", -1);
    return rootMeanSquareApart(valuesOf(asked).values,
                               valuesAt(other, asked.figure.layer, frameIndex(other, frame)).values);
}

double mostChangedPicture(const Asked& asked)
{
    const LessonRun& other = otherOf(asked);
    const record::ImageBatch ours = valuesOf(asked);
    const record::ImageBatch theirs =
        valuesAt(other, asked.figure.layer, frameIndex(other, asked.number("frame", -1)));
    int most = -1;
    double largest = -1;
    for (int k = 0; k < std::min(ours.shape.batch, theirs.shape.batch); ++k)
        if (const double distance = rootMeanSquareApart(ours.image(k), theirs.image(k)); distance > largest) {
            largest = distance;
            most = k;
        }
    return most;
}

/// The step in which the estimate of the image moves most.
double largestChange(const Asked& asked)
{
    int most = 0;
    double largest = -1;
    for (int frame = 1; frame < framesOf(asked.run); ++frame) {
        if (!asked.run.reader.has(frame, Layer::x0HatChange))
            continue;
        const double change = rootMeanSquare(valuesAt(asked.run, Layer::x0HatChange, frame).values);
        if (change > largest) {
            largest = change;
            most = frame;
        }
    }
    return most;
}

/// The first frame from which on the estimate stays near the result.
double settled(const Asked& asked)
{
    const int last = framesOf(asked.run) - 1;
    const record::ImageBatch result = valuesAt(asked.run, Layer::xt, last);
    int first = last;
    while (first > 0 && rootMeanSquareApart(valuesAt(asked.run, Layer::x0Hat, first - 1).values,
                                            result.values) <= asked.number("within"))
        --first;
    return first;
}

// ---- Of typed numbers

double ddpmMean(const Asked& asked)
{
    const explain::DdpmInput input{.xt = asked.number("x"),
                                   .beta = asked.number("beta"),
                                   .alphaBar = asked.number("alpha_bar"),
                                   .epsHat = asked.number("eps")};
    if (!explain::isPossible(input))
        refuse("These are no numbers of a step.");
    return explain::ddpmForm(input).mean();
}

struct Computed
{
    FigureKind kind;
    std::function<double(const Asked&)> compute;
};

const std::vector<Computed>& computed()
{
    const auto level = [](const Asked& asked) { return asked.run.schedule.level(levelOf(asked)); };
    static const std::vector<Computed> all{
        {{"alpha_bar", "ᾱ at a level of the schedule", {"t"}},
         [](const Asked& asked) { return asked.run.schedule.alphaBar(levelOf(asked)); }},
        {{"beta", "β at a level of the schedule", {"t"}},
         [](const Asked& asked) { return asked.run.schedule.beta(levelOf(asked)); }},
        {{"alpha", "the share of the picture, α = √ᾱ", {"t"}},
         [level](const Asked& asked) { return level(asked).alpha; }},
        {{"sigma", "the share of the noise, σ", {"t"}},
         [level](const Asked& asked) { return level(asked).sigma; }},
        {{"snr", "α²/σ² at a level of the schedule", {"t"}},
         [level](const Asked& asked) { return signalToNoise(level(asked)); }},
        {{"first_t_below_snr", "the first level at which α²/σ² is below a number", {"snr"}}, firstBelow},
        {{"levels", "the number T of levels of the schedule"},
         [](const Asked& asked) { return double(asked.run.schedule.levels()); }},
        {{"steps", "the steps that the run took"},
         [](const Asked& asked) { return double(framesOf(asked.run) - 1); }},
        {{"evaluations", "the network evaluations that the run took"}, evaluations},
        {{"time", "the training time t of a frame", {}, {"frame"}}, timeOf},
        {{"rms", "the root mean square of a layer", {}, {"frame"}, true},
         [](const Asked& asked) { return rootMeanSquare(valuesOf(asked).values); }},
        {{"mean", "the mean of a layer, of all images or of one", {}, {"frame", "image"}, true}, meanOf},
        {{"value", "a layer at one pixel of one image", {"image", "x", "y"}, {"frame"}, true}, valueOf},
        {{"largest", "the largest absolute value of a layer", {}, {"frame"}, true}, largestOf},
        {{"contrast", "the mean absolute difference of neighbouring pixels of a layer", {}, {"frame"}, true},
         [](const Asked& asked) { return measure::meanContrastOfNeighbours(valuesOf(asked)); }},
        {{"variety", "how far images of the same class differ, root mean square", {}, {"frame"}, true},
         varietyOf},
        {{"apart", "how far the run and the compared one differ, root mean square", {}, {"frame"}, true},
         apart},
        {{"most_changed_picture",
          "the image that differs most from that of the compared run",
          {},
          {"frame"},
          true},
         mostChangedPicture},
        {{"largest_change", "the step in which x̂0 moves most"}, largestChange},
        {{"settled", "the first frame from which on x̂0 stays so near the result", {"within"}}, settled},
        {{"ddpm_mean", "μ of one step of DDPM from typed numbers", {"x", "beta", "alpha_bar", "eps"}},
         ddpmMean},
        {{"quotient", "one figure divided by another", {}, {}, false, true}, {}},
        {{"difference", "one figure less another", {}, {}, false, true}, {}},
    };
    return all;
}

}  // namespace

const std::vector<FigureKind>& figureKinds()
{
    static const std::vector<FigureKind> kinds = [] {
        std::vector<FigureKind> found;
        for (const Computed& each : computed())
            found.push_back(each.kind);
        return found;
    }();
    return kinds;
}

const FigureKind* findFigureKind(const std::string& id)
{
    const auto found = std::ranges::find(figureKinds(), id, &FigureKind::id);
    return found == figureKinds().end() ? nullptr : &*found;
}

double figureOf(const Figure& figure, const LessonRun& run, const LessonRun* compared)
{
    if (figure.parts.size() == 2) {
        const double first = figureOf(figure.parts[0], run, compared);
        const double second = figureOf(figure.parts[1], run, compared);
        if (figure.of == "difference")
            return first - second;
        if (second == 0)
            refuse("A figure is to be divided by 0.");
        return first / second;
    }
    const auto found =
        std::ranges::find_if(computed(), [&](const Computed& each) { return each.kind.id == figure.of; });
    if (found == computed().end() || !found->compute)
        refuse("There is no figure \"" + figure.of + "\".");
    if (figure.isOfCompared && !compared)
        refuse("There is no second run to compare with.");
    return figure.isOfCompared ? found->compute({figure, *compared, &run})
                               : found->compute({figure, run, compared});
}

}  // namespace diffuscope::lesson
