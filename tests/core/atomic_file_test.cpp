// SPDX-License-Identifier: GPL-3.0-or-later
// Files that take the place of others: through links, with their permissions, or into what cannot be
// replaced.
#include "core/base/atomic_file.h"
#include "tests/core/file_fixture.h"

#include <QFileInfo>
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace diffuscope;

class AtomicFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linksAreWrittenThrough()
    {
        m_files.write("target", "old");
        QVERIFY(::symlink("target", m_files.path("link").c_str()) == 0);
        QVERIFY(::symlink(m_files.path("link").c_str(), m_files.path("chain").c_str()) == 0);
        base::writeFileAtomically(m_files.path("chain"), std::string("new"));
        QCOMPARE(m_files.read("target"), std::string("new"));
        QVERIFY(QFileInfo(QString::fromStdString(m_files.path("chain"))).isSymLink());
        QVERIFY(QFileInfo(QString::fromStdString(m_files.path("link"))).isSymLink());
        // A link to what is not there yet.
        QVERIFY(::symlink("fresh", m_files.path("dangling").c_str()) == 0);
        base::writeFileAtomically(m_files.path("dangling"), std::string("made"));
        QCOMPARE(m_files.read("fresh"), std::string("made"));
        // A link to itself ends in words.
        QVERIFY(::symlink("circle", m_files.path("circle").c_str()) == 0);
        QVERIFY(!test::refusalOf([&] {
                     base::writeFileAtomically(m_files.path("circle/file"), std::string("x"));
                 }).isEmpty());
    }

    void permissionsStay()
    {
        const std::string path = m_files.write("secret", "old");
        QCOMPARE(::chmod(path.c_str(), 0600), 0);
        base::writeFileAtomically(path, std::string("new"));
        struct stat status
        {
        };
        QCOMPARE(::stat(path.c_str(), &status), 0);
        QCOMPARE(int(status.st_mode & 0777), 0600);
    }

    void openFilesAreWrittenToAsTheyAre()
    {
        const std::string path = m_files.write("open", "kept ");
        const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND);
        const std::string name = "/dev/fd/" + std::to_string(descriptor);
        QVERIFY(base::isStream(name));
        base::writeFileAtomically(name, std::string("added"));
        ::close(descriptor);
        QCOMPARE(m_files.read("open"), std::string("kept added"));
        QVERIFY(base::isStream("/dev/null") && !base::isStream(path) &&
                !base::isStream(m_files.path("none")));
        QVERIFY(test::refusalOf([] {
                    base::writeFileAtomically("/dev/full", std::string("x"));
                }).contains("Cannot write /dev/full"));
    }

    void earlierBytesCanBeWrittenOver()
    {
        {
            base::AtomicFile file(m_files.path("patched"));
            QVERIFY(file.isSeekable());
            file.write({"0123456789", 10});
            file.patch(2, {"ab", 2});
            file.write({"!", 1});
            file.commit();
        }
        QCOMPARE(m_files.read("patched"), std::string("01ab456789!"));
    }

private:
    test::FileFixture m_files;
};

QTEST_APPLESS_MAIN(AtomicFileTest)
#include "atomic_file_test.moc"
