// SPDX-License-Identifier: GPL-3.0-or-later
// The layers, read from the sources: app → ui → core and never back, no Qt in core, no torch header that ui
// can reach; and between the rooms of core and ui no arrow but those listed in here.

#include <QTest>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;

/// What one file includes: other files of the tree, and headers from elsewhere as they are spelled.
struct Includes
{
    std::vector<fs::path> own;
    std::vector<std::string> foreign;
};

/// The include graph of the C++ files below some folders of a source tree.
class IncludeGraph
{
public:
    IncludeGraph(fs::path root, const std::vector<std::string>& folders) : m_root(std::move(root))
    {
        for (const std::string& folder : folders) {
            if (!fs::exists(m_root / folder))
                continue;
            for (const auto& entry : fs::recursive_directory_iterator(m_root / folder)) {
                const std::string extension = entry.path().extension();
                if (entry.is_regular_file() && (extension == ".h" || extension == ".cpp"))
                    m_files[fs::relative(entry.path(), m_root)] = read(entry.path());
            }
        }
    }

    const std::map<fs::path, Includes>& files() const { return m_files; }

    /// One line for each file below `layer` whose closure (the file itself where `transitively` is false)
    /// includes something that `isForbidden` names, with the chain that leads there.
    std::vector<std::string> offences(const std::string& layer, bool transitively,
                                      const std::function<bool(const std::string&)>& isForbidden) const
    {
        std::vector<std::string> found;
        for (const auto& [file, includes] : m_files) {
            if (file.begin()->string() != layer)
                continue;
            std::set<fs::path> seen;
            const std::string chain = chainToForbidden(file, transitively, isForbidden, seen);
            if (!chain.empty())
                found.push_back(chain);
        }
        return found;
    }

private:
    /// The includes of one file. A quoted name is a file of this tree if the tree has it, from the root or
    /// from beside the file that includes it.
    Includes read(const fs::path& path) const
    {
        static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
        Includes includes;
        std::ifstream stream(path);
        for (std::string line; std::getline(stream, line);) {
            std::smatch match;
            if (!std::regex_search(line, match, directive))
                continue;
            const fs::path name = match[2].str();
            const fs::path beside = (path.parent_path() / name).lexically_normal();
            if (fs::exists(m_root / name))
                includes.own.push_back(name.lexically_normal());
            else if (match[1] == "\"" && fs::exists(beside))
                includes.own.push_back(fs::relative(beside, m_root));
            else
                includes.foreign.push_back(name);
        }
        return includes;
    }

    std::string chainToForbidden(const fs::path& file, bool transitively,
                                 const std::function<bool(const std::string&)>& isForbidden,
                                 std::set<fs::path>& seen) const
    {
        const auto includes = m_files.find(file);
        if (includes == m_files.end() || !seen.insert(file).second)
            return {};
        for (const std::string& header : includes->second.foreign)
            if (isForbidden(header))
                return file.string() + " includes " + header;
        for (const fs::path& own : includes->second.own) {
            if (isForbidden(own.string()))
                return file.string() + " includes " + own.string();
            if (transitively) {
                const std::string chain = chainToForbidden(own, true, isForbidden, seen);
                if (!chain.empty())
                    return file.string() + " → " + chain;
            }
        }
        return {};
    }

    fs::path m_root;
    std::map<fs::path, Includes> m_files;
};

bool isIn(const std::string& header, const std::vector<std::string>& folders)
{
    return std::ranges::any_of(folders,
                               [&](const std::string& folder) { return header.starts_with(folder + "/"); });
}

bool isTorch(const std::string& header)
{
    return isIn(header, {"torch", "ATen", "c10", "caffe2"});
}

/// <QString>, <QtTest>, <QtWidgets/QLabel>, <qglobal.h>, <qcustomplot.h>
bool isQt(const std::string& header)
{
    static const std::regex qt(R"(^(Q[A-Za-z]+(/.*)?|q[a-z0-9]+\.h)$)");
    return std::regex_match(header, qt);
}

/// Which rooms a room uses; a room is a folder of core or ui with all that is below it.
using Arrows = std::map<std::string, std::set<std::string>>;

/// What may be used, room by room, from the bottom to the top. A new arrow is written down here, or better
/// not drawn: what two rooms share belongs into a room below both.
const Arrows& allowedInCore()
{
    static const Arrows arrows{
        {"base", {}},
        {"random", {"base"}},
        {"schedule", {"base"}},
        {"recipe", {"base", "schedule"}},
        {"record", {"base", "schedule", "recipe"}},
        {"denoise", {"base", "random", "schedule", "recipe"}},
        {"inference", {"base"}},
        {"remote", {"base"}},
        {"model", {"base", "random", "schedule", "recipe", "denoise", "inference", "remote"}},
        {"samplers", {"base", "random", "schedule", "recipe", "denoise"}},
        {"edit", {"base", "random", "schedule", "recipe", "denoise", "samplers"}},
        {"run",
         {"base", "random", "schedule", "recipe", "record", "denoise", "inference", "model", "samplers",
          "edit"}},
        {"verify", {"base", "schedule", "recipe", "denoise", "model", "samplers", "run"}},
        {"explain", {"base", "random", "schedule", "recipe", "record", "samplers"}},
        {"measure",
         {"base", "random", "schedule", "recipe", "record", "denoise", "model", "samplers", "run"}},
        {"exports", {"base", "schedule", "recipe", "record", "explain"}},
        {"session", {"base", "schedule", "recipe", "record"}},
        {"sweep", {"base", "schedule", "recipe", "record", "run", "exports"}},
        {"lesson", {"base", "schedule", "recipe", "record", "explain", "measure", "run"}},
        {"train", {"base", "random", "schedule", "recipe", "denoise", "inference", "model", "measure"}},
    };
    return arrows;
}

/// The same for ui. The thread boundary and the document are below everything that is seen; a room of one
/// feature knows no other, but for the comparison, which draws pictures and plots of several runs.
const Arrows& allowedInUi()
{
    static const std::set<std::string> shared{"engine", "document", "theme", "widgets"};
    static const Arrows arrows{
        {"engine", {}},
        {"document", {"engine"}},
        {"theme", {}},
        {"widgets", {"engine", "document", "theme"}},
        {"plots", shared},
        {"stage", shared},
        {"words", shared},
        {"equation", shared},
        {"recipe", shared},
        {"session", shared},
        {"experiments", shared},
        {"lessons", shared},
        {"compare", {"engine", "document", "theme", "widgets", "plots"}},
        {"window",
         {"engine", "document", "theme", "widgets", "plots", "stage", "words", "equation", "recipe",
          "session", "experiments", "lessons", "compare"}},
    };
    return arrows;
}

/// What ui uses of core: never a kernel, training, or the cases of other programs.
const std::set<std::string>& roomsOfCoreForUi()
{
    static const std::set<std::string> rooms{"base",    "schedule", "recipe",  "record", "denoise",
                                             "model",   "samplers", "run",     "edit",   "explain",
                                             "measure", "exports",  "session", "lesson"};
    return rooms;
}

/// "samplers" of "core/samplers/ddim.cpp"; empty for a file that is not in a room of this layer.
std::string roomOf(const fs::path& file, const std::string& layer)
{
    auto part = file.begin();
    if (part == file.end() || part->string() != layer || std::distance(part, file.end()) < 3)
        return {};
    return std::next(part)->string();
}

/// One line for each include from a room of `layer` to another of it that is not allowed.
std::vector<std::string> arrowsNotAllowed(const IncludeGraph& graph, const std::string& layer,
                                          const Arrows& allowed)
{
    std::vector<std::string> found;
    for (const auto& [file, includes] : graph.files()) {
        const std::string from = roomOf(file, layer);
        if (from.empty())
            continue;
        const auto rooms = allowed.find(from);
        if (rooms == allowed.end())
            found.push_back(file.string() + " is in a room that is not in the list");
        for (const fs::path& own : includes.own) {
            const std::string to = roomOf(own, layer);
            if (to.empty() || to == from)
                continue;
            if (rooms == allowed.end() || !rooms->second.contains(to))
                found.push_back(file.string() + " includes " + own.string() + ": " + from + " may not use " +
                                to);
        }
    }
    return found;
}

/// "model → run → model" where the arrows lead back to where they came from; empty where they never do.
std::string circleIn(const Arrows& arrows)
{
    std::set<std::string> done;
    std::vector<std::string> path;
    const std::function<std::string(const std::string&)> follow = [&](const std::string& room) {
        if (std::ranges::find(path, room) != path.end()) {
            std::string circle;
            for (auto step = std::ranges::find(path, room); step != path.end(); ++step)
                circle += *step + " → ";
            return circle + room;
        }
        if (!done.insert(room).second)
            return std::string();
        path.push_back(room);
        if (const auto next = arrows.find(room); next != arrows.end()) {
            for (const std::string& to : next->second) {
                if (const std::string circle = follow(to); !circle.empty())
                    return circle;
            }
        }
        path.pop_back();
        return std::string();
    };
    for (const auto& [room, next] : arrows) {
        if (const std::string circle = follow(room); !circle.empty())
            return circle;
    }
    return {};
}

QByteArray joined(const std::vector<std::string>& lines)
{
    std::ostringstream text;
    for (const std::string& line : lines)
        text << '\n' << line;
    return QByteArray::fromStdString(text.str());
}

/// A source tree in a temporary folder, to try the rules on.
class PlantedTree
{
public:
    void write(const std::string& file, const std::string& text) const
    {
        const fs::path path = root() / file;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    fs::path root() const { return m_folder.path().toStdString(); }
    IncludeGraph graph() const { return {root(), {"app", "ui", "core"}}; }

private:
    QTemporaryDir m_folder;
};

}  // namespace

class TestIncludeRule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLayerIsRead()
    {
        for (const char* layer : {"app", "ui", "core"}) {
            const bool found = std::ranges::any_of(
                m_graph.files(), [&](const auto& file) { return file.first.begin()->string() == layer; });
            QVERIFY2(found, layer);
        }
    }

    void coreIncludesNoQt() { expectNone(m_graph.offences("core", true, isQt)); }

    void coreIncludesNeitherUiNorApp()
    {
        expectNone(m_graph.offences("core", true, [](const auto& header) {
            return isIn(header, {"ui", "app"});
        }));
    }

    void uiIncludesNothingOfApp()
    {
        expectNone(m_graph.offences("ui", true, [](const auto& header) { return isIn(header, {"app"}); }));
    }

    void noTorchHeaderIsReachableFromUi() { expectNone(m_graph.offences("ui", true, isTorch)); }

    void nothingOfTheProgramIncludesATest()
    {
        for (const char* layer : {"app", "ui", "core"}) {
            expectNone(
                m_graph.offences(layer, true, [](const auto& header) { return isIn(header, {"tests"}); }));
        }
    }

    void roomsOfCoreUseOnlyWhatIsListed() { expectNone(arrowsNotAllowed(m_graph, "core", allowedInCore())); }

    void roomsOfUiUseOnlyWhatIsListed() { expectNone(arrowsNotAllowed(m_graph, "ui", allowedInUi())); }

    void uiUsesOnlyTheRoomsOfCoreThatAreForIt()
    {
        expectNone(m_graph.offences("ui", false, [](const auto& header) {
            const std::string room = roomOf(header, "core");
            return !room.empty() && !roomsOfCoreForUi().contains(room);
        }));
    }

    void theListsHoldNoCircle()
    {
        QCOMPARE(QByteArray::fromStdString(circleIn(allowedInCore())), QByteArray());
        QCOMPARE(QByteArray::fromStdString(circleIn(allowedInUi())), QByteArray());
    }

    void anArrowThatIsNotListedIsFound()
    {
        PlantedTree tree;
        tree.write("core/base/error.h", "");
        tree.write("core/run/run.h", "#include \"core/base/error.h\"\n");
        tree.write("core/schedule/grid.cpp", "#include \"core/run/run.h\"\n");
        tree.write("core/model/unet/net.cpp", "#include \"../../run/run.h\"\n");
        tree.write("core/attic/old.cpp", "");
        const auto found = arrowsNotAllowed(tree.graph(), "core", allowedInCore());
        QCOMPARE(joined(found),
                 QByteArray("\ncore/attic/old.cpp is in a room that is not in the list"
                            "\ncore/model/unet/net.cpp includes core/run/run.h: model may not use run"
                            "\ncore/schedule/grid.cpp includes core/run/run.h: schedule may not use run"));
    }

    void aCircleInAListIsFound()
    {
        QCOMPARE(QByteArray::fromStdString(circleIn({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}})),
                 QByteArray("b → c → b"));
        QCOMPARE(QByteArray::fromStdString(circleIn({{"a", {"b", "c"}}, {"b", {"c"}}, {"c", {}}})),
                 QByteArray());
    }

    void aTorchHeaderBehindAHeaderOfCoreIsFound()
    {
        PlantedTree tree;
        tree.write("core/denoise/denoiser.h", "#include <torch/types.h>\n");
        tree.write("core/sample/run.h", "#include \"core/denoise/denoiser.h\"\n");
        tree.write("ui/view.cpp", "#include \"core/sample/run.h\"\n");
        tree.write("ui/label.cpp", "#include <QLabel>\n");
        const auto offences = tree.graph().offences("ui", true, isTorch);
        QCOMPARE(offences.size(), std::size_t(1));
        QCOMPARE(QByteArray::fromStdString(offences.front()),
                 "ui/view.cpp → core/sample/run.h → core/denoise/denoiser.h includes torch/types.h");
    }

    void aQtHeaderInCoreIsFound()
    {
        PlantedTree tree;
        tree.write("core/a.cpp", "# include <QString>\n");
        tree.write("core/b.cpp", "#include <qcustomplot.h>\n");
        tree.write("core/c.cpp", "#include <queue>\n#include <string>\n");
        QCOMPARE(tree.graph().offences("core", true, isQt).size(), std::size_t(2));
    }

    void aWayBackUpTheLayersIsFoundBesideAFileToo()
    {
        PlantedTree tree;
        tree.write("ui/main_window.h", "");
        tree.write("core/run.cpp", "#include \"../ui/main_window.h\"\n");
        const auto offences =
            tree.graph().offences("core", true, [](const auto& header) { return isIn(header, {"ui"}); });
        QCOMPARE(offences.size(), std::size_t(1));
    }

private:
    static void expectNone(const std::vector<std::string>& offences)
    {
        QVERIFY2(offences.empty(), joined(offences).constData());
    }

    IncludeGraph m_graph{DIFFUSCOPE_SOURCE_DIR, {"app", "ui", "core"}};
};

QTEST_GUILESS_MAIN(TestIncludeRule)
#include "include_rule_test.moc"
