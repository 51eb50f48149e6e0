// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/command_line.h"

#include "app/desktop/compute_device.h"
#include "core/session/share_link.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>
#include <QUrl>

#include <cstdio>
#include <cstdlib>

namespace diffuscope {

namespace {

constexpr int usageExit = 2;

[[noreturn]] void refuse(const QString& sentence)
{
    std::fprintf(stderr, "diffuscope: %s\nSee diffuscope --help.\n", qPrintable(sentence));
    std::exit(usageExit);
}

QString tr(const char* text)
{
    return QCoreApplication::translate("diffuscope::CommandLine", text);
}

QSize parsedSize(const QString& text)
{
    static const QRegularExpression pattern(QStringLiteral("^(\\d{2,5})x(\\d{2,5})$"));
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        refuse(tr("--size is \"%1\", but must be like 1280x720.").arg(text));
    return {match.captured(1).toInt(), match.captured(2).toInt()};
}

ui::Theme::Mode parsedTheme(const QString& text)
{
    if (text == QLatin1String("light"))
        return ui::Theme::Mode::light;
    if (text == QLatin1String("dark"))
        return ui::Theme::Mode::dark;
    if (text == QLatin1String("system"))
        return ui::Theme::Mode::system;
    refuse(tr("--theme is \"%1\", but must be light, dark or system.").arg(text));
}

int parsedNumber(const QString& option, const QString& text, int minimum, int maximum)
{
    bool whole = false;
    const int number = text.toInt(&whole);
    if (!whole || number < minimum || number > maximum)
        refuse(tr("--%1 is \"%2\", but must be a whole number from %3 to %4.")
                   .arg(option, text)
                   .arg(minimum)
                   .arg(maximum));
    return number;
}

std::optional<double> parsedMoment(const QString& text)
{
    if (text == QLatin1String("finished"))
        return std::nullopt;
    bool isNumber = false;
    const double seconds = text.toDouble(&isNumber);
    if (!isNumber || !(seconds >= 0 && seconds <= 600))
        refuse(tr("--after is \"%1\", but must be \"finished\" or seconds from 0 to 600.").arg(text));
    return seconds;
}

}  // namespace

CommandLine parseCommandLine(const QStringList& arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(tr("An oscilloscope for diffusion models."));
    parser.addOptions({
        {QStringLiteral("model"), tr("Start with this model."), tr("id")},
        {QStringLiteral("models"), tr("Look for models in this folder first."), tr("folder")},
        {QStringLiteral("recipe"), tr("Start with the recipe or session in this file."), tr("file")},
        {QStringLiteral("device"), tr("Compute on cpu, cuda, or auto: the GPU if there is one."),
         tr("device")},
        {QStringLiteral("precision"),
         tr("Compute networks in float32, bfloat16, or auto: bfloat16 where the processor has it."),
         tr("precision")},
        {QStringLiteral("threads"), tr("Compute with so many threads; 0 is one per core."), tr("number"),
         QStringLiteral("0")},
        {QStringLiteral("theme"), tr("Colours: light, dark or system."), tr("theme")},
        {QStringLiteral("size"), tr("Size of the window, e.g. 1280x720."), tr("size")},
        {QStringLiteral("screenshot"), tr("Write a picture of the window to this PNG file and end."),
         tr("file")},
        {QStringLiteral("after"), tr("When to take it: \"finished\", or seconds after the start."),
         tr("moment"), QStringLiteral("finished")},
        {QStringLiteral("frame"), tr("Which frame to show in it; 0 is pure noise."), tr("number")},
        {QStringLiteral("lesson"), tr("Begin this lesson."), tr("name")},
        {QStringLiteral("screenshots"),
         tr("With --lesson: play it without hands, write a picture of every step to this folder, and end."),
         tr("folder")},
        {QStringLiteral("end-at-first-image"),
         tr("End once the first sampled image is in the window, to measure the start.")},
    });
    parser.addPositionalArgument(QStringLiteral("file"), tr("A session, recipe or diffuscope: link to open."),
                                 QStringLiteral("[file]"));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    if (!parser.parse(arguments))
        refuse(parser.errorText());
    if (parser.isSet(help))
        parser.showHelp();
    if (parser.isSet(version))
        parser.showVersion();
    // Desktops name files by their addresses.
    QStringList files = parser.positionalArguments();
    for (QString& file : files)
        if (file.startsWith(QLatin1String("file:")))
            file = QUrl(file).toLocalFile();
    const auto isFile = [](const QString& file) {
        return QFileInfo::exists(file) || session::looksLikeLink(file.toStdString());
    };
    const bool isOneFile = files.size() == 1 && isFile(files.constFirst());
    if (!files.isEmpty() && !isOneFile)
        refuse(tr("\"%1\" is neither an option nor a file.").arg(files.constFirst()));
    if (isOneFile && parser.isSet(QStringLiteral("recipe")))
        refuse(tr("Give one file to open, either with --recipe or without."));

    const auto value = [&](const char* name) { return parser.value(QLatin1String(name)); };
    CommandLine line;
    line.model = value("model");
    line.modelsFolder = value("models");
    line.recipeFile = isOneFile ? files.constFirst() : value("recipe");
    line.device = value("device");
    if (!QStringList{"", "auto", "cpu", "cuda"}.contains(line.device))
        refuse(tr("--device is \"%1\", but must be auto, cpu or cuda.").arg(line.device));
    if (line.device == QLatin1String("cuda") && !hasGpu())
        refuse(tr("--device is cuda, but LibTorch finds no GPU here."));
    line.precision = value("precision");
    if (!QStringList{"", "auto", "float32", "bfloat16"}.contains(line.precision))
        refuse(tr("--precision is \"%1\", but must be auto, float32 or bfloat16.").arg(line.precision));
    if (line.precision == QLatin1String("bfloat16") && !processorHasBFloat16() && !hasGpu())
        refuse(tr("--precision is bfloat16, but the processor has no instructions for it."));
    line.threads = parsedNumber(QStringLiteral("threads"), value("threads"), 0, 1024);
    if (parser.isSet(QStringLiteral("theme")))
        line.theme = parsedTheme(value("theme"));
    if (parser.isSet(QStringLiteral("size")))
        line.size = parsedSize(value("size"));
    line.screenshotFile = value("screenshot");
    line.lesson = value("lesson");
    line.lessonPictures = value("screenshots");
    if (!line.lessonPictures.isEmpty() && line.lesson.isEmpty())
        refuse(tr("--screenshots goes with --lesson."));
    line.endsAtFirstImage = parser.isSet(QStringLiteral("end-at-first-image"));
    line.afterSeconds = parsedMoment(value("after"));
    if (parser.isSet(QStringLiteral("frame")))
        line.frame = parsedNumber(QStringLiteral("frame"), value("frame"), 0, 1000000);
    return line;
}

}  // namespace diffuscope
