// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/image_renderer.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <vector>

namespace diffuscope::test {

using ui::RangeMode;
using ui::ValueRange;

class ImageRendererTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theDataRangeMapsMinusOneToBlackAndOneToWhite();
    void valuesOutsideTheRangeAreClipped();
    void notANumberIsBlack();
    void threeChannelsAreColours();
    void imagesOfAnAtlasLieInTheirCells();
    void fitLooksAtTheValuesAndTheOthersDoNot();
    void anAtlasOfTheSameSizeIsReused();
    void aDivergingScaleIsPaleAtZeroAndAsDarkForEitherSign();
    void signedValuesGetAScaleSymmetricAroundZero();
    void signedColourImagesKeepTheirChannels();
    void extremesPassOverWhatIsNoNumber();
};

void ImageRendererTest::theDataRangeMapsMinusOneToBlackAndOneToWhite()
{
    const std::vector<float> values{-1, 0, 1, 0.5F};
    const QImage image = ui::renderImage({1, 1, 2, 2}, values, {{-1, 1}});
    QCOMPARE(qGray(image.pixel(0, 0)), 0);
    QCOMPARE(qGray(image.pixel(1, 0)), 128);
    QCOMPARE(qGray(image.pixel(0, 1)), 255);
    QCOMPARE(qGray(image.pixel(1, 1)), 191);
}

void ImageRendererTest::valuesOutsideTheRangeAreClipped()
{
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> values{-7, 3, -infinity, infinity};
    const QImage image = ui::renderImage({1, 1, 1, 4}, values, {{-1, 1}});
    QCOMPARE(qGray(image.pixel(0, 0)), 0);
    QCOMPARE(qGray(image.pixel(1, 0)), 255);
    QCOMPARE(qGray(image.pixel(2, 0)), 0);
    QCOMPARE(qGray(image.pixel(3, 0)), 255);
}

void ImageRendererTest::notANumberIsBlack()
{
    const std::vector<float> values{std::numeric_limits<float>::quiet_NaN()};
    QCOMPARE(ui::renderImage({1, 1, 1, 1}, values, {{-1, 1}}).pixel(0, 0), qRgb(0, 0, 0));
}

void ImageRendererTest::threeChannelsAreColours()
{
    const std::vector<float> values{1, -1, -1, 1, -1, -1};  // red 1 −1, green −1 1, blue −1 −1
    const QImage image = ui::renderImage({1, 3, 1, 2}, values, {{-1, 1}});
    QCOMPARE(image.pixel(0, 0), qRgb(255, 0, 0));
    QCOMPARE(image.pixel(1, 0), qRgb(0, 255, 0));
}

void ImageRendererTest::imagesOfAnAtlasLieInTheirCells()
{
    const record::BatchShape shape{3, 1, 2, 2};
    std::vector<float> values(shape.values());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i / 4 == 0 ? -1.0F : i / 4 == 1 ? 0.0F : 1.0F;
    QImage atlas;
    ui::renderAtlas(shape, values, {{-1, 1}}, atlas);
    const int expected[] = {0, 128, 255};
    for (int k = 0; k < 3; ++k) {
        const QRect cell = ui::atlasCell(shape, k);
        QCOMPARE(cell.size(), QSize(2, 2));
        QCOMPARE(qGray(atlas.pixel(cell.topLeft())), expected[k]);
        QCOMPARE(qGray(atlas.pixel(cell.bottomRight())), expected[k]);
    }
}

void ImageRendererTest::fitLooksAtTheValuesAndTheOthersDoNot()
{
    const std::vector<float> values{-0.25F, 4, 1};
    QCOMPARE(ui::valueRange(RangeMode::data, values), (ValueRange{-1, 1}));
    QCOMPARE(ui::valueRange(RangeMode::wide, values), (ValueRange{-3, 3}));
    QCOMPARE(ui::valueRange(RangeMode::fit, values), (ValueRange{-0.25F, 4}));
    QCOMPARE(ui::valueRange(RangeMode::fit, std::vector<float>{2, 2}), (ValueRange{1, 3}));
}

void ImageRendererTest::anAtlasOfTheSameSizeIsReused()
{
    const record::BatchShape shape{2, 1, 4, 4};
    QImage atlas;
    ui::renderAtlas(shape, std::vector<float>(shape.values(), 0.0F), {{-1, 1}}, atlas);
    const uchar* const memory = atlas.constBits();
    ui::renderAtlas(shape, std::vector<float>(shape.values(), 1.0F), {{-1, 1}}, atlas);
    QCOMPARE(atlas.constBits(), memory);
    QCOMPARE(qGray(atlas.pixel(0, 0)), 255);
}

void ImageRendererTest::aDivergingScaleIsPaleAtZeroAndAsDarkForEitherSign()
{
    const auto luminance = [](QRgb color) {
        const auto linear = [](int channel) { return std::pow(channel / 255.0, 2.2); };
        return 0.2126 * linear(qRed(color)) + 0.7152 * linear(qGreen(color)) + 0.0722 * linear(qBlue(color));
    };
    const QRgb zero = ui::divergingColor(0);
    QVERIFY(qRed(zero) > 235 && std::abs(qRed(zero) - qBlue(zero)) < 6);
    double last = luminance(zero);
    for (const double size : {0.25, 0.5, 0.75, 1.0}) {
        const QRgb negative = ui::divergingColor(-size);
        const QRgb positive = ui::divergingColor(size);
        QVERIFY(qBlue(negative) > qRed(negative) + 20);
        QVERIFY(qRed(positive) > qBlue(positive) + 20);
        QVERIFY2(std::abs(luminance(negative) - luminance(positive)) < 0.06,
                 qPrintable(QString::number(size)));
        QVERIFY(luminance(positive) < last);
        last = luminance(positive);
    }
    const std::vector<float> values{-2, 0, 2, 5, std::numeric_limits<float>::quiet_NaN()};
    const QImage image = ui::renderImage({1, 1, 1, 5}, values, {{-2, 2}, true});
    QCOMPARE(image.pixel(0, 0), ui::divergingColor(-1));
    QCOMPARE(image.pixel(1, 0), zero);
    QCOMPARE(image.pixel(2, 0), ui::divergingColor(1));
    QCOMPARE(image.pixel(3, 0), ui::divergingColor(1));
    QCOMPARE(image.pixel(4, 0), qRgb(0, 0, 0));
}

void ImageRendererTest::signedValuesGetAScaleSymmetricAroundZero()
{
    QCOMPARE(ui::colorScale(RangeMode::fit, true, {-0.2F, 0.7F}).range, (ValueRange{-0.7F, 0.7F}));
    QCOMPARE(ui::colorScale(RangeMode::run, true, {-4, 1}).range, (ValueRange{-4, 4}));
    QCOMPARE(ui::colorScale(RangeMode::run, false, {-4, 1}).range, (ValueRange{-4, 1}));
    QCOMPARE(ui::colorScale(RangeMode::fit, true, {0, 0}).range, (ValueRange{-1, 1}));
    QCOMPARE(ui::colorScale(RangeMode::wide, true, {-9, 9}).range, (ValueRange{-3, 3}));
    QVERIFY(ui::colorScale(RangeMode::data, true, {}).isDiverging);
    QVERIFY(!ui::colorScale(RangeMode::data, false, {}).isDiverging);
}

void ImageRendererTest::signedColourImagesKeepTheirChannels()
{
    const std::vector<float> values{1, 0, -1};
    QCOMPARE(ui::renderImage({1, 3, 1, 1}, values, {{-1, 1}, true}).pixel(0, 0), qRgb(255, 128, 0));
}

void ImageRendererTest::extremesPassOverWhatIsNoNumber()
{
    const float none = std::numeric_limits<float>::quiet_NaN();
    QCOMPARE(ui::extremesOf(std::vector<float>{none, 2, -3, none}), (ValueRange{-3, 2}));
    const ValueRange empty = ui::extremesOf({});
    QVERIFY(empty.low > empty.high);
    QCOMPARE(ui::united(empty, {1, 2}), (ValueRange{1, 2}));
}

}  // namespace diffuscope::test

QTEST_GUILESS_MAIN(diffuscope::test::ImageRendererTest)
#include "image_renderer_test.moc"
