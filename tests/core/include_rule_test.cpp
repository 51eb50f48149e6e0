// The layers, read from the sources: app → ui → core and never back, no Qt in core, no torch header that ui
// can reach.

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
    return std::ranges::any_of(
        folders, [&](const std::string& folder) { return header.starts_with(folder + "/"); });
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
        expectNone(m_graph.offences(
            "core", true,
            [](const auto& header) {
                return isIn(header, {"ui", "app"});
            }));
    }

    void uiIncludesNothingOfApp()
    {
        expectNone(m_graph.offences(
            "ui", true, [](const auto& header) { return isIn(header, {"app"}); }));
    }

    void noTorchHeaderIsReachableFromUi() { expectNone(m_graph.offences("ui", true, isTorch)); }

    void nothingOfTheProgramIncludesATest()
    {
        for (const char* layer : {"app", "ui", "core"}) {
            expectNone(m_graph.offences(
                layer, true, [](const auto& header) { return isIn(header, {"tests"}); }));
        }
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
