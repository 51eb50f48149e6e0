// SPDX-License-Identifier: GPL-3.0-or-later
// Points and mixtures in files: what is read, and in which words the rest is refused.
#include "core/model/exact/data_sets.h"
#include "core/model/exact/exact_field.h"
#include "core/model/exact/point_file.h"
#include "tests/core/file_fixture.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::model;

class PointFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void columnsAreReadByNameOrPlace();
    void csvReadsBackIdentically();
    void badRowsAreRefusedWithTheirLine_data();
    void badRowsAreRefusedWithTheirLine();
    void tooManyRowsAreRefused();
    void oneAndEqualPointsAreGaussians();
    void mixtureReadsBackIdentically();
    void mixtureOfALine();
    void badMixturesAreRefusedInWords_data();
    void badMixturesAreRefusedInWords();
    void darkPixelsAreDense();
    void whitePictureIsRefused();
};

void PointFileTest::columnsAreReadByNameOrPlace()
{
    const PointSet named = pointsOfText("y,x,class\n1,2,0\n# remark\n\n3,4,1\r\n", "a file");
    QCOMPARE(named.values, (std::vector<double>{2, 1, 4, 3}));
    QCOMPARE(named.labels, (std::vector<int>{0, 1}));
    QCOMPARE(pointsOfText("x\n1\n2\n", "a file").dimensions, 1);
    QCOMPARE(pointsOfText("1;2\n3;4\n", "a file").values, (std::vector<double>{1, 2, 3, 4}));
    QCOMPARE(pointsOfText("1 2 5\n", "a file").labels, (std::vector<int>{5}));
    QCOMPARE(pointsOfText("\xef\xbb\xbfx,y\n-1e-3,+2.5\n", "a file").values,
             (std::vector<double>{-1e-3, 2.5}));
}

void PointFileTest::csvReadsBackIdentically()
{
    const PointSet points = drawPoints(exactData("exact:moons"), 50, 1);
    const PointSet back = pointsOfText(csvOfPoints(points), "a file");
    QCOMPARE(back.values, points.values);
    QCOMPARE(back.labels, points.labels);
}

void PointFileTest::badRowsAreRefusedWithTheirLine_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("said");
    QTest::newRow("empty") << QByteArray("") << "no points";
    QTest::newRow("header only") << QByteArray("x,y\n") << "no points";
    QTest::newRow("text") << QByteArray("x,y\n1,2\n3,four\n") << "Line 3 of a file has \"four\"";
    QTest::newRow("nan") << QByteArray("x,y\n1,nan\n") << "Line 2 of a file has a number that is not finite";
    QTest::newRow("infinite") << QByteArray("1,inf\n") << "not finite";
    QTest::newRow("huge") << QByteArray("1,1e9\n") << "beyond";
    QTest::newRow("short row") << QByteArray("x,y\n1,2\n3\n")
                               << "Line 3 of a file has 1 columns, but the first has 2";
    QTest::newRow("empty field") << QByteArray("x,y\n1,\n") << "in the place of a number";
    QTest::newRow("unknown column") << QByteArray("x,z\n1,2\n") << "names the column \"z\"";
    QTest::newRow("no x") << QByteArray("y\n1\n") << "no column x";
    QTest::newRow("column twice") << QByteArray("x,x\n1,1\n") << "twice";
    QTest::newRow("four numbers") << QByteArray("1,2,3,4\n") << "4 numbers";
    QTest::newRow("class") << QByteArray("x,y,class\n1,2,1.5\n") << "class 1.5";
    QTest::newRow("no text at all") << QByteArray("\x00\x01\x02\n", 4) << "a file";
}

void PointFileTest::badRowsAreRefusedWithTheirLine()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, said);
    const QString refusal = test::refusalOf([&] { pointsOfText(text.toStdString(), "a file"); });
    QVERIFY2(refusal.contains(said), qPrintable("said: " + refusal));
}

void PointFileTest::tooManyRowsAreRefused()
{
    std::string text = "x\n";
    for (int i = 0; i < 2001; ++i)
        text += "1\n";
    QVERIFY(test::refusalOf([&] { pointsOfText(text, "a file", 2000); }).contains("more than 2000 points"));
    QCOMPARE(pointsOfText(text, "a file", 2001).size(), std::size_t(2001));
}

void PointFileTest::oneAndEqualPointsAreGaussians()
{
    const test::FileFixture files;
    files.write("one.csv", "x,y\n1,2\n");
    files.write("equal.csv", "x,y\n1,2\n1,2\n1,2\n");
    const auto read = [&](const char* name) {
        return ExactField(exactData("exact:file:" + files.path(name) + ":width=0.5"));
    };
    const std::vector<double> place{0.3, 0.4};
    const schedule::NoiseLevel level{0, 0.8, 0.6};
    const auto one = read("one.csv").evaluate(level, place), equal = read("equal.csv").evaluate(level, place);
    QVERIFY(std::abs(one.logDensity[0] - equal.logDensity[0]) < 1e-14);
    const double variance = 0.64 * 0.25 + 0.36;
    QVERIFY(std::abs(one.score[0] + (0.3 - 0.8) / variance) < 1e-14);
}

void PointFileTest::mixtureReadsBackIdentically()
{
    const std::string text = R"({"components": [
        {"weight": 0.4, "mean": [1, -2], "cov": [[0.3, 0.1], [0.1, 0.2]], "class": 1},
        {"weight": 0.6, "mean": [0, 0.5], "cov": 0.25, "class": 0}]})";
    const PointMixture mixture = mixtureOfJson(text, "m.json");
    QCOMPARE(mixture.components.size(), std::size_t(2));
    QCOMPARE(mixture.components[0].label, 0);  // in order of the classes
    QCOMPARE(mixture.components[1].covariance, (std::array<double, 3>{0.3, 0.1, 0.2}));
    QVERIFY(mixtureOfJson(jsonOfMixture(mixture), "again") == mixture);
}

void PointFileTest::mixtureOfALine()
{
    const PointMixture mixture = mixtureOfJson(
        R"({"components": [{"mean": [1], "cov": [[0.04]]}, {"mean": -1, "sd": 0.5}]})", "m.json");
    QCOMPARE(mixture.dimensions, 1);
    QCOMPARE(mixture.components[0].weight, 0.5);
    QCOMPARE(mixture.components[1].covariance[0], 0.25);
}

void PointFileTest::badMixturesAreRefusedInWords_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("said");
    const auto one = [](const char* component) {
        return QByteArray(R"({"components": [)") + component + "]}";
    };
    QTest::newRow("no JSON") << QByteArray("hello") << "JSON";
    QTest::newRow("a list") << QByteArray("[]") << "is not {\"components\"";
    QTest::newRow("none") << QByteArray(R"({"components": []})") << "no components";
    QTest::newRow("no mean") << one(R"({"cov": [[1, 0], [0, 1]]})") << "components[0] has no \"mean\"";
    QTest::newRow("no cov") << one(R"({"mean": [0, 0]})") << "\"cov\"";
    QTest::newRow("text as mean") << one(R"({"mean": ["a", 0], "cov": 1})") << "mean is not a number";
    QTest::newRow("three dimensions") << one(R"({"mean": [0, 0, 0], "cov": 1})") << "is not [x, y]";
    QTest::newRow("small cov") << one(R"({"mean": [0, 0], "cov": [[1]]})") << "matrix of 2 by 2";
    QTest::newRow("lopsided cov") << one(R"({"mean": [0, 0], "cov": [[1, 0.2], [0.1, 1]]})")
                                  << "not symmetric";
    QTest::newRow("indefinite cov") << one(R"({"mean": [0, 0], "cov": [[1, 2], [2, 1]]})")
                                    << "positive definite";
    QTest::newRow("zero cov") << one(R"({"mean": [0, 0], "cov": 0})") << "positive definite";
    QTest::newRow("weights") << one(R"({"weight": 0.5, "mean": [0, 0], "cov": 1})") << "add up to 0.5";
    QTest::newRow("negative weight")
        << one(R"({"weight": -1, "mean": [0, 0], "cov": 1}, {"weight": 2, "mean": [0, 0], "cov": 1})")
        << "above 0";
    QTest::newRow("some weights")
        << one(R"({"weight": 1, "mean": [0, 0], "cov": 1}, {"mean": [0, 0], "cov": 1})")
        << "some components only";
    QTest::newRow("mixed dimensions") << one(R"({"mean": [0, 0], "cov": 1}, {"mean": [0], "cov": 1})")
                                      << "1 dimensions, but the first has 2";
    QTest::newRow("class") << one(R"({"mean": [0, 0], "cov": 1, "class": "a"})") << "class";
    QTest::newRow("unknown key") << one(R"({"mean": [0, 0], "cov": 1, "colour": 2})") << "colour";
}

void PointFileTest::badMixturesAreRefusedInWords()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, said);
    const QString refusal = test::refusalOf([&] { mixtureOfJson(text.toStdString(), "m.json"); });
    QVERIFY2(refusal.contains(said), qPrintable("said: " + refusal));
}

void PointFileTest::darkPixelsAreDense()
{
    // 4 × 2 pixels, of which the top right is black and the one left of it grey.
    const std::vector<double> darkness{0, 0, 0.5, 1, 0, 0, 0, 0};
    const PointMixture mixture = mixtureOfPicture(darkness, 4, 2, 0, 4000, "a picture");
    QCOMPARE(mixture.components.size(), std::size_t(2));
    QVERIFY(std::abs(mixture.components[0].weight - 1.0 / 3) < 1e-12);
    QVERIFY(std::abs(mixture.components[1].mean[0] - 2.25) < 1e-12);
    QVERIFY(std::abs(mixture.components[1].mean[1] - 0.75) < 1e-12);
    QCOMPARE(mixtureOfPicture(std::vector<double>(10'000, 1), 100, 100, 0, 400, "black").components.size(),
             std::size_t(400));
}

void PointFileTest::whitePictureIsRefused()
{
    const std::vector<double> darkness(16, 0);
    QVERIFY(
        test::refusalOf([&] { mixtureOfPicture(darkness, 4, 4, 0, 4000, "a.png"); }).contains("all white"));
}

QTEST_GUILESS_MAIN(PointFileTest)
#include "point_file_test.moc"
