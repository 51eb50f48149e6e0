// SPDX-License-Identifier: GPL-3.0-or-later
// Denoisers with answers that a test can compute by itself.
#pragma once

#include "core/denoise/denoiser.h"

#include <torch/types.h>

#include <functional>
#include <vector>

namespace diffuscope::test {

using torch::Tensor;

/// Remembers what it was asked and answers with `x0(x, class of the image)`, epsHat derived from it.
class FakeDenoiser final : public denoise::Denoiser
{
public:
    struct Call
    {
        std::int64_t batch = 0;
        std::vector<int> classes{};
        schedule::NoiseLevel level{};
    };
    using Answer = std::function<Tensor(const Tensor& image, int label)>;

    FakeDenoiser(Answer x0, std::vector<Call>* calls = nullptr) : m_x0(std::move(x0)), m_calls(calls) {}

    denoise::Prediction predict(const Tensor& x, const schedule::NoiseLevel& level,
                                const recipe::Condition& condition) override
    {
        Call call{.batch = x.size(0), .level = level};
        std::vector<Tensor> answers;
        for (std::int64_t k = 0; k < x.size(0); ++k) {
            call.classes.push_back(condition.classOf(int(k)));
            answers.push_back(m_x0(x[k], call.classes.back()));
        }
        if (m_calls)
            m_calls->push_back(call);
        const Tensor x0 = torch::stack(answers);
        return {.x0Hat = x0, .epsHat = (x - level.alpha * x0) / level.sigma};
    }

private:
    Answer m_x0;
    std::vector<Call>* m_calls;
};

/// max |a − b|.
inline double largestDifference(const Tensor& a, const Tensor& b)
{
    return (a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max().item<double>();
}

}  // namespace diffuscope::test
