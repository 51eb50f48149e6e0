// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/sampler_equations.h"
#include "tests/ui/window_fixture.h"
#include "ui/equation/formula_view.h"
#include "ui/equation/step_equation_view.h"
#include "ui/equation/term_table.h"
#include "ui/stage/image_grid.h"

#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

namespace diffuscope::test {

class StepEquationViewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyDockSaysWhatToDo();
    void theTermsAreThoseOfTheRecord();
    void thePixelUnderTheCursorComesFirst();
    void aRightClickPinsAPixel();
    void aPixelIsPinnedAndMovedByKeys();
    void halfStepsAreWalkedByKeys();
    void thePlayheadIsFollowed();
    void guidanceIsTakenApartInThePrediction();
    void typedNumbersGiveTheirResultAtOnce();
    void ownNumbersSpeakTheSamplersFormula();
    void impossibleNumbersAreExplained();
    void formulasBreakIntoLinesThatFit();
    void everyEquationIsSetWithinItsWidth();
    void theDockIsRegisteredAndNamed();
};

namespace {

QString point(const char* number)
{
    return QString(number).replace('.', QLocale().decimalPoint());
}

/// A window that shows the finished run with the dock in front.
struct Opened : WindowFixture
{
    explicit Opened(const recipe::Recipe& recipe = fakeRecipe(2.0, 4, 4))
    {
        showSampled(recipe);
        get<QDockWidget>("equationDock").raise();
        if (!QTest::qWaitFor([&] { return view().isVisible(); }))
            qFatal("The dock did not come to the front.");
    }
    ui::StepEquationView& view() const { return get<ui::StepEquationView>("stepEquationView"); }
    QString formula() const { return get<ui::FormulaView>("equation.formula").plainText(); }
    QString placeText() const { return get<QLabel>("equation.place").text(); }
    QPoint pixel(int image, int x, int y) const
    {
        const QRectF cell = window->stage().grid().imageRect(image);
        return (cell.topLeft() + QPointF(x + 0.5, y + 0.5) * cell.width() / 28).toPoint();
    }
};

}  // namespace

void StepEquationViewTest::anEmptyDockSaysWhatToDo()
{
    WindowFixture fixture;
    fixture.show();
    fixture.get<QDockWidget>("equationDock").raise();
    auto& label = fixture.get<QLabel>("stepEquationEmptyLabel");
    QTRY_VERIFY(label.isVisible());
    QVERIFY(label.text().contains("recipe"));
    fixture.press(Qt::Key_N);  // nothing to walk, and nothing breaks
    fixture.press(Qt::Key_P);
    QVERIFY(label.isVisible());
}

void StepEquationViewTest::theTermsAreThoseOfTheRecord()
{
    Opened fixture;
    fixture.document->commitFrame(1);
    auto& table = fixture.get<ui::TermTable>("equation.terms");
    QTRY_COMPARE(table.rows(), 2);
    const auto& frame = *fixture.document->frame();
    const auto x0 = frame.layer(record::Layer::x0Hat, 0);
    double mean = 0;
    for (const float value : x0)
        mean += double(value) / double(x0.size());
    QCOMPARE(table.rowTexts(0)[0], QLocale().toString(frame.next.alpha, 'f', 4));
    QCOMPARE(table.rowTexts(0)[1], QLocale().toString(mean, 'f', 3).replace('-', QChar(0x2212)));
    QCOMPARE(fixture.placeText(), QString("Mean of image 1"));
    QVERIFY2(fixture.get<QLabel>("equation.remark").text().startsWith("Recorded: " + table.sumText()),
             qPrintable(fixture.get<QLabel>("equation.remark").text()));
    QVERIFY2(fixture.formula().contains(table.rowTexts(0)[0] + QString("·")), qPrintable(fixture.formula()));
}

void StepEquationViewTest::thePixelUnderTheCursorComesFirst()
{
    Opened fixture;
    fixture.document->commitFrame(1);
    auto& grid = fixture.window->stage().grid();
    QTest::mouseMove(&grid, fixture.pixel(2, 14, 9));
    QTRY_COMPARE(fixture.placeText(), QString("Cursor: image 3 (14, 9)"));
    const auto value = fixture.document->frame()->layer(record::Layer::x0Hat, 2)[9 * 28 + 14];
    QCOMPARE(fixture.get<ui::TermTable>("equation.terms").rowTexts(0)[1],
             QLocale().toString(double(value), 'f', 3).replace('-', QChar(0x2212)));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&grid, &leave);
    QCOMPARE(fixture.placeText(), QString("Mean of image 1"));
    fixture.document->selectImage(3);
    QCOMPARE(fixture.placeText(), QString("Mean of image 4"));
}

void StepEquationViewTest::aRightClickPinsAPixel()
{
    Opened fixture;
    auto& grid = fixture.window->stage().grid();
    const QImage before = fixture.picture();
    QTest::mouseClick(&grid, Qt::RightButton, {}, fixture.pixel(1, 5, 20));
    const std::optional<ui::ImagePixel> expected(ui::ImagePixel{1, 5, 20});
    QVERIFY(fixture.view().pinned() == expected);
    QVERIFY(!grid.isEnlarged());
    QVERIFY(fixture.picture() != before);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&grid, &leave);
    QCOMPARE(fixture.placeText(), QString("Pinned: image 2"));
    QTest::mouseClick(&fixture.get<QToolButton>("equation.pin"), Qt::LeftButton);
    QVERIFY(!fixture.view().pinned());
    QCOMPARE(fixture.placeText(), QString("Mean of image 1"));
    QCOMPARE(fixture.picture(), before);
}

void StepEquationViewTest::aPixelIsPinnedAndMovedByKeys()
{
    Opened fixture;
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&fixture.window->stage().grid(), &leave);
    fixture.press(Qt::Key_P);
    QVERIFY(fixture.view().pinned().has_value());
    auto& x = fixture.get<QSpinBox>("equation.x");
    QVERIFY(x.isVisible());
    x.setFocus();
    const int column = fixture.view().pinned()->x;
    fixture.press(Qt::Key_Up);
    QCOMPARE(fixture.view().pinned()->x, column + 1);
    QCOMPARE(x.value(), column + 1);
    fixture.window->stage().grid().setFocus();
    fixture.press(Qt::Key_P);
    QVERIFY(!fixture.view().pinned());
    QVERIFY(!x.isVisible());
}

void StepEquationViewTest::halfStepsAreWalkedByKeys()
{
    using Page = ui::StepEquationView::Page;
    Opened fixture;
    auto& view = fixture.view();
    fixture.document->commitFrame(1);
    view.setPage(Page::predict);
    QVERIFY2(fixture.formula().startsWith(QString("x\u0302_0")), qPrintable(fixture.formula()));
    fixture.press(Qt::Key_N);
    QVERIFY(view.page() == Page::update);
    QCOMPARE(fixture.document->playhead(), 1);
    QVERIFY2(fixture.formula().startsWith("x_(t′)"), qPrintable(fixture.formula()));
    fixture.press(Qt::Key_N);
    QVERIFY(view.page() == Page::predict);
    QCOMPARE(fixture.document->playhead(), 2);
    fixture.press(Qt::Key_N, Qt::ShiftModifier);
    QVERIFY(view.page() == Page::update);
    QCOMPARE(fixture.document->playhead(), 1);
    fixture.document->commitFrame(0);
    view.setPage(Page::predict);
    fixture.press(Qt::Key_N, Qt::ShiftModifier);
    QVERIFY(view.page() == Page::predict);
    // To the end and no further.
    for (int i = 0; i < 20; ++i)
        fixture.press(Qt::Key_N);
    QVERIFY(view.page() == Page::update);
    QCOMPARE(fixture.document->playhead(), 3);
}

void StepEquationViewTest::thePlayheadIsFollowed()
{
    Opened fixture;
    auto& step = fixture.get<QLabel>("equation.step");
    fixture.press(Qt::Key_Home);
    QCOMPARE(step.text(), QString("t = 999 → 749"));
    const QString first = fixture.formula();
    fixture.press(Qt::Key_Right);
    QCOMPARE(step.text(), QString("t = 749 → 499"));
    QVERIFY(fixture.formula() != first);
    // The result shows the step that made it.
    fixture.press(Qt::Key_End);
    QCOMPARE(step.text(), QString("t = 249 → image"));
}

void StepEquationViewTest::guidanceIsTakenApartInThePrediction()
{
    // The fake's frames keep both predictions but follow no rule u + w(c − u).
    Opened fixture;
    fixture.document->commitFrame(1);
    QTest::mouseClick(&fixture.get<QToolButton>("equation.predict"), Qt::LeftButton);
    QVERIFY(fixture.get<QLabel>("equation.remark").text().contains("Guided"));
    QVERIFY(!fixture.get<ui::TermTable>("equation.terms").isVisible());
    // The same prediction in the other forms.
    const QString forms = fixture.get<ui::FormulaView>("equation.where").plainText();
    for (const char* form : {"velocity of a flow", "score", "v = "})
        QVERIFY2(forms.contains(QLatin1String(form)), qPrintable(forms));
    fixture.document->setRecipe(fakeRecipe(1.0, 4, 4));
    QTRY_VERIFY(!fixture.get<QLabel>("equation.remark").isVisible());
}

void StepEquationViewTest::typedNumbersGiveTheirResultAtOnce()
{
    recipe::Recipe recipe = fakeRecipe(2.0, 4, 4);
    recipe.sampler = {"ddpm", {}};
    Opened fixture(recipe);
    QTest::mouseClick(&fixture.get<QToolButton>("equation.own"), Qt::LeftButton);
    auto& result = fixture.get<ui::FormulaView>("own.result");
    QVERIFY(result.isVisible());
    auto& reset = fixture.get<QPushButton>("own.reset");
    QVERIFY(!reset.isEnabled());
    const QString ofStep = result.plainText();
    const auto type = [&](const char* field, const char* number) {
        auto& box = fixture.get<QDoubleSpinBox>(field);
        box.setFocus();
        box.selectAll();
        QTest::keyClicks(&box, point(number));
    };
    type("own.xt", "0.90");
    type("own.beta", "0.10");
    type("own.alphaBar", "0.81");
    type("own.epsHat", "0.30");
    type("own.z", "0.08718");
    const QString text = result.plainText();
    QVERIFY2(text.contains(point("1.0541") + "·(" + point("0.900") + " − " + point("0.2294") + "·" +
                           point("0.300") + ") = " + point("0.8761")),
             qPrintable(text));
    QVERIFY2(text.contains("= " + point("0.0200")), qPrintable(text));
    QVERIFY2(text.endsWith("= " + point("0.8961")), qPrintable(text));
    // What was typed stays while the playhead moves, until the step's numbers are taken again.
    fixture.document->commitFrame(1);
    QCOMPARE(result.plainText(), text);
    QTest::mouseClick(&reset, Qt::LeftButton);
    QVERIFY(result.plainText() != text);
    fixture.document->commitFrame(4);
    QCOMPARE(result.plainText(), ofStep);
}

void StepEquationViewTest::ownNumbersSpeakTheSamplersFormula()
{
    Opened fixture;  // samples with DDIM
    fixture.document->commitFrame(1);
    fixture.view().setPage(ui::StepEquationView::Page::own);
    auto& remark = fixture.get<QLabel>("own.remark");
    QVERIFY2(remark.text().contains("levels at once"), qPrintable(remark.text()));
    QVERIFY2(!remark.text().contains("DDPM"), qPrintable(remark.text()));
    fixture.get<QDoubleSpinBox>("own.xt").setValue(0.9);
    fixture.get<QDoubleSpinBox>("own.beta").setValue(0.19);
    fixture.get<QDoubleSpinBox>("own.alphaBar").setValue(0.6561);
    fixture.get<QDoubleSpinBox>("own.epsHat").setValue(0.3);
    // ᾱ of the next time is 0.81: 0.9·(0.9 − 0.5864·0.3)/0.81 + 0.4359·0.3.
    const QString text = fixture.get<ui::FormulaView>("own.result").plainText();
    QVERIFY2(text.contains(point("0.8939")), qPrintable(text));
    QVERIFY2(text.endsWith("= " + point("0.9353")), qPrintable(text));
}

void StepEquationViewTest::impossibleNumbersAreExplained()
{
    Opened fixture;
    fixture.view().setPage(ui::StepEquationView::Page::own);
    fixture.get<QDoubleSpinBox>("own.beta").setValue(0.5);
    fixture.get<QDoubleSpinBox>("own.alphaBar").setValue(0.9);
    QVERIFY(fixture.get<QLabel>("own.remark").text().contains("1 − β"));
    QVERIFY(!fixture.get<ui::FormulaView>("own.result").plainText().contains(point("0.9")));
}

void StepEquationViewTest::formulasBreakIntoLinesThatFit()
{
    ui::Formula formula("x_{t−1} = 0.9·(a − b) + \\frac{1}{2} c − d + e − f");
    const QFont font = ui::formulaFont(QFont(), 1.5);
    const double whole = formula.naturalWidth(font);
    formula.layOut(font, whole + 1);
    QCOMPARE(formula.lines(), 1);
    const double oneLine = formula.height();
    formula.layOut(font, whole / 2);
    QVERIFY(formula.lines() >= 2);
    QVERIFY(formula.width() <= whole / 2 + 1);
    QVERIFY(formula.height() > oneLine * 1.5);
    QCOMPARE(formula.plainText(), QString("x_(t−1) = 0.9·(a − b) + (1)/(2) c − d + e − f"));
    // What is no markup does no harm.
    for (const char* odd : {"", "}", "{", "\\", "\\frac", "_{", "x_{t", "\\unknown{x}", "^{2}"})
        ui::Formula(QString(odd)).layOut(font, 100);
}

void StepEquationViewTest::everyEquationIsSetWithinItsWidth()
{
    const QFont font = ui::formulaFont(QFont(), 1.2);
    for (const char* id : {"ddpm", "ddim", "heun", "lms", "dpmpp_2m", "dpmpp_3m", "dpmpp_2m_sde", "unipc",
                           "sa_solver", "deis", "tcd", "lcm", "rk45", "pndm"}) {
        const auto equation = explain::samplerEquation({id, {}});
        std::vector<std::string> all = equation.where;
        all.push_back(equation.formula);
        for (const std::string& markup : all) {
            ui::Formula formula(QString::fromStdString(markup));
            formula.layOut(font, 460);
            QVERIFY2(formula.width() <= 460 + 1, markup.c_str());
            QVERIFY2(!formula.plainText().contains('\\'), qPrintable(formula.plainText()));
        }
    }
}

void StepEquationViewTest::theDockIsRegisteredAndNamed()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& dock = fixture.get<QDockWidget>("equationDock");
    QMenu* view = nullptr;
    for (QAction* action : fixture.window->findChildren<QAction*>())
        if (action == dock.toggleViewAction())
            view = qobject_cast<QMenu*>(action->associatedObjects().value(0));
    QVERIFY(view);
    for (const char* name : {"equation.formula", "equation.terms", "equation.predict", "equation.update",
                             "equation.own", "equation.pin", "own.xt", "own.z", "stepEquationView"})
        QVERIFY2(!fixture.get<QWidget>(name).accessibleName().isEmpty(), name);
    // Whichever of the docks is in front: N brings the equation there.
    fixture.press(Qt::Key_N);
    QTRY_VERIFY(fixture.get<QWidget>("stepEquationView").isVisible());
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::StepEquationViewTest)
#include "step_equation_view_test.moc"
