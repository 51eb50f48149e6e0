// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions: the tree, the record of a run, and files, whole and damaged.
#include "core/base/error.h"
#include "core/base/tensor_pack.h"
#include "core/session/session_file.h"

#include <QtTest>

#include <bit>
#include <cmath>
#include <fstream>
#include <random>

using namespace diffuscope;
using recipe::BranchPoint;
using recipe::Recipe;
using session::RunRecord;
using session::Session;
using session::SessionFile;

namespace {

constexpr record::BatchShape shape{3, 1, 2, 2};

Recipe recipeOf(int steps)
{
    Recipe recipe;
    recipe.steps = steps;
    return recipe;
}

/// Frames whose values depend on frame, image and `change` at one place.
record::Trajectory trajectoryOf(int frames, int changedFrame = -1, int changedValue = 0)
{
    record::Trajectory trajectory;
    for (int i = 0; i < frames; ++i) {
        std::vector<float> values(shape.values());
        for (std::size_t at = 0; at < values.size(); ++at)
            values[at] = float(std::sin(double(at) + 10.0 * i));
        if (i == changedFrame)
            values[std::size_t(changedValue)] += 0.25f;
        auto frame = std::make_shared<record::Frame>();
        frame->index = i;
        frame->shape = shape;
        frame->xt = {values, record::Precision::full};
        trajectory.frames.push_back(frame);
    }
    return trajectory;
}

SessionFile sampleSession()
{
    SessionFile file;
    const int root = file.session.addRun(recipeOf(20));
    const int branch = file.session.addBranch(root, 12, recipeOf(40));
    file.session.addBranch(branch, 20, recipeOf(30));
    file.session.setName(branch, "mit Änderung");
    file.session.setNote(root, "first\nsecond");
    file.session.setWritten(branch, {"red blue hair", {1}});
    file.view = {.run = branch,
                 .place = 0.5,
                 .selectedImage = 2,
                 .layer = 4,
                 .branchMode = true,
                 .compared = {1, 2},
                 .isEnlarged = true,
                 .showsAllLayers = true,
                 .ranges = "0 1 2",
                 .curve = "snr",
                 .docks = {"recipeDock", "pathDock"}};
    file.made = {.program = "0.1", .device = "cpu", .threads = 2, .models = {{"mnist", "abc"}}};
    file.records[root] = std::make_shared<RunRecord>(session::recordOf(trajectoryOf(5)));
    return file;
}

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeBytes(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write");
}

}  // namespace

class SessionFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTreeKnowsItsPlansOwnersAndBranches()
    {
        const Session tree = sampleSession().session;
        QCOMPARE(tree.branchesOf(1), std::vector<int>{2});
        QCOMPARE(tree.depthOf(3), 2);
        const recipe::RunPlan plan = tree.planOf(3);
        QCOMPARE(plan.recipe.steps, 30);
        QCOMPARE(plan.from->frame, 20);
        QCOMPARE(plan.from->run.recipe.steps, 40);
        QCOMPARE(plan.from->run.from->frame, 12);
        // Up to the frame at which it began a state is the work of the run above.
        QCOMPARE(tree.ownerOf(3, 21), 3);
        QCOMPARE(tree.ownerOf(3, 20), 2);
        QCOMPARE(tree.ownerOf(3, 12), 1);
        QCOMPARE(tree.ownerOf(3, 0), 1);
    }

    void aPlanIsAddedWithTheRunsThatItLeaves()
    {
        const Session tree = sampleSession().session;
        Session other;
        other.addRun(recipeOf(7));
        const int added = other.addPlan(tree.planOf(3));
        QCOMPARE(other.runs().size(), std::size_t(4));
        QVERIFY(other.planOf(added) == tree.planOf(3));
        // Runs above that are there already are not added again.
        recipe::RunPlan sibling = tree.planOf(3);
        sibling.recipe.steps = 31;
        QCOMPARE(other.run(other.addPlan(sibling)).parent, other.run(added).parent);
        QCOMPARE(other.runs().size(), std::size_t(5));
        sibling.from = std::make_shared<const BranchPoint>(BranchPoint{tree.planOf(1), 13});
        other.addPlan(sibling);
        QCOMPARE(other.runs().size(), std::size_t(6));
        other.addPlan({recipeOf(7), {}});
        QCOMPARE(other.runs().size(), std::size_t(7));
    }

    void deletingARunTakesItsBranchesAndItsNumberIsNotUsedAgain()
    {
        Session tree = sampleSession().session;
        tree.remove(2);
        QCOMPARE(tree.runs().size(), std::size_t(1));
        QCOMPARE(tree.addRun({}), 4);
    }

    void namesAreCutBetweenCharacters()
    {
        Session tree = sampleSession().session;
        std::string name(Session::longestName - 1, 'a');
        name += "ü";
        tree.setName(1, name);
        QCOMPARE(tree.run(1).name.size(), Session::longestName - 1);
    }

    void aFileHoldsTheWholeSession()
    {
        const SessionFile before = sampleSession();
        session::writeSession(path(), before);
        QVERIFY(session::looksLikeSession(path()));
        const SessionFile after = session::readSession(path());
        QVERIFY(after.session == before.session);
        QVERIFY(after.view == before.view);
        QVERIFY(after.made == before.made);
        QVERIFY(after.problems.empty());
        const RunRecord& record = *after.records.at(1);
        QCOMPARE(record.digests, before.records.at(1)->digests);
        QCOMPARE(record.states, before.records.at(1)->states);
        QCOMPARE(record.result, before.records.at(1)->result);
        QCOMPARE(record.sketches, before.records.at(1)->sketches);
        QCOMPARE(record.projections, session::usualProjections);
        QCOMPARE(record.sketches.size(), std::size_t(5 * shape.batch * session::usualProjections));
        QVERIFY(record.resultFrame()->shape == shape);
    }

    void aReplayThatIsTheSameDiffersNowhere()
    {
        const RunRecord stored = session::recordOf(trajectoryOf(5));
        QVERIFY(!session::firstDifference(stored, trajectoryOf(5)));
    }

    void everyBitOfAStateIsInItsDigest()
    {
        const record::Trajectory run = trajectoryOf(1);
        const std::uint64_t digest = session::digestOf(*run.frames[0]);
        std::vector<float> values(shape.values());
        for (const std::size_t at : {std::size_t(0), shape.values() - 1})
            for (std::uint32_t bit = 0; bit < 32; ++bit) {
                run.frames[0]->xt.copyTo(values);
                values[at] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(values[at]) ^ (1u << bit));
                record::Frame changed = *run.frames[0];
                changed.xt = {values, record::Precision::full};
                QVERIFY2(session::digestOf(changed) != digest, qPrintable(QString::number(bit)));
            }
    }

    void aReplayThatDiffersNamesTheFrameAndByHowMuch()
    {
        const RunRecord stored = session::recordOf(trajectoryOf(5));
        QCOMPARE(stored.sampledImages, 3);
        const auto difference = session::firstDifference(stored, trajectoryOf(5, 3, 1));
        QVERIFY(difference);
        QCOMPARE(difference->frame, 3);
        QVERIFY(std::abs(*difference->largest - 0.25) < 1e-6);
        const auto shorter = session::firstDifference(stored, trajectoryOf(4));
        QVERIFY(shorter);
        QCOMPARE(shorter->frame, 4);
    }

    void aDifferenceInAnImageThatWasNotStoredIsFoundToo()
    {
        const std::size_t oneImage = shape.imageValues() * sizeof(float) * 5;
        const RunRecord stored = session::recordOf(trajectoryOf(5), oneImage);
        QCOMPARE(stored.sampledImages, 1);
        const auto difference = session::firstDifference(stored, trajectoryOf(5, 2, int(shape.values()) - 1));
        QVERIFY(difference);
        QCOMPARE(difference->frame, 2);
        QVERIFY(!difference->largest);
        // Of the last image, by 0.25 in one of four values: every projection tells that exactly.
        QVERIFY(difference->about);
        QCOMPARE(difference->about->image, 2);
        QVERIFY2(std::abs(difference->about->rms - 0.125) < 1e-6,
                 qPrintable(QString::number(difference->about->rms)));
        QVERIFY(std::abs(*difference->aboutLater - 0.125) < 1e-6);
    }

    void aSketchEstimatesAsCloselyAsItSays_data()
    {
        QTest::addColumn<int>("projections");
        QTest::newRow("8") << 8;
        QTest::newRow("1") << 1;
    }
    void aSketchEstimatesAsCloselyAsItSays()
    {
        QFETCH(int, projections);
        constexpr std::size_t values = 784;
        constexpr int cases = 400;
        const session::StateSketcher sketcher(values, projections);
        std::mt19937 random(5);
        std::normal_distribution<float> normal;
        double bias = 0, squares = 0;
        for (int i = 0; i < cases; ++i) {
            std::vector<float> image(values), other(values), a, b;
            double apart = 0;
            for (std::size_t at = 0; at < values; ++at) {
                image[at] = normal(random);
                other[at] = image[at] + 0.01f * normal(random);
                apart += std::pow(double(other[at]) - double(image[at]), 2);
            }
            sketcher.append(image, a);
            sketcher.append(other, b);
            const double rms = std::sqrt(apart / values);
            const double error = session::sketchDifference(a, b, projections, values).rms / rms - 1;
            bias += error / cases;
            squares += error * error / cases;
        }
        // The root of a mean of k squares of normal numbers: its expectation and its spread.
        const double k = projections;
        const double mean = std::sqrt(2 / k) * std::tgamma((k + 1) / 2) / std::tgamma(k / 2);
        const double spread = std::sqrt(1 - mean * mean);
        const double found = std::sqrt(squares - bias * bias);
        QVERIFY2(std::abs(bias + 1 - mean) < 4 * spread / std::sqrt(cases),
                 qPrintable(QString::number(bias)));
        QVERIFY2(std::abs(found / spread - 1) < 0.2, qPrintable(QString::number(found)));
    }

    void aSketchNamesTheImageThatDiffersMost()
    {
        const std::size_t oneImage = shape.imageValues() * sizeof(float) * 5;
        const RunRecord stored = session::recordOf(trajectoryOf(5), oneImage);
        record::Trajectory replay = trajectoryOf(5, 3, 5);
        auto later = std::make_shared<record::Frame>(*replay.frames[4]);
        std::vector<float> values(shape.values());
        later->xt.copyTo(values);
        values.back() += 2;
        values[4] += 1;
        later->xt = {values, record::Precision::full};
        replay.frames[4] = later;
        const auto difference = session::firstDifference(stored, replay);
        QCOMPARE(difference->frame, 3);
        QCOMPARE(difference->about->image, 1);
        QVERIFY(std::abs(*difference->aboutLater - 1) < 1e-5);
        // Where exact values tell, they do.
        const auto exact = session::firstDifference(stored, trajectoryOf(5, 3, 1));
        QVERIFY(exact->largest && !exact->about && !exact->aboutLater);
    }

    void aFileWithoutSketchesIsReadAsBefore()
    {
        SessionFile file = sampleSession();
        auto record = std::make_shared<RunRecord>(*file.records.at(1));
        record->sketches.clear();
        record->projections = 0;
        record->sampledImages = 1;
        record->states.clear();
        for (const auto& frame : trajectoryOf(5).frames) {
            const auto first = frame->layer(record::Layer::xt, 0);
            record->states.insert(record->states.end(), first.begin(), first.end());
        }
        file.records[1] = record;
        session::writeSession(path(), file);
        const RunRecord read = *session::readSession(path()).records.at(1);
        QVERIFY(read.sketches.empty());
        QCOMPARE(read.projections, 0);
        const auto difference = session::firstDifference(read, trajectoryOf(5, 2, int(shape.values()) - 1));
        QCOMPARE(difference->frame, 2);
        QVERIFY(!difference->largest && !difference->about);
    }

    void longRunsHaveSketchesOfFewerProjections()
    {
        const std::size_t ofOne = 5 * std::size_t(shape.batch) * sizeof(float);
        QCOMPARE(session::recordOf(trajectoryOf(5), 3 * ofOne).projections, 3);
        QCOMPARE(session::recordOf(trajectoryOf(5), ofOne / 2).projections, 1);
        QCOMPARE(session::recordOf(trajectoryOf(5), ofOne / 20).projections, 0);
    }

    void howAPromptIsWrittenIsLeftOutWhereItIsNoList()
    {
        for (const char* written :
             {"7", "{}", "{\"text\":\"a b\",\"off\":[1,1]}", "{\"text\":\"a b\",\"off\":[-1]}",
              "{\"text\":5,\"off\":[]}", "{\"text\":\"a b\",\"off\":[99999999999]}"}) {
            writeText("{\"version\":1,\"runs\":[{\"id\":1,\"written\":" + std::string(written) +
                      ",\"recipe\":{\"version\":1}}]}");
            const SessionFile file = session::readSession(path());
            QVERIFY(file.problems.empty());
            QVERIFY(file.session.run(1).written == session::WrittenPrompt());
        }
    }

    void aFileCutOffAnywhereIsRefusedOrOpensAllThatIsThere()
    {
        session::writeSession(path(), sampleSession());
        const QByteArray whole = bytesOf(QString::fromStdString(path()));
        const QString cut = m_folder.filePath("cut.diffuscope");
        int opened = 0;
        for (int length = 0; length < whole.size(); ++length) {
            writeBytes(cut, whole.left(length));
            try {
                const SessionFile file = session::readSession(cut.toStdString());
                // The tree stands before the tensors: it is whole, and what is missing is said.
                QVERIFY(file.session == sampleSession().session);
                QCOMPARE(file.problems,
                         std::vector<std::string>{"Part of what was stored of run 1 is cut off."});
                ++opened;
            } catch (const Error& error) {
                QVERIFY(error.code() == ErrorCode::invalidFile);
                QVERIFY(std::string(error.what()).find("cut.diffuscope") == 0);
            }
        }
        QVERIFY(opened > 0 && opened < whole.size() / 2);
    }

    void hostileBytesAreRefusedOrOpened()
    {
        session::writeSession(path(), sampleSession());
        const QByteArray whole = bytesOf(QString::fromStdString(path()));
        const QString bad = m_folder.filePath("bad.diffuscope");
        quint32 random = 12345;
        for (int i = 0; i < 800; ++i) {
            QByteArray bytes = whole;
            for (int change = 0; change < 3; ++change) {
                random = random * 1664525u + 1013904223u;
                bytes[int((random >> 8) % quint32(bytes.size()))] = char(random >> 24);
            }
            writeBytes(bad, bytes);
            try {
                QVERIFY(!session::readSession(bad.toStdString()).session.empty());
            } catch (const Error& error) {
                QVERIFY(error.code() == ErrorCode::invalidFile);
            }
        }
    }

    void hostileSizesAreProblemsNotAllocations_data()
    {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("a huge shape")
            << QByteArray("\"shape\":[3,1,2,2]") << QByteArray("\"shape\":[3,1,9999999999,2]");
        QTest::newRow("an overflowing shape")
            << QByteArray("\"shape\":[3,1,2,2]") << QByteArray("\"shape\":[4294967296,4294967296,2,2]");
        QTest::newRow("an offset behind the end")
            << QByteArray("\"data_offsets\":[0,48]") << QByteArray("\"data_offsets\":[0,999999999999]");
        QTest::newRow("offsets in reverse")
            << QByteArray("\"data_offsets\":[0,48]") << QByteArray("\"data_offsets\":[48,0]");
        QTest::newRow("another type") << QByteArray("F32") << QByteArray("F64");
    }

    void hostileSizesAreProblemsNotAllocations()
    {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        session::writeSession(path(), sampleSession());
        QByteArray bytes = bytesOf(QString::fromStdString(path()));
        const auto at = bytes.indexOf(from);
        QVERIFY(at > 0);
        bytes.replace(at, from.size(), to);
        const quint64 length = qFromLittleEndian<quint64>(bytes.constData());
        qToLittleEndian<quint64>(length + quint64(to.size() - from.size()), bytes.data());
        const QString bad = m_folder.filePath("sizes.diffuscope");
        writeBytes(bad, bytes);
        const SessionFile file = session::readSession(bad.toStdString());
        QVERIFY(file.session == sampleSession().session);
        QCOMPARE(file.problems.size(), std::size_t(1));
    }

    void aHeaderLongerThanTheFileIsRefused()
    {
        const QString bad = m_folder.filePath("long.diffuscope");
        for (const quint64 length : {quint64(1) << 20, quint64(1) << 62, ~quint64(0)}) {
            QByteArray bytes(8, '\0');
            qToLittleEndian<quint64>(length, bytes.data());
            writeBytes(bad, bytes + "{}");
            QVERIFY_EXCEPTION_THROWN(session::readSession(bad.toStdString()), Error);
        }
    }

    void aNewerSessionIsRefusedWithItsVersion()
    {
        writeText("{\"version\":7,\"runs\":[{\"id\":1,\"recipe\":{\"version\":1}}]}");
        try {
            session::readSession(path());
            QFAIL("it was read");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("newer Diffuscope (version 7") != std::string::npos);
        }
    }

    void whatCanBeReadIsOpenedAndTheRestIsNamed()
    {
        writeText(
            "{\"version\":1,\"runs\":["
            "{\"id\":1,\"recipe\":{\"version\":1,\"steps\":9}},"
            "{\"id\":2,\"recipe\":{\"version\":1,\"steps\":-9}},"
            "{\"id\":3,\"parent\":2,\"frame\":4,\"recipe\":{\"version\":1}},"
            "{\"id\":4,\"parent\":1,\"frame\":4,\"recipe\":{\"version\":1}}]}");
        const SessionFile file = session::readSession(path());
        QCOMPARE(file.session.runs().size(), std::size_t(2));
        QCOMPARE(file.session.runs()[1].id, 4);
        QCOMPARE(file.problems.size(), std::size_t(2));
        QVERIFY(file.problems[0].find("Run 2") == 0);
    }

    void damagedTreesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("runs");
        const QByteArray recipe = "\"recipe\":{\"version\":1}}";
        QTest::newRow("no runs") << QByteArray("[]");
        QTest::newRow("not a list") << QByteArray("{}");
        QTest::newRow("one id twice") << "[{\"id\":1," + recipe + ",{\"id\":1," + recipe + "]";
        QTest::newRow("a root at a frame") << "[{\"id\":1,\"frame\":4," + recipe + "]";
        QTest::newRow("its own parent") << "[{\"id\":1,\"parent\":1," + recipe + "]";
    }

    void damagedTreesAreRefused()
    {
        QFETCH(QByteArray, runs);
        writeText("{\"version\":1,\"runs\":" + runs.toStdString() + "}");
        QVERIFY_EXCEPTION_THROWN(session::readSession(path()), Error);
    }

    void aTreeDeeperThanTheProgramFollowsIsRefused()
    {
        std::string runs = "{\"id\":1,\"recipe\":{\"version\":1}}";
        for (int id = 2; id < recipe::deepestBranch + 5; ++id)
            runs += ",{\"id\":" + std::to_string(id) + ",\"parent\":" + std::to_string(id - 1) +
                    ",\"frame\":" + std::to_string(id) + ",\"recipe\":{\"version\":1}}";
        writeText("{\"version\":1,\"runs\":[" + runs + "]}");
        QVERIFY_EXCEPTION_THROWN(session::readSession(path()), Error);
    }

    void whatIsNoSessionIsRefusedInOneSentence()
    {
        const QString other = m_folder.filePath("other.diffuscope");
        for (const QByteArray& bytes : {QByteArray(), QByteArray("PNG"), QByteArray(5000, 'x')}) {
            writeBytes(other, bytes);
            QVERIFY(!session::looksLikeSession(other.toStdString()));
            QVERIFY_EXCEPTION_THROWN(session::readSession(other.toStdString()), Error);
        }
        QVERIFY_EXCEPTION_THROWN(session::readSession("/nowhere/at.all"), Error);
    }

private:
    std::string path() const { return m_folder.filePath("a.diffuscope").toStdString(); }

    void writeText(const std::string& session) const
    {
        base::TensorPack pack;
        pack.texts["diffuscope.session"] = session;
        base::writePack(path(), pack);
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(SessionFileTest)
#include "session_file_test.moc"
