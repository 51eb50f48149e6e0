// SPDX-License-Identifier: GPL-3.0-or-later
// diffuscope-bench: speed and memory, each beside its goal, in one run.

#include "core/model/catalog.h"
#include "core/run/model_run_factory.h"
#include "tests/bench/compare_figures.h"
#include "tests/bench/family_figures.h"
#include "tests/bench/network_figures.h"
#include "tests/bench/run_figures.h"
#include "tests/bench/start_figures.h"
#include "tests/bench/training_figures.h"
#include "tests/bench/window_figures.h"

#include <QCommandLineParser>

#include <clocale>
#include <iostream>

namespace diffuscope::bench {

namespace {

struct Effort
{
    int networkRounds = 15;
    RunEffort run{};
    TrainingEffort training{};
    FamilyEffort families{};
    int starts = 5;
    EditEffort edits{};
    EditEffort largeEdits{.edits = 10, .images = 64};
    ScrubEffort scrub{};
    DocksEffort docks{};
    DocksEffort manyInDocks{.images = 64};
    CompareEffort compare{};
};

/// Enough to see that every measurement works; its figures say little.
Effort quickEffort()
{
    return {.networkRounds = 1,
            .run = {.steps = 2, .rounds = 1},
            .training = {.steps = 2, .rounds = 1, .batch = 8},
            .families = {.rounds = 1, .trainingBatch = 4},
            .starts = 1,
            .edits = {.edits = 2, .steps = 2, .images = 4},
            .largeEdits = {.edits = 1, .steps = 2, .images = 8},
            .scrub = {.images = 4, .steps = 20},
            .docks = {.images = 4, .steps = 5},
            .manyInDocks = {.images = 8, .steps = 3},
            .compare = {.images = 4, .steps = 4}};
}

/// Prints figures and keeps count of the goals that were missed.
class Table
{
public:
    void section(const std::string& title) { std::cout << '\n' << title << '\n'; }
    void add(const std::vector<Figure>& figures)
    {
        for (const Figure& figure : figures) {
            print(std::cout, figure);
            m_missed += !figure.meetsGoal();
        }
    }
    int missed() const { return m_missed; }

private:
    int m_missed = 0;
};

QList<ui::ModelEntry> entriesOf(const model::Entry& model)
{
    ui::ModelEntry entry;
    entry.id = QString::fromStdString(model.id);
    entry.displayName = QString::fromStdString(model.card->title);
    for (const std::string& name : model.card->classNames)
        entry.classes.append(QString::fromStdString(name));
    entry.schedule = model.card->schedule;
    return {entry};
}

/// Qt's platform without a screen says at every change of a window's least size that there is nobody to tell,
/// and that a machine without a desktop has no folder for its session.
void printMessage(QtMsgType, const QMessageLogContext&, const QString& message)
{
    if (!message.contains(QLatin1String("propagateSizeHints")) &&
        !message.contains(QLatin1String("XDG_RUNTIME_DIR")))
        std::cerr << message.toStdString() << '\n';
}

int measure(PaintClock& application, const QString& modelId, const QString& program, const QStringList& only,
            const Effort& effort)
{
    const auto folders = model::modelFolders();
    const model::Entry model = model::findModel(folders, modelId.toStdString());
    const auto makeFactory = [folders] { return std::make_unique<run::ModelRunFactory>(folders); };

    Table table;
    const auto begin = [&](const char* name, const std::string& title) {
        const bool isAsked = only.isEmpty() || only.contains(QLatin1String(name));
        if (isAsked)
            table.section(title);
        return isAsked;
    };
    table.section("The machine");
    const std::vector<Figure> machine = machineFigures();
    table.add(machine);
    // While this process is small: memory that other measurements leave to malloc would hide what a run
    // takes.
    if (begin("record", "A long run (of a fake network, through the real record and window)"))
        table.add(scrubFigures(application, effort.scrub));
    if (begin("docks", "Every dock open"))
        for (const DocksEffort& docks : {effort.docks, effort.manyInDocks})
            table.add(docksFigures(application, docks));
    if (begin("compare", "Four runs compared"))
        table.add(compareFigures(application, effort.compare));
    if (begin("network", "The network of the model " + model.id))
        table.add(networkFigures(model.folder, effort.networkRounds, machine.front().value));
    if (begin("run", "Runs of the model " + model.id))
        table.add(runFigures(model.folder, effort.run));
    if (begin("training", "Training"))
        table.add(trainingFigures(model.folder, effort.training));
    if (begin("families", "Transformer and autoencoder"))
        table.add(familyFigures(effort.families));
    if (begin("window", "The window"))
        for (const EditEffort& edits : {effort.edits, effort.largeEdits})
            table.add(editFigures(application, makeFactory, entriesOf(model), edits));
    if (begin("start", "The start of the program"))
        table.add(startFigures(program, modelId, effort.starts));
    std::cout << '\n'
              << (table.missed() == 0 ? "All goals met." : std::to_string(table.missed()) + " goals missed.")
              << '\n';
    return table.missed();
}

}  // namespace

}  // namespace diffuscope::bench

int main(int argc, char** argv)
{
    using namespace diffuscope::bench;
    qInstallMessageHandler(printMessage);
    PaintClock application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");
    QApplication::setApplicationName(QStringLiteral("diffuscope-bench"));

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Measures speed and memory beside their goals."));
    parser.addHelpOption();
    const QCommandLineOption model(QStringLiteral("model"), QStringLiteral("The model to measure."),
                                   QStringLiteral("id"), QStringLiteral("mnist"));
    const QCommandLineOption quick(QStringLiteral("quick"),
                                   QStringLiteral("Only try that every measurement works."));
    const QCommandLineOption strict(QStringLiteral("strict"),
                                    QStringLiteral("End with status 1 where a goal is missed."));
    const QCommandLineOption only(QStringLiteral("only"),
                                  QStringLiteral("Measure only these, as network,training: record, docks, "
                                                 "compare, network, run, training, families, window, start."),
                                  QStringLiteral("sections"));
    parser.addOptions({model, quick, strict, only});
    parser.process(application);
    try {
        const int missed = measure(application, parser.value(model),
                                   QCoreApplication::applicationDirPath() + QStringLiteral("/diffuscope"),
                                   parser.value(only).split(u',', Qt::SkipEmptyParts),
                                   parser.isSet(quick) ? quickEffort() : Effort{});
        return parser.isSet(strict) && missed > 0 ? 1 : 0;
    } catch (const std::exception& error) {
        std::cerr << "diffuscope-bench: " << error.what() << '\n';
        return 1;
    }
}
