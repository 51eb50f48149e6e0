// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures at the size of a model, and the names of their content.
#include "core/base/content_hash.h"
#include "core/base/error.h"
#include "core/edit/picture_fit.h"
#include "core/edit/picture_store.h"
#include "tests/core/refusal.h"

#include <QTest>

#include <cmath>

using namespace diffuscope;
using base::Picture;

namespace {

/// Grey values as a picture.
Picture greyPicture(int width, int height, const std::vector<int>& values)
{
    Picture picture{width, height, {}};
    for (const int value : values)
        for (int channel = 0; channel < 3; ++channel)
            picture.pixels.push_back(std::uint8_t(value));
    return picture;
}

}  // namespace

class PictureFitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The examples of FIPS 180-4.
    void contentIsNamedBySha256()
    {
        base::ContentHash abc;
        abc.add("a", 1);
        abc.add("bc", 2);
        QCOMPARE(abc.text(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(base::ContentHash().text(),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }

    void equalPicturesHaveOneName()
    {
        edit::PictureStore store;
        const auto a = store.add(greyPicture(2, 1, {1, 2}));
        QCOMPARE(store.add(greyPicture(2, 1, {1, 2})), a);
        QVERIFY(store.add(greyPicture(1, 2, {1, 2})) != a);  // the same bytes in another shape
        QCOMPARE(store.get(a, "to start from")->width, 2);
        try {
            (void)store.get(std::string(64, '0'), "to start from");
            QFAIL("It was found.");
        } catch (const Error& error) {
            QCOMPARE(int(error.code()), int(ErrorCode::missingFile));
            QVERIFY(QString(error.what()).contains("to start from"));
        }
    }

    void aPictureOfTheSizeComesBackAsItIs()
    {
        const Picture picture = greyPicture(3, 2, {0, 50, 100, 150, 200, 255});
        QCOMPARE(edit::fitted(picture, 3, 2).pixels, picture.pixels);
        QCOMPARE(edit::fitted(picture, 3, 2, edit::Fit::crop, true).pixels,
                 greyPicture(3, 2, {255, 205, 155, 105, 55, 0}).pixels);
    }

    void aSmallerPictureIsTheMeanOfWhatItCovers()
    {
        const Picture picture = greyPicture(4, 2, {0, 100, 10, 20, 100, 200, 30, 40});
        QCOMPARE(edit::fitted(picture, 2, 1).pixels, greyPicture(2, 1, {100, 25}).pixels);
        // 3 to 2: each new pixel covers one and a half.
        QCOMPARE(edit::fitted(greyPicture(3, 3, {0, 90, 180, 0, 90, 180, 0, 90, 180}), 2, 2).pixels,
                 greyPicture(2, 2, {30, 150, 30, 150}).pixels);
    }

    void cropKeepsTheMiddleAndContainKeepsAll()
    {
        const Picture wide = greyPicture(4, 2, {9, 50, 60, 9, 9, 70, 80, 9});
        QCOMPARE(edit::fitted(wide, 2, 2).pixels, greyPicture(2, 2, {50, 60, 70, 80}).pixels);
        const Picture contained = edit::fitted(wide, 4, 4, edit::Fit::contain);
        QCOMPARE(contained.pixels,
                 greyPicture(4, 4, {9, 9, 9, 9, 9, 50, 60, 9, 9, 70, 80, 9, 9, 9, 9, 9}).pixels);
    }

    void onePixelFillsAny()
    {
        QCOMPARE(edit::fitted(greyPicture(1, 1, {77}), 3, 3).pixels,
                 greyPicture(3, 3, std::vector<int>(9, 77)).pixels);
    }

    void valuesAreInTheRangeOfTheModel()
    {
        Picture red{1, 1, {255, 0, 0}};
        QCOMPARE(edit::channelValues(red, 3), (std::vector<float>{1, -1, -1}));
        QVERIFY(std::abs(edit::channelValues(red, 1)[0] - (2 * 0.299f - 1)) < 1e-6f);
        QCOMPARE(edit::channelValues(greyPicture(1, 1, {255}), 1), std::vector<float>{1});
        REFUSES(edit::channelValues(red, 4), "4 channels");
        REFUSES(edit::fitted(Picture{}, 2, 2), "empty");
    }
};

QTEST_GUILESS_MAIN(PictureFitTest)
#include "picture_fit_test.moc"
