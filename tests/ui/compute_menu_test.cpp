// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/compute_settings.h"
#include "ui/recipe/compute_box.h"
#include "ui/window/compute_menu.h"

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
        settings.choose({QStringLiteral("cuda"), QStringLiteral("bfloat16")});
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
        settings.choose({QStringLiteral("auto"), QStringLiteral("float32")});
        QCOMPARE(automatic->text(), before);
        QCOMPARE(settings.report(), ComputeReport());
    }

    void theListsOfTheRecipePanelSayTheSame()
    {
        ComputeSettings settings({.hasGpu = false, .hasBFloat16 = true}, {});
        QMenu menu;
        addComputeActions(menu, settings);
        ComputeBox devices(deviceQuestion(), settings);
        ComputeBox precisions(precisionQuestion(), settings);
        QCOMPARE(devices.currentText(), QStringLiteral("Automatic: processor"));
        const auto isEnabled = [](const QComboBox& box, const char* value) {
            return box.model()
                ->flags(box.model()->index(box.findData(QLatin1String(value)), 0))
                .testFlag(Qt::ItemIsEnabled);
        };
        QVERIFY(isEnabled(devices, "cpu") && !isEnabled(devices, "cuda"));
        const QString why =
            devices.itemData(devices.findData(QStringLiteral("cuda")), Qt::ToolTipRole).toString();
        QVERIFY2(why.contains(QLatin1String("CUDA")), qPrintable(why));

        settings.setReport({QStringLiteral("bfloat16"), QStringLiteral("measured"), {}});
        QCOMPARE(precisions.currentText(), QStringLiteral("Automatic: bfloat16"));
        QVERIFY2(precisions.toolTip().contains(QLatin1String("measured")), qPrintable(precisions.toolTip()));
        QSignalSpy changed(&settings, &ComputeSettings::changed);
        QTest::keyClick(&precisions, Qt::Key_Down);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(settings.choice().precision, QStringLiteral("float32"));
        QVERIFY(menu.findChild<QAction*>(QStringLiteral("action.precisionFloat32"))->isChecked());
        menu.findChild<QAction*>(QStringLiteral("action.deviceCpu"))->trigger();
        QCOMPARE(devices.currentText(), QStringLiteral("Processor"));
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
