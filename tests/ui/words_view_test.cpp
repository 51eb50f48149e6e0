// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a run at work: attention is recorded on request, shown over the pictures and over the steps.
#include "tests/ui/words_window.h"
#include "ui/engine/attention_recorder.h"
#include "ui/words/word_strip.h"
#include "ui/words/words_view.h"

#include <QCheckBox>
#include <QDockWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

namespace diffuscope::test {

using ui::AttentionRecorder;
using ui::WordStrip;
using ui::WordsView;

namespace {

constexpr int stepsOfRun = 4;  // fakeRecipe's

/// A window whose run has been recorded with attention.
class RecordedWords : public WordsWindow
{
public:
    explicit RecordedWords(const std::string& prompt = "red hair") : WordsWindow(prompt)
    {
        QTest::mouseClick(&get<QPushButton>("recordAttentionButton"), Qt::LeftButton);
        waitForWords();
    }

    WordStrip& strip() { return get<WordStrip>("wordStrip"); }
    WordsView& view() { return get<WordsView>("wordsView"); }
    void waitForWords()
    {
        const auto isKnown = [this] {
            const auto& table = strip().table();
            return !table.shares.empty() && table.steps == stepsOfRun &&
                   std::ranges::all_of(table.shares, [](float share) { return share >= 0; });
        };
        if (!QTest::qWaitFor(isKnown))
            qFatal("The attention did not come.");
    }
    void click(int word, int step)
    {
        QTest::mouseClick(&strip(), Qt::LeftButton, {}, strip().cellRect(word, step).center());
    }
    void hover(int word, int step) { QTest::mouseMove(&strip(), strip().cellRect(word, step).center()); }
    /// The colour in the middle of the left and of the right half of the first image.
    std::pair<QColor, QColor> halves() const
    {
        const QImage shown = picture();
        const QRectF cell = window->stage().grid().imageRect(0);
        const auto at = [&](double x) {
            return shown.pixelColor(QPointF(cell.left() + x * cell.width(), cell.center().y()).toPoint());
        };
        return {at(0.25), at(0.75)};
    }
};

int redness(const QColor& color)
{
    return color.red() - color.green();
}

}  // namespace

class WordsViewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsRecordedUnlessAskedFor()
    {
        WordsWindow window;
        QVERIFY(window.get<QDockWidget>("wordsDock").isVisible());
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" and glasses");
        QTRY_COMPARE(window.document->shownRun().recipe->condition.text.prompt, window.asked());
        QTRY_COMPARE(window.document->state(), ui::RunState::finished);
        QCOMPARE(window.sampling.attentionsAsked(), 0);
        QTest::mouseClick(&window.get<QPushButton>("recordAttentionButton"), Qt::LeftButton);
        QTRY_COMPARE(window.sampling.attentionsAsked(), stepsOfRun);
        QVERIFY(window.get<QCheckBox>("recordAttentionBox").isChecked());
        // All on the one thread that owns the network.
        QCOMPARE(window.sampling.threads().size(), std::size_t(1));
    }

    void theDockIsOutOfTheWayOfModelsOfClasses()
    {
        WordsWindow window;
        window.choose("mnist");
        QVERIFY(!window.get<QDockWidget>("wordsDock").isVisible());
        window.get<QDockWidget>("wordsDock").show();
        QVERIFY(window.get<QLabel>("wordsMessage").text().contains(QStringLiteral("asked by class")));
        window.press(Qt::Key_W);
        QCOMPARE(window.sampling.attentionsAsked(), 0);
        window.choose("avatar");
        QVERIFY(window.get<QDockWidget>("wordsDock").isVisible());
    }

    void theStripShowsWhenEachWordMatters()
    {
        RecordedWords window;
        const auto& table = window.strip().table();
        QCOMPARE(table.words, QStringList({"red", "hair"}));
        QCOMPARE(table.secondBegins, -1);
        // Of 4 columns 2 are the left half; of 7 columns 3.
        const float most = (0.375f + (3 * 0.5f + 4 * 0.25f) / 7) / 2;
        QVERIFY(std::abs(table.share(0, 0) - most) < 1e-4f);
        QVERIFY(std::abs(table.share(1, 1) - most) < 1e-4f);
        QVERIFY(table.share(1, 0) < table.share(1, 1));
        QCOMPARE(table.top, table.share(0, 0));
    }

    void aClickOnTheStripChoosesTheWordAndTheStep()
    {
        RecordedWords window;
        window.click(1, 2);
        QCOMPARE(window.document->committedFrame(), 2);
        QCOMPARE(window.strip().chosen(), 1);
        window.click(0, -1);
        QCOMPARE(window.document->committedFrame(), 2);
        QCOMPARE(window.strip().chosen(), 0);
        window.strip().setFocus();
        window.press(Qt::Key_Down);
        QCOMPARE(window.strip().chosen(), 1);
        window.press(Qt::Key_Left);
        QCOMPARE(window.document->committedFrame(), 1);
        QVERIFY(window.get<QLabel>("wordReadout").text().contains(QStringLiteral("hair")));
    }

    void theChosenWordsAttentionLiesOverThePicture()
    {
        RecordedWords window;
        window.click(0, 0);
        const auto plain = window.halves();
        window.press(Qt::Key_W);
        QVERIFY(window.get<QCheckBox>("attentionOverlayBox").isChecked());
        const auto heated = window.halves();
        QVERIFY(redness(heated.first) > redness(plain.first) + 60);
        QVERIFY(redness(heated.first) > redness(heated.second) + 30);
        // In the next step the other word gets it; the scale stays.
        window.press(Qt::Key_Right);
        QVERIFY(redness(window.halves().first) < redness(heated.first) - 30);
        window.press(Qt::Key_W);
        window.press(Qt::Key_Left);
        QCOMPARE(window.halves(), plain);
    }

    void wOnItsOwnRecordsToo()
    {
        WordsWindow window;
        window.press(Qt::Key_W);
        QTRY_COMPARE(window.sampling.attentionsAsked(), stepsOfRun);
        QVERIFY(window.get<QCheckBox>("recordAttentionBox").isChecked());
    }

    void oneLayerOrTheMeanIsShown()
    {
        RecordedWords window;
        auto& layers = window.get<QComboBox>("attentionLayerBox");
        QCOMPARE(layers.count(), 3);
        QVERIFY(layers.itemText(1).startsWith(QStringLiteral("down0_0")));
        QSignalSpy overlays(&window.view(), &WordsView::overlayChanged);
        window.click(0, 0);
        window.press(Qt::Key_W);
        QCOMPARE(overlays.last().first().value<ui::HeatPicture>().width, 7);
        layers.setFocus();
        window.press(Qt::Key_Down);
        QCOMPARE(overlays.last().first().value<ui::HeatPicture>().width, 4);
        QCOMPARE(window.get<ui::HeatScale>("overlayScale").top(), 0.5f);
    }

    void hoveringPreviewsAWordAndAStep()
    {
        RecordedWords window;
        QSignalSpy overlays(&window.view(), &WordsView::overlayChanged);
        window.hover(1, 1);
        QCOMPARE(window.document->playhead(), 1);
        QCOMPARE(window.document->committedFrame(), stepsOfRun);
        QVERIFY(!overlays.last().first().value<ui::HeatPicture>().isNone());
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(&window.strip(), &leave);
        QCOMPARE(window.document->playhead(), stepsOfRun);
        QVERIFY(overlays.last().first().value<ui::HeatPicture>().isNone());
        // A chip of the prompt does the same for the step that is shown.
        auto& chip = window.get<QToolButton>("word.1");
        chip.setFocus(Qt::TabFocusReason);
        QVERIFY(!overlays.last().first().value<ui::HeatPicture>().isNone());
        window.prompt().setFocus();
        QVERIFY(overlays.last().first().value<ui::HeatPicture>().isNone());
    }

    void aNewPromptIsRecordedBehindItsRun()
    {
        RecordedWords window;
        const int asked = window.sampling.attentionsAsked();
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" and glasses");
        QTRY_COMPARE(window.strip().table().words, QStringList({"red", "hair", "and", "glasses"}));
        window.waitForWords();
        QVERIFY(window.sampling.attentionsAsked() >= asked + stepsOfRun);
        // Going back to what was recorded asks for nothing.
        const int before = window.sampling.attentionsAsked();
        window.prompt().clearFocus();
        window.document->undoStack().undo();
        QTRY_COMPARE(window.strip().table().words, QStringList({"red", "hair"}));
        window.waitForWords();
        QCOMPARE(window.sampling.attentionsAsked(), before);
    }

    void aRunIsNotHeldUpByRecording()
    {
        RecordedWords window;
        window.sampling.block();
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" and");
        const int asked = window.sampling.attentionsAsked();
        window.sampling.allow(2);
        QTRY_COMPARE(window.document->trajectory().size(), 2);
        QCOMPARE(window.sampling.attentionsAsked(), asked);
        window.sampling.unblock();
        QTRY_COMPARE(window.strip().table().words, QStringList({"red", "hair", "and"}));
    }

    void bothPromptsOfABlendHaveTheirRows()
    {
        RecordedWords window;
        recipe::Recipe recipe = window.recipe();
        recipe.condition.text.second = "dark red skin";
        recipe.condition.text.blend = 0.5;
        window.document->setRecipe(recipe);
        QTRY_COMPARE(window.strip().table().words, QStringList({"red", "hair", "dark", "red", "skin"}));
        QCOMPARE(window.strip().table().secondBegins, 2);
    }

    void aSelectedImageHasItsOwnNumbers()
    {
        RecordedWords window;
        QVERIFY(window.get<QLabel>("wordReadout").text().contains(QStringLiteral("all 2 images")));
        window.document->selectImage(1);
        QVERIFY(window.get<QLabel>("wordReadout").text().contains(QStringLiteral("image 2")));
    }

    void anEmptyPromptHasNoWordsToShow()
    {
        RecordedWords window;
        window.clear();
        QTRY_VERIFY(window.get<QLabel>("wordsMessage").isVisible());
        QTRY_VERIFY(window.get<QLabel>("wordsMessage").text().contains(QStringLiteral("write a prompt")));
    }

    void aFailureIsSaidAndTheNextRunTriesAgain()
    {
        WordsWindow window;
        window.sampling.failAttention(
            [] { throw Error(ErrorCode::internal, "No attention today.", "Wait."); });
        QTest::mouseClick(&window.get<QPushButton>("recordAttentionButton"), Qt::LeftButton);
        QTRY_COMPARE(window.get<QLabel>("wordsMessage").text(), QStringLiteral("No attention today. Wait."));
        QVERIFY(!window.document->failure());
        window.sampling.clearFailures();
        window.prompt().moveCursor(QTextCursor::End);
        window.type(" and");
        auto& strip = window.get<WordStrip>("wordStrip");
        QTRY_COMPARE(strip.table().words, QStringList({"red", "hair", "and"}));
    }

    void mapsAreKeptAboutThePlayheadWhereMemoryIsShort()
    {
        WordsWindow window;
        AttentionRecorder recorder(*window.service);
        recorder.setMemory(1);
        recorder.setOn(true);
        recorder.setStep(3);
        recorder.follow(window.document->shownRun());
        QTRY_COMPARE(recorder.knownSteps(), stepsOfRun);
        QTRY_VERIFY(recorder.at(3)->maps);
        QVERIFY(!recorder.at(0)->maps);
        QVERIFY(recorder.at(0)->share(-1, 1) > 0);
        recorder.setStep(0);
        QTRY_VERIFY(recorder.at(0)->maps);
        QTRY_VERIFY(!recorder.at(3)->maps);
    }

    void whatWasRecordedInTheRunIsReadFromIt()
    {
        WordsWindow window;
        AttentionRecorder recorder(*window.service);
        ui::RunUpdate run = window.document->shownRun();
        auto trajectory = std::make_shared<record::Trajectory>(*run.trajectory);
        for (auto& frame : trajectory->frames) {
            auto recorded = std::make_shared<record::Frame>(*frame);
            if (!recorded->isResult())
                recorded->attention = fakeAttention(*run.recipe, *frame);
            frame = recorded;
        }
        run.trajectory = trajectory;
        recorder.setOn(true);
        recorder.follow(run);
        QTRY_COMPARE(recorder.knownSteps(), stepsOfRun);
        QCOMPARE(window.sampling.attentionsAsked(), 0);
    }
};

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::WordsViewTest)
#include "words_view_test.moc"
