// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of every kind that people have: 16 bits, JPEG, ink, turned cameras, and what is no picture at all.
#include "core/base/picture_orientation.h"
#include "core/base/picture_reader.h"
#include "tests/core/file_fixture.h"
#include "tests/core/picture_fixture.h"

#include <QtTest>

using namespace diffuscope;
using diffuscope::test::refusalOf;

namespace {

std::string data(const char* name)
{
    return std::string(DIFFUSCOPE_SOURCE_DIR "/tests/data/pictures/") + name;
}

/// A grey ramp of 4×4.
void writeRamp(const std::string& path, int depth, bool interlaced)
{
    std::vector<unsigned char> values;
    for (int index = 0; index < 16; ++index)
        values.push_back(static_cast<unsigned char>(17 * index));
    test::writeGrey(path, 4, values, depth, interlaced);
}

std::vector<int> pixel(const base::Picture& picture, int x, int y)
{
    const auto* at = picture.pixels.data() + (y * picture.width + x) * 3;
    return {at[0], at[1], at[2]};
}

bool isNear(const std::vector<int>& a, const std::vector<int>& b)
{
    return std::abs(a[0] - b[0]) < 8 && std::abs(a[1] - b[1]) < 8 && std::abs(a[2] - b[2]) < 8;
}

}  // namespace

class PictureReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sixteenBitsMeanWhatEightBitsMean()
    {
        for (const bool interlaced : {false, true}) {
            writeRamp(m_files.path("8.png"), 8, interlaced);
            writeRamp(m_files.path("16.png"), 16, interlaced);
            const auto eight = base::readPicture(m_files.path("8.png"));
            const auto sixteen = base::readPicture(m_files.path("16.png"));
            QCOMPARE(eight.pixels, sixteen.pixels);
            QCOMPARE(pixel(sixteen, 2, 0), (std::vector{34, 34, 34}));
        }
    }

    void jpegsAreReadWhateverTheirName()
    {
        const auto picture = base::readPicture(data("red-blue.jpg"));
        QCOMPARE(picture.width, 16);
        QCOMPARE(picture.height, 8);
        QVERIFY(isNear(pixel(picture, 1, 1), {255, 0, 0}) && isNear(pixel(picture, 14, 6), {0, 0, 255}));
        QFile::copy(QString::fromStdString(data("red-blue.jpg")),
                    QString::fromStdString(m_files.path("x.png")));
        QCOMPARE(base::readPicture(m_files.path("x.png")).pixels, picture.pixels);
        QVERIFY(base::isPictureName("a.PNG") && base::isPictureName("b.Jpeg") &&
                !base::isPictureName("c.webp"));
    }

    void adobesInkIsTurnedIntoLight()
    {
        const auto picture = base::readPicture(data("ink.JPG"));
        QVERIFY(isNear(pixel(picture, 1, 1), {255, 0, 0}) && isNear(pixel(picture, 14, 6), {0, 0, 255}));
    }

    void aCameraHeldUprightIsTurned()
    {
        // Stored lying with red on the left; 6 says: turn by a quarter, clockwise, so that red is above.
        const auto picture = base::readPicture(data("turned.jpeg"));
        QCOMPARE(picture.width, 8);
        QCOMPARE(picture.height, 16);
        QVERIFY(isNear(pixel(picture, 4, 1), {255, 0, 0}) && isNear(pixel(picture, 4, 14), {0, 0, 255}));
    }

    void eachOrientationIsUndone()
    {
        // The corner that is upper left in the upright picture, in the stored one of 2×3: column, row.
        const base::Picture stored{2, 3, {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5}};
        const std::vector<int> corner = {0, 1, 5, 4, 0, 4, 5, 1};
        const std::vector<int> besideIt = {1, 0, 4, 5, 2, 2, 3, 3};
        for (int orientation = 1; orientation <= 8; ++orientation) {
            const auto upright = base::turnedUpright(stored, orientation);
            QCOMPARE(upright.width, orientation < 5 ? 2 : 3);
            QCOMPARE(pixel(upright, 0, 0)[0], corner[std::size_t(orientation - 1)]);
            QCOMPARE(pixel(upright, 1, 0)[0], besideIt[std::size_t(orientation - 1)]);
        }
    }

    void damagedExifIsPassedOver()
    {
        const std::vector<unsigned char> cut = {'I', 'I', 42, 0, 8, 0, 0, 0, 255, 255, 0x12};
        QCOMPARE(base::exifOrientation(cut), 1);
        QCOMPARE(base::exifOrientation({}), 1);
        const std::vector<unsigned char> wild = {'M', 'M', 0, 42, 255, 255, 255, 255};
        QCOMPARE(base::exifOrientation(wild), 1);
    }

    void whatIsNoPictureIsNamed()
    {
        const auto says = [&](const std::string& bytes, const char* part) {
            const auto path = m_files.write("it.png", bytes);
            const QString said = refusalOf([&] { base::readPicture(path); });
            return said.contains(QLatin1String(part));
        };
        QVERIFY(says("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"));
        QVERIFY(says("RIFF\x10\x20\x30\x40WEBPVP8 ", "WebP"));
        QVERIFY(says("<!DOCTYPE html>", "web page"));
        QVERIFY(says("", "empty"));
        QVERIFY(says("\x89PNG\r\n\x1a\n", "not a usable PNG"));
        QVERIFY(says("\xff\xd8\xff\xe0", "not a usable JPEG"));
        const std::string whole = [] {
            std::ifstream file(data("red-blue.jpg"), std::ios::binary);
            return std::string(std::istreambuf_iterator<char>(file), {});
        }();
        QVERIFY(says(whole.substr(0, whole.size() / 2), "not a usable JPEG"));
    }

private:
    test::FileFixture m_files;
};

QTEST_APPLESS_MAIN(PictureReaderTest)
#include "picture_reader_test.moc"
