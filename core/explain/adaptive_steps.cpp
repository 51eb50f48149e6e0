#include "core/explain/adaptive_steps.h"

#include <algorithm>
#include <vector>

namespace diffuscope::explain {

namespace {

/// A sub-step that was tried, in lambda.
struct Attempt
{
    double from;
    double to;
};

/// A first slope, then six evaluations an attempt: the first at a fifth of it, the last at its end.
std::vector<Attempt> attemptsOfRk45(const std::vector<double>& lambdas)
{
    std::vector<Attempt> attempts;
    for (std::size_t first = 1; first + 6 <= lambdas.size(); first += 6) {
        const double end = lambdas[first + 5];
        attempts.push_back({(5 * lambdas[first] - end) / 4, end});
    }
    return attempts;
}

/// `stages` evaluations an attempt, at 0, 1/stages, 2/stages, … of it.
std::vector<Attempt> attemptsOfDpm(const std::vector<double>& lambdas, int stages)
{
    std::vector<Attempt> attempts;
    const auto count = std::size_t(stages);
    for (std::size_t first = 0; first + count <= lambdas.size(); first += count) {
        const double from = lambdas[first];
        attempts.push_back({from, from + (lambdas[first + 1] - from) * stages});
    }
    return attempts;
}

}  // namespace

AdaptiveSteps adaptiveSteps(const record::Frame& frame, const std::string& sampler, int stages)
{
    std::vector<double> lambdas;
    for (const auto& level : frame.evaluated)
        lambdas.push_back(level.lambda());
    const auto attempts = sampler == "rk45" ? attemptsOfRk45(lambdas) : attemptsOfDpm(lambdas, stages);

    AdaptiveSteps steps{.evaluations = frame.evaluations};
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        // One that was rejected is followed by a shorter one from the same place.
        const double length = attempts[i].to - attempts[i].from;
        const bool isLast = i + 1 == attempts.size();
        const bool moved = isLast || attempts[i + 1].from - attempts[i].from > 0.5 * length;
        if (!moved) {
            ++steps.rejected;
            continue;
        }
        ++steps.accepted;
        steps.longest = std::max(steps.longest, length);
        steps.shortest = steps.accepted == 1 ? length : std::min(steps.shortest, length);
    }
    return steps;
}

}  // namespace diffuscope::explain
