// SPDX-License-Identifier: GPL-3.0-or-later
// A person's own model in the window: read on another thread, chosen, remembered; refused with the reason.
#include "tests/ui/session_window.h"
#include "ui/window/model_opener.h"

#include <QComboBox>
#include <QLabel>
#include <QMessageBox>
#include <QThread>

using namespace diffuscope;
using test::SessionWindow;

namespace {

struct OpeningWindow : SessionWindow
{
    OpeningWindow()
    {
        fixture.window->offerOwnModels([this](const QString& path) {
            readOn = QThread::currentThread();
            ui::OpenedModel opened;
            if (path.endsWith(QStringLiteral("broken")))
                opened.problem = QStringLiteral("There is no config.json in it.");
            else
                opened = {.entry = {.id = path,
                                    .displayName = QStringLiteral("Mine"),
                                    .description = {},
                                    .classes = {},
                                    .schedule = {}},
                          .summary = QStringLiteral("unet: 3 tensors"),
                          .problem = {}};
            return opened;
        });
    }
    ui::ModelOpener& opener() { return *fixture.window->ownModels(); }
    std::atomic<QThread*> readOn{nullptr};
};

}  // namespace

class ModelOpenerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aModelIsReadElsewhereChosenAndRemembered()
    {
        OpeningWindow bench;
        bench.opener().open(QStringLiteral("/tmp/my model"));
        QVERIFY(bench.opener().isReading());
        QTRY_COMPARE(bench.fixture.recipe().model, std::string("/tmp/my model"));
        QVERIFY(bench.readOn != QThread::currentThread());
        QCOMPARE(bench.fixture.get<QComboBox>("modelBox").currentText(), QStringLiteral("Mine"));
        QCOMPARE(bench.opener().known(), QStringList{QStringLiteral("/tmp/my model")});
        QVERIFY(bench.fixture.get<QMessageBox>("modelSummary")
                    .informativeText()
                    .contains(QStringLiteral("3 tensors")));
        // Opened again it is not listed twice.
        const int models = bench.fixture.get<QComboBox>("modelBox").count();
        bench.opener().open(QStringLiteral("/tmp/my model"));
        QTRY_VERIFY(!bench.opener().isReading());
        QCOMPARE(bench.fixture.get<QComboBox>("modelBox").count(), models);
    }

    void whatIsNoModelIsRefusedAndNothingChanges()
    {
        OpeningWindow bench;
        const recipe::Recipe before = bench.fixture.recipe();
        bench.opener().open(QStringLiteral("/tmp/broken"));
        QTRY_VERIFY(
            bench.fixture.get<QLabel>("failureMessage").text().contains(QStringLiteral("no config.json")));
        QVERIFY(bench.fixture.recipe() == before);
        QVERIFY(bench.opener().known().isEmpty());
    }

    void theNewestWins()
    {
        OpeningWindow bench;
        bench.opener().open(QStringLiteral("/tmp/a"));
        bench.opener().open(QStringLiteral("/tmp/b"));
        QTRY_COMPARE(bench.fixture.recipe().model, std::string("/tmp/b"));
        QCOMPARE(bench.opener().known(), QStringList{QStringLiteral("/tmp/b")});
    }
};

QTEST_MAIN(ModelOpenerTest)
#include "model_opener_test.moc"
