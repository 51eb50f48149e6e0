// Sessions in the document and on disk: branches, undo of everything, saving by itself, and what is left when
// the program is killed.
#include "core/session/tensor_pack.h"
#include "tests/support/fake_run.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/engine/background_runs.h"
#include "ui/engine/sampling_service.h"

#include <QCoreApplication>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <iostream>
#include <sys/resource.h>
#include <thread>

using namespace diffuscope;
using test::fakeRecipe;
using test::FakeSampling;
using ui::RunState;
using ui::SessionDocument;
using ui::SessionKeeper;

namespace {

const QString childOption = QStringLiteral("--edit-without-end");
constexpr int editIntervalMs = 120;

/// A document over fake sampling, and what keeps it.
struct Bench
{
    explicit Bench(const QString& folder, const QString& modelHash = QStringLiteral("one"))
        : settings(folder + QStringLiteral("/settings.ini"), QSettings::IniFormat),
          keeper(std::make_unique<SessionKeeper>(SessionKeeper::Parts{
              .document = document,
              .background = background,
              .settings = settings,
              .autosaveFolder = folder + QStringLiteral("/auto"),
              .program = QStringLiteral("test"),
              .hashModel = [hash = modelHash.toStdString()](const std::string&) { return hash; }}))
    {
        document.setMergeWindow(std::chrono::milliseconds(0));
        keeper->setComputer(QStringLiteral("a fake"), 1);
    }

    bool sample(const session::Recipe& recipe)
    {
        document.loadRecipe(recipe);
        return waitForRun();
    }
    bool waitForRun()
    {
        return QTest::qWaitFor([this] {
            return document.state() == RunState::finished &&
                   document.shownRun().plan() == document.session().planOf(document.currentRun());
        });
    }

    FakeSampling sampling;
    ui::SamplingService service{sampling.factory()};
    SessionDocument document{service};
    ui::BackgroundRuns background{service};
    QSettings settings;
    std::unique_ptr<SessionKeeper> keeper;
};

session::Recipe changed(session::Recipe recipe, double scale)
{
    recipe.guidance.scale = scale;
    return recipe;
}

/// While it lives no file can have more than these bytes: writing fails as on a full disk.
class FullDisk
{
public:
    explicit FullDisk(rlim_t mostBytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit full{mostBytes, m_before.rlim_max};
        if (::setrlimit(RLIMIT_FSIZE, &full) != 0)
            qFatal("The size of files cannot be limited.");
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

/// The child: edits one after another, each told on the standard output once it was made.
int editWithoutEnd(const QString& folder)
{
    Bench bench(folder);
    bench.document.loadRecipe(fakeRecipe(0, 4, 1));
    int edits = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, [&] {
        ++edits;
        session::Recipe recipe = bench.document.recipe();
        recipe.seed = std::uint64_t(edits);
        if (edits % 5 == 0)
            bench.document.addRun(recipe, QStringLiteral("New Run"));
        else
            bench.document.setRecipe(recipe);
        std::cout << edits << std::endl;
    });
    timer.start(editIntervalMs);
    return QCoreApplication::exec();
}

}  // namespace

class SessionKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aBranchKeepsItsParentAndCostsOnlyTheFramesAfterIt()
    {
        Bench bench(path());
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
        Bench bench(path());
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
        Bench bench(path());
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
        Bench bench(path());
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
        Bench bench(path());
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
            Bench bench(path());
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
        Bench bench(path());
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
        const QString file = m_folder->filePath(QStringLiteral("a.diffuscope"));
        {
            Bench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 6)));
            bench.keeper->saveAs(file);
            bench.keeper->flush();
        }
        session::SessionFile stored = session::readSession(file.toStdString());
        auto record = std::make_shared<session::RunRecord>(*stored.records.at(1));
        record->digests[3] ^= 1;
        record->states[record->states.size() / 7 * 3 + 5] += 0.5f;
        stored.records[1] = record;
        session::writeSession(file.toStdString(), stored);
        Bench bench(path());
        QVERIFY(bench.keeper->open(file));
        QTRY_VERIFY(bench.keeper->checkOf(1));
        QVERIFY(bench.keeper->checkOf(1)->differs);
        QVERIFY2(bench.keeper->checkOf(1)->text.contains(QStringLiteral("frame 3, by up to 0.5")),
                 qPrintable(bench.keeper->checkOf(1)->text));
    }

    void aReplayThatDiffersInAnImageThatWasNotStoredSaysAboutHowMuch()
    {
        const QString file = m_folder->filePath(QStringLiteral("a.diffuscope"));
        {
            Bench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 6)));
            bench.keeper->saveAs(file);
            bench.keeper->flush();
        }
        session::SessionFile stored = session::readSession(file.toStdString());
        auto record = std::make_shared<session::RunRecord>(*stored.records.at(1));
        record->sampledImages = 0;
        record->states.clear();
        record->digests[3] ^= 1;
        const std::size_t image = 3 * std::size_t(record->shape.batch) + 1;
        const auto count = std::size_t(record->projections);
        QCOMPARE(int(count), session::usualProjections);
        for (std::size_t j = 0; j < count; ++j)
            record->sketches[image * count + j] += 0.5f * std::sqrt(float(record->shape.imageValues()));
        stored.records[1] = record;
        session::writeSession(file.toStdString(), stored);
        Bench bench(path());
        QVERIFY(bench.keeper->open(file));
        QTRY_VERIFY(bench.keeper->checkOf(1));
        QVERIFY2(bench.keeper->checkOf(1)->text.contains(QStringLiteral("frame 3, in image 2 by about 0.5.")),
                 qPrintable(bench.keeper->checkOf(1)->text));
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
            Bench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2)));
            bench.keeper->saveAs(file);
        }
        Bench bench(path(), hash);
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(bench.keeper->open(file));
        QTRY_COMPARE(problems.size(), 1);
        QVERIFY(problems[0][0].toString().contains(says));
    }

    void aFileThatCannotBeOpenedLeavesTheSessionAlone()
    {
        const QString file = m_folder->filePath(QStringLiteral("newer.diffuscope"));
        session::TensorPack pack;
        pack.texts["diffuscope.session"] = "{\"version\":9}";
        session::writePack(file.toStdString(), pack);
        Bench bench(path());
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
        Bench bench(path());
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
            Bench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 10)));
            bench.keeper->saveAs(file);
            bench.document.renameRun(1, QStringLiteral("later"));
        }
        Bench bench(path());
        QVERIFY(bench.keeper->restore());
        QCOMPARE(bench.keeper->path(), file);
        QVERIFY(bench.keeper->isModified());
        QCOMPARE(bench.document.session().run(1).name, std::string("later"));
    }

    void aFullDiskIsSaidAndNothingIsLost()
    {
        Bench bench(path());
        QVERIFY(bench.sample(fakeRecipe(2, 10)));
        bench.keeper->flush();
        const QString kept = path() + QStringLiteral("/auto/session-1.diffuscope");
        const auto inFile = [](const QString& file) {
            return session::readSession(file.toStdString()).session;
        };
        const session::Session before = bench.document.session();
        QVERIFY(inFile(kept) == before);
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        {
            const FullDisk full(512);
            bench.document.setRecipe(changed(bench.document.recipe(), 5));
            QTRY_COMPARE(problems.size(), 1);
            const QString said = problems[0][0].toString();
            QVERIFY2(said.startsWith(QStringLiteral("The session cannot be kept safe: Cannot write ")),
                     qPrintable(said));
            QVERIFY(!said.contains(QLatin1Char('\n')) && !problems[0][1].toString().isEmpty());
            QVERIFY(inFile(kept) == before);  // the last that could be written is whole
            // It is tried again, without saying so again; an edit that is not kept is said again.
            QVERIFY(!QTest::qWaitFor([&] { return problems.size() > 1; }, 2500));
            bench.document.renameRun(1, QStringLiteral("mine"));
            QTRY_COMPARE_WITH_TIMEOUT(problems.size(), 2, 8000);
            // A file of its own cannot be written either: there are edits that it lacks.
            const QString own = m_folder->filePath(QStringLiteral("own.diffuscope"));
            bench.keeper->saveAs(own);
            QTRY_VERIFY(problems.size() >= 3);
            QVERIFY(problems.back()[0].toString().contains(QStringLiteral("own.diffuscope")));
            QVERIFY(bench.keeper->isModified());
            QVERIFY(!QFile::exists(own));
            QVERIFY(inFile(kept) == before);
            QVERIFY(QDir(path() + QStringLiteral("/auto"))
                        .entryList({QStringLiteral("*.part-*")}, QDir::Files)
                        .isEmpty());
        }
        // There is room again: what was edited meanwhile is kept without another edit.
        QTRY_VERIFY_WITH_TIMEOUT(inFile(kept) == bench.document.session(), 10'000);
        QCOMPARE(bench.document.session().run(1).name, std::string("mine"));
    }

    void howPromptsAreWrittenIsKept()
    {
        const session::WrittenPrompt written{"red long hair", {1}};
        {
            Bench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2, 4)));
            session::Recipe recipe = bench.document.recipe();
            recipe.condition.text.prompt = "red hair";
            bench.document.setRecipe(recipe, written);
            QVERIFY(bench.document.writtenPrompt() == written);
            recipe.seed = 4;
            bench.document.setRecipe(recipe);  // an edit of something else
            QVERIFY(bench.document.writtenPrompt() == written);
        }
        Bench bench(path());
        QVERIFY(bench.keeper->restore());
        QVERIFY(bench.document.writtenPrompt() == written);
        session::Recipe recipe = bench.document.recipe();
        recipe.condition.text.prompt = "blue hair";
        bench.document.setRecipe(recipe);
        QVERIFY(bench.document.writtenPrompt() == session::WrittenPrompt());
        bench.document.undoStack().undo();
        QVERIFY(bench.document.writtenPrompt() == written);
    }

    void twoWindowsDoNotShareAFile()
    {
        Bench first(path());
        QVERIFY(first.sample(fakeRecipe(2)));
        Bench second(path());
        QVERIFY(second.sample(fakeRecipe(3)));
        first.keeper->flush();
        second.keeper->flush();
        QCOMPARE(QDir(path() + QStringLiteral("/auto")).entryList({QStringLiteral("*.diffuscope")}).size(),
                 2);
    }

    void aDamagedAutosaveIsSetAside()
    {
        QDir().mkpath(path() + QStringLiteral("/auto"));
        QFile damaged(path() + QStringLiteral("/auto/session-1.diffuscope"));
        QVERIFY(damaged.open(QIODevice::WriteOnly) && damaged.write("nonsense") == 8);
        damaged.close();
        Bench bench(path());
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(!bench.keeper->restore());
        QCOMPARE(problems.size(), 1);
        QVERIFY(QFile::exists(damaged.fileName() + QStringLiteral(".damaged")));
    }

    void twentyRunsOpenWithinASecond()
    {
        const QString file = m_folder->filePath(QStringLiteral("many.diffuscope"));
        {
            Bench bench(path());
            QVERIFY(bench.sample(fakeRecipe(0, 20, 16)));
            for (int i = 1; i < 20; ++i) {
                bench.document.addRun(fakeRecipe(i, 20, 16), QStringLiteral("New Run"));
                QVERIFY(bench.waitForRun());
            }
            bench.keeper->saveAs(file);
        }
        Bench bench(path());
        QElapsedTimer clock;
        clock.start();
        QVERIFY(bench.keeper->open(file));
        const qint64 ms = clock.elapsed();
        for (int id = 1; id <= 20; ++id)
            QVERIFY(bench.document.resultOf(id));
        qInfo("20 runs of 16 images opened in %lld ms from %lld KiB", ms, QFileInfo(file).size() / 1024);
        QVERIFY(ms < 1000);
    }

    void killedAtAnyMomentAtMostTheLastEditIsLost()
    {
        quint32 random = quint32(QDateTime::currentMSecsSinceEpoch());
        int edited = 0;
        for (int round = 0; round < 22; ++round) {
            QTemporaryDir folder;
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {childOption, folder.path()});
            QVERIFY(child.waitForStarted());
            QByteArray told;
            const auto read = [&] { told += child.readAllStandardOutput(); };
            QVERIFY(QTest::qWaitFor([&] { return read(), told.contains('\n'); }, 20000));
            random = random * 1664525u + 1013904223u;
            QTest::qWait(int((random >> 10) % 600));
            ::kill(pid_t(child.processId()), SIGKILL);
            QVERIFY(child.waitForFinished());
            read();
            const int made = told.left(told.lastIndexOf('\n')).split('\n').last().toInt();
            edited += made;
            const auto file = session::readSession(
                (folder.path() + QStringLiteral("/auto/session-1.diffuscope")).toStdString());
            const int kept = int(file.session.run(file.view.run).recipe.seed);
            QVERIFY2(kept >= made - 1 && kept <= made + 1,
                     qPrintable(QStringLiteral("%1 of %2 edits").arg(kept).arg(made)));
            QCOMPARE(int(file.session.runs().size()), 1 + kept / 5);
            QVERIFY(file.problems.empty());
        }
        qInfo("killed 22 times over %d edits", edited);
    }

private:
    QString path() const { return m_folder->path(); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments[1] == childOption)
        return editWithoutEnd(arguments[2]);
    SessionKeeperTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "session_keeper_test.moc"
