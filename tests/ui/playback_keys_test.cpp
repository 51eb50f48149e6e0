// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_fixture.h"
#include "ui/stage/timeline.h"
#include "ui/widgets/value_slider.h"
#include "ui/window/keyboard_sheet.h"

#include <QComboBox>
#include <QLabel>
#include <QSpinBox>
#include <QToolButton>

namespace diffuscope::test {

class PlaybackKeysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void spacePlaysAndPauses();
    void arrowsMoveTheFrameAndShiftMovesTen();
    void homeAndEndGoToTheEnds();
    void digitsChooseTheLayer();
    void aFocusedSliderKeepsItsArrowKeys();
    void aFocusedButtonKeepsTheSpaceBar();
    void digitsTypedInAFieldDoNotChangeTheLayer();
    void returnInAFieldGivesTheKeysBackToThePlayhead();
    void transportButtonsDoWhatTheKeysDo();
    void theTimelineSaysWhereThePlayheadIs();
    void theKeyboardSheetListsTheKeysOfTheMenus();
};

void PlaybackKeysTest::spacePlaysAndPauses()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 200));
    fixture.player->setFramesPerSecond(ui::Player::fastestRate);
    fixture.press(Qt::Key_Home);
    QCOMPARE(fixture.document->playhead(), 0);
    fixture.press(Qt::Key_Space);
    QVERIFY(fixture.player->isPlaying());
    QTRY_VERIFY(fixture.document->playhead() > 2);
    fixture.press(Qt::Key_Space);
    QVERIFY(!fixture.player->isPlaying());
}

void PlaybackKeysTest::arrowsMoveTheFrameAndShiftMovesTen()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 40));
    QCOMPARE(fixture.document->playhead(), 40);
    fixture.press(Qt::Key_Left);
    QCOMPARE(fixture.document->playhead(), 39);
    fixture.press(Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(fixture.document->playhead(), 29);
    fixture.press(Qt::Key_Right);
    QCOMPARE(fixture.document->playhead(), 30);
    fixture.press(Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(fixture.document->playhead(), 40);
}

void PlaybackKeysTest::homeAndEndGoToTheEnds()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 12));
    const QImage end = fixture.picture();
    fixture.press(Qt::Key_1);
    fixture.press(Qt::Key_Home);
    QCOMPARE(fixture.document->playhead(), 0);
    QVERIFY(fixture.picture() != end);
    fixture.press(Qt::Key_End);
    QCOMPARE(fixture.document->playhead(), 12);
    QCOMPARE(fixture.picture(), end);
}

void PlaybackKeysTest::digitsChooseTheLayer()
{
    WindowFixture fixture;
    fixture.showSampled();
    fixture.press(Qt::Key_Home);
    fixture.press(Qt::Key_1);
    QCOMPARE(fixture.document->layer(), record::Layer::xt);
    QVERIFY(fixture.get<QToolButton>("layer.xt").isChecked());
    const QImage state = fixture.picture();
    fixture.press(Qt::Key_2);
    QCOMPARE(fixture.document->layer(), record::Layer::x0Hat);
    QVERIFY(fixture.get<QToolButton>("layer.x0Hat").isChecked());
    QVERIFY(fixture.picture() != state);
}

void PlaybackKeysTest::aFocusedSliderKeepsItsArrowKeys()
{
    WindowFixture fixture;
    fixture.showSampled();
    const int frame = fixture.document->playhead();
    fixture.get<ui::ValueSlider>("guidanceSlider").setFocus();
    fixture.press(Qt::Key_Left);
    QVERIFY(fixture.recipe().guidance.scale < 2.0);
    QCOMPARE(fixture.document->playhead(), frame);
}

void PlaybackKeysTest::aFocusedButtonKeepsTheSpaceBar()
{
    WindowFixture fixture;
    fixture.showSampled();
    const auto seed = fixture.recipe().seed;
    fixture.get<QToolButton>("diceButton").setFocus(Qt::TabFocusReason);
    fixture.press(Qt::Key_Space);
    QVERIFY(!fixture.player->isPlaying());
    QVERIFY(fixture.recipe().seed != seed);
}

void PlaybackKeysTest::digitsTypedInAFieldDoNotChangeTheLayer()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& steps = fixture.get<QSpinBox>("stepsSpin");
    steps.setFocus();
    steps.selectAll();
    QTest::keyClicks(&steps, "11");
    QCOMPARE(fixture.document->layer(), record::Layer::x0Hat);
    QCOMPARE(steps.cleanText(), QString("11"));
}

void PlaybackKeysTest::returnInAFieldGivesTheKeysBackToThePlayhead()
{
    WindowFixture fixture;
    fixture.showSampled();
    auto& steps = fixture.get<QSpinBox>("stepsSpin");
    steps.setFocus();
    fixture.press(Qt::Key_Return);
    QVERIFY(!steps.hasFocus());
    fixture.press(Qt::Key_Home);
    QCOMPARE(fixture.document->playhead(), 0);
}

void PlaybackKeysTest::transportButtonsDoWhatTheKeysDo()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 12));
    const auto click = [&](const char* name) {
        QTest::mouseClick(&fixture.get<QToolButton>(name), Qt::LeftButton);
    };
    QVERIFY(!fixture.get<QToolButton>("transportNext").isEnabled());
    click("transportFirst");
    QCOMPARE(fixture.document->playhead(), 0);
    QVERIFY(!fixture.get<QToolButton>("transportPrevious").isEnabled());
    click("transportNext");
    QCOMPARE(fixture.document->playhead(), 1);
    click("transportPrevious");
    QCOMPARE(fixture.document->playhead(), 0);
    click("transportLast");
    QCOMPARE(fixture.document->playhead(), 12);
    click("transportPlay");
    QVERIFY(fixture.player->isPlaying());
}

void PlaybackKeysTest::theTimelineSaysWhereThePlayheadIs()
{
    WindowFixture fixture;
    fixture.showSampled(fakeRecipe(2.0, 20));
    auto& label = fixture.get<QLabel>("timelineLabel");
    QVERIFY2(label.text().contains("20"), qPrintable(label.text()));
    fixture.press(Qt::Key_Home);
    QVERIFY2(label.text().startsWith("step 1 / 20"), qPrintable(label.text()));
    QVERIFY2(label.text().contains("t = " + QLocale().toString(999)), qPrintable(label.text()));
    QVERIFY2(label.text().contains("SNR"), qPrintable(label.text()));
}

void PlaybackKeysTest::theKeyboardSheetListsTheKeysOfTheMenus()
{
    WindowFixture fixture;
    fixture.showSampled();
    fixture.press(Qt::Key_F1);
    auto& sheet = fixture.get<ui::KeyboardSheet>("keyboardSheet");
    QVERIFY(sheet.isVisible());
    QStringList texts;
    for (const auto* label : sheet.findChildren<QLabel*>())
        texts.append(label->text());
    for (const char* key : {"Space", "Home", "Ctrl+R", "Shift+Left"})
        QVERIFY2(texts.contains(QKeySequence(QLatin1String(key)).toString(QKeySequence::NativeText)) ||
                     texts.join(u'|').contains(QLatin1String(key)),
                 key);
}

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::PlaybackKeysTest)
#include "playback_keys_test.moc"
