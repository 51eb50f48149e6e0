// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons: what their files may hold, the figures that they ask for, and what is right.
#include "core/base/error.h"
#include "core/lesson/check_lesson.h"
#include "core/lesson/lesson_file.h"
#include "core/schedule/schedule_registry.h"
#include "tests/support/fake_run.h"

#include <nlohmann/json.hpp>
#include <QTest>

#include <cmath>
#include <memory>

using namespace diffuscope;
using lesson::Figure;
using nlohmann::json;

namespace {

json smallLesson()
{
    return json::parse(
        R"({"format": "diffuscope-lesson", "version": 1, "title": "T", "about": "A.", "steps": [)"
        R"({"title": "One", "text": ["First.", "Second."], "recipe": {"steps": 7},)"
        R"( "question": {"kind": "choice", "ask": "How many?", "answer": {"of": "steps"},)"
        R"( "choices": [{"text": "Few", "to": 5, "say": "Count."}, {"text": "Seven", "from": 5}],)"
        R"( "reveal": "{answer}."}},)"
        R"({"title": "Two", "text": "Third.", "compare": {"seed": 9}}]})");
}

lesson::Lesson read(const json& object)
{
    return lesson::lessonFromJson(object.dump(), "small");
}

std::string refusal(const json& object)
{
    try {
        read(object);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// A finished run of the fake.
struct Played
{
    explicit Played(const recipe::Recipe& asked) : recipe(asked)
    {
        test::FakeSampling sampling;
        auto factory = sampling.factory()();
        auto run = factory->start(recipe);
        auto trajectory = std::make_shared<record::Trajectory>();
        trajectory->plannedFrames = run->grid().steps() + 1;
        while (auto frame = run->advance({}))
            trajectory->frames.push_back(frame);
        schedule = run->schedule();
        reader = std::make_unique<explain::RunReader>(
            explain::RunFacts{.trajectory = trajectory, .sampler = recipe.sampler, .seed = recipe.seed});
    }
    lesson::LessonRun view() const { return {*reader, schedule, recipe}; }

    recipe::Recipe recipe;
    schedule::NoiseSchedule schedule = schedule::makeSchedule({});
    std::unique_ptr<explain::RunReader> reader;
};

}  // namespace

class LessonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLessonIsReadWithItsRecipesPutTogether()
    {
        const lesson::Lesson lesson = read(smallLesson());
        QCOMPARE(lesson.steps.size(), std::size_t(2));
        QCOMPARE(lesson.steps[0].text, std::string("First.\n\nSecond."));
        QCOMPARE(lesson.steps[0].recipe.steps, 7);
        // What a step leaves out it has from the one before.
        QCOMPARE(lesson.steps[1].recipe.steps, 7);
        QVERIFY(lesson.steps[1].compared.has_value());
        QCOMPARE(lesson.steps[1].compared->seed, std::uint64_t(9));
        QCOMPARE(lesson.steps[1].compared->steps, 7);
        QVERIFY(!lesson.steps[0].free.has_value());
    }

    void whatCannotBeIsRefusedInOneSentence_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("format") << "/format"
                                << "\"other\""
                                << "diffuscope-lesson";
        QTest::newRow("unknown key") << "/script"
                                     << "\"rm\""
                                     << "script";
        QTest::newRow("markup") << "/steps/0/text"
                                << "\"<script>alert(1)</script>\""
                                << "markup";
        QTest::newRow("control character") << "/steps/1/text"
                                           << "[\"a\\u001b[2J\"]"
                                           << "control characters";
        QTest::newRow("unknown control") << "/steps/0/highlight"
                                         << "[\"nuclear\"]"
                                         << "highlight";
        QTest::newRow("unknown dock") << "/steps/0/view"
                                      << "{\"docks\": [\"kitchen\"]}"
                                      << "docks";
        QTest::newRow("unknown layer") << "/steps/0/view"
                                       << "{\"layer\": \"x9\"}"
                                       << "epsHat";
        QTest::newRow("unknown figure") << "/steps/0/question/answer"
                                        << "{\"of\": \"luck\"}"
                                        << "alpha_bar";
        QTest::newRow("figure without its number") << "/steps/0/question/answer"
                                                   << "{\"of\": \"snr\"}"
                                                   << "answer.t";
        QTest::newRow("recipe") << "/steps/1/recipe"
                                << "{\"steps\": \"many\"}"
                                << "steps[1].recipe";
        QTest::newRow("one choice") << "/steps/0/question/choices"
                                    << "[{\"text\": \"a\"}]"
                                    << "choices";
        QTest::newRow("range") << "/steps/0/question/choices/0"
                               << "{\"text\": \"a\", \"from\": 3, \"to\": 2}"
                               << "choices[0].to";
        QTest::newRow("no steps") << "/steps"
                                  << "[]"
                                  << "steps";
        QTest::newRow("nested quotients")
            << "/steps/0/question/answer"
            << R"({"of": "quotient", "a": {"of": "quotient", "a": {"of": "steps"}, "b": {"of": "steps"}}, "b": {"of": "steps"}})"
            << "without parts";
    }

    void whatCannotBeIsRefusedInOneSentence()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, says);
        json object = smallLesson();
        object[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
        const std::string said = refusal(object);
        QVERIFY2(said.find(says.toStdString()) != std::string::npos, said.c_str());
        QCOMPARE(said.find('\n'), std::string::npos);
    }

    void brokenTextNamesTheLine()
    {
        try {
            lesson::lessonFromJson("{\n\"format\": ", "x");
            QFAIL("It was read.");
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find("line 2") != std::string::npos, error.what());
        }
        QVERIFY_THROWS_EXCEPTION(Error, lesson::lessonFromJson(std::string(300'000, ' '), "x"));
        QVERIFY_THROWS_EXCEPTION(Error, lesson::readLesson("/nowhere/lesson.json"));
    }

    void figuresAreThoseOfTheRun()
    {
        recipe::Recipe recipe = test::fakeRecipe(1.0, 5, 4);
        recipe::Recipe other = recipe;
        other.guidance.scale = 3;
        const Played run(recipe), beside(other);
        const auto main = run.view(), second = beside.view();
        const auto figure = [&](const Figure& asked) { return lesson::figureOf(asked, main, &second); };
        QCOMPARE(figure({.of = "steps"}), 5.0);
        QCOMPARE(figure({.of = "levels"}), double(run.schedule.levels()));
        QCOMPARE(figure({.of = "alpha_bar", .numbers = {{"t", 500}}}), run.schedule.alphaBar(500));
        const auto first = int(figure({.of = "first_t_below_snr", .numbers = {{"snr", 1}}}));
        QVERIFY(run.schedule.alphaBar(first) < 0.5 && run.schedule.alphaBar(first - 1) >= 0.5);
        QVERIFY(std::abs(figure({.of = "ddpm_mean",
                                 .numbers = {{"x", 0.9}, {"beta", 0.1}, {"alpha_bar", 0.81}, {"eps", 0.3}}}) -
                         0.8762) < 1e-4);
        const auto values = run.reader->read(5, record::Layer::xt).values;
        double sum = 0;
        for (const float value : values)
            sum += double(value) * double(value);
        const double rms = std::sqrt(sum / double(values.size()));
        QVERIFY(std::abs(figure({.of = "rms"}) - rms) < 1e-12);
        QCOMPARE(figure({.of = "value", .numbers = {{"image", 1}, {"x", 2}, {"y", 3}}}),
                 double(run.reader->read(5, record::Layer::xt, 1)[3 * 28 + 2]));
        QCOMPARE(figure({.of = "evaluations"}), figure({.of = "evaluations", .isOfCompared = true}));
        QVERIFY(figure({.of = "apart"}) > 0);
        QCOMPARE(figure({.of = "quotient", .parts = {{.of = "rms"}, {.of = "rms"}}}), 1.0);
        QCOMPARE(figure({.of = "difference", .parts = {{.of = "steps"}, {.of = "steps"}}}), 0.0);
        QCOMPARE(figure({.of = "time", .numbers = {{"frame", 0}}}), run.reader->frame(0)->level.t);
        // Every figure that there is can be asked for, or says why not.
        for (const lesson::FigureKind& kind : lesson::figureKinds())
            QVERIFY(lesson::findFigureKind(kind.id));
    }

    void whatIsNotThereIsSaid()
    {
        const Played run(test::fakeRecipe(1.0, 3, 2));
        const auto main = run.view();
        const auto refused = [&](const Figure& asked) {
            try {
                lesson::figureOf(asked, main);
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        QVERIFY(refused({.of = "apart"}).find("second run") != std::string::npos);
        QVERIFY(refused({.of = "rms", .isOfCompared = true}).find("second run") != std::string::npos);
        QVERIFY(refused({.of = "rms", .numbers = {{"frame", 9}}}).find("frame 9") != std::string::npos);
        QVERIFY(refused({.of = "alpha_bar", .numbers = {{"t", 5000}}}).find("5000") != std::string::npos);
        QVERIFY(refused({.of = "value", .numbers = {{"image", 7}, {"x", 0}, {"y", 0}}}).find("image 8") !=
                std::string::npos);
        QVERIFY(refused({.of = "value", .numbers = {{"image", 0}, {"x", 99}, {"y", 0}}}).find("pixel") !=
                std::string::npos);
    }

    void anAnswerIsRightWithinItsTolerance()
    {
        lesson::Question number;
        number.kind = lesson::QuestionKind::number;
        number.tolerance = 0.1;
        number.reveal = "It is {answer}.";
        QVERIFY(lesson::isRight(number, 2.0, 2.05));
        QVERIFY(!lesson::isRight(number, 2.0, 2.15));
        QVERIFY(!lesson::isRight(number, 2.0, std::nan("")));
        number.isRelative = true;
        QVERIFY(lesson::isRight(number, 20.0, 21.5));
        number.errors.push_back({.from = 5, .to = 6, .say = "You forgot the root."});
        QCOMPARE(lesson::replyTo(number, 20.0, 5.5),
                 std::string("Not quite. You forgot the root.\n\nIt is 20."));
        const auto choice = *read(smallLesson()).steps[0].question;
        QCOMPARE(lesson::rightChoice(choice, 7), 1);
        QCOMPARE(lesson::rightChoice(choice, 5), 1);  // from is inside, to is not
        QCOMPARE(lesson::replyTo(choice, 7, 0), std::string("Not quite. Count.\n\n7."));
        QCOMPARE(lesson::replyTo(choice, 7, 1), std::string("Right.\n\n7."));
    }

    void theCheckFindsWhatDoesNotHold()
    {
        test::FakeSampling sampling;
        const auto factory = sampling.factory()();
        json object = smallLesson();
        const auto problems = [&] {
            std::vector<std::string> found;
            for (const auto& question : lesson::checkLesson(read(object), *factory, 3))
                found.push_back(question.problem);
            return found;
        };
        QCOMPARE(problems(), std::vector<std::string>{""});
        QCOMPARE(sampling.runsStarted(), 3 + 2);  // three seeds, and the two runs of the second step
        object["steps"][0]["question"]["choices"][1]["to"] = 6;
        QVERIFY(problems().front().find("None of the choices") != std::string::npos);
        object["steps"][0]["question"]["choices"][1]["to"] = 8;
        object["steps"][0]["question"]["most"] = 6;
        QVERIFY(problems().front().find("expects") != std::string::npos);
    }

    void everyLessonOfTheProgramIsRead()
    {
        const auto lessons = lesson::findLessons({std::string(DIFFUSCOPE_SOURCE_DIR) + "/resources/lessons"});
        QVERIFY(lessons.size() >= 14);
        int questions = 0;
        for (const auto& entry : lessons) {
            QVERIFY2(entry.lesson.has_value(), entry.problem.c_str());
            for (const auto& step : entry.lesson->steps)
                questions += step.question.has_value();
        }
        QVERIFY(questions >= 2 * int(lessons.size()));
    }
};

QTEST_GUILESS_MAIN(LessonTest)
#include "lesson_test.moc"
