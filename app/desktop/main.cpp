// The desktop program: the window first, the model on the worker's thread while it is being painted.
#include "app/desktop/command_line.h"
#include "app/desktop/compute_device.h"
#include "app/desktop/first_image.h"
#include "app/desktop/model_list.h"
#include "app/desktop/screenshot.h"
#include "core/catalog/catalog.h"
#include "core/sample/model_run_factory.h"
#include "ui/document/session_document.h"
#include "ui/engine/compute_settings.h"
#include "ui/engine/sampling_service.h"
#include "ui/main_window.h"
#include "ui/playback/player.h"

#include <QApplication>
#include <QIcon>
#include <QSettings>
#include <QTemporaryDir>
#include <QThread>

#include <clocale>

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
    return compute.usesBFloat16() ? device + QStringLiteral(" · bfloat16") : device;
}

/// Makes factories; one that is made does the first step of `expected`, where there is one: the model is then
/// loaded, and its first evaluation known, by the time the window asks for it.
ui::SamplingService::MakeFactory factoryMaker(const std::vector<std::filesystem::path>& folders,
                                              const ui::ComputeChoice& choice, int threads,
                                              const std::optional<session::Recipe>& expected = {})
{
    sample::RunLimits limits;
    limits.threads = threads;
    limits.device = choice.device.toStdString();
    limits.precision = choice.precision.toStdString();
    return [folders, limits, expected] {
        auto factory = std::make_unique<sample::ModelRunFactory>(folders, limits);
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

int run(const CommandLine& line)
{
    const QTemporaryDir scratch;
    const auto settings = openSettings(line, scratch);
    const auto folders = catalog::modelFolders(line.modelsFolder.toStdString());
    const auto models = catalog::findModels(folders);
    const auto entries = modelList(models);

    ui::Theme theme;
    ui::ComputeSettings compute({.hasGpu = hasGpu(), .hasBFloat16 = processorHasBFloat16()},
                                computeChoice(line, *settings));
    const auto expected = ui::MainWindow::startingRecipe(*settings, entries, line.model);
    ui::SamplingService service(factoryMaker(folders, compute.choice(), line.threads, expected));
    ui::SessionDocument document(service);
    ui::Player player(document);
    ui::MainWindow window({document, player, theme, *settings});
    window.setModels(entries, missingModelsText(folders, models));
    window.offerCompute(compute);
    window.setDevice(deviceText(compute, line.threads));
    QObject::connect(&compute, &ui::ComputeSettings::changed, &window, [&](const ui::ComputeChoice& choice) {
        settings->setValue(deviceKey, choice.device);
        settings->setValue(precisionKey, choice.precision);
        window.setDevice(deviceText(compute, line.threads));
        service.setFactory(factoryMaker(folders, choice, line.threads));
        if (document.isAutoRun())
            document.sample();
    });
    if (line.theme)
        theme.setMode(*line.theme);
    if (line.size.isValid())
        window.resize(line.size);
    if (line.takesScreenshot())
        scheduleScreenshot(line, window, document);
    if (line.endsAtFirstImage)
        endAtFirstImage(document);
    window.show();
    if (line.recipeFile.isEmpty() || !window.openRecipe(line.recipeFile))
        window.restoreRecipe(line.model);
    return QApplication::exec();
}

}  // namespace

}  // namespace diffuscope

int main(int argc, char** argv)
{
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
    return diffuscope::run(diffuscope::parseCommandLine(QApplication::arguments()));
}
