// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers typed with a point or a comma, in languages whose decimal mark is the other one.
#include "ui/widgets/number_box.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QtTest>

#include <utility>
#include <vector>

using namespace diffuscope;

class NumberBoxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pointAndCommaAreTheDecimalMark_data()
    {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<double>("value");
        for (const char* language : {"de_DE", "en_GB", "fr_FR", "pt_BR", "de_CH", "C"}) {
            const std::vector<std::pair<const char*, double>> numbers = {
                {"3.5", 3.5}, {"3,5", 3.5}, {"1.25", 1.25}, {"0,75", 0.75}, {"12", 12.0}};
            for (const auto& [typed, value] : numbers)
                QTest::addRow("%s %s", language, typed) << language << typed << value;
        }
    }
    void pointAndCommaAreTheDecimalMark()
    {
        QFETCH(QString, language);
        QFETCH(QString, typed);
        ui::DecimalBox box;
        box.setLocale(QLocale(language));
        box.setRange(-20, 50);
        box.setSuffix(QStringLiteral(" s."));
        box.clear();
        QTest::keyClicks(&box, typed);
        QTest::keyClick(&box, Qt::Key_Return);
        QTEST(box.value(), "value");
    }

    void aWholeNumberTakesNeither()
    {
        for (const char* language : {"de_DE", "en_GB"}) {
            ui::WholeBox box;
            box.setLocale(QLocale(language));
            box.setRange(1, 1000);
            box.clear();
            QTest::keyClicks(&box, QStringLiteral("3"));
            const int before = box.value();
            QTest::keyClicks(&box, QStringLiteral(".,"));
            QCOMPARE(box.value(), before);
            QCOMPARE(box.cleanText(), QStringLiteral("3"));
        }
    }

    void noBoxOfTheWindowIsQtsOwn()
    {
        QDirIterator files(QStringLiteral(DIFFUSCOPE_SOURCE_DIR "/ui"), {QStringLiteral("*.cpp")},
                           QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray text = file.readAll();
            QVERIFY2(!text.contains("new QDoubleSpinBox") && !text.contains("new QSpinBox"),
                     qPrintable(file.fileName() + QStringLiteral(": use DecimalBox and WholeBox")));
        }
    }
};

QTEST_MAIN(NumberBoxTest)
#include "number_box_test.moc"
