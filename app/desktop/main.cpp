// The desktop program: the window first, the model on the worker's thread while it is being painted.
#include "app/desktop/command_line.h"
#include "app/desktop/compute_device.h"
#include "app/desktop/first_image.h"
#include "app/desktop/model_list.h"
#include "app/desktop/screenshot.h"
#include "core/catalog/catalog.h"
#include "core/sample/model_run_factory.h"
#include "ui/document/session_document.h"
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

QString deviceText(const CommandLine& line)
{
    if (computesOnGpu(line.device.toStdString()))
        return QCoreApplication::translate("diffuscope::main", "GPU");
    const int threads = line.threads > 0 ? line.threads : QThread::idealThreadCount();
    return threads == 1 ? QCoreApplication::translate("diffuscope::main", "CPU · 1 thread")
                        : QCoreApplication::translate("diffuscope::main", "CPU · %1 threads").arg(threads);
}

ui::SamplingService::MakeFactory factoryMaker(const CommandLine& line,
                                              const std::vector<std::filesystem::path>& folders)
{
    sample::RunLimits limits;
    limits.threads = line.threads;
    limits.device = line.device.toStdString();
    limits.precision = line.precision.toStdString();
    return [folders, limits] { return std::make_unique<sample::ModelRunFactory>(folders, limits); };
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

    ui::Theme theme;
    ui::SamplingService service(factoryMaker(line, folders));
    ui::SessionDocument document(service);
    ui::Player player(document);
    ui::MainWindow window({document, player, theme, *settings});
    window.setModels(modelList(models), missingModelsText(folders, models));
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
    window.setDevice(deviceText(line));
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
