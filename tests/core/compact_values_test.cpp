// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/compact_values.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <vector>

using diffuscope::record::CompactValues;
using diffuscope::record::Precision;

namespace {

float throughHalf(float value)
{
    const CompactValues values(std::span(&value, 1), Precision::half);
    float out = 0;
    values.copyTo(std::span(&out, 1));
    return out;
}

}  // namespace

class CompactValuesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fullPrecisionKeepsEveryBit()
    {
        const std::vector<float> in{0.1f, -3.25e-30f, 1e30f, 0};
        const CompactValues values(in, Precision::full);
        std::vector<float> out(in.size());
        values.copyTo(out);
        QCOMPARE(out, in);
        QCOMPARE(values.bytes(), std::size_t(16));
    }

    void halfPrecisionTakesTwoBytesAValue()
    {
        const std::vector<float> in(1000, 0.5f);
        const CompactValues values(in, Precision::half);
        QCOMPARE(values.bytes(), std::size_t(2000));
        QCOMPARE(values.precision(), Precision::half);
    }

    void halfRoundsToNearestEven()
    {
        QCOMPARE(throughHalf(1.0f + 0x1p-11f), 1.0f);                // half way, down to even
        QCOMPARE(throughHalf(1.0f + 3 * 0x1p-11f), 1.0f + 0x1p-9f);  // half way, up to even
        QCOMPARE(throughHalf(1.0f + 0x1.1p-11f), 1.0f + 0x1p-10f);   // above half way
        QCOMPARE(throughHalf(-0.333251953125f), -0.333251953125f);   // a half already
        QCOMPARE(throughHalf(0x1p-24f), 0x1p-24f);                   // the smallest half
        QCOMPARE(throughHalf(0x1p-26f), 0.0f);
        QCOMPARE(throughHalf(0x1.8p-15f), 0x1.8p-15f);  // subnormal half
    }

    void halfSaturatesAndKeepsNotANumber()
    {
        QCOMPARE(throughHalf(1e9f), 65504.0f);
        QCOMPARE(throughHalf(-std::numeric_limits<float>::infinity()), -65504.0f);
        QVERIFY(std::isnan(throughHalf(std::numeric_limits<float>::quiet_NaN())));
    }

    void halfErrorIsWithinOneInFourThousand()
    {
        for (float value = -4; value < 4; value += 0.00137f)
            QVERIFY(std::abs(throughHalf(value) - value) <= std::max(std::abs(value) * 0x1p-11f, 0x1p-25f));
    }

    void copiesAPart()
    {
        const std::vector<float> in{1, 2, 3, 4, 5};
        for (const Precision precision : {Precision::full, Precision::half}) {
            std::vector<float> out(2);
            CompactValues(in, precision).copyTo(out, 2);
            QCOMPARE(out, (std::vector<float>{3, 4}));
        }
    }
};

QTEST_GUILESS_MAIN(CompactValuesTest)
#include "compact_values_test.moc"
