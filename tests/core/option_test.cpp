// SPDX-License-Identifier: GPL-3.0-or-later
// Options: range checks, completion with defaults, parsing of command-line text.

#include "core/base/option.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <limits>

using namespace diffuscope::base;

namespace {

std::vector<Option> options()
{
    return {Option::number("eta", "η", 0, 0, 1, "How much noise each step adds."),
            Option::integer("order", "Order", 2, 1, 3, "The order of the method."),
            Option::toggle("karras", "Karras", false, "Whether the sigmas are Karras'."),
            Option::choice("kind", "Kind", "midpoint", {{"midpoint", "Midpoint"}, {"heun", "Heun"}},
                           "Which form."),
            Option::text("values", "Values", "1, 2", "A list.")};
}

OptionValues complete(const OptionValues& values)
{
    return completed("sampler Test", options(), values);
}

}  // namespace

class TestOption : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void absentValuesGetTheirDefaults()
    {
        const OptionValues values = complete({{"eta", 0.25}});
        QCOMPARE(values.size(), std::size_t(5));
        QCOMPARE(number(values, "eta"), 0.25);
        QCOMPARE(integer(values, "order"), 2);
        QCOMPARE(toggle(values, "karras"), false);
        QCOMPARE(text(values, "kind"), std::string("midpoint"));
        QCOMPARE(text(values, "values"), std::string("1, 2"));
    }

    void endsOfARangeAreInside()
    {
        QCOMPARE(number(complete({{"eta", 0.0}}), "eta"), 0.0);
        QCOMPARE(number(complete({{"eta", 1.0}}), "eta"), 1.0);
        QCOMPARE(integer(complete({{"order", 3.0}}), "order"), 3);
    }

    void aWrongValueIsRefusedByNameAndRange_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("range");
        QTest::newRow("above the range") << "eta" << 0 << "from 0 to 1";
        QTest::newRow("below the range") << "eta" << 1 << "from 0 to 1";
        QTest::newRow("not a number") << "eta" << 2 << "from 0 to 1";
        QTest::newRow("infinite") << "eta" << 3 << "from 0 to 1";
        QTest::newRow("a text for a number") << "eta" << 4 << "from 0 to 1";
        QTest::newRow("a broken whole number") << "order" << 5 << "whole number from 1 to 3";
        QTest::newRow("a number for a toggle") << "karras" << 5 << "true or false";
        QTest::newRow("an unknown choice") << "kind" << 4 << "midpoint, heun";
        QTest::newRow("a toggle for a choice") << "kind" << 6 << "midpoint, heun";
        QTest::newRow("a number for a text") << "values" << 5 << "a text";
    }

    void aWrongValueIsRefusedByNameAndRange()
    {
        QFETCH(QString, id);
        QFETCH(int, which);
        QFETCH(QString, range);
        const std::vector<OptionValue> wrong{1.0000001,
                                             -1e-9,
                                             std::numeric_limits<double>::quiet_NaN(),
                                             std::numeric_limits<double>::infinity(),
                                             std::string("fast"),
                                             1.5,
                                             true};
        const OptionValues values{{id.toStdString(), wrong.at(std::size_t(which))}};
        REFUSES(complete(values), QString("\"%1\" of sampler Test").arg(id).toStdString());
        REFUSES(complete(values), range.toStdString());
    }

    void anUnknownOptionIsRefusedWithTheOnesThereAre()
    {
        REFUSES(complete({{"etaa", 0.5}}), "eta, order, karras, kind, values");
        REFUSES(completed("grid Plain", {}, {{"eta", 0.5}}), "it has none");
    }

    void textOfTheCommandLineIsParsedByKind()
    {
        const auto all = options();
        QCOMPARE(std::get<double>(parsed("sampler Test", all[0], "0.125")), 0.125);
        QCOMPARE(std::get<double>(parsed("sampler Test", all[1], "3")), 3.0);
        QCOMPARE(std::get<bool>(parsed("sampler Test", all[2], "on")), true);
        QCOMPARE(std::get<bool>(parsed("sampler Test", all[2], "false")), false);
        QCOMPARE(std::get<std::string>(parsed("sampler Test", all[3], "heun")), std::string("heun"));
        QCOMPARE(std::get<std::string>(parsed("sampler Test", all[4], "9, 8")), std::string("9, 8"));
    }

    void textOfTheWrongKindIsRefused()
    {
        const auto all = options();
        REFUSES(parsed("sampler Test", all[0], "0.5x"), "\"eta\"");
        REFUSES(parsed("sampler Test", all[0], ""), "\"eta\"");
        REFUSES(parsed("sampler Test", all[0], "nan"), "\"eta\"");
        REFUSES(parsed("sampler Test", all[0], "1e999"), "\"eta\"");
        REFUSES(parsed("sampler Test", all[1], "2.5"), "\"order\"");
        REFUSES(parsed("sampler Test", all[2], "perhaps"), "\"karras\"");
        REFUSES(parsed("sampler Test", all[3], "Heun"), "\"kind\"");
    }
};

QTEST_GUILESS_MAIN(TestOption)
#include "option_test.moc"
