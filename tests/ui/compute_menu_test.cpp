#include "ui/engine/compute_settings.h"
#include "ui/panels/compute_menu.h"

#include <QAction>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

using namespace diffuscope::ui;

class ComputeMenuTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatThisMachineDoesNotHaveIsDisabledAndSaysWhy()
    {
        ComputeSettings settings({.hasGpu = false, .hasBFloat16 = false}, {});
        QMenu menu;
        addComputeActions(menu, settings);
        const auto* gpu = menu.findChild<QAction*>(QStringLiteral("action.deviceCuda"));
        const auto* narrow = menu.findChild<QAction*>(QStringLiteral("action.precisionBFloat16"));
        QVERIFY(gpu && narrow);
        QVERIFY(!gpu->isEnabled());
        QVERIFY2(gpu->toolTip().contains(QLatin1String("CUDA")), qPrintable(gpu->toolTip()));
        QVERIFY(!narrow->isEnabled());
        QVERIFY2(narrow->toolTip().contains(QLatin1String("no bfloat16")), qPrintable(narrow->toolTip()));
    }

    void anEntryChangesTheChoiceOnce()
    {
        ComputeSettings settings({.hasGpu = true, .hasBFloat16 = true}, {});
        QMenu menu;
        addComputeActions(menu, settings);
        QSignalSpy changed(&settings, &ComputeSettings::changed);
        auto* cpu = menu.findChild<QAction*>(QStringLiteral("action.deviceCpu"));
        auto* narrow = menu.findChild<QAction*>(QStringLiteral("action.precisionBFloat16"));
        QVERIFY(cpu && narrow && narrow->isEnabled());
        cpu->trigger();
        narrow->trigger();
        narrow->trigger();
        QCOMPARE(changed.size(), 2);
        QCOMPARE(settings.choice(), (ComputeChoice{QStringLiteral("cpu"), QStringLiteral("bfloat16")}));
        QVERIFY(cpu->isChecked() && narrow->isChecked());
        QVERIFY(!settings.usesGpu());
        settings.setDevice(QStringLiteral("cuda"));
        QVERIFY(menu.findChild<QAction*>(QStringLiteral("action.deviceCuda"))->isChecked());
        QVERIFY(settings.usesGpu());
    }

    void automaticSaysWhatItCameTo()
    {
        ComputeSettings settings({.hasGpu = false, .hasBFloat16 = true}, {});
        QMenu menu;
        addComputeActions(menu, settings);
        const auto* automatic = menu.findChild<QAction*>(QStringLiteral("action.precisionAuto"));
        QVERIFY(automatic && automatic->isChecked());
        const QString before = automatic->text();
        settings.setReport({QStringLiteral("bfloat16"), QStringLiteral("measured"), {}});
        QVERIFY2(automatic->text().endsWith(QLatin1String("bfloat16")), qPrintable(automatic->text()));
        QVERIFY2(automatic->toolTip().contains(QLatin1String("measured")), qPrintable(automatic->toolTip()));
        settings.setPrecision(QStringLiteral("float32"));
        QCOMPARE(automatic->text(), before);
        QCOMPARE(settings.report(), ComputeReport());
    }

    void aChoiceOfWhatIsGoneBecomesTheUsualOne()
    {
        const ComputeSettings settings({}, {QStringLiteral("cuda"), QStringLiteral("bfloat16")});
        QCOMPARE(settings.choice(), ComputeChoice());
        const ComputeSettings partly({.hasGpu = false, .hasBFloat16 = true},
                                     {QStringLiteral("nonsense"), QStringLiteral("bfloat16")});
        QCOMPARE(partly.choice(), (ComputeChoice{QStringLiteral("auto"), QStringLiteral("bfloat16")}));
    }
};

QTEST_MAIN(ComputeMenuTest)
#include "compute_menu_test.moc"
