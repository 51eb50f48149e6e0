// SPDX-License-Identifier: GPL-3.0-or-later
// The operators of measurements: adjoints, pseudo-inverses, and what is refused.
#include "core/edit/measurement.h"
#include "core/edit/methods.h"
#include "core/edit/start.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;

namespace {

struct Case
{
    std::string kind;
    base::OptionValues options;
    std::vector<std::int64_t> sample;
};

const std::vector<Case>& cases()
{
    static const std::vector<Case> list{
        {"mask", {}, {3, 8, 8}},
        {"lines", {{"keep", 3.0}}, {1, 9, 6}},
        {"fewer_pixels", {{"factor", 4.0}}, {3, 8, 12}},
        {"blur", {{"sigma", 1.2}}, {1, 10, 7}},
        {"grey", {}, {3, 5, 4}},
        {"line", {{"angle", 30.0}}, {2, 1, 1}},
    };
    return list;
}

std::unique_ptr<edit::Operator> operatorOf(const Case& each)
{
    const auto mask = (torch::arange(each.sample[1] * each.sample[2]) % 3 == 0)
                          .to(torch::kFloat)
                          .view({1, 1, each.sample[1], each.sample[2]});
    const auto& kind = edit::measurementKind(each.kind);
    return kind.make(base::completed(each.kind, kind.options, each.options), each.sample, mask);
}

torch::Tensor randomSample(const Case& each, int seed)
{
    torch::manual_seed(seed);
    return torch::randn({2, each.sample[0], each.sample[1], each.sample[2]}, torch::kDouble);
}

double largest(const torch::Tensor& values)
{
    return values.abs().max().item<double>();
}

}  // namespace

class MeasurementTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void operatorsAreWhatTheyClaim_data()
    {
        QTest::addColumn<int>("index");
        for (int k = 0; k < int(cases().size()); ++k)
            QTest::newRow(cases()[std::size_t(k)].kind.c_str()) << k;
    }

    void operatorsAreWhatTheyClaim()
    {
        QFETCH(int, index);
        const Case& each = cases()[std::size_t(index)];
        const auto a = operatorOf(each);
        const auto x = randomSample(each, 1);
        const auto y = a->apply(randomSample(each, 2));
        // ⟨A x, y⟩ = ⟨x, Aᵀ y⟩
        QVERIFY(std::abs(((a->apply(x) * y).sum() - (x * a->adjoint(y)).sum()).item<double>()) < 1e-10);
        // A A⁺ y = y for what A can give
        QVERIFY(largest(a->apply(a->pseudoInverse(y)) - y) < 1e-10);
        // V Vᵀ = 1, and V S² Vᵀ = Aᵀ A
        QVERIFY(largest(a->weighted(x, [](double) { return 1.0; }) - x) < 1e-10);
        QVERIFY(largest(a->weighted(x, [](double s) { return s * s; }) - a->adjoint(a->apply(x))) < 1e-10);
        // What it does not see changes nothing.
        const auto unseen = a->weighted(x, [](double s) { return s > 0 ? 0.0 : 1.0; });
        QVERIFY(largest(a->apply(unseen)) < 1e-10);
    }

    void everyKindAndMethodIsListedOnce()
    {
        QCOMPARE(edit::measurementKinds().size(), cases().size());
        for (const auto& method : edit::methods())
            QVERIFY(!method.source.empty() && !method.description.empty());
        REFUSES(edit::measurementKind("sound"), "no measurement \"sound\"");
        REFUSES(edit::method("magic"), "no method \"magic\"");
    }

    void masksThatHideAllOrNothingAreRefused()
    {
        edit::PictureStore store;
        const auto black = store.add({2, 2, std::vector<std::uint8_t>(12, 0)});
        const auto white = store.add({2, 2, std::vector<std::uint8_t>(12, 255)});
        recipe::Measurement measurement{.kind = "mask", .known = black, .mask = white};
        const auto make = [&] {
            return edit::known(measurement, store, {1, 2, 2}, torch::zeros({1, 1, 2, 2}));
        };
        REFUSES(make(), "hides the whole picture");
        measurement.mask = black;
        REFUSES(make(), "hides nothing");
        measurement.mask.clear();
        REFUSES(make(), "no mask");
        measurement = {.kind = "blur"};
        REFUSES(make(), "no picture that was measured");
        measurement = {.kind = "fewer_pixels", .known = black, .options = {{"factor", 3.0}}};
        REFUSES(make(), "blocks of 3");
        measurement = {.kind = "grey", .known = black};
        REFUSES(make(), "no colour");
    }

    void strengthIsAShareOfTheSteps()
    {
        QCOMPARE(edit::stepsOfStrength(0.6, 50), 30);
        QCOMPARE(edit::stepsOfStrength(0.001, 50), 1);
        QCOMPARE(edit::stepsOfStrength(1, 50), 50);
        REFUSES(edit::stepsOfStrength(0, 50), "stays as it is");
        REFUSES(edit::stepsOfStrength(std::nan(""), 50), "above 0");
    }
};

QTEST_GUILESS_MAIN(MeasurementTest)
#include "measurement_test.moc"
