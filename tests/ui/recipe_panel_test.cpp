// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_fixture.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/widgets/seed_edit.h"
#include "ui/widgets/value_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

namespace diffuscope::test {

using ui::ValueSlider;

namespace {

/// Types a number into a field as a person would.
void type(QAbstractSpinBox& field, const QString& text)
{
    field.setFocus();
    field.selectAll();
    QTest::keyClicks(&field, text);
    QTest::keyClick(&field, Qt::Key_Return);
}

/// Chooses the entry with this id from a list with the keyboard.
void choose(QComboBox& list, const QString& id)
{
    const int wanted = list.findData(id);
    QVERIFY2(wanted >= 0, qPrintable("no entry " + id));
    list.setFocus();
    for (int presses = 0; list.currentIndex() != wanted && presses < 100; ++presses)
        QTest::keyClick(&list, list.currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
    QCOMPARE(list.currentIndex(), wanted);
}

QPoint placeOf(const ValueSlider& slider, double fraction)
{
    const int inset = 10;
    return {inset + int(fraction * (slider.width() - 2 * inset)), slider.height() / 2};
}

}  // namespace

class RecipePanelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyControlHasANameATooltipAndAPlaceInTheTabOrder();
    void aClassButtonAsksForThatClass();
    void theClassListOfClothesAsksForThatClass();
    void ctrlAndADigitAskForThatClass();
    void anEditSamplesAtOnce();
    void typedNumbersReachTheRecipe();
    void theStepsSliderIsLogarithmic();
    void draggingGuidanceChangesThePictureUnderTheHand();
    void guidanceIsDisabledWithoutAClass();
    void theSamplersOptionsAreThoseOfTheRegistry();
    void goingBackToASamplerBringsBackItsOptions();
    void anotherScheduleReplacesTheModelsOwn();
    void anotherModelKeepsTheRecipeValid();
    void theDiceDrawAnotherSeed();
    void aSeedMayHave64Bits();
    void undoIsShownByTheControls();
    void withoutAutoRunEditsWaitForRun();
    void theRunButtonStopsARunThatIsGoing();
    void theWheelDoesNotChangeAControlItPasses();
};

void RecipePanelTest::everyControlHasANameATooltipAndAPlaceInTheTabOrder()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& panel = fixture.get<ui::RecipePanel>("recipePanel");
    int controls = 0;
    for (auto* widget : panel.findChildren<QWidget*>()) {
        const bool isControl = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) ||
                               qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<ValueSlider*>(widget);
        if (!isControl || !widget->isVisible())
            continue;
        ++controls;
        const QByteArray name = widget->objectName().toUtf8();
        QVERIFY2(!name.isEmpty(), widget->metaObject()->className());
        const bool named = !widget->accessibleName().isEmpty() || !qobject_cast<QAbstractButton*>(widget) ||
                           !qobject_cast<QAbstractButton*>(widget)->text().isEmpty();
        QVERIFY2(named, name.constData());
        QVERIFY2(!widget->accessibleName().contains(u'&'), name.constData());
        QVERIFY2(widget->toolTip().length() > 8, name.constData());
        QVERIFY2(widget->focusPolicy() & Qt::TabFocus, name.constData());
    }
    QVERIFY2(controls > 25, qPrintable(QString::number(controls)));
}

void RecipePanelTest::aClassButtonAsksForThatClass()
{
    WindowFixture fixture;
    fixture.showSampled();
    QTest::mouseClick(&fixture.get<QToolButton>("class.3"), Qt::LeftButton);
    QCOMPARE(fixture.recipe().condition, recipe::Condition::classLabel(3));
    QTest::mouseClick(&fixture.get<QToolButton>("class.each"), Qt::LeftButton);
    QCOMPARE(fixture.recipe().condition.classes.size(), std::size_t(10));
    QTest::mouseClick(&fixture.get<QToolButton>("class.none"), Qt::LeftButton);
    QVERIFY(fixture.recipe().condition.isNone());
    QVERIFY(fixture.get<QToolButton>("class.none").isChecked());
    QVERIFY(!fixture.get<QToolButton>("class.each").isChecked());
}

void RecipePanelTest::theClassListOfClothesAsksForThatClass()
{
    WindowFixture fixture;
    recipe::Recipe recipe = fakeRecipe(2.0);
    recipe.model = "fashion-mnist";
    recipe.condition = recipe::Condition::classLabel(0);
    fixture.showSampled(recipe);
    auto& list = fixture.get<QComboBox>("classBox");
    list.setFocus();
    QTest::keyClick(&list, Qt::Key_Down);
    QCOMPARE(fixture.recipe().condition, recipe::Condition::classLabel(1));
    QCOMPARE(list.currentText(), QString("Trouser"));
}

void RecipePanelTest::ctrlAndADigitAskForThatClass()
{
    WindowFixture fixture;
    fixture.showSampled();
    fixture.press(Qt::Key_4, Qt::ControlModifier);
    QCOMPARE(fixture.recipe().condition, recipe::Condition::classLabel(4));
}

void RecipePanelTest::anEditSamplesAtOnce()
{
    WindowFixture fixture;
    fixture.showSampled();
    const int before = fixture.sampling.runsStarted();
    QTest::mouseClick(&fixture.get<QToolButton>("class.5"), Qt::LeftButton);
    QTRY_COMPARE(fixture.sampling.runsStarted(), before + 1);
    QCOMPARE(fixture.sampling.startedRecipes().back(), fixture.recipe());
    QTRY_COMPARE(*fixture.document->shownRun().recipe, fixture.recipe());
}

void RecipePanelTest::typedNumbersReachTheRecipe()
{
    WindowFixture fixture;
    fixture.showSampled();
    type(fixture.get<QSpinBox>("stepsSpin"), "37");
    QCOMPARE(fixture.recipe().steps, 37);
    type(fixture.get<QDoubleSpinBox>("guidanceSpin"), QLocale().toString(12.5));
    QCOMPARE(fixture.recipe().guidance.scale, 12.5);
    type(fixture.get<QSpinBox>("batchSpin"), "9");
    QCOMPARE(fixture.recipe().batch, 9);
    QTRY_COMPARE(fixture.document->trajectory().plannedFrames, 38);
}

void RecipePanelTest::theStepsSliderIsLogarithmic()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& slider = fixture.get<ValueSlider>("stepsSlider");
    slider.setFocus();
    QTest::keyClick(&slider, Qt::Key_End);
    QCOMPARE(fixture.recipe().steps, 1000);
    QTest::keyClick(&slider, Qt::Key_Home);
    QCOMPARE(fixture.recipe().steps, 1);
    QTest::keyClick(&slider, Qt::Key_Right);
    QCOMPARE(fixture.recipe().steps, 2);
    slider.setValue(slider.maximum() / 2);
    QVERIFY2(std::abs(fixture.recipe().steps - 32) <= 1, qPrintable(QString::number(fixture.recipe().steps)));
}

void RecipePanelTest::draggingGuidanceChangesThePictureUnderTheHand()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(0.0));
    auto& slider = fixture.get<ValueSlider>("guidanceSlider");
    QImage last = fixture.picture();
    QTest::mousePress(&slider, Qt::LeftButton, {}, placeOf(slider, 0));
    for (const double place : {0.25, 0.5, 0.75, 1.2}) {
        QTest::mouseMove(&slider, placeOf(slider, place));
        QVERIFY(slider.isSliderDown());
        QTRY_VERIFY2(fixture.picture() != last, qPrintable(QString::number(place)));
        last = fixture.picture();
    }
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, placeOf(slider, 1.2));
    QCOMPARE(fixture.recipe().guidance.scale, 8.0);
    QCOMPARE(fixture.get<QDoubleSpinBox>("guidanceSpin").value(), 8.0);
}

void RecipePanelTest::guidanceIsDisabledWithoutAClass()
{
    WindowFixture fixture;
    fixture.showSampled();
    QVERIFY(fixture.get<ValueSlider>("guidanceSlider").isEnabled());
    QTest::mouseClick(&fixture.get<QToolButton>("class.none"), Qt::LeftButton);
    QVERIFY(!fixture.get<ValueSlider>("guidanceSlider").isEnabled());
    QVERIFY(!fixture.get<QDoubleSpinBox>("guidanceSpin").isEnabled());
    QTest::mouseClick(&fixture.get<QToolButton>("class.1"), Qt::LeftButton);
    QVERIFY(fixture.get<ValueSlider>("guidanceSlider").isEnabled());
}

void RecipePanelTest::theSamplersOptionsAreThoseOfTheRegistry()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& eta = fixture.get<QDoubleSpinBox>("samplerBox.eta");
    QVERIFY(eta.isVisible());
    type(eta, QLocale().toString(0.5));
    QCOMPARE(base::number(fixture.recipe().sampler.options, "eta"), 0.5);
    choose(fixture.get<QComboBox>("samplerBox"), "ddpm");
    QCOMPARE(fixture.recipe().sampler.id, std::string("ddpm"));
    QVERIFY(fixture.recipe().sampler.options.empty());
    QVERIFY(!fixture.window->findChild<QWidget*>("samplerBox.eta"));
}

void RecipePanelTest::goingBackToASamplerBringsBackItsOptions()
{
    WindowFixture fixture;
    fixture.showSampled();
    type(fixture.get<QDoubleSpinBox>("samplerBox.eta"), QLocale().toString(0.25));
    choose(fixture.get<QComboBox>("samplerBox"), "ddpm");
    choose(fixture.get<QComboBox>("samplerBox"), "ddim");
    QCOMPARE(base::number(fixture.recipe().sampler.options, "eta"), 0.25);
    QCOMPARE(fixture.get<QDoubleSpinBox>("samplerBox.eta").value(), 0.25);
}

void RecipePanelTest::anotherScheduleReplacesTheModelsOwn()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& list = fixture.get<QComboBox>("scheduleBox");
    QVERIFY(!fixture.recipe().schedule);
    choose(list, "cosine");
    QVERIFY(fixture.recipe().schedule);
    QCOMPARE(fixture.recipe().schedule->family, std::string("cosine"));
    choose(list, "own");
    QVERIFY(!fixture.recipe().schedule);
}

void RecipePanelTest::anotherModelKeepsTheRecipeValid()
{
    WindowFixture fixture;
    fixture.showSampled();
    QTest::mouseClick(&fixture.get<QToolButton>("class.9"), Qt::LeftButton);
    choose(fixture.get<QComboBox>("modelBox"), "fashion-mnist");
    QCOMPARE(fixture.recipe().model, std::string("fashion-mnist"));
    QCOMPARE(fixture.recipe().condition, recipe::Condition::classLabel(0));
    QVERIFY(fixture.window->findChild<QComboBox*>("classBox"));
}

void RecipePanelTest::theDiceDrawAnotherSeed()
{
    WindowFixture fixture;
    fixture.showSampled();
    const auto before = fixture.recipe().seed;
    QTest::mouseClick(&fixture.get<QToolButton>("diceButton"), Qt::LeftButton);
    QVERIFY(fixture.recipe().seed != before);
    const auto thrown = fixture.recipe().seed;
    fixture.press(Qt::Key_D);
    QVERIFY(fixture.recipe().seed != thrown);
}

void RecipePanelTest::aSeedMayHave64Bits()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& seed = fixture.get<ui::SeedEdit>("seedEdit");
    seed.setFocus();
    seed.selectAll();
    QTest::keyClicks(&seed, "18446744073709551615");
    QCOMPARE(fixture.recipe().seed, std::uint64_t(18446744073709551615ULL));
    QTest::keyClick(&seed, Qt::Key_Down);
    QCOMPARE(fixture.recipe().seed, std::uint64_t(18446744073709551614ULL));
    seed.selectAll();
    QTest::keyClicks(&seed, "12x-3");
    QCOMPARE(fixture.recipe().seed, std::uint64_t(123));
}

void RecipePanelTest::undoIsShownByTheControls()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 4));
    type(fixture.get<QSpinBox>("stepsSpin"), "50");
    fixture.window->stage().grid().setFocus();
    fixture.press(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(fixture.recipe().steps, 4);
    QCOMPARE(fixture.get<QSpinBox>("stepsSpin").value(), 4);
    fixture.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(fixture.get<QSpinBox>("stepsSpin").value(), 50);
}

void RecipePanelTest::withoutAutoRunEditsWaitForRun()
{
    WindowFixture fixture;
    fixture.showSampled();
    QTest::mouseClick(&fixture.get<QCheckBox>("autoRunBox"), Qt::LeftButton, {},
                      QPoint(8, fixture.get<QCheckBox>("autoRunBox").height() / 2));
    QVERIFY(!fixture.document->isAutoRun());
    const int before = fixture.sampling.runsStarted();
    QTest::mouseClick(&fixture.get<QToolButton>("class.2"), Qt::LeftButton);
    QTest::qWait(2 *
                 ui::SamplingService::coalescingMs);  // the time in which auto-run would have started a run
    QCOMPARE(fixture.sampling.runsStarted(), before);
    QTest::mouseClick(&fixture.get<QPushButton>("runButton"), Qt::LeftButton);
    QTRY_COMPARE(fixture.sampling.runsStarted(), before + 1);
    QCOMPARE(fixture.sampling.startedRecipes().back().condition, recipe::Condition::classLabel(2));
}

void RecipePanelTest::theRunButtonStopsARunThatIsGoing()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& button = fixture.get<QPushButton>("runButton");
    const QString idle = button.text();
    fixture.sampling.block();
    QTest::mouseClick(&fixture.get<QToolButton>("class.8"), Qt::LeftButton);
    QTRY_VERIFY(fixture.sampling.isEvaluating());
    QTRY_VERIFY(button.text() != idle);
    QTest::mouseClick(&button, Qt::LeftButton);
    fixture.sampling.unblock();
    QTRY_COMPARE(fixture.document->state(), ui::RunState::cancelled);
    QCOMPARE(button.text(), idle);
}

void RecipePanelTest::theWheelDoesNotChangeAControlItPasses()
{
    WindowFixture fixture;
    fixture.showSampled();
    fixture.window->stage().grid().setFocus();
    const recipe::Recipe before = fixture.recipe();
    for (const char* name : {"modelBox", "stepsSpin", "stepsSlider", "guidanceSlider", "samplerBox"}) {
        auto& control = fixture.get<QWidget>(name);
        const QPointF middle(control.width() / 2.0, control.height() / 2.0);
        QWheelEvent turn(middle, control.mapToGlobal(middle), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                         Qt::NoScrollPhase, false);
        QApplication::sendEvent(&control, &turn);
        QCOMPARE(fixture.recipe(), before);
    }
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::RecipePanelTest)
#include "recipe_panel_test.moc"
