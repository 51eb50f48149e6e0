// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions in the document and on disk: branches, undo of everything, saving, opening, and the check of
// replays.
#include "core/base/tensor_pack.h"
#include "tests/engine/session_bench.h"

#include <QSignalSpy>
#include <QTemporaryDir>

#include <cmath>
#include <functional>
#include <optional>

using namespace diffuscope;
using test::changed;
using test::fakeRecipe;
using test::SessionBench;
using ui::RunState;
using ui::SessionDocument;
using ui::SessionKeeper;

class SessionKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aBranchKeepsItsParentAndCostsOnlyTheFramesAfterIt()
    {
        SessionBench bench(path());
        QVERIFY(bench.sample(fakeRecipe(2, 10)));
        bench.document.commitFrame(6);
        QCOMPARE(bench.document.branchFrame(), 6);
        const int before = bench.sampling.evaluationsEnded();
        bench.document.branchHere();
        QCOMPARE(bench.document.session().runs().size(), std::size_t(2));
        QVERIFY(bench.waitForRun());
        QCOMPARE(bench.sampling.evaluationsEnded() - before, 4);
        QCOMPARE(bench.document.trajectory().size(), 11);
        QCOMPARE(bench.document.playhead(), 6);
        QCOMPARE(bench.document.shownRun().remark, QStringLiteral("A fake branch."));
        // Edits of the branch go on from there too.
        bench.document.setRecipe(changed(bench.document.recipe(), 5));
        QVERIFY(bench.waitForRun());
        QCOMPARE(bench.sampling.evaluationsEnded() - before, 8);
        QCOMPARE(bench.document.session().run(1).recipe.guidance.scale, 2.0);
        bench.document.selectRun(1);
        QVERIFY(bench.waitForRun());
        QCOMPARE(bench.document.recipe().guidance.scale, 2.0);
    }

    void anEditInTheMiddleBranchesOnceInBranchMode()
    {
        SessionBench bench(path());
        QVERIFY(bench.sample(fakeRecipe(2, 10)));
        bench.document.setBranchMode(true);
        bench.document.setRecipe(changed(bench.document.recipe(), 3));  // at the end: the whole run
        QCOMPARE(bench.document.session().runs().size(), std::size_t(1));
        QVERIFY(bench.waitForRun());
        bench.document.commitFrame(4);
        bench.document.setRecipe(changed(bench.document.recipe(), 5));
        QCOMPARE(bench.document.session().runs().size(), std::size_t(2));
        QCOMPARE(bench.document.session().runs().back().frame, 4);
        QVERIFY(bench.waitForRun());
        QCOMPARE(bench.document.playhead(), 4);
        bench.document.setRecipe(changed(bench.document.recipe(), 6));
        QCOMPARE(bench.document.session().runs().size(), std::size_t(2));
        QVERIFY(bench.waitForRun());
        bench.document.commitFrame(7);
        bench.document.setRecipe(changed(bench.document.recipe(), 7));
        QCOMPARE(bench.document.session().depthOf(bench.document.currentRun()), 2);
    }

    void anEditOfAHeldRunGoesOnFromItsNewestFrame()
    {
        SessionBench bench(path());
        bench.sampling.block();
        bench.document.loadRecipe(fakeRecipe(2, 10));
        QTRY_VERIFY(bench.sampling.isEvaluating());
        bench.sampling.allow(3);
        QTRY_COMPARE(bench.document.trajectory().size(), 3);
        bench.document.pauseSampling();
        QVERIFY(bench.document.isSamplingPaused());
        bench.document.setRecipe(changed(bench.document.recipe(), 4));
        bench.sampling.unblock();
        QCOMPARE(bench.document.session().runs().size(), std::size_t(2));
        QCOMPARE(bench.document.session().runs().back().frame, 2);
        QVERIFY(bench.waitForRun());
        QCOMPARE(bench.document.trajectory().size(), 11);
    }

    void aRunThatOthersLeaveStaysAsItIs()
    {
        SessionBench bench(path());
        QVERIFY(bench.sample(fakeRecipe(2, 10)));
        bench.document.commitFrame(6);
        bench.document.branchHere();
        bench.document.selectRun(1);
        QVERIFY(bench.waitForRun());
        bench.document.setRecipe(changed(bench.document.recipe(), 9));
        QCOMPARE(bench.document.session().runs().size(), std::size_t(3));
        QCOMPARE(bench.document.session().run(1).recipe.guidance.scale, 2.0);
        QCOMPARE(bench.document.recipe().guidance.scale, 9.0);
    }

    void everythingThatIsEditedCanBeUndone()
    {
        SessionBench bench(path());
        QVERIFY(bench.sample(fakeRecipe(2, 10)));
        std::vector<session::Session> states{bench.document.session()};
        bench.document.commitFrame(6);
        bench.document.branchHere();
        states.push_back(bench.document.session());
        bench.document.setRecipe(changed(bench.document.recipe(), 5));
        states.push_back(bench.document.session());
        bench.document.renameRun(2, QStringLiteral("mine"));
        states.push_back(bench.document.session());
        bench.document.setRunNote(2, QStringLiteral("a note"));
        states.push_back(bench.document.session());
        bench.document.addRun(fakeRecipe(1), QStringLiteral("New Run"));
        states.push_back(bench.document.session());
        bench.document.deleteRun(1);
        states.push_back(bench.document.session());
        QCOMPARE(bench.document.session().runs().size(), std::size_t(1));
        QVERIFY(!bench.document.canDeleteRun(bench.document.currentRun()));
        for (std::size_t i = states.size() - 1; i-- > 0;) {
            bench.document.undoStack().undo();
            QVERIFY(bench.document.session() == states[i]);
        }
        QVERIFY(!bench.document.undoStack().canUndo());
        for (std::size_t i = 1; i < states.size(); ++i) {
            bench.document.undoStack().redo();
            QVERIFY(bench.document.session() == states[i]);
        }
    }

    void aSavedSessionOpensAsItWasAndItsRunsAreChecked()
    {
        const QString file = m_folder->filePath(QStringLiteral("a.diffuscope"));
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 10)));
            bench.document.commitFrame(6);
            bench.document.branchHere();
            bench.document.setRecipe(changed(bench.document.recipe(), 5));
            QVERIFY(bench.waitForRun());
            bench.document.renameRun(2, QStringLiteral("stronger"));
            QVERIFY(bench.keeper->isModified());
            bench.keeper->saveAs(file);
            bench.keeper->flush();
            QVERIFY(!bench.keeper->isModified());
        }
        SessionBench bench(path());
        QSignalSpy checked(bench.keeper.get(), &SessionKeeper::checked);
        QVERIFY(bench.keeper->open(file));
        QCOMPARE(bench.document.currentRun(), 2);
        QCOMPARE(bench.document.session().run(2).name, std::string("stronger"));
        QVERIFY(bench.document.resultOf(1));  // at once, from the file
        QTRY_COMPARE(checked.size(), 2);
        QVERIFY(!bench.keeper->checkOf(1)->differs);
        QVERIFY(!bench.keeper->checkOf(2)->differs);
        QCOMPARE(bench.keeper->recent().front(), file);
    }

    void aReplayThatDiffersIsNamedWithItsFrame()
    {
        const auto check = checkAfter([](session::RunRecord& record) {
            record.digests[3] ^= 1;
            record.states[record.states.size() / 7 * 3 + 5] += 0.5f;
        });
        QVERIFY(check && check->differs);
        QVERIFY2(check->text.contains(QStringLiteral("frame 3, by up to 0.5")), qPrintable(check->text));
    }

    void aReplayThatDiffersInAnImageThatWasNotStoredSaysAboutHowMuch()
    {
        const auto check = checkAfter([](session::RunRecord& record) {
            record.sampledImages = 0;
            record.states.clear();
            record.digests[3] ^= 1;
            const std::size_t image = 3 * std::size_t(record.shape.batch) + 1;
            const auto count = std::size_t(record.projections);
            QCOMPARE(int(count), session::usualProjections);
            for (std::size_t j = 0; j < count; ++j)
                record.sketches[image * count + j] += 0.5f * std::sqrt(float(record.shape.imageValues()));
        });
        QVERIFY(check);
        QVERIFY2(check->text.contains(QStringLiteral("frame 3, in image 2 by about 0.5.")),
                 qPrintable(check->text));
    }

    void aChangedOrMissingModelIsNamed_data()
    {
        QTest::addColumn<QString>("hash");
        QTest::addColumn<QString>("says");
        QTest::newRow("changed") << QStringLiteral("two") << QStringLiteral("has changed");
        QTest::newRow("missing") << QString() << QStringLiteral("is not here");
    }

    void aChangedOrMissingModelIsNamed()
    {
        QFETCH(QString, hash);
        QFETCH(QString, says);
        const QString file = m_folder->filePath(QStringLiteral("a.diffuscope"));
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2)));
            bench.keeper->saveAs(file);
        }
        SessionBench bench(path(), hash);
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(bench.keeper->open(file));
        QTRY_COMPARE(problems.size(), 1);
        QVERIFY(problems[0][0].toString().contains(says));
    }

    void aFileThatCannotBeOpenedLeavesTheSessionAlone()
    {
        const QString file = m_folder->filePath(QStringLiteral("newer.diffuscope"));
        base::TensorPack pack;
        pack.texts["diffuscope.session"] = "{\"version\":9}";
        base::writePack(file.toStdString(), pack);
        SessionBench bench(path());
        QVERIFY(bench.sample(fakeRecipe(3)));
        const session::Session before = bench.document.session();
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(!bench.keeper->open(file));
        QVERIFY(problems[0][0].toString().contains(QStringLiteral("newer")));
        QVERIFY(bench.document.session() == before);
        QVERIFY(bench.keeper->path().isEmpty());
    }

    void whatWasNotSavedIsKeptWhenAnotherSessionBegins()
    {
        SessionBench bench(path());
        QVERIFY(bench.sample(fakeRecipe(2)));
        bench.document.addRun(fakeRecipe(3), QStringLiteral("New Run"));
        const QString kept = bench.keeper->newSession();
        bench.keeper->flush();
        QVERIFY(QFile::exists(kept));
        QCOMPARE(session::readSession(kept.toStdString()).session.runs().size(), std::size_t(2));
        QCOMPARE(bench.document.session().runs().size(), std::size_t(1));
    }

    void whatWasInTheWindowComesBackWithItsFileAndItsEdits()
    {
        const QString file = m_folder->filePath(QStringLiteral("a.diffuscope"));
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 10)));
            bench.keeper->saveAs(file);
            bench.document.renameRun(1, QStringLiteral("later"));
        }
        SessionBench bench(path());
        QVERIFY(bench.keeper->restore());
        QCOMPARE(bench.keeper->path(), file);
        QVERIFY(bench.keeper->isModified());
        QCOMPARE(bench.document.session().run(1).name, std::string("later"));
    }

    void howPromptsAreWrittenIsKept()
    {
        const session::WrittenPrompt written{"red long hair", {1}};
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 4)));
            recipe::Recipe recipe = bench.document.recipe();
            recipe.condition.text.prompt = "red hair";
            bench.document.setRecipe(recipe, written);
            QVERIFY(bench.document.writtenPrompt() == written);
            recipe.seed = 4;
            bench.document.setRecipe(recipe);  // an edit of something else
            QVERIFY(bench.document.writtenPrompt() == written);
        }
        SessionBench bench(path());
        QVERIFY(bench.keeper->restore());
        QVERIFY(bench.document.writtenPrompt() == written);
        recipe::Recipe recipe = bench.document.recipe();
        recipe.condition.text.prompt = "blue hair";
        bench.document.setRecipe(recipe);
        QVERIFY(bench.document.writtenPrompt() == session::WrittenPrompt());
        bench.document.undoStack().undo();
        QVERIFY(bench.document.writtenPrompt() == written);
    }

    void twentyRunsOpenWithinASecond()
    {
        const QString file = m_folder->filePath(QStringLiteral("many.diffuscope"));
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(0, 20, 16)));
            for (int i = 1; i < 20; ++i) {
                bench.document.addRun(fakeRecipe(i, 20, 16), QStringLiteral("New Run"));
                QVERIFY(bench.waitForRun());
            }
            bench.keeper->saveAs(file);
        }
        SessionBench bench(path());
        QElapsedTimer clock;
        clock.start();
        QVERIFY(bench.keeper->open(file));
        const qint64 ms = clock.elapsed();
        for (int id = 1; id <= 20; ++id)
            QVERIFY(bench.document.resultOf(id));
        qInfo("20 runs of 16 images opened in %lld ms from %lld KiB", ms, QFileInfo(file).size() / 1024);
        QVERIFY(ms < 1000);
    }

private:
    /// What the check says of a stored run whose record was changed in its file.
    std::optional<ui::ReplayCheck> checkAfter(const std::function<void(session::RunRecord&)>& change)
    {
        const QString file = m_folder->filePath(QStringLiteral("a.diffuscope"));
        {
            SessionBench bench(path());
            if (!bench.sample(fakeRecipe(2, 6)))
                return std::nullopt;
            bench.keeper->saveAs(file);
            bench.keeper->flush();
        }
        session::SessionFile stored = session::readSession(file.toStdString());
        auto record = std::make_shared<session::RunRecord>(*stored.records.at(1));
        change(*record);
        stored.records[1] = record;
        session::writeSession(file.toStdString(), stored);
        SessionBench bench(path());
        const bool isChecked =
            bench.keeper->open(file) && QTest::qWaitFor([&] { return bench.keeper->checkOf(1) != nullptr; });
        return isChecked ? std::optional(*bench.keeper->checkOf(1)) : std::nullopt;
    }

    QString path() const { return m_folder->path(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(SessionKeeperTest)
#include "session_keeper_test.moc"
