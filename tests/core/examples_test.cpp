// SPDX-License-Identifier: GPL-3.0-or-later
// The files in examples/ open, whole, and the models that they name come with the program.
#include "core/recipe/run_plan.h"
#include "core/session/session_file.h"

#include <QtTest>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace diffuscope;
namespace fs = std::filesystem;

namespace {

const fs::path source = DIFFUSCOPE_SOURCE_DIR;

std::vector<fs::path> examplesThatEndWith(const std::string& ending)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(source / "examples"))
        if (entry.path().string().ends_with(ending))
            files.push_back(entry.path());
    return files;
}

std::string contents(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool isShipped(const std::string& model)
{
    return fs::exists(source / "models" / model / "model.safetensors");
}

}  // namespace

class ExamplesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recipesOpenAndComeBackTheSame();
    void theSessionOpensWhole();
};

void ExamplesTest::recipesOpenAndComeBackTheSame()
{
    const auto files = examplesThatEndWith(".recipe.json");
    QVERIFY(files.size() >= 5);
    for (const auto& file : files) {
        const auto plan = recipe::planFromJson(contents(file));
        QVERIFY2(isShipped(plan.recipe.model), file.c_str());
        QVERIFY2(recipe::planFromJson(recipe::toJson(plan)) == plan, file.c_str());
    }
}

void ExamplesTest::theSessionOpensWhole()
{
    const auto files = examplesThatEndWith(".diffuscope");
    QVERIFY(!files.empty());
    for (const auto& path : files) {
        const auto file = session::readSession(path.string());
        QVERIFY2(file.problems.empty(), file.problems.empty() ? "" : file.problems.front().c_str());
        QVERIFY2(!file.session.runs().empty() && !file.records.empty(), path.c_str());
        for (const auto& run : file.session.runs())
            QVERIFY2(isShipped(run.recipe.model), path.c_str());
    }
}

QTEST_APPLESS_MAIN(ExamplesTest)
#include "examples_test.moc"
