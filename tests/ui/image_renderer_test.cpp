#include "ui/views/image_renderer.h"

#include <QTest>

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
};

void ImageRendererTest::theDataRangeMapsMinusOneToBlackAndOneToWhite()
{
    const std::vector<float> values{-1, 0, 1, 0.5F};
    const QImage image = ui::renderImage({1, 1, 2, 2}, values, {-1, 1});
    QCOMPARE(qGray(image.pixel(0, 0)), 0);
    QCOMPARE(qGray(image.pixel(1, 0)), 128);
    QCOMPARE(qGray(image.pixel(0, 1)), 255);
    QCOMPARE(qGray(image.pixel(1, 1)), 191);
}

void ImageRendererTest::valuesOutsideTheRangeAreClipped()
{
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> values{-7, 3, -infinity, infinity};
    const QImage image = ui::renderImage({1, 1, 1, 4}, values, {-1, 1});
    QCOMPARE(qGray(image.pixel(0, 0)), 0);
    QCOMPARE(qGray(image.pixel(1, 0)), 255);
    QCOMPARE(qGray(image.pixel(2, 0)), 0);
    QCOMPARE(qGray(image.pixel(3, 0)), 255);
}

void ImageRendererTest::notANumberIsBlack()
{
    const std::vector<float> values{std::numeric_limits<float>::quiet_NaN()};
    QCOMPARE(ui::renderImage({1, 1, 1, 1}, values, {-1, 1}).pixel(0, 0), qRgb(0, 0, 0));
}

void ImageRendererTest::threeChannelsAreColours()
{
    const std::vector<float> values{1, -1, -1, 1, -1, -1};  // red 1 −1, green −1 1, blue −1 −1
    const QImage image = ui::renderImage({1, 3, 1, 2}, values, {-1, 1});
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
    ui::renderAtlas(shape, values, {-1, 1}, atlas);
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
    ui::renderAtlas(shape, std::vector<float>(shape.values(), 0.0F), {-1, 1}, atlas);
    const uchar* const memory = atlas.constBits();
    ui::renderAtlas(shape, std::vector<float>(shape.values(), 1.0F), {-1, 1}, atlas);
    QCOMPARE(atlas.constBits(), memory);
    QCOMPARE(qGray(atlas.pixel(0, 0)), 255);
}

}  // namespace diffuscope::test

QTEST_GUILESS_MAIN(diffuscope::test::ImageRendererTest)
#include "image_renderer_test.moc"
