// SPDX-License-Identifier: GPL-3.0-or-later
// Names of other programs: each stands for one entry that exists, and a slip of the keyboard is told.
#include "core/base/aliases.h"
#include "core/denoise/rule_registry.h"
#include "core/denoise/target_info.h"
#include "core/samplers/sampler_registry.h"
#include "core/schedule/schedule_registry.h"
#include "core/schedule/time_grid.h"

#include <QTest>

#include <set>

using namespace diffuscope;
using base::EntryKind;
using base::OptionValues;

namespace {

/// Id → options of every entry of a kind.
using Entries = std::map<std::string, std::vector<base::Option>>;

template <typename List>
Entries entriesOf(const List& list)
{
    Entries entries;
    for (const auto& entry : list)
        entries[entry.id] = entry.options;
    return entries;
}

Entries entriesOf(EntryKind kind)
{
    switch (kind) {
        case EntryKind::sampler:
            return entriesOf(samplers::samplers());
        case EntryKind::schedule:
            return entriesOf(schedule::scheduleFamilies());
        case EntryKind::grid:
            return entriesOf(schedule::gridRules());
        case EntryKind::guidance:
            return entriesOf(denoise::guidanceRules());
        case EntryKind::clipping:
            return entriesOf(denoise::clippingRules());
        case EntryKind::target:
            break;
    }
    return entriesOf(denoise::targetInfos());
}

constexpr EntryKind kinds[] = {EntryKind::sampler,  EntryKind::schedule, EntryKind::grid,
                               EntryKind::guidance, EntryKind::clipping, EntryKind::target};

}  // namespace

class TestAliases : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyAliasNamesAnEntryAndSetsOptionsThatItHas()
    {
        for (const EntryKind kind : kinds) {
            const Entries entries = entriesOf(kind);
            QVERIFY(!base::aliases(kind).empty());
            for (const auto& alias : base::aliases(kind)) {
                QVERIFY2(entries.contains(alias.id), alias.name.c_str());
                const OptionValues all = base::completed("alias", entries.at(alias.id), alias.preset);
                for (const auto& [id, value] : alias.preset)
                    QVERIFY2(all.at(id) == value, alias.name.c_str());
            }
        }
    }

    void noNameHasTwoMeanings()
    {
        for (const EntryKind kind : kinds) {
            std::set<std::string> names;
            for (const auto& [id, options] : entriesOf(kind))
                QVERIFY2(names.insert(base::canonicalName(id)).second, id.c_str());
            for (const auto& alias : base::aliases(kind))
                QVERIFY2(names.insert(base::canonicalName(alias.name)).second, alias.name.c_str());
        }
    }

    void usualNamesOfSamplersAreFound_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("id");
        const auto row = [](const char* name, const char* id) { QTest::newRow(name) << name << id; };
        row("dpmpp-2m", "dpmpp_2m");
        row("DPM++ 2M", "dpmpp_2m");
        row("dpmpp-2m-sde", "dpmpp_2m_sde");
        row("dpmpp_2m_sde", "dpmpp_2m_sde");
        row("dpmpp-3m", "dpmpp_3m");
        row("dpmpp-2s", "dpmpp_2s");
        row("euler-a", "euler_a");
        row("Euler a", "euler_a");
        row("euler-ancestral", "euler_a");
        row("k_euler", "euler");
        row("plms", "pndm");
        row("UniPC", "unipc");
        row("dpm2-a", "dpm2_a");
        row("DDIM", "ddim");
        row("dopri5", "rk45");
    }
    void usualNamesOfSamplersAreFound()
    {
        QFETCH(QString, name);
        QFETCH(QString, id);
        const auto found = base::namedEntry(EntryKind::sampler, name.toStdString());
        QCOMPARE(QString::fromStdString(found.id), id);
        QCOMPARE(samplers::samplerInfo(found.id).id, found.id);
    }

    void anAliasBringsTheOptionsItImplies()
    {
        const auto heun = base::namedEntry(EntryKind::sampler, "DPMPP-2M-SDE-Heun");
        QCOMPARE(heun.id, std::string("dpmpp_2m_sde"));
        QVERIFY(heun.preset == OptionValues({{"solver_type", std::string("heun")}}));
        const auto sgm = base::namedEntry(EntryKind::grid, "sgm_uniform");
        QVERIFY(sgm.preset.contains("count") && sgm.preset.contains("fractional"));
    }

    void sgmUniformVisitsTheTimesOfTheProgramItComesFrom()
    {
        const auto schedule = schedule::makeSchedule({"scaled_linear", {}});
        const auto named = base::namedEntry(EntryKind::grid, "sgm-uniform");
        const auto grid = schedule::makeTimeGrid(schedule, {named.id, named.preset}, 8);
        QCOMPARE(grid.steps(), 8);
        for (int i = 0; i < 8; ++i)
            QVERIFY(qAbs(grid[i].t - 999.0 * (8 - i) / 8) < 1e-9);
    }

    void theNearestNameIsToldAndOnlyWhereItIsNear()
    {
        const std::vector<std::string> names{"ddim", "dpmpp_2m", "euler", "unipc"};
        QCOMPARE(base::nearestName("dpmp-2m", names), std::string("dpmpp_2m"));
        QCOMPARE(base::nearestName("Eluer", names), std::string("euler"));
        QCOMPARE(base::nearestName("ddmi", names), std::string("ddim"));
        QCOMPARE(base::nearestName("uni-pc", names), std::string("unipc"));
        QCOMPARE(base::nearestName("photosynthesis", names), std::string());
        QCOMPARE(base::nearestName("", names), std::string());
        QCOMPARE(base::nearestName(std::string(100'000, 'x'), names), std::string());
    }
};

QTEST_GUILESS_MAIN(TestAliases)
#include "aliases_test.moc"
