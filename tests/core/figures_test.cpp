// SPDX-License-Identifier: GPL-3.0-or-later
// Frequency bands, PSNR, eigenvectors and the principal plane, against closed forms.
#include "core/measure/frame_detail.h"
#include "core/measure/frequency_bands.h"
#include "core/measure/picture_variety.h"
#include "core/measure/principal_plane.h"
#include "core/measure/symmetric_eigen.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <random>
#include <stdexcept>

using namespace diffuscope;

namespace {

/// The cosine of a coefficient (v, u) of a plane.
std::vector<float> cosine(int height, int width, int v, int u)
{
    std::vector<float> plane;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            plane.push_back(float(std::cos(std::numbers::pi * (2 * y + 1) * v / (2.0 * height)) *
                                  std::cos(std::numbers::pi * (2 * x + 1) * u / (2.0 * width))));
    return plane;
}

std::vector<float> normals(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

record::Frame frameOf(std::vector<float> x0Hat, std::vector<float> xt)
{
    record::Frame frame;
    frame.shape = {1, 1, 8, 8};
    frame.level = {500, 0.6, 0.8};
    frame.x0Hat = {x0Hat, record::Precision::full};
    frame.xt = {xt, record::Precision::full};
    return frame;
}

}  // namespace

class FiguresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void varietyIsTheMeanDistanceWithinAClassAndContrastThatOfNeighbours()
    {
        // Two pictures of class 0 that differ by 1 everywhere, two of class 1 that are equal.
        const record::ImageBatch pictures{{4, 1, 2, 2}, {0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1}};
        QCOMPARE(measure::varietyWithinClasses(pictures, {0, 0, 1, 1}), 0.5);
        QCOMPARE(measure::varietyWithinClasses(pictures, {0, 1, 2, 3}), 0.0);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, measure::varietyWithinClasses(pictures, {0, 0, 1}));
        // Of four pairs of neighbours in each of the last two, the two across differ by 1.
        QCOMPARE(measure::meanContrastOfNeighbours(pictures), 4.0 / 16);
        QCOMPARE(measure::meanContrastOfNeighbours({{1, 1, 1, 1}, {3}}), 0.0);
    }

    void aCosineHasOneCoefficient()
    {
        const measure::CosineTransform transform(6, 10);
        const std::vector<double> coefficients = transform.transform(cosine(6, 10, 2, 3));
        for (int v = 0; v < 6; ++v)
            for (int u = 0; u < 10; ++u) {
                const double expected = v == 2 && u == 3 ? std::sqrt(6 / 2.0) * std::sqrt(10 / 2.0) : 0;
                QVERIFY(std::abs(coefficients[std::size_t(v * 10 + u)] - expected) < 1e-6);
            }
    }

    void theTransformKeepsTheEnergy()
    {
        const std::vector<float> plane = normals(28 * 28, 1);
        const std::vector<double> coefficients = measure::CosineTransform(28, 28).transform(plane);
        const auto energy = [](const auto& values) {
            double sum = 0;
            for (const auto value : values)
                sum += double(value) * double(value);
            return sum;
        };
        QVERIFY(std::abs(energy(coefficients) / energy(plane) - 1) < 1e-12);
    }

    void theTransformRefusesAPlaneOfAnotherSize()
    {
        QVERIFY_EXCEPTION_THROWN(measure::CosineTransform(4, 4).transform(std::vector<float>(15)),
                                 std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(measure::CosineTransform(0, 4), std::invalid_argument);
    }

    void aWaveLiesInTheBandOfItsLength_data()
    {
        QTest::addColumn<int>("u");  // half-waves across 32 pixels
        QTest::addColumn<int>("band");
        QTest::addRow("64 pixels") << 1 << 0;
        QTest::addRow("16 pixels, where the coarse band ends") << 4 << 0;
        QTest::addRow("12.8 pixels") << 5 << 1;
        QTest::addRow("8 pixels") << 8 << 1;
        QTest::addRow("4 pixels") << 16 << 2;
        QTest::addRow("3.8 pixels") << 17 << 3;
        QTest::addRow("2.1 pixels") << 31 << 3;
    }
    void aWaveLiesInTheBandOfItsLength()
    {
        QFETCH(const int, u);
        QFETCH(const int, band);
        const measure::FrequencyBands bands(32, 32);
        for (const bool upright : {false, true}) {
            const auto shares =
                measure::bandShares(bands.energy(cosine(32, 32, upright ? u : 0, upright ? 0 : u)));
            QVERIFY(shares);
            for (int b = 0; b < measure::frequencyBands; ++b)
                QVERIFY(std::abs((*shares)[std::size_t(b)] - (b == band ? 1 : 0)) < 1e-9);
        }
    }

    void theMeanBelongsToNoBand()
    {
        const measure::FrequencyBands bands(28, 28);
        QVERIFY(!measure::bandShares(bands.energy(std::vector<float>(28 * 28, -0.75f))));
        std::vector<float> shifted = cosine(28, 28, 0, 20);
        const auto before = bands.energy(shifted);
        for (float& value : shifted)
            value += 5;
        const auto after = bands.energy(shifted);
        for (std::size_t b = 0; b < before.size(); ++b)
            QVERIFY(std::abs(after[b] - before[b]) < 1e-3);
    }

    void theEnergyOfChannelsAddsUp()
    {
        std::vector<float> image = cosine(16, 16, 0, 1);
        const std::vector<float> fine = cosine(16, 16, 15, 15);
        image.insert(image.end(), fine.begin(), fine.end());
        const auto energy = measure::FrequencyBands(16, 16).energy(image);
        QVERIFY(std::abs(energy[0] - 16 * 8) < 1e-3);  // one factor is constant: half of the squares' mean
        QVERIFY(std::abs(energy[3] - 8 * 8) < 1e-3);
    }

    void whiteNoiseHasTheSharesOfItsCoefficients()
    {
        measure::BandEnergy energy{};
        const measure::FrequencyBands bands(28, 28);
        for (unsigned seed = 0; seed < 40; ++seed) {
            const auto one = bands.energy(normals(28 * 28, seed));
            for (std::size_t b = 0; b < energy.size(); ++b)
                energy[b] += one[b];
        }
        const auto shares = *measure::bandShares(energy);
        measure::BandEnergy count{};
        for (int v = 0; v < 28; ++v)
            for (int u = 0; u < 28; ++u)
                if (u + v > 0) {
                    const double wavelength = 56 / std::hypot(double(u), double(v));
                    count[wavelength >= 16 ? 0 : wavelength >= 8 ? 1 : wavelength >= 4 ? 2 : 3] += 1.0 / 783;
                }
        for (std::size_t b = 0; b < shares.size(); ++b)
            QVERIFY2(std::abs(shares[b] / count[b] - 1) < 0.15, qPrintable(QString::number(shares[b])));
    }

    void psnrIsTheTextbooks()
    {
        QCOMPARE(measure::peakSignalToNoise(4), 0.0);
        QCOMPARE(measure::peakSignalToNoise(0.04), 20.0);
        QCOMPARE(measure::peakSignalToNoise(1, 10), 20.0);
        QVERIFY(std::isinf(measure::peakSignalToNoise(0)));
    }

    void theDistanceIsFromTheEstimateToTheResult()
    {
        const record::Frame frame = frameOf(std::vector<float>(64, 0.5f), std::vector<float>(64, 9.0f));
        const record::Frame result = frameOf(std::vector<float>(64, 9.0f), std::vector<float>(64, 0.25f));
        const std::vector<int> images{0};
        QCOMPARE(*measure::distanceToResult(frame, result, images), measure::peakSignalToNoise(0.0625));
        QVERIFY(!measure::distanceToResult(frame, result, {}));
        record::Frame larger = result;
        larger.shape.batch = 2;
        QVERIFY(!measure::distanceToResult(frame, larger, images));
    }

    void structureIsThatOfTheCleanEstimate()
    {
        const record::Frame frame = frameOf(cosine(8, 8, 0, 7), cosine(8, 8, 0, 1));
        const measure::FrequencyBands bands(8, 8);
        const auto shares = measure::structureOf(frame, bands, std::vector{0});
        QVERIFY(shares && (*shares)[3] > 0.999999);
        QVERIFY(!measure::structureOf(frame, bands, {}));
    }

    void eigenvaluesOfAKnownMatrixAreFound()
    {
        // −1, 2, −1: 2 − 2cos(kπ/(n+1)).
        constexpr int n = 12;
        std::vector<double> matrix(n * n);
        for (int i = 0; i < n; ++i) {
            matrix[std::size_t(i * n + i)] = 2;
            if (i + 1 < n)
                matrix[std::size_t(i * n + i + 1)] = matrix[std::size_t((i + 1) * n + i)] = -1;
        }
        const auto eigen = measure::symmetricEigen(matrix, n);
        for (int k = 0; k < n; ++k) {
            const double expected = 2 - 2 * std::cos((n - k) * std::numbers::pi / (n + 1));
            QVERIFY(std::abs(eigen.values[std::size_t(k)] - expected) < 1e-12);
            for (int row = 0; row < n; ++row) {
                double product = 0;
                for (int j = 0; j < n; ++j)
                    product += matrix[std::size_t(row * n + j)] * eigen.vectors[std::size_t(k * n + j)];
                QVERIFY(std::abs(product - expected * eigen.vectors[std::size_t(k * n + row)]) < 1e-11);
            }
        }
    }

    void eigenvectorsAreOrthonormalAndRebuildTheMatrix_data()
    {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("rank");
        for (const int n : {1, 2, 3, 40})
            for (const int rank : {1, 2, 40})
                QTest::addRow("%d rows of rank %d at most", n, rank) << n << rank;
    }

    void eigenvectorsAreOrthonormalAndRebuildTheMatrix()
    {
        QFETCH(int, n);
        QFETCH(int, rank);
        const auto size = std::size_t(n);
        std::vector<double> matrix(size * size);
        for (int k = 0; k < rank; ++k) {
            const std::vector<float> values = normals(n, unsigned(k));
            for (std::size_t i = 0; i < size * size; ++i)
                matrix[i] += double(values[i / size]) * double(values[i % size]);
        }
        const auto eigen = measure::symmetricEigen(matrix, n);
        std::vector<double> rebuilt(size * size);
        for (std::size_t k = 0; k < size; ++k) {
            const double* v = eigen.vectors.data() + k * size;
            for (std::size_t i = 0; i < size * size; ++i)
                rebuilt[i] += eigen.values[k] * v[i / size] * v[i % size];
            for (std::size_t l = 0; l <= k; ++l)
                QVERIFY(std::abs(std::inner_product(v, v + size, eigen.vectors.data() + l * size, 0.0) -
                                 (k == l ? 1 : 0)) < 1e-13);
        }
        for (std::size_t i = 0; i < size * size; ++i)
            QVERIFY(std::abs(rebuilt[i] - matrix[i]) < 1e-12 * std::max(1.0, eigen.values.front()));
        QVERIFY(std::ranges::is_sorted(eigen.values, std::ranges::greater()));
    }

    void whatIsNotANumberEnds()
    {
        QCOMPARE(measure::symmetricEigen(std::vector<double>(9, std::nan("")), 3).values.size(),
                 std::size_t(3));
    }

    void aPlaneIsFoundAgain()
    {
        // Points on a tilted ellipse in 50 dimensions: 3·cos along a, 1·sin along b.
        std::vector<double> a(50), b(50);
        for (std::size_t i = 0; i < 50; ++i) {
            a[i] = i % 2 == 0 ? 1 / std::sqrt(25.0) : 0;
            b[i] = i % 2 == 1 ? 1 / std::sqrt(25.0) : 0;
        }
        std::vector<std::vector<float>> points;
        for (int k = 0; k < 64; ++k) {
            const double angle = 2 * std::numbers::pi * k / 64;
            std::vector<float>& point = points.emplace_back(50);
            for (std::size_t i = 0; i < 50; ++i)
                point[i] = float(7 + 3 * std::cos(angle) * a[i] + std::sin(angle) * b[i]);
        }
        const auto plane = measure::PrincipalPlane::fit(points);
        QVERIFY(std::abs(plane.explained()[0] - 0.9) < 1e-6);
        QVERIFY(std::abs(plane.explained()[1] - 0.1) < 1e-6);
        QVERIFY(std::abs(std::abs(std::inner_product(a.begin(), a.end(), plane.axis(0).begin(), 0.0)) - 1) <
                1e-6);
        for (int k = 0; k < 64; ++k) {
            const double angle = 2 * std::numbers::pi * k / 64;
            const auto place = plane.project(points[std::size_t(k)]);
            QVERIFY(std::abs(std::abs(place[0]) - std::abs(3 * std::cos(angle))) < 1e-5);
            QVERIFY(std::abs(std::abs(place[1]) - std::abs(std::sin(angle))) < 1e-5);
        }
    }

    void axesAreOrthonormalAndSpreadTheMost()
    {
        std::vector<std::vector<float>> points;
        for (unsigned k = 0; k < 40; ++k) {
            points.push_back(normals(200, k));
            points.back()[3] *= 9;
            points.back()[5] *= 6;
        }
        const auto plane = measure::PrincipalPlane::fit(points);
        const auto product = [&](int i, int j) {
            return std::inner_product(plane.axis(i).begin(), plane.axis(i).end(), plane.axis(j).begin(), 0.0);
        };
        QVERIFY(std::abs(product(0, 0) - 1) < 1e-10);
        QVERIFY(std::abs(product(1, 1) - 1) < 1e-10);
        QVERIFY(std::abs(product(0, 1)) < 1e-10);
        double along[2] = {0, 0};
        double mean[2] = {0, 0};
        for (const auto& point : points)
            for (std::size_t i = 0; i < 2; ++i) {
                const double place = plane.project(point)[i];
                along[i] += place * place;
                mean[i] += place;
            }
        QVERIFY(std::abs(mean[0]) < 1e-9 && std::abs(mean[1]) < 1e-9);
        QVERIFY(std::abs(along[0] / along[1] - plane.explained()[0] / plane.explained()[1]) < 1e-9);
        QVERIFY(std::abs(plane.axis(0)[3]) > 0.9);
    }

    void pointsThatDoNotSpreadHaveNoAxes()
    {
        const auto plane =
            measure::PrincipalPlane::fit({std::vector<float>(9, 0.5f), std::vector<float>(9, 0.5f)});
        QCOMPARE(plane.explained()[0], 0.0);
        QCOMPARE(plane.project(std::vector<float>(9, 2.0f))[0], 0.0);
        const auto line =
            measure::PrincipalPlane::fit({std::vector<float>{0, 0, 0}, std::vector<float>{0, 2, 0}});
        QCOMPARE(line.explained()[0], 1.0);
        QCOMPARE(line.explained()[1], 0.0);
        QVERIFY_EXCEPTION_THROWN(measure::PrincipalPlane::fit({}), std::invalid_argument);
        QVERIFY_EXCEPTION_THROWN(measure::PrincipalPlane::fit({{1.0f, 2.0f}, {1.0f}}), std::invalid_argument);
    }

    void aligningKeepsThePictureFromFlipping()
    {
        std::vector<std::vector<float>> points;
        for (unsigned k = 0; k < 20; ++k)
            points.push_back(normals(30, k));
        const auto earlier = measure::PrincipalPlane::fit(points);
        for (auto& point : points)
            for (float& value : point)
                value = -value;
        auto later = measure::PrincipalPlane::fit(points);
        later.alignWith(earlier);
        for (int i = 0; i < 2; ++i)
            for (std::size_t j = 0; j < 30; ++j)
                QVERIFY(std::abs(later.axis(i)[j] - earlier.axis(i)[j]) < 1e-9);
    }
};

QTEST_GUILESS_MAIN(FiguresTest)
#include "figures_test.moc"
