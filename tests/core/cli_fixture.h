// SPDX-License-Identifier: GPL-3.0-or-later
// Runs diffuscope-cli as a person would, with the models of a temporary folder, and tells what it said.
#pragma once

#include "tests/core/file_fixture.h"

#include <QProcess>
#include <QString>
#include <QStringList>

#include <string>

namespace diffuscope::test {

class CliFixture : public FileFixture
{
public:
    static constexpr int patienceMs = 60'000;

    struct Outcome
    {
        int exitCode = -1;
        QString output;
        QString errors;
    };

    QString file(const std::string& name) const { return QString::fromStdString(path(name)); }

    void start(QProcess& process, const QStringList& arguments) const
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("DIFFUSCOPE_MODELS", file("models"));
        process.setProcessEnvironment(environment);
        process.start(DIFFUSCOPE_BINARY_DIR "/diffuscope-cli", arguments);
    }

    Outcome run(const QStringList& arguments, const QByteArray& input = {}) const
    {
        QProcess process;
        start(process, arguments);
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(patienceMs) || process.exitStatus() != QProcess::NormalExit)
            return {-1, {}, "The program crashed or did not end."};
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }
};

}  // namespace diffuscope::test
