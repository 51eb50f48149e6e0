// SPDX-License-Identifier: GPL-3.0-or-later
// Undo and redo, by their keys, of everything that a person edits in the window.
#include "tests/ui/drawn_window.h"
#include "tests/ui/words_window.h"
#include "ui/session/session_tree_view.h"
#include "ui/widgets/seed_edit.h"
#include "ui/widgets/value_slider.h"

#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QToolButton>

#include <functional>

namespace diffuscope::test {

using ui::SessionTreeView;

namespace {

using Act = std::function<void(WindowFixture&)>;

void chooseNext(WindowFixture& window, const char* list, Qt::Key key = Qt::Key_Down)
{
    auto& box = window.get<QComboBox>(list);
    box.setFocus();
    QTest::keyClick(&box, key);
}

void click(WindowFixture& window, const char* button)
{
    QTest::mouseClick(&window.get<QToolButton>(button), Qt::LeftButton);
}

/// One step with the arrow keys: the focus stays in the field.
template <typename Field>
void stepUp(WindowFixture& window, const char* field)
{
    auto& spin = window.get<Field>(field);
    spin.setFocus();
    QTest::keyClick(&spin, Qt::Key_Up);
}

void typeInto(WindowFixture& window, const char* field, const QString& text, Qt::Key end)
{
    auto& line = window.get<QLineEdit>(field);
    line.setFocus();
    line.selectAll();
    QTest::keyClicks(&line, text);
    QTest::keyClick(&line, end);
}

/// Each begins in a window that shows a finished run of ten steps, the playhead at the end.
const std::vector<std::pair<const char*, Act>>& edits()
{
    static const std::vector<std::pair<const char*, Act>> all = {
        {"model", [](WindowFixture& w) { chooseNext(w, "modelBox"); }},
        {"class", [](WindowFixture& w) { click(w, "class.3"); }},
        {"class by key", [](WindowFixture& w) { w.press(Qt::Key_5, Qt::ControlModifier); }},
        {"schedule", [](WindowFixture& w) { chooseNext(w, "scheduleBox"); }},
        {"grid", [](WindowFixture& w) { chooseNext(w, "gridBox"); }},
        {"steps", [](WindowFixture& w) { stepUp<QSpinBox>(w, "stepsSpin"); }},
        {"steps slider",
         [](WindowFixture& w) {
             auto& slider = w.get<ui::ValueSlider>("stepsSlider");
             slider.setFocus();
             QTest::keyClick(&slider, Qt::Key_Right);
         }},
        {"sampler", [](WindowFixture& w) { chooseNext(w, "samplerBox"); }},
        {"option of the sampler", [](WindowFixture& w) { stepUp<QDoubleSpinBox>(w, "samplerBox.eta"); }},
        {"guidance scale", [](WindowFixture& w) { stepUp<QDoubleSpinBox>(w, "guidanceSpin"); }},
        {"guidance rule", [](WindowFixture& w) { chooseNext(w, "guidanceBox"); }},
        {"guidance curve",
         [](WindowFixture& w) {
             click(w, "guidanceBox.more");
             typeInto(w, "guidanceBox.curve", QStringLiteral("0:1, 0.5:3, 1:2"), Qt::Key_Tab);
         }},
        {"clipping", [](WindowFixture& w) { chooseNext(w, "clippingBox"); }},
        {"seed", [](WindowFixture& w) { stepUp<ui::SeedEdit>(w, "seedEdit"); }},
        {"typed seed",
         [](WindowFixture& w) {
             auto& seed = w.get<ui::SeedEdit>("seedEdit");
             seed.setFocus();
             seed.selectAll();
             QTest::keyClick(&seed, Qt::Key_7);
         }},
        {"dice", [](WindowFixture& w) { w.press(Qt::Key_D); }},
        {"images", [](WindowFixture& w) { stepUp<QSpinBox>(w, "batchSpin"); }},
        {"new run", [](WindowFixture& w) { w.press(Qt::Key_D, Qt::ControlModifier); }},
        {"branch",
         [](WindowFixture& w) {
             w.document->commitFrame(4);
             w.press(Qt::Key_B);
         }},
        {"branch by an edit",
         [](WindowFixture& w) {
             w.document->commitFrame(4);
             w.press(Qt::Key_B, Qt::ShiftModifier);
             w.press(Qt::Key_D);
         }},
        {"name",
         [](WindowFixture& w) {
             auto& tree = w.get<SessionTreeView>("sessionTree");
             tree.setFocus();
             tree.rename(1);
             auto* editor = tree.findChild<QLineEdit*>();
             editor->setText(QStringLiteral("the first"));
             QTest::keyClick(editor, Qt::Key_Return);
             QCoreApplication::processEvents();
         }},
        {"note",
         [](WindowFixture& w) {
             auto& note = w.get<QPlainTextEdit>("sessionNote");
             note.setFocus();
             QTest::keyClick(&note, Qt::Key_X);
         }},
        {"paste",
         [](WindowFixture& w) {
             QGuiApplication::clipboard()->setText(QString::fromStdString(recipe::toJson(fakeRecipe(7, 5))));
             w.press(Qt::Key_V, Qt::ControlModifier);
         }},
    };
    return all;
}

bool isSampled(const WindowFixture& window)
{
    const ui::SessionDocument& document = *window.document;
    return document.state() == ui::RunState::finished && document.shownRun().plan() == document.plan();
}

}  // namespace

class UndoTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyEditIsUndoneAndRedoneByItsKeys_data()
    {
        QTest::addColumn<int>("edit");
        for (std::size_t i = 0; i < edits().size(); ++i)
            QTest::newRow(edits()[i].first) << int(i);
    }
    void everyEditIsUndoneAndRedoneByItsKeys()
    {
        QFETCH(int, edit);
        WindowFixture window;
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        window.showSampled(fakeRecipe(2, 10));
        const session::Session before = window.document->session();
        edits()[std::size_t(edit)].second(window);
        const session::Session after = window.document->session();
        QVERIFY(after != before);
        QCOMPARE(window.document->undoStack().count(), 1);
        // Where the hand is: in the field that was edited.
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY2(window.document->session() == before,
                 QApplication::focusWidget() ? QApplication::focusWidget()->metaObject()->className() : "");
        window.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(window.document->session() == after);
        QCOMPARE(window.document->undoStack().count(), 1);
    }

    void whatIsTypedAndNotTakenYetIsUndoneInItsField()
    {
        WindowFixture window;
        window.showSampled(fakeRecipe(2, 10));
        auto& steps = window.get<QSpinBox>("stepsSpin");
        stepUp<QSpinBox>(window, "stepsSpin");
        QCOMPARE(window.recipe().steps, 11);
        steps.selectAll();
        QTest::keyClicks(&steps, QStringLiteral("25"));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.recipe().steps, 11);  // the letters went, the edit before them stays
        QVERIFY(steps.text() != QStringLiteral("25"));
    }

    void deletingARunIsUndoneInTheTree()
    {
        WindowFixture window;
        window.showSampled(fakeRecipe(2, 10));
        window.document->commitFrame(4);
        window.press(Qt::Key_B);
        window.press(Qt::Key_D, Qt::ControlModifier);
        window.document->selectRun(1);
        const session::Session before = window.document->session();
        QCOMPARE(before.runs().size(), std::size_t(3));
        auto& tree = window.get<SessionTreeView>("sessionTree");
        tree.setFocus();
        QTest::keyClick(&tree, Qt::Key_Delete);
        QCOMPARE(window.document->session().runs().size(), std::size_t(1));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.document->session() == before);
        QCOMPARE(window.document->currentRun(), 1);
    }

    void aPointOfADrawnScheduleIsPutBackAndForth()
    {
        DrawnWindow window;
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        const auto before = window.points();
        window.handle(3).setFocus();
        QTest::keyClick(&window.handle(3), Qt::Key_Up);
        window.settle();
        const auto after = window.points();
        QVERIFY(after != before);
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.points() == before);
        window.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(window.points() == after);
    }

    void wordsThatAreOffComeBackThoughThePromptIsTheSame()
    {
        WordsWindow window("red red hair");
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        auto& first = window.get<QToolButton>("word.0");
        auto& second = window.get<QToolButton>("word.1");
        QTest::mouseClick(&first, Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("red hair"));
        QTest::mouseClick(&first, Qt::LeftButton);
        QTest::mouseClick(&second, Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("red hair"));
        QVERIFY(first.isChecked() && !second.isChecked());
        // The off word is deleted: the prompt stays, what is written changes.
        const int undoable = window.document->undoStack().count();
        window.prompt().setFocus();
        QTextCursor cursor = window.prompt().textCursor();
        cursor.setPosition(3);
        cursor.setPosition(7, QTextCursor::KeepAnchor);
        window.prompt().setTextCursor(cursor);
        QTest::keyClick(&window.prompt(), Qt::Key_Delete);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("red hair"));
        QCOMPARE(window.asked(), std::string("red hair"));
        QCOMPARE(window.document->undoStack().count(), undoable + 1);
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("red red hair"));
        QVERIFY(first.isChecked() && !second.isChecked());
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.asked(), std::string("red red hair"));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.asked(), std::string("red hair"));
        QVERIFY(!first.isChecked() && second.isChecked());
        for (int i = 0; i < 3; ++i)
            window.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("red hair"));
        QCOMPARE(window.asked(), std::string("red hair"));
    }

    void aBranchAndANewRunHaveTheWordsAsTheyWereWritten()
    {
        WordsWindow window("red long hair");
        QTest::mouseClick(&window.get<QToolButton>("word.1"), Qt::LeftButton);
        QCOMPARE(window.asked(), std::string("red hair"));
        const session::WrittenPrompt written = window.document->writtenPrompt();
        QCOMPARE(written.text, std::string("red long hair"));
        QTRY_VERIFY(isSampled(window));
        window.press(Qt::Key_D, Qt::ControlModifier);
        QVERIFY(window.document->writtenPrompt() == written);
        QTRY_VERIFY(isSampled(window));
        window.document->commitFrame(2);
        window.press(Qt::Key_B);
        QCOMPARE(window.document->session().runs().size(), std::size_t(3));
        QVERIFY(window.document->writtenPrompt() == written);
        QCOMPARE(window.prompt().toPlainText(), QStringLiteral("red long hair"));
    }

    void theCaretOfANoteStaysWhereUndoChangedIt()
    {
        WindowFixture window;
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        window.showSampled(fakeRecipe(2, 10));
        auto& note = window.get<QPlainTextEdit>("sessionNote");
        note.setFocus();
        QTest::keyClicks(&note, QStringLiteral("abc"));
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(note.toPlainText(), QStringLiteral("ab"));
        QCOMPARE(note.textCursor().position(), 2);
        QTest::keyClicks(&note, QStringLiteral("d"));
        QCOMPARE(note.toPlainText(), QStringLiteral("abd"));
    }
};

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::UndoTest)
#include "undo_test.moc"
