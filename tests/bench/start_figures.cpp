// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/start_figures.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include <stdexcept>

namespace diffuscope::bench {

namespace {

constexpr int limitMs = 60'000;

double msToFirstImage(const QString& program, const QString& model)
{
    const QTemporaryDir home;  // a person's own window and recipe must not matter
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), home.path());
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), home.path());
    QProcess process;
    process.setProcessEnvironment(environment);

    QElapsedTimer clock;
    clock.start();
    process.start(program, {QStringLiteral("--model"), model, QStringLiteral("--end-at-first-image")});
    if (!process.waitForReadyRead(limitMs))
        throw std::runtime_error(program.toStdString() + " showed no image within a minute");
    const double elapsedMs = double(clock.nsecsElapsed()) / 1e6;
    if (!process.waitForFinished(limitMs) || process.exitStatus() != QProcess::NormalExit ||
        process.exitCode() != 0)
        throw std::runtime_error(program.toStdString() + " did not end well after its first image: " +
                                 process.readAllStandardError().toStdString());
    return elapsedMs;
}

}  // namespace

std::vector<Figure> startFigures(const QString& program, const QString& model, int rounds)
{
    const double first = msToFirstImage(program, model);
    std::vector<double> seconds;
    for (int round = 0; round < rounds; ++round)
        seconds.push_back(msToFirstImage(program, model) / 1000);
    return {{"start → first sampled image, first time", first / 1000, "s"},
            {"start → first sampled image, median", median(seconds), "s", 1}};
}

}  // namespace diffuscope::bench
