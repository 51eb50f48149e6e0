// SPDX-License-Identifier: GPL-3.0-or-later
// The table of other programs' names in the documentation: every name in it answers.
#include "core/base/aliases.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/time_grid.h"

#include <QFile>
#include <QTest>

#include <map>
#include <set>

using namespace diffuscope;
using base::EntryKind;

namespace {

struct Row
{
    EntryKind kind;
    QString program, there, here;
};

QString code(const QString& cell)
{
    return cell.trimmed().remove(QLatin1Char('`'));
}

std::vector<Row> rows()
{
    QFile file(QStringLiteral(DIFFUSCOPE_SOURCE_DIR "/docs/names.md"));
    std::vector<Row> found;
    if (!file.open(QIODevice::ReadOnly))
        return found;
    EntryKind kind = EntryKind::sampler;
    for (const QString& line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
        if (line.startsWith(QStringLiteral("## Schedulers")))
            kind = EntryKind::grid;
        const QStringList cells = line.split(QLatin1Char('|'));
        if (cells.size() >= 5 && cells[2].contains(QLatin1Char('`')))
            found.push_back({kind, cells[1].trimmed(), code(cells[2]), code(cells[3])});
    }
    return found;
}

/// Id → options of every entry.
std::map<std::string, std::vector<base::Option>> entriesOfKind(EntryKind kind)
{
    std::map<std::string, std::vector<base::Option>> entries;
    if (kind == EntryKind::sampler)
        for (const auto& info : samplers::samplers())
            entries[info.id] = info.options;
    else
        for (const auto& rule : schedule::gridRules())
            entries[rule.id] = rule.options;
    return entries;
}

}  // namespace

class NamesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyNameOfTheTableAnswers()
    {
        const auto all = rows();
        QVERIFY(all.size() > 120);
        for (const Row& row : all) {
            const auto entries = entriesOfKind(row.kind);
            const auto named = base::namedEntry(row.kind, row.here.toStdString());
            const auto entry = entries.find(named.id);
            QVERIFY2(entry != entries.end(), qPrintable(row.program + ": " + row.here));
            (void)base::completed("name", entry->second, named.preset);
        }
    }

    /// What a person types from habit is at least a sampler or a grid here, too.
    void namesAreFoundAsTheyAreThere()
    {
        for (const Row& row : rows()) {
            const QString there = row.there.section(QStringLiteral(" ("), 0, 0);
            const auto named = base::namedEntry(row.kind, there.toStdString());
            QVERIFY2(entriesOfKind(row.kind).contains(named.id), qPrintable(row.program + ": " + there));
        }
    }
};

QTEST_GUILESS_MAIN(NamesTest)
#include "names_test.moc"
