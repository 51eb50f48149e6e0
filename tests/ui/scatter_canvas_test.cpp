// SPDX-License-Identifier: GPL-3.0-or-later
// Points on the stage: where they stand, which is found under the pointer, and how the view scales.
#include "ui/stage/scatter_canvas.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace diffuscope;
using namespace diffuscope::ui;

namespace {

record::ImageBatch plane(std::vector<float> values)
{
    const int count = int(values.size()) / 2;
    return {{count, 2, 1, 1}, std::move(values)};
}

}  // namespace

class ScatterCanvasTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFieldIsDrawnBeneathThePoints()
    {
        ScatterCanvas canvas;
        canvas.resize(400, 400);
        canvas.setPoints(plane({3, 3}), {});
        canvas.offerOverlays(true);
        canvas.show();
        QVERIFY(canvas.showsDensity() && !canvas.showsScore());
        const QImage before = canvas.grab().toImage();
        // All of the density in the lower left corner.
        std::vector<double> density(81, 0);
        density[0] = 1;
        canvas.setField(
            {.reachX = 3.5, .reachY = 3.5, .columns = 9, .rows = 9, .density = density, .arrows = {}});
        const QImage after = canvas.grab().toImage();
        QVERIFY(after.pixel(10, 390) != before.pixel(10, 390));
        QCOMPARE(after.pixel(340, 60), before.pixel(340, 60));
        canvas.offerOverlays(false);
        QVERIFY(!canvas.showsDensity());
    }

    void theDensityOfALineStandsOverItsHistogram()
    {
        ScatterCanvas canvas;
        canvas.resize(400, 300);
        canvas.offerOverlays(true);
        canvas.show();
        record::ImageBatch line{{1000, 1, 1, 1}, std::vector<float>(1000)};
        for (std::size_t k = 0; k < line.values.size(); ++k)
            line.values[k] = float(k) / 1000 - 0.5f;
        canvas.setPoints(line, {});
        const QImage before = canvas.grab().toImage();
        // Uniform on −0.5 … 0.5, over which the histogram has density 1 too: the curve runs along its top.
        FieldPicture field{
            .reachX = 3.5, .reachY = 0, .columns = 401, .rows = 1, .density = {}, .arrows = {}};
        for (int k = 0; k < field.columns; ++k)
            field.density.push_back(std::abs(-3.5 + 7.0 * k / 400) <= 0.5 ? 1 : 0);
        canvas.setField(std::move(field));
        const QImage after = canvas.grab().toImage();
        QVERIFY(after != before);
        canvas.forgetScale();
        QVERIFY(canvas.grab().toImage() == after);  // a scale that is forgotten is the usual one
    }

    void pointsStandAtOneScaleAboutTheMiddle()
    {
        ScatterCanvas canvas;
        canvas.resize(400, 300);
        canvas.setPoints(plane({0, 0, 1, 0, 0, 1}), {});
        const QPointF middle = canvas.positionOf(0);
        QCOMPARE(middle, QPointF(200, 150));
        const double right = canvas.positionOf(1).x() - middle.x();
        const double up = middle.y() - canvas.positionOf(2).y();
        QCOMPARE(right, up);
        QCOMPARE(right, 150 / canvas.reach());
    }

    void theScaleGrowsAndDoesNotShrink()
    {
        ScatterCanvas canvas;
        canvas.setPoints(plane({8, 0}), {});
        const double wide = canvas.reach();
        QVERIFY(wide >= 8);
        canvas.setPoints(plane({0.5f, 0}), {});
        QCOMPARE(canvas.reach(), wide);
        canvas.forgetScale();
        canvas.setPoints(plane({0.5f, 0}), {});
        QVERIFY(canvas.reach() < wide);
    }

    void thePointUnderThePointerIsFound()
    {
        ScatterCanvas canvas;
        canvas.resize(400, 400);
        canvas.show();
        canvas.setPoints(plane({0, 0, 2, 2}), {0, 1});
        QCOMPARE(canvas.sampleAt(canvas.positionOf(1) + QPointF(3, 2)), 1);
        QCOMPARE(canvas.sampleAt(QPointF(5, 5)), -1);
        QSignalSpy clicked(&canvas, &ScatterCanvas::sampleClicked);
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.positionOf(0).toPoint());
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked.front().front().toInt(), 0);
    }

    void everyPointIsPainted()
    {
        ScatterCanvas canvas;
        canvas.resize(300, 300);
        const auto ink = [&] {
            const QImage picture = canvas.grab().toImage();
            const QRgb there = picture.pixel((canvas.positionOf(0) * picture.devicePixelRatio()).toPoint());
            return there;
        };
        canvas.setPoints(plane({1, 1}), {2});
        const QRgb dot = ink();
        canvas.setPoints(plane({-1, -1}), {2});
        const QImage picture = canvas.grab().toImage();
        QVERIFY(picture.pixel(picture.width() * 3 / 5 + 20, picture.height() / 5) != dot);
    }

    void pointsOnALineAreAHistogram()
    {
        ScatterCanvas canvas;
        canvas.resize(300, 200);
        canvas.setPoints({{4, 1, 1, 1}, {0, 0.01f, 0.02f, 2}}, {});
        QVERIFY(canvas.isLine());
        const QImage full = canvas.grab().toImage();
        canvas.setPoints({{0, 1, 1, 1}, {}}, {});
        QVERIFY(full != canvas.grab().toImage());
    }

    void nothingThatIsNotANumberIsAScale()
    {
        ScatterCanvas canvas;
        canvas.setPoints(plane({NAN, INFINITY, 1, 1}), {});
        QVERIFY(canvas.reach() < 10);
        canvas.grab();
    }
};

QTEST_MAIN(ScatterCanvasTest)
#include "scatter_canvas_test.moc"
