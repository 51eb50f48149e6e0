// SPDX-License-Identifier: GPL-3.0-or-later
// What a session saves by itself: on a full disk, in two windows, where a file is damaged, and when the
// program is killed.
#include "core/session/autosaved_session.h"
#include "tests/engine/session_bench.h"

#include <QCoreApplication>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <csignal>
#include <iostream>
#include <sys/resource.h>

using namespace diffuscope;
using test::changed;
using test::fakeRecipe;
using test::SessionBench;
using ui::SessionKeeper;

namespace {

const QString childOption = QStringLiteral("--edit-without-end");
const QString slowChildOption = QStringLiteral("--edit-without-end-on-a-slow-disk");
constexpr int editIntervalMs = 120;

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
int editWithoutEnd(const QString& folder, std::chrono::milliseconds writing)
{
    SessionBench bench(folder, QStringLiteral("one"), writing);
    bench.document.loadRecipe(fakeRecipe(0, 4, 1));
    int edits = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, [&] {
        ++edits;
        recipe::Recipe recipe = bench.document.recipe();
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

class AutosaveTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aFullDiskIsSaidAndNothingIsLost()
    {
        SessionBench bench(path());
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

    void twoWindowsDoNotShareAFile()
    {
        SessionBench first(path());
        QVERIFY(first.sample(fakeRecipe(2)));
        SessionBench second(path());
        QVERIFY(second.sample(fakeRecipe(3)));
        first.keeper->flush();
        second.keeper->flush();
        QCOMPARE(QDir(path() + QStringLiteral("/auto")).entryList({QStringLiteral("*.diffuscope")}).size(),
                 2);
    }

    void sessionsOfAllWindowsComeBack()
    {
        {
            SessionBench first(path());
            QVERIFY(first.sample(fakeRecipe(2)));
            auto second = std::make_unique<SessionBench>(path());
            QVERIFY(second->sample(fakeRecipe(3)));
            first.keeper->flush();
            second->keeper->flush();
        }
        SessionBench bench(path());
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(bench.keeper->restore());
        QCOMPARE(bench.document.recipe().guidance.scale, 2.0);
        QCOMPARE(problems.size(), 1);
        QCOMPARE(bench.keeper->recent().size(), 1);
        QVERIFY(bench.keeper->open(bench.keeper->recent().front()));
        QCOMPARE(bench.document.recipe().guidance.scale, 3.0);
        QVERIFY(!QFile::exists(path() + QStringLiteral("/auto/session-2.diffuscope")));
    }

    void aWindowThatIsOpenKeepsItsOwnSession()
    {
        SessionBench first(path());
        QVERIFY(first.sample(fakeRecipe(2)));
        first.keeper->flush();
        SessionBench second(path());
        QVERIFY(!second.keeper->restore());
        QVERIFY(second.keeper->recent().isEmpty());
        QVERIFY(QFile::exists(autosaved()));
    }

    void aFolderThatCannotBeWrittenIsTold()
    {
        QFile inTheWay(path() + QStringLiteral("/auto"));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        SessionBench bench(path());
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(!bench.keeper->restore());
        QCOMPARE(problems.size(), 1);
        QVERIFY(
            problems.front().front().toString().contains(QStringLiteral("Nothing of this session is kept")));
        QVERIFY(bench.sample(fakeRecipe(2)));
        QVERIFY(!bench.keeper->losesOnClose());
        bench.document.addRun(fakeRecipe(3), QStringLiteral("New Run"));
        QVERIFY(bench.keeper->losesOnClose());
        bench.keeper->saveAs(path() + QStringLiteral("/mine.diffuscope"));
        QVERIFY(!bench.keeper->losesOnClose());
    }

    void aFileThatAnotherWindowHasWrittenIsNoticed()
    {
        const QString file = path() + QStringLiteral("/mine.diffuscope");
        SessionBench bench(path());
        QSignalSpy saves(bench.keeper.get(), &SessionKeeper::saved);
        QVERIFY(bench.sample(fakeRecipe(2)));
        bench.keeper->saveAs(file);
        QVERIFY(!bench.keeper->isChangedOnDisk());
        QTRY_COMPARE(saves.size(), 1);
        QVERIFY(!bench.keeper->isChangedOnDisk());
        session::SessionFile other = session::readSession(file.toStdString());
        other.session.setName(other.view.run, "another name");
        session::writeSession(file.toStdString(), other);
        QVERIFY(bench.keeper->isChangedOnDisk());
        QVERIFY(bench.keeper->save());
        QTRY_COMPARE(saves.size(), 2);
        QVERIFY(!bench.keeper->isChangedOnDisk());
        QVERIFY(bench.keeper->open(file));
        QVERIFY(!bench.keeper->isChangedOnDisk());
    }

    void aDamagedAutosaveIsSetAside()
    {
        QDir().mkpath(path() + QStringLiteral("/auto"));
        QFile damaged(path() + QStringLiteral("/auto/session-1.diffuscope"));
        QVERIFY(damaged.open(QIODevice::WriteOnly) && damaged.write("nonsense") == 8);
        damaged.close();
        SessionBench bench(path());
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(!bench.keeper->restore());
        QCOMPARE(problems.size(), 1);
        QVERIFY(QFile::exists(damaged.fileName() + QStringLiteral(".damaged")));
    }

    void aSaveHasTheRecordsThatAnAutosaveBeforeItWasToMake()
    {
        const QString file = path() + QStringLiteral("/mine.diffuscope");
        {
            SessionBench bench(path(), QStringLiteral("one"), std::chrono::milliseconds(400));
            QVERIFY(bench.sample(fakeRecipe(2)));
            QTest::qWait(4 * ui::Autosave::delayMs);  // it is being written
            bench.document.addRun(fakeRecipe(3), QStringLiteral("New Run"));
            QVERIFY(bench.waitForRun());
            QTest::qWait(4 * ui::Autosave::delayMs);  // the next one waits
            bench.keeper->saveAs(file);
            bench.document.renameRun(1, QStringLiteral("renamed"));
            bench.keeper->flush();
        }
        QCOMPARE(session::readSession(file.toStdString()).records.size(), std::size_t(2));
    }

    void theNewerTreeIsRestoredWithTheRecordsThatThereAre()
    {
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2)));
            bench.keeper->flush();
        }
        const std::string whole = autosaved().toStdString();
        session::SessionFile newer = session::readSession(whole);
        QCOMPARE(newer.records.size(), std::size_t(1));
        newer.records.clear();
        newer.session.setName(newer.view.run, "renamed");
        newer.view.autosaves += 1;
        session::writeSession(session::editsPathOf(whole), newer);
        SessionBench bench(path());
        QVERIFY(bench.keeper->restore());
        QCOMPARE(bench.document.session().runs().front().name, std::string("renamed"));
        QVERIFY(bench.document.resultOf(newer.view.run));
    }

    void anOlderOrDamagedTreeIsLeftAside()
    {
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2)));
            bench.document.renameRun(bench.document.currentRun(), QStringLiteral("kept"));
            bench.keeper->flush();
        }
        const std::string whole = autosaved().toStdString();
        session::SessionFile older = session::readSession(whole);
        older.session.setName(older.view.run, "older");
        older.view.autosaves -= 1;
        session::writeSession(session::editsPathOf(whole), older);
        QCOMPARE(session::readAutosavedSession(whole).file.session.runs().front().name, std::string("kept"));
        QFile tree(QString::fromStdString(session::editsPathOf(whole)));
        QVERIFY(tree.resize(40));
        QCOMPARE(session::readAutosavedSession(whole).file.session.runs().front().name, std::string("kept"));
    }

    void aDamagedWholeIsSetAsideAndTheTreeComesBack()
    {
        {
            SessionBench bench(path());
            QVERIFY(bench.sample(fakeRecipe(2)));
            bench.document.setRecipe(changed(bench.document.recipe(), 3));
            QVERIFY(bench.waitForRun());
            bench.keeper->flush();
        }
        QFile whole(autosaved());
        QVERIFY(whole.resize(40));
        SessionBench bench(path());
        QSignalSpy problems(bench.keeper.get(), &SessionKeeper::problem);
        QVERIFY(bench.keeper->restore());
        QCOMPARE(bench.document.recipe().guidance.scale, 3.0);
        QCOMPARE(problems.size(), 1);
        QVERIFY(QFile::exists(autosaved() + QStringLiteral(".damaged")));
    }

    // The last: under the thread sanitizer, who has started another program starts no thread any more.
    void killedAtAnyMomentAtMostTheLastEditIsLost_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<int>("rounds");
        QTest::newRow("where writing is quick") << childOption << 16;
        QTest::newRow("where writing the whole takes long") << slowChildOption << 8;
    }
    void killedAtAnyMomentAtMostTheLastEditIsLost()
    {
        QFETCH(QString, option);
        QFETCH(int, rounds);
        quint32 random = quint32(QDateTime::currentMSecsSinceEpoch());
        int edited = 0;
        for (int round = 0; round < rounds; ++round) {
            QTemporaryDir folder;
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {option, folder.path()});
            QVERIFY(child.waitForStarted());
            QByteArray told;
            const auto read = [&] { told += child.readAllStandardOutput(); };
            QVERIFY(QTest::qWaitFor([&] { return read(), told.contains('\n'); }, 20000));
            random = random * 1664525u + 1013904223u;
            QTest::qWait(int((random >> 10) % 900));
            ::kill(pid_t(child.processId()), SIGKILL);
            QVERIFY(child.waitForFinished());
            read();
            const int made = told.left(told.lastIndexOf('\n')).split('\n').last().toInt();
            edited += made;
            const auto [file, isWholeDamaged] = session::readAutosavedSession(
                (folder.path() + QStringLiteral("/auto/session-1.diffuscope")).toStdString());
            const int kept = int(file.session.run(file.view.run).recipe.seed);
            QVERIFY2(kept >= made - 1 && kept <= made + 1,
                     qPrintable(QStringLiteral("%1 of %2 edits").arg(kept).arg(made)));
            QCOMPARE(int(file.session.runs().size()), 1 + kept / 5);
            QVERIFY(file.problems.empty() && !isWholeDamaged);
        }
        qInfo("killed %d times over %d edits", rounds, edited);
    }

private:
    QString path() const { return m_folder->path(); }
    QString autosaved() const { return path() + QStringLiteral("/auto/session-1.diffuscope"); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 3 && arguments[1] == childOption)
        return editWithoutEnd(arguments[2], {});
    if (arguments.size() == 3 && arguments[1] == slowChildOption)
        return editWithoutEnd(arguments[2], std::chrono::milliseconds(300));
    AutosaveTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "autosave_test.moc"
