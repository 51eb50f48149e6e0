// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop program: the window first, the model on the worker's thread while it is being painted.
#include "app/desktop/command_line.h"
#include "app/desktop/compute_device.h"
#include "app/desktop/first_image.h"
#include "app/desktop/lesson_pictures.h"
#include "app/desktop/model_hash.h"
#include "app/desktop/model_list.h"
#include "app/desktop/model_opening.h"
#include "app/desktop/screenshot.h"
#include "core/model/catalog.h"
#include "core/run/model_run_factory.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/document/session_keeper.h"
#include "ui/engine/background_runs.h"
#include "ui/engine/compute_settings.h"
#include "ui/engine/sampling_service.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QFontDatabase>
#include <QIcon>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <string_view>

namespace diffuscope {

namespace {

const QString deviceKey = QStringLiteral("compute/device");
const QString precisionKey = QStringLiteral("compute/precision");

/// What the command line asks for, otherwise what was chosen last.
ui::ComputeChoice computeChoice(const CommandLine& line, const QSettings& settings)
{
    ui::ComputeChoice choice;
    const auto asked = [&](const QString& option, const QString& key, const QString& usual) {
        return option.isEmpty() ? settings.value(key, usual).toString() : option;
    };
    choice.device = asked(line.device, deviceKey, choice.device);
    choice.precision = asked(line.precision, precisionKey, choice.precision);
    return choice;
}

QString deviceText(const ui::ComputeSettings& compute, int threads)
{
    const int used = threads > 0 ? threads : QThread::idealThreadCount();
    const QString device =
        compute.usesGpu() ? QCoreApplication::translate("diffuscope::main", "GPU")
        : used == 1       ? QCoreApplication::translate("diffuscope::main", "CPU · 1 thread")
                          : QCoreApplication::translate("diffuscope::main", "CPU · %1 threads").arg(used);
    const ui::ComputeReport& report = compute.report();
    QStringList parts{device};
    if (!report.precision.isEmpty())
        parts.append(report.precision);
    if (!report.notice.isEmpty())
        parts.append(QCoreApplication::translate("diffuscope::main", "module by module"));
    return parts.join(QStringLiteral(" · "));
}

/// What the line's few words stand for.
QString deviceTip(const ui::ComputeSettings& compute)
{
    const ui::ComputeReport& report = compute.report();
    QStringList sentences{QCoreApplication::translate(
        "diffuscope::main", "What the network is computed on; the end of the recipe panel changes it.")};
    if (!report.precision.isEmpty())
        sentences.append(report.precision + QStringLiteral(": ") + report.reason + u'.');
    if (!report.notice.isEmpty())
        sentences.append(
            QCoreApplication::translate("diffuscope::main",
                                        "This network is evaluated module by module, which is slower. %1")
                .arg(report.notice));
    return sentences.join(u' ');
}

/// Makes factories; one that is made does the first step of `expected`, where there is one: the model is then
/// loaded, and its first evaluation known, by the time the window asks for it.
ui::SamplingService::MakeFactory factoryMaker(const std::vector<std::filesystem::path>& folders,
                                              ui::ComputeSettings& compute, int threads,
                                              const std::optional<recipe::Recipe>& expected = {})
{
    const ui::ComputeChoice& choice = compute.choice();
    run::RunLimits limits;
    limits.threads = threads;
    limits.device = choice.device.toStdString();
    limits.precision = choice.precision.toStdString();
    limits.onComputation = [&compute](const run::Computation& found) {
        const ui::ComputeReport report{QString::fromStdString(found.precision),
                                       QString::fromStdString(found.reason),
                                       QString::fromStdString(found.notice)};
        QMetaObject::invokeMethod(
            &compute, [&compute, report] { compute.setReport(report); }, Qt::QueuedConnection);
    };
    return [folders, limits, expected] {
        auto factory = std::make_unique<run::ModelRunFactory>(folders, limits);
        try {
            if (expected)
                factory->start(*expected)->advance({});
        } catch (const std::exception&) {
            // The run itself will say what is wrong.
        }
        return factory;
    };
}

/// A picture is of the usual window, not of the one this person has arranged; nor does it change theirs.
std::unique_ptr<QSettings> openSettings(const CommandLine& line, const QTemporaryDir& scratch)
{
    if (line.takesScreenshot())
        return std::make_unique<QSettings>(scratch.filePath(QStringLiteral("settings.ini")),
                                           QSettings::IniFormat);
    return std::make_unique<QSettings>();
}

/// Where sessions are kept that are in the window; nowhere for a picture or a measurement, which change
/// nothing.
QString autosaveFolder(const CommandLine& line)
{
    if (line.takesScreenshot() || line.endsAtFirstImage)
        return {};
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) +
           QStringLiteral("/sessions");
}

int runProgram(const CommandLine& line)
{
    const QTemporaryDir scratch;
    const auto settings = openSettings(line, scratch);
    const auto folders = model::modelFolders(line.modelsFolder.toStdString());
    auto models = model::findModels(folders);
    if (!models.empty())  // without one the window says where to put them
        for (model::Entry& entry : model::offeredModels())
            models.push_back(std::move(entry));
    const auto entries = modelList(models);

    ui::Theme theme;
    ui::ComputeSettings compute({.hasGpu = hasGpu(), .hasBFloat16 = processorHasBFloat16()},
                                computeChoice(line, *settings));
    const auto expected = ui::MainWindow::startingRecipe(*settings, entries, line.model);
    ui::SamplingService service(factoryMaker(folders, compute, line.threads, expected));
    ui::SessionDocument document(service);
    ui::Player player(document);
    ui::BackgroundRuns background(service);
    ui::SessionKeeper keeper({.document = document,
                              .background = background,
                              .settings = *settings,
                              .autosaveFolder = autosaveFolder(line),
                              .program = QStringLiteral(DIFFUSCOPE_VERSION),
                              .hashModel = modelHasher(folders)});
    ui::MainWindow window({document, player, theme, *settings});
    window.setModels(entries, missingModelsText(folders, models));
    window.offerCompute(compute);
    window.offerSession(keeper);
    window.offerOwnModels(openedModel);
    const auto showDevice = [&] {
        window.setDevice(deviceText(compute, line.threads), deviceTip(compute));
        keeper.setComputer(deviceText(compute, line.threads), line.threads);
    };
    showDevice();
    QObject::connect(&compute, &ui::ComputeSettings::reported, &window, showDevice);
    QObject::connect(&compute, &ui::ComputeSettings::changed, &window, [&](const ui::ComputeChoice& choice) {
        settings->setValue(deviceKey, choice.device);
        settings->setValue(precisionKey, choice.precision);
        showDevice();
        service.setFactory(factoryMaker(folders, compute, line.threads));
        if (document.isAutoRun())
            document.sample();
    });
    if (line.theme)
        theme.setMode(*line.theme);
    if (line.size.isValid())
        window.resize(line.size);
    if (!line.screenshotFile.isEmpty())
        scheduleScreenshot(line, window, document);
    if (line.endsAtFirstImage)
        endAtFirstImage(document);
    window.show();
    const bool isRestored = keeper.restore();
    const bool isOpened = !line.recipeFile.isEmpty() && window.openFile(line.recipeFile);
    if (!isOpened && (!isRestored || !line.model.isEmpty()))
        window.restoreRecipe(line.model);
    if (!line.lesson.isEmpty() && !window.lessons().begin(line.lesson) && line.takesScreenshot()) {
        std::fprintf(stderr, "diffuscope: The lesson \"%s\" cannot be played.\n", qPrintable(line.lesson));
        return 1;
    }
    if (!line.lessonPictures.isEmpty())
        playForPictures(line.lessonPictures, window, document);
    return QApplication::exec();
}

bool asksOnlyForText(int argc, char** argv)
{
    return std::any_of(argv + 1, argv + argc, [](const std::string_view argument) {
        return argument == "--help" || argument == "-h" || argument == "--help-all" ||
               argument == "--version" || argument == "-v";
    });
}

}  // namespace

}  // namespace diffuscope

int main(int argc, char** argv)
{
    // A file that would be larger than is allowed is refused in words, like one on a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    if (diffuscope::asksOnlyForText(argc, argv))
        qputenv("QT_QPA_PLATFORM", "minimal");  // needs no display
    QApplication application(argc, argv);
    // Numbers in files have a point: Qt shows them as the person's language does, and nothing else should.
    std::setlocale(LC_NUMERIC, "C");
    QApplication::setApplicationName(QStringLiteral("diffuscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("Diffuscope"));
    QApplication::setOrganizationName(QStringLiteral("diffuscope"));
    QApplication::setApplicationVersion(QStringLiteral(DIFFUSCOPE_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("diffuscope"));
    QIcon icon;
    for (const int side : {16, 32, 48, 128, 256})
        icon.addFile(QStringLiteral(":/icons/diffuscope-%1.png").arg(side));
    QApplication::setWindowIcon(icon);
    if (QFontDatabase::families().isEmpty())
        std::fprintf(stderr,
                     "diffuscope: There are no fonts on this system, so no text can be shown; install "
                     "some, e.g. the package fonts-dejavu-core.\n");
    return diffuscope::runProgram(diffuscope::parseCommandLine(QApplication::arguments()));
}
