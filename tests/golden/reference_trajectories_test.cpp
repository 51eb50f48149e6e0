// SPDX-License-Identifier: GPL-3.0-or-later
// Every reference trajectory through the exact oracle, in double, with the recorded noise injected.
#include "core/base/error.h"
#include "core/verify/reference_runner.h"

#include <QTest>

#include <cstdio>

using namespace diffuscope::verify;

class ReferenceTrajectoriesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCaseHolds_data();
    void everyCaseHolds();
};

void ReferenceTrajectoriesTest::everyCaseHolds_data()
{
    QTest::addColumn<QString>("path");
    for (const char* kind : {"trajectories", "kdiffusion"}) {
        const std::string folder = std::string(DIFFUSCOPE_SOURCE_DIR "/tests/data/reference/") + kind;
        for (const auto& file : referenceFiles(folder))
            QTest::addRow("%s/%s", kind, file.filename().c_str()) << QString::fromStdString(file.string());
    }
}

void ReferenceTrajectoriesTest::everyCaseHolds()
{
    QFETCH(QString, path);
    int cases = 0;
    int held = 0;
    verifyFile(path.toStdString(), [&](const ReferenceReport& report) {
        std::puts(reportLine(report).c_str());
        ++cases;
        held += report.outcome == ReferenceReport::Outcome::ok ? 1 : 0;
    });
    std::fflush(stdout);
    QVERIFY(cases > 0);
    QCOMPARE(held, cases);
}

QTEST_GUILESS_MAIN(ReferenceTrajectoriesTest)
#include "reference_trajectories_test.moc"
