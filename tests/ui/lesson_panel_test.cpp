// SPDX-License-Identifier: GPL-3.0-or-later
// A lesson in the window: steps, questions, locked controls, exploring, and the way back.
#include "tests/ui/session_window.h"
#include "ui/lessons/lesson_panel.h"

#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>

using namespace diffuscope;
using test::SessionWindow;

namespace {

lesson::LessonEntry steps()
{
    const std::string text =
        R"({"format": "diffuscope-lesson", "version": 1, "title": "Steps", "about": "On steps.", "steps": [)"
        R"({"title": "Three", "text": "Three steps.", "recipe": {"steps": 3, "batch": 2}, "free": ["seed"],)"
        R"( "view": {"layer": "xt", "frame": 1}, "highlight": ["steps"],)"
        R"( "question": {"kind": "number", "ask": "How many?", "answer": {"of": "steps"}, "reveal": "{answer}."}},)"
        R"({"title": "Beside", "text": "Beside five.", "compare": {"steps": 5},)"
        R"( "question": {"kind": "choice", "ask": "Which has more?", "answer": {"of": "steps", "compared": true},)"
        R"( "choices": [{"text": "The first", "to": 4}, {"text": "The second", "from": 4}], "reveal": "{answer}."}}]})";
    return {.id = "steps", .file = {}, .lesson = lesson::lessonFromJson(text, "steps")};
}

struct LessonWindow : SessionWindow
{
    LessonWindow() : panel(fixture.window->lessons())
    {
        panel.setLessons({steps(), {.id = "broken", .file = {}, .problem = "It has no steps."}});
    }
    QPushButton& button(const char* name) { return fixture.get<QPushButton>(name); }
    ui::LessonPanel& panel;
};

}  // namespace

class LessonPanelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLessonSetsTheWindowAndAsks()
    {
        LessonWindow bench;
        const auto runs = bench.fixture.document->session().runs().size();
        QVERIFY(bench.panel.begin(QStringLiteral("steps")));
        QCOMPARE(bench.fixture.recipe().steps, 3);
        // It has a run of its own; the person's stays.
        QCOMPARE(bench.fixture.document->session().runs().size(), runs + 1);
        QTRY_VERIFY(bench.panel.player()->isReady());
        QCOMPARE(bench.fixture.document->committedFrame(), 1);
        QVERIFY(bench.fixture.document->layer() == record::Layer::xt);
        // What the step does not free is locked.
        QVERIFY(!bench.fixture.get<QSpinBox>("stepsSpin").isEnabled());
        QVERIFY(bench.fixture.get<QWidget>("seedEdit").isEnabled());
        QVERIFY(!bench.button("lessonAnswer").isEnabled());
        auto& number = bench.fixture.get<QLineEdit>("lessonNumber");
        number.setText(QStringLiteral("3"));
        QVERIFY(bench.button("lessonAnswer").isEnabled());
        bench.button("lessonAnswer").click();
        QTRY_COMPARE(bench.panel.replyText(), QStringLiteral("Right.\n\n3."));
    }

    void aWrongAnswerIsToldAndTheNextStepCompares()
    {
        LessonWindow bench;
        bench.panel.begin(QStringLiteral("steps"));
        QTRY_VERIFY(bench.panel.player()->isReady());
        bench.fixture.get<QLineEdit>("lessonNumber").setText(QStringLiteral("4"));
        bench.button("lessonAnswer").click();
        QTRY_VERIFY(bench.panel.replyText().startsWith(QStringLiteral("Not quite.")));
        bench.button("lessonNext").click();
        QTRY_VERIFY(bench.panel.player()->isReady());
        bench.fixture.get<QRadioButton>("lessonChoice.1").click();
        bench.button("lessonAnswer").click();
        QTRY_COMPARE(bench.panel.replyText(), QStringLiteral("Right.\n\n5."));
        QCOMPARE(bench.button("lessonNext").text(), QStringLiteral("&Finish"));
        bench.button("lessonNext").click();
        QVERIFY(!bench.panel.player()->isPlaying());
        QVERIFY(bench.fixture.get<QSpinBox>("stepsSpin").isEnabled());
    }

    void exploringFreesEverythingAndReturningRestores()
    {
        LessonWindow bench;
        bench.panel.begin(QStringLiteral("steps"));
        QTRY_VERIFY(bench.panel.player()->isReady());
        bench.button("lessonExplore").click();
        QVERIFY(bench.fixture.get<QSpinBox>("stepsSpin").isEnabled());
        bench.fixture.get<QSpinBox>("stepsSpin").setValue(6);
        QTRY_COMPARE(bench.fixture.recipe().steps, 6);
        QVERIFY(!bench.panel.player()->isReady());
        bench.button("lessonExplore").click();
        QCOMPARE(bench.fixture.recipe().steps, 3);
        QTRY_VERIFY(bench.panel.player()->isReady());
        QVERIFY(!bench.fixture.get<QSpinBox>("stepsSpin").isEnabled());
    }

    void aLessonIsTakenUpWhereItWasLeft()
    {
        LessonWindow bench;
        bench.panel.begin(QStringLiteral("steps"), 1);
        QCOMPARE(bench.panel.player()->stepIndex(), 1);
        bench.button("lessonLeave").click();
        auto& list = bench.fixture.get<QListWidget>("lessonList");
        QVERIFY(list.item(0)->text().contains(QStringLiteral("left at step 2 of 2")));
        QVERIFY(list.item(1)->text().contains(QStringLiteral("It has no steps.")));
        bench.button("lessonBegin").click();
        QCOMPARE(bench.panel.player()->stepIndex(), 1);
        QVERIFY(!bench.panel.begin(QStringLiteral("broken")));
        QVERIFY(!bench.panel.begin(QStringLiteral("nothing")));
    }

    void aLessonCanBeUndone()
    {
        LessonWindow bench;
        const recipe::Recipe before = bench.fixture.recipe();
        bench.panel.begin(QStringLiteral("steps"));
        bench.panel.player()->leave();
        while (bench.fixture.document->undoStack().canUndo())
            bench.fixture.document->undoStack().undo();
        QVERIFY(bench.fixture.recipe() == before);
    }
};

QTEST_MAIN(LessonPanelTest)
#include "lesson_panel_test.moc"
