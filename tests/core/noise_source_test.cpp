// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/random/philox.h"
#include "core/run/noise_source.h"
#include "tests/support/fake_denoiser.h"

#include <QTest>

#include <array>
#include <cmath>

using namespace diffuscope;
using namespace diffuscope::run;
using diffuscope::test::largestDifference;

namespace {

const torch::TensorOptions floats = torch::TensorOptions().dtype(torch::kFloat);
const torch::TensorOptions doubles = torch::TensorOptions().dtype(torch::kDouble);

}  // namespace

class NoiseSourceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void philoxGivesThePublishedNumbers()
    {
        // The known answers that come with the paper's own implementation (Random123, kat_vectors).
        using Four = std::array<std::uint32_t, 4>;
        QVERIFY(random::philox({0, 0, 0, 0}, 0) == (Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
        QVERIFY(random::philox({~0u, ~0u, ~0u, ~0u}, ~0ull) ==
                (Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
        QVERIFY(random::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822ull) ==
                (Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
    }

    void theNoiseOfAnImageIsTheSameInEveryBatch()
    {
        SeededNoise noise(42);
        const Tensor one = noise.initial({1, 1, 28, 28}, floats);
        const Tensor seven = noise.initial({7, 1, 28, 28}, floats);
        const Tensor many = noise.initial({64, 1, 28, 28}, floats);
        QVERIFY(torch::equal(one[0], many[0]));
        QVERIFY(torch::equal(seven, many.narrow(0, 0, 7)));
        const Tensor drawOfSeven = noise.draw({7, 1, 28, 28}, floats, 3, 1);
        const Tensor drawOfMany = noise.draw({64, 1, 28, 28}, floats, 3, 1);
        QVERIFY(torch::equal(drawOfSeven, drawOfMany.narrow(0, 0, 7)));
        SeededNoise part(42, 5);
        QVERIFY(torch::equal(part.initial({2, 1, 28, 28}, floats), many.narrow(0, 5, 2)));
    }

    void seedImageStepAndDrawAllMatter()
    {
        SeededNoise noise(1);
        SeededNoise other(2);
        const Tensor base = noise.draw({2, 100}, doubles, 0, 0);
        QVERIFY(largestDifference(base[0], base[1]) > 0.5);
        QVERIFY(largestDifference(base, noise.draw({2, 100}, doubles, 1, 0)) > 0.5);
        QVERIFY(largestDifference(base, noise.draw({2, 100}, doubles, 0, 1)) > 0.5);
        QVERIFY(largestDifference(base, noise.initial({2, 100}, doubles)) > 0.5);
        QVERIFY(largestDifference(base, other.draw({2, 100}, doubles, 0, 0)) > 0.5);
        QVERIFY(torch::equal(base, noise.draw({2, 100}, doubles, 0, 0)));
    }

    void floatsAreTheRoundedDoubles()
    {
        SeededNoise noise(9);
        QVERIFY(torch::equal(noise.draw({3, 50}, doubles, 2, 0).to(torch::kFloat),
                             noise.draw({3, 50}, floats, 2, 0)));
    }

    void noiseIsStandardNormal()
    {
        SeededNoise noise(1234);
        const std::int64_t count = 400000;
        const Tensor z = noise.draw({40, count / 40}, doubles, 0, 0).flatten();
        // Five standard errors of each moment: 1/sqrt(n), sqrt(2/n), sqrt(15/n), sqrt(96/n).
        const double n = double(count);
        QVERIFY(std::abs(z.mean().item<double>()) < 5 * std::sqrt(1 / n));
        QVERIFY(std::abs(z.square().mean().item<double>() - 1) < 5 * std::sqrt(2 / n));
        QVERIFY(std::abs(z.pow(3).mean().item<double>()) < 5 * std::sqrt(15 / n));
        QVERIFY(std::abs(z.pow(4).mean().item<double>() - 3) < 5 * std::sqrt(96 / n));
        // Kolmogorov's distance from the normal distribution, at a level of one in a million.
        const Tensor sorted = std::get<0>(z.sort());
        const Tensor distribution = 0.5 * (1 + torch::erf(sorted / std::sqrt(2.0)));
        const Tensor rank = torch::arange(count, torch::kDouble) / n;
        QVERIFY(largestDifference(distribution, rank) < 2.7 / std::sqrt(n));
    }

    void imagesAndStepsAreUncorrelated()
    {
        SeededNoise noise(5);
        const Tensor a = noise.draw({8, 5000}, doubles, 0, 0);
        const Tensor b = noise.draw({8, 5000}, doubles, 1, 0);
        const Tensor all = torch::cat({a, b});
        const Tensor correlation = torch::matmul(all, all.t()) / 5000 - torch::eye(16, torch::kDouble);
        QVERIFY(correlation.abs().max().item<double>() < 6 * std::sqrt(2.0 / 5000));
    }

    void recordedNoiseComesInItsOrder()
    {
        const Tensor first = torch::full({2, 2}, 1.0, torch::kDouble);
        const Tensor second = torch::full({2, 2}, 2.0, torch::kDouble);
        RecordedNoise noise(first, {second, first});
        QVERIFY(torch::equal(noise.initial({2, 2}, doubles), first));
        QVERIFY(torch::equal(noise.draw({2, 2}, doubles, 17, 0), second));
        QVERIFY_EXCEPTION_THROWN(noise.draw({3, 2}, doubles, 18, 0), Error);
        QVERIFY_EXCEPTION_THROWN(noise.draw({2, 2}, doubles, 19, 0), Error);
    }
};

QTEST_GUILESS_MAIN(NoiseSourceTest)
#include "noise_source_test.moc"
