// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/denoise/elementwise.h"

#include <QTest>

using namespace diffuscope;
using denoise::elementwise;
using torch::Tensor;

namespace {

/// Any formula of two tensors and two numbers.
constexpr auto formula = [](const auto& x, const auto& y, auto a, auto b) { return (x - a * y) / b; };

/// Counts how often it was asked about one element.
auto counting(int& elements)
{
    return [&elements](const auto& x, auto factor) {
        elements += std::same_as<decltype(factor), float> ? 1 : 0;
        return x * factor;
    };
}

Tensor anyValues(at::IntArrayRef sizes, int seed)
{
    torch::manual_seed(std::uint64_t(seed));
    return torch::randn(sizes);
}

}  // namespace

class ElementwiseTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onePassGivesTheBitsOfTheTensors_data()
    {
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 15, 16, 17, 1000})
            QTest::addRow("%d elements", count) << count;
    }

    void onePassGivesTheBitsOfTheTensors()
    {
        QFETCH(int, count);
        const Tensor x = anyValues({1, count}, 1), y = anyValues({1, count}, 2);
        const Tensor result = elementwise(formula, x, y, 0.3, 0.7);
        QVERIFY(torch::equal(result, formula(x, y, 0.3, 0.7)));
        QCOMPARE(result.sizes(), x.sizes());
    }

    void floatsAreComputedOneByOne()
    {
        int elements = 0;
        elementwise(counting(elements), anyValues({3, 7}, 1), 2.0);
        QCOMPARE(elements, 21);
    }

    void doublesStayDoubles()
    {
        int elements = 0;
        const Tensor x = anyValues({3, 7}, 1).to(torch::kDouble);
        const Tensor result = elementwise(counting(elements), x, 1.0 / 3);
        QCOMPARE(elements, 0);
        QVERIFY(torch::equal(result, x * (1.0 / 3)));
    }

    void whatLiesOtherwiseInMemoryIsTakenAsItIs()
    {
        const Tensor x = anyValues({3, 7}, 1), y = anyValues({7, 3}, 2).t();
        QVERIFY(!y.is_contiguous());
        QVERIFY(torch::equal(elementwise(formula, x, y, 0.3, 0.7), formula(x, y, 0.3, 0.7)));
        QVERIFY(torch::equal(elementwise(formula, y, x, 0.3, 0.7), formula(y, x, 0.3, 0.7)));
    }

    void aShapeOfFewerElementsIsRepeatedNotReadBeyond()
    {
        const Tensor x = anyValues({3, 7}, 1), y = anyValues({1, 7}, 2);
        QVERIFY(torch::equal(elementwise(formula, x, y, 0.3, 0.7), formula(x, y, 0.3, 0.7)));
    }

    void gradientsPass()
    {
        const Tensor x = anyValues({3, 7}, 1), y = anyValues({3, 7}, 2).requires_grad_();
        elementwise(formula, x, y, 0.3, 0.7).sum().backward();
        QVERIFY(torch::allclose(y.grad(), torch::full({3, 7}, -0.3 / 0.7)));
    }
};

QTEST_GUILESS_MAIN(ElementwiseTest)
#include "elementwise_test.moc"
