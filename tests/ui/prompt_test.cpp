// SPDX-License-Identifier: GPL-3.0-or-later
// A prompt in the window: typing, completion, unknown words, chips, a second prompt; over a fake network.
#include "core/model/text/vocabulary.h"
#include "core/session/session_file.h"
#include "tests/ui/words_window.h"
#include "ui/recipe/prompt_field.h"
#include "ui/widgets/value_slider.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QMimeData>
#include <QRegularExpression>
#include <QToolButton>

namespace diffuscope::test {

using ui::PromptField;
using ui::PromptText;

class PromptTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aModelOfWordsHasAPromptInPlaceOfClasses()
    {
        WordsWindow window;
        QVERIFY(window.prompt().isVisible());
        QVERIFY(!window.get<QWidget>("classPicker").isVisible());
        window.choose("mnist");
        QVERIFY(!window.prompt().isVisible());
        QVERIFY(window.get<QWidget>("classPicker").isVisible());
        QVERIFY(window.recipe().condition.text == recipe::TextCondition());
        window.choose("avatar");
        QCOMPARE(window.asked(), std::string("red hair"));
    }

    void everyControlHasANameAndATooltip()
    {
        WordsWindow window;
        for (const char* name :
             {"prompt", "negativePrompt", "secondPrompt", "blendSlider", "blendSpin", "word.0", "word.add",
              "recordAttentionBox", "attentionOverlayBox", "attentionLayerBox", "recordAttentionButton"}) {
            const auto& control = window.get<QWidget>(name);
            QVERIFY2(control.toolTip().size() > 8, name);
            const auto* button = qobject_cast<const QAbstractButton*>(&control);
            QVERIFY2(!control.accessibleName().isEmpty() || (button && !button->text().isEmpty()), name);
            QVERIFY2(control.focusPolicy() & Qt::TabFocus, name);
        }
    }

    void imagesFollowTheWordsWhileOneTypes()
    {
        WordsWindow window;
        window.clear();
        QCOMPARE(window.asked(), std::string());
        window.type("happ");
        QCOMPARE(window.asked(), std::string());
        QCOMPARE(window.message(), QString());  // the word is not finished yet
        window.type("y ");
        QCOMPARE(window.asked(), std::string("happy"));
        window.type("person");
        QCOMPARE(window.asked(), std::string("happy person"));
        QTRY_COMPARE(window.document->shownRun().recipe->condition.text.prompt, std::string("happy person"));
        QVERIFY(!window.document->failure());
    }

    void anEmptyPromptIsSaidToBeUnconditional()
    {
        WordsWindow window;
        window.clear();
        QVERIFY(window.recipe().condition.isNone());
        QVERIFY(window.message().contains(QStringLiteral("unconditional")));
        window.type(" , ");
        QVERIFY(window.recipe().condition.isNone());
        QVERIFY(window.message().contains(QStringLiteral("unconditional")));
    }

    void typingIsNeverHeldUpBySampling()
    {
        WordsWindow window;
        window.clear();
        window.sampling.block();
        qint64 longest = 0;
        for (const QChar letter : QStringLiteral("a happy person with long red hair and dark skin")) {
            QElapsedTimer clock;
            clock.start();
            QTest::keyClick(&window.prompt(), letter.toLatin1());
            QCoreApplication::processEvents();
            longest = std::max(longest, clock.elapsed());
        }
        QVERIFY2(longest < 200, qPrintable(QString::number(longest)));
        QCOMPARE(window.asked(), std::string("a happy person with long red hair and dark skin"));
        window.sampling.unblock();
        QTRY_COMPARE(window.document->shownRun().recipe->condition.text.prompt, window.asked());
        // Edits were coalesced: not every word had a run.
        QVERIFY(window.sampling.runsStarted() < 8);
    }

    void wordsAreCompletedFromTheVocabulary()
    {
        WordsWindow window;
        window.clear();
        window.type("gla");
        auto& list = window.words();
        QVERIFY(list.isVisible());
        QCOMPARE(list.model()->rowCount(), 1);
        QTest::keyClick(&list, Qt::Key_Return);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("glasses "));
        QCOMPARE(window.asked(), std::string("glasses"));
        QVERIFY(!list.isVisible());
        window.type("h");
        QCOMPARE(list.model()->rowCount(), 2);  // hair, happy
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(list.currentIndex().row(), 1);
        QTest::keyClick(&list, Qt::Key_Tab);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("glasses happy "));
        QCOMPARE(window.asked(), std::string("glasses happy"));
    }

    void allWordsAreListedOnRequest()
    {
        WordsWindow window;
        QTest::mouseClick(&window.get<QToolButton>("word.add"), Qt::LeftButton);
        auto& list = window.words();
        QVERIFY(list.isVisible());
        QCOMPARE(list.model()->rowCount(), avatarVocabulary()->size());
        QTest::keyClick(&list, Qt::Key_Return);
        QCOMPARE(window.asked(), std::string("red hair a"));
    }

    void anUnknownWordIsUnderlinedAndASuggestionTakesItsPlace()
    {
        WordsWindow window;
        const int runs = window.sampling.runsStarted();
        window.clear();
        window.type("red hiar, dark");
        QVERIFY(window.message().contains(QStringLiteral("hiar")));
        QVERIFY(window.message().contains(QStringLiteral("still")));
        QCOMPARE(window.prompt().extraSelections().size(), 1);
        QCOMPARE(window.prompt().extraSelections().front().cursor.selectedText(), QStringLiteral("hiar"));
        QCOMPARE(window.asked(), std::string("red"));  // as far as it could be read
        auto& suggestion = window.get<QToolButton>("prompt.suggestion.0");
        QVERIFY(suggestion.isVisible());
        QCOMPARE(suggestion.text(), QStringLiteral("hair"));
        QTest::mouseClick(&suggestion, Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("red hair, dark"));
        QVERIFY(!window.get<QWidget>("prompt.message").isVisible());
        QVERIFY(window.prompt().extraSelections().isEmpty());
        QTRY_VERIFY(window.sampling.runsStarted() > runs);
        for (const auto& recipe : window.sampling.startedRecipes())
            QVERIFY(recipe.condition.text.prompt.find("hiar") == std::string::npos);
    }

    void aClickOnAWordSwitchesItOffAndOnAgain()
    {
        WordsWindow window;
        window.clear();
        window.type("happy person, red hair and red clothes");
        auto& red = window.get<QToolButton>("word.2");
        QCOMPARE(red.text(), QStringLiteral("red"));
        QTest::mouseClick(&red, Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("happy person, hair and red clothes"));
        QVERIFY(!red.isChecked());
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("happy person, red hair and red clothes"));
        QTest::mouseClick(&window.get<QToolButton>("word.0"), Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("person, hair and red clothes"));
        // Typing elsewhere leaves them off.
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" glasses");
        QCOMPARE(window.asked(), std::string("person, hair and red clothes glasses"));
        QTest::mouseClick(&red, Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("person, red hair and red clothes glasses"));
    }

    void allWordsOffIsUnconditional()
    {
        WordsWindow window;
        QTest::mouseClick(&window.get<QToolButton>("word.0"), Qt::LeftButton);
        QTest::mouseClick(&window.get<QToolButton>("word.1"), Qt::LeftButton);
        QVERIFY(window.recipe().condition.isNone());
        QVERIFY(window.message().contains(QStringLiteral("unconditional")));
    }

    void wordsAreSwitchedByTheKeyboard()
    {
        WordsWindow window;
        const int frame = window.document->committedFrame();
        auto& first = window.get<QToolButton>("word.0");
        window.prompt().setFocus();
        window.press(Qt::Key_Tab);
        QVERIFY(first.hasFocus());
        window.press(Qt::Key_Right);
        QVERIFY(window.get<QToolButton>("word.1").hasFocus());
        window.press(Qt::Key_Space);
        QCOMPARE(window.asked(), std::string("red"));
        QVERIFY(window.get<QToolButton>("word.1").hasFocus());
        window.press(Qt::Key_Space);
        QCOMPARE(window.asked(), std::string("red hair"));
        window.press(Qt::Key_Home);
        QVERIFY(first.hasFocus());
        QCOMPARE(window.document->committedFrame(), frame);
    }

    void undoBringsBackWordsAndWhichWereOff()
    {
        WordsWindow window;
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        auto& red = window.get<QToolButton>("word.0");
        QTest::mouseClick(&red, Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("hair"));
        window.prompt().setFocus();
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.asked(), std::string("red hair"));
        QVERIFY(red.isChecked());
        window.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(window.asked(), std::string("hair"));
        QVERIFY(!red.isChecked());
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("red hair"));
    }

    void wordsThatAreOffComeBackWithTheirSession()
    {
        WordsWindow before("red long hair");
        QTest::mouseClick(&before.get<QToolButton>("word.1"), Qt::LeftButton);
        session::SessionFile file;
        file.session = before.document->session();
        const std::string path = before.folder.filePath(QStringLiteral("a.diffuscope")).toStdString();
        session::writeSession(path, file);
        WordsWindow after("happy");
        after.document->loadSession(session::readSession(path).session, 1);
        QCOMPARE(after.asked(), std::string("red hair"));
        QCOMPARE(after.prompt().toPlainText(), QStringLiteral("red long hair"));
        QVERIFY(after.get<QToolButton>("word.0").isChecked());
        QVERIFY(!after.get<QToolButton>("word.1").isChecked());
        QTest::mouseClick(&after.get<QToolButton>("word.1"), Qt::LeftButton);
        QCOMPARE(after.asked(), std::string("red long hair"));
        // What a file says of a prompt that is another is not believed.
        file.session.setWritten(1, {"happy person", {1}});
        after.document->loadSession(file.session, 1);
        QCOMPARE(after.prompt().toPlainText(), QStringLiteral("red hair"));
        file.session.setWritten(1, {"red long hair", {1, 7000}});
        after.document->loadSession(file.session, 1);
        QCOMPARE(after.prompt().toPlainText(), QStringLiteral("red long hair"));
    }

    void undoFirstTakesBackWhatCouldNotBeRead()
    {
        WordsWindow window;
        window.prompt().setFocus();
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" xyz");
        QCOMPARE(window.asked(), std::string("red hair"));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.prompt().toPlainText().trimmed(), QStringLiteral("red hair"));
        QCOMPARE(window.asked(), std::string("red hair"));
        QVERIFY(!window.get<QWidget>("prompt.message").isVisible());
    }

    void noTextThatTakesThePlaceOfALongerOnePutsACaretBehindItsEnd()
    {
        QTest::failOnWarning(QRegularExpression(QStringLiteral("QTextCursor")));
        WordsWindow window("happy person with xyz long red hair");
        auto& field = window.prompt();
        field.moveCursor(QTextCursor::End);
        for (int i = 0; i < 8; ++i)
            QTest::keyClick(&field, Qt::Key_Backspace, i % 2 ? Qt::ControlModifier : Qt::NoModifier);
        window.paste(QStringLiteral("long red hair"));
        QTest::keyClick(&field, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(&field, QStringLiteral("red"));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QTest::mouseClick(&window.get<QToolButton>("word.0"), Qt::LeftButton);
        QTest::keyClick(&field, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&field, Qt::Key_Delete);
        recipe::Recipe recipe = window.recipe();
        for (const char* prompt : {"happy person with glasses and xyz", "a", "", "red xyz", "xyz"}) {
            recipe.condition.text.prompt = prompt;
            window.document->setRecipe(recipe);
            QCOMPARE(field.toPlainText(), QString::fromUtf8(prompt));
        }
        window.choose("mnist");
        window.choose("avatar");
    }

    void tenThousandPastedCharactersAreRefusedInOneSentence()
    {
        WordsWindow window;
        window.paste(QStringLiteral("red ").repeated(2500));
        QCOMPARE(window.asked(), std::string("red hair"));
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("red hair"));
        QVERIFY2(window.message().contains(QStringLiteral("10,000")), qPrintable(window.message()));
        QVERIFY(!window.document->failure());
        window.type(" and");
        QCOMPARE(window.asked(), std::string("red hair and"));
        QVERIFY(!window.get<QWidget>("prompt.message").isVisible());
    }

    void moreWordsThanTheModelReadsAreSaid()
    {
        WordsWindow window;
        window.clear();
        window.paste(QStringLiteral("red ").repeated(20));
        QCOMPARE(window.asked(), std::string());
        QVERIFY2(window.message().contains(QStringLiteral("20 words")), qPrintable(window.message()));
        QVERIFY(!window.document->failure());
    }

    void controlCharactersThatArePastedAreLeftOut()
    {
        WordsWindow window;
        window.clear();
        window.paste(QStringLiteral("long\x01 red\x1b\nhair") + QChar(0) + QChar(0x7f));
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("long red hair"));
        QCOMPARE(window.asked(), std::string("long red hair"));
        QVERIFY(window.message().contains(QStringLiteral("Control characters")));
    }

    void aStoredPromptThatCannotBeReadIsSaid()
    {
        WordsWindow window;
        recipe::Recipe recipe = window.recipe();
        recipe.condition.text.prompt = "golden hair";
        window.document->loadRecipe(recipe);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("golden hair"));
        QVERIFY(window.message().contains(QStringLiteral("golden")));
    }

    void aNegativePromptIsHeeded()
    {
        WordsWindow window;
        auto& field = window.get<PromptField>("negativePrompt");
        field.setFocus();
        QTest::keyClicks(&field, QStringLiteral("glasses"));
        QCOMPARE(window.recipe().condition.text.negative, std::string("glasses"));
        QCOMPARE(window.asked(), std::string("red hair"));
    }

    void theSliderBlendsTwoPrompts()
    {
        WordsWindow window;
        auto& slider = window.get<ui::ValueSlider>("blendSlider");
        QVERIFY(!slider.isEnabled());
        auto& field = window.get<PromptField>("secondPrompt");
        field.setFocus();
        QTest::keyClicks(&field, QStringLiteral("dark skin"));
        QVERIFY(slider.isEnabled());
        QCOMPARE(window.recipe().condition.text.second, std::string("dark skin"));
        const int undoable = window.document->undoStack().index();
        const auto at = [&slider](double place) {
            return QPoint(10 + int(place * (slider.width() - 20)), slider.height() / 2);
        };
        QTest::mousePress(&slider, Qt::LeftButton, {}, at(0.1));
        QTest::mouseMove(&slider, at(0.3));
        QTest::mouseMove(&slider, at(0.8));
        QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(0.8));
        QVERIFY(std::abs(window.recipe().condition.text.blend - 0.8) < 0.06);
        QCOMPARE(window.document->undoStack().index(), undoable + 1);
        QTRY_COMPARE(window.document->shownRun().recipe->condition.text, window.recipe().condition.text);
        window.document->undoStack().undo();
        QCOMPARE(window.recipe().condition.text.blend, 0.5);
        QCOMPARE(window.get<QDoubleSpinBox>("blendSpin").value(), 0.5);
    }

    void editsAreNamedInTheUndoMenu()
    {
        WordsWindow window;
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" and");
        QCOMPARE(window.document->undoStack().undoText(), QStringLiteral("Change prompt"));
    }
};

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::PromptTest)
#include "prompt_test.moc"
