// SPDX-License-Identifier: GPL-3.0-or-later
// Small models in the layouts of other programs against what the original code computes from them.
#include "core/base/error.h"
#include "core/verify/model_cases.h"

#include <QTest>

#include <filesystem>

namespace diffuscope::verify {

class DiffusersGoldenTest : public QObject
{
    Q_OBJECT

private:
    static std::filesystem::path data()
    {
        return std::filesystem::path(DIFFUSCOPE_SOURCE_DIR) / "tests/data/diffusers";
    }

private Q_SLOTS:
    void everyCaseIsWithinItsTolerance_data();
    void everyCaseIsWithinItsTolerance();
    void pickleIsRefusedWithTheReason();
    void folderWithoutGoldenValuesIsRefused();
};

void DiffusersGoldenTest::everyCaseIsWithinItsTolerance_data()
{
    QTest::addColumn<QString>("folder");
    for (const auto& folder : goldenFolders(data())) {
        const QString name = QString::fromStdString(folder.lexically_relative(data()).string());
        if (!name.contains("pickle"))
            QTest::newRow(qPrintable(name)) << QString::fromStdString(folder.string());
    }
}

void DiffusersGoldenTest::everyCaseIsWithinItsTolerance()
{
    QFETCH(QString, folder);
    int cases = 0;
    verifyModelFolder(folder.toStdString(), [&](const ModelReport& report) {
        ++cases;
        if (!report.holds)
            QFAIL(reportLine(report).c_str());
    });
    QVERIFY(cases > 0);
}

void DiffusersGoldenTest::pickleIsRefusedWithTheReason()
{
    int cases = 0;
    verifyModelFolder(data() / "unet2d/h_pickle_bin", [&](const ModelReport& report) {
        ++cases;
        QVERIFY(report.isRefused);
        QVERIFY(!report.holds);
        QVERIFY(QString::fromStdString(report.detail).contains("is a pickle, which can run code"));
    });
    QCOMPARE(cases, 1);
}

void DiffusersGoldenTest::folderWithoutGoldenValuesIsRefused()
{
    QVERIFY_EXCEPTION_THROWN(goldenFolders(data() / "keys"), Error);
}

}  // namespace diffuscope::verify

QTEST_APPLESS_MAIN(diffuscope::verify::DiffusersGoldenTest)
#include "diffusers_golden_test.moc"
