// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing outside of core/samplers asks which sampler it is, or under which heading it is listed: what others
// have to know of a sampler are traits of its entry.
#include "core/samplers/sampler_registry.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace diffuscope;

namespace {

/// Folders and files that name samplers for a reason, relative to the sources.
bool mayName(const QString& path)
{
    static const QStringList allowed{
        QStringLiteral("core/samplers/"),                          // their own files
        QStringLiteral("core/verify/"),                            // which sampler another program's is
        QStringLiteral("core/base/aliases."),                      // other programs' names
        QStringLiteral("core/model/diffusers/scheduler_config."),  // the same
        QStringLiteral("core/recipe/sampler_spec.h"),              // the sampler of a new recipe
        QStringLiteral("core/recipe/former_meanings."),            // recipes of version 1
        QStringLiteral("core/recipe/start.h"),                     // methods of inversion
        QStringLiteral("core/edit/"),                              // the same
    };
    for (const QString& each : allowed)
        if (path.startsWith(each))
            return true;
    return false;
}

}  // namespace

class SamplerIdsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noOtherFileNamesASampler()
    {
        QSet<QString> names;
        for (const auto& info : samplers::samplers())
            names << QString::fromStdString(info.id) << QString::fromStdString(info.family);
        // Words that also mean something else: a grid for students, a rule of guidance.
        names -= QSet<QString>{QStringLiteral("lcm"), QStringLiteral("CFG++")};
        static const QRegularExpression literal(QStringLiteral("\"([^\"\\n]*)\""));
        const QDir root(QStringLiteral(DIFFUSCOPE_SOURCE_DIR));
        int files = 0;
        for (const char* room : {"core", "app", "ui"}) {
            QDirIterator entries(root.filePath(QLatin1String(room)),
                                 {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files,
                                 QDirIterator::Subdirectories);
            while (entries.hasNext()) {
                QFile file(entries.next());
                const QString path = root.relativeFilePath(file.fileName());
                if (mayName(path))
                    continue;
                QVERIFY(file.open(QIODevice::ReadOnly));
                ++files;
                for (const QString& line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
                    if (line.contains(QStringLiteral("///")))
                        continue;
                    auto found = literal.globalMatch(line);
                    while (found.hasNext())
                        QVERIFY2(!names.contains(found.next().captured(1)), qPrintable(path + ": " + line));
                }
            }
        }
        QVERIFY(files > 300);
    }

    /// What the registry cannot check when it is compiled: every sampler says what others need to know.
    void everySamplerHasItsTraits()
    {
        for (const auto& info : samplers::samplers()) {
            QVERIFY2(info.equation, info.id.c_str());
            QVERIFY2(info.adaptive == bool(info.attempts), info.id.c_str());
            if (info.inverse)
                QVERIFY2(info.needs && info.needs(samplers::withDefaults(info, {})).direction ==
                                           samplers::GridNeeds::Direction::toNoise,
                         info.id.c_str());
        }
        QCOMPARE(samplers::ddpmSampler().id, std::string("ddpm"));
    }
};

QTEST_GUILESS_MAIN(SamplerIdsTest)
#include "sampler_ids_test.moc"
