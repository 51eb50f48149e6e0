// SPDX-License-Identifier: GPL-3.0-or-later
// Links: what goes in comes out, and what somebody made by hand to harm is refused in one sentence.
#include "core/base/base64.h"
#include "core/session/share_link.h"
#include "tests/core/refusal.h"

#include <QTest>
#include <zlib.h>

#include <random>

using namespace diffuscope;
using session::LessonPlace;
using session::SharedState;
using session::ViewState;

namespace {

/// A link of any bytes, as linkOf() would pack them.
std::string packedLink(const std::string& text)
{
    uLongf size = compressBound(uLong(text.size()));
    std::vector<std::uint8_t> bytes(size);
    compress2(bytes.data(), &size, reinterpret_cast<const Bytef*>(text.data()), uLong(text.size()), 9);
    bytes.resize(size);
    std::string letters = base::toBase64(bytes);
    letters.erase(letters.find_last_not_of('=') + 1);
    for (char& c : letters)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return "diffuscope:" + letters;
}

/// Text with single quotes where JSON has double ones, which moc reads.
std::string q(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

SharedState exampleState()
{
    SharedState state;
    state.plan.recipe.steps = 37;
    state.plan.recipe.condition = recipe::Condition::prompt("schöne Grüße / file:x");
    state.plan.recipe.seed = 18446744073709551615ULL;
    state.view = ViewState{.place = 0.25, .selectedImage = 3, .layer = 2, .isEnlarged = true};
    state.view->docks = {"recipeDock", "curvesDock"};
    state.view->ranges = "0 1 2 0 0 0 0 0 0 0";
    state.view->curve = "snr";
    state.lesson = LessonPlace{"restorer", 4};
    return state;
}

std::string recipeWith(const std::string& fields)
{
    return q("{'version':1,'recipe':{'version':2") + fields + "}}";
}

}  // namespace

class ShareLinkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatGoesInComesOut()
    {
        const SharedState state = exampleState();
        const std::string link = session::linkOf(state);
        QVERIFY(link.starts_with("diffuscope:") && link.size() < 900);
        QVERIFY(session::looksLikeLink(link) && session::looksLikeLink("\n  DiffuScope:abc"));
        QVERIFY(!session::looksLikeLink("file:abc") && !session::looksLikeLink(""));
        QVERIFY(session::stateOfLink(link) == state);
        SharedState bare;
        bare.plan = state.plan;
        QVERIFY(session::stateOfLink(session::linkOf(bare)) == bare);
    }

    void aBranchComesWithTheRunsThatItLeaves()
    {
        SharedState state;
        state.plan.from = std::make_shared<const recipe::BranchPoint>(recipe::BranchPoint{{}, 7});
        state.plan.recipe.seed = 2;
        QVERIFY(session::stateOfLink(session::linkOf(state)) == state);
    }

    void aLinkThatAMailHasBrokenOrThatLacksItsSchemeIsRead()
    {
        const SharedState state = exampleState();
        std::string link = session::linkOf(state);
        QVERIFY(session::stateOfLink(link.substr(std::string("diffuscope:").size())) == state);
        QVERIFY(session::stateOfLink("diffuscope://" + link.substr(11)) == state);
        for (std::size_t at = 60; at < link.size(); at += 62)
            link.insert(at, "\r\n");
        QVERIFY(session::stateOfLink("  " + link + "\n") == state);
    }

    void aLinkThatIsNotWholeIsRefused()
    {
        const std::string link = session::linkOf(exampleState());
        for (std::size_t length = 0; length < link.size(); ++length)
            QVERIFY(test::refusal([&] { session::stateOfLink(link.substr(0, length)); }) != "nothing");
        REFUSES(session::stateOfLink(link.substr(0, link.size() / 2)), "The link is ");
        REFUSES(session::stateOfLink("diffuscope:"), "is empty");
        REFUSES(session::stateOfLink("diffuscope:<script>alert(1)</script>"), "a character that no link has");
        REFUSES(session::stateOfLink(link + "AAAA"), "something after its end");
    }

    void aDamagedLinkIsRefused()
    {
        const std::string link = session::linkOf(exampleState());
        std::mt19937 random(1);
        const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int refused = 0;
        constexpr int tries = 2000;
        for (int i = 0; i < tries; ++i) {
            std::string other = link;
            const std::size_t at = 11 + random() % (other.size() - 11);
            const char letter = letters[random() % letters.size()];
            other[at] = letter;
            if (other == link)
                continue;
            // Adler-32 sees every single change, but for those of bits that mean nothing.
            try {
                QVERIFY(session::stateOfLink(other) == exampleState());
            } catch (const Error& error) {
                QCOMPARE(error.code(), ErrorCode::invalidOption);
                ++refused;
            }
        }
        QVERIFY(refused > tries / 2);
    }

    void aLinkThatUnpacksToGigabytesOrIsTooLongIsRefusedAtOnce()
    {
        REFUSES(session::stateOfLink(packedLink(std::string(4'000'000, ' '))), "unpacks to more than 64 KiB");
        REFUSES(session::stateOfLink("diffuscope:" + std::string(9000, 'A')), "longer than 8192");
        REFUSES(session::stateOfLink(std::string(10'000'000, ' ')), "longer than 8192");
        SharedState state;
        std::mt19937 random(1);
        state.plan.recipe.condition.text.prompt.assign(3000, 'a');
        QVERIFY(session::stateOfLink(session::linkOf(state)) == state);
        std::shared_ptr<const recipe::BranchPoint> from;
        for (int i = 0; i < 12; ++i) {
            recipe::RunPlan plan = state.plan;
            plan.recipe.seed = random();
            for (char& c : plan.recipe.condition.text.prompt)
                c = char('A' + random() % 26);
            plan.from = from;
            from = std::make_shared<const recipe::BranchPoint>(recipe::BranchPoint{plan, 1});
        }
        state.plan.from = from;
        REFUSES(session::linkOf(state), "longer than 8192");
    }

    void namesOfFilesFoldersAndAddressesAreRefused_data()
    {
        QTest::addColumn<QString>("fields");
        QTest::newRow("path") << q(",'model':'/etc/passwd'").c_str();
        QTest::newRow("relative") << q(",'model':'../x'").c_str();
        QTest::newRow("hidden") << q(",'model':'.ssh'").c_str();
        QTest::newRow("home") << q(",'model':'~root'").c_str();
        QTest::newRow("points") << q(",'model':'exact:file:secret.csv'").c_str();
        QTest::newRow("address") << q(",'model':'http://203.0.113.1:80'").c_str();
        QTest::newRow("windows") << q(",'model':'\\\\\\\\host\\\\share'").c_str();
        QTest::newRow("weak") << q(",'guidance':{'rule':'cfg','options':{'weak_model':'/tmp/m'}}").c_str();
    }

    void namesOfFilesFoldersAndAddressesAreRefused()
    {
        QFETCH(QString, fields);
        const std::string text = recipeWith(fields.toStdString());
        REFUSES(session::stateOfLink(packedLink(text)), "a file, a folder or an address");
        SharedState state;
        state.plan = recipe::planFromJson(q("{'version':2") + fields.toStdString() + "}");
        REFUSES(session::linkOf(state), "a file, a folder or an address");
    }

    void aRunAboveIsLookedAtAsWell()
    {
        const std::string text = recipeWith(q(",'from':{'frame':1,'run':{'version':2,'model':'/etc'}}"));
        REFUSES(session::stateOfLink(packedLink(text)), "a file, a folder or an address");
    }

    void picturesAreRefused()
    {
        const std::string hash(64, 'a');
        const std::string text = recipeWith(q(",'start':{'kind':'picture','picture':'") + hash + "\"}");
        REFUSES(session::stateOfLink(packedLink(text)), "links hold none");
    }

    void whatNoLinkOfThisProgramHoldsIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, const std::string& text, const char* part) {
            QTest::newRow(name) << QString::fromStdString(text) << QString::fromUtf8(part);
        };
        row("no JSON", "hello", "link");
        row("list", "[1]", "link");
        row("no version", q("{'recipe':{'version':2}}"), "link.version");
        row("later", q("{'version':2,'recipe':{'version':2}}"), "link.version");
        row("no recipe", q("{'version':1}"), "link.recipe");
        row("recipe of another type", q("{'version':1,'recipe':[]}"), "recipe");
        row("unknown key", q("{'version':1,'recipe':{'version':2},'run':'rm'}"), "run");
        row("unknown key of the recipe", recipeWith(q(",'exec':'rm'")), "exec");
        row("twice", q("{'version':1,'version':1,'recipe':{'version':2}}"), "twice");
        row("deep", std::string(200, '[') + std::string(200, ']'), "nested");
        row("place", q("{'version':1,'recipe':{'version':2},'view':{'place':2}}"), "link.view.place");
        row("image", q("{'version':1,'recipe':{'version':2},'view':{'image':-4}}"), "link.view.image");
        row("markup", q("{'version':1,'recipe':{'version':2},'view':{'curve':'<b>'}}"), "link.view.curve");
        row("docks", q("{'version':1,'recipe':{'version':2},'view':{'docks':[1]}}"), "link.view.docks");
        row("file of the view", q("{'version':1,'recipe':{'version':2},'view':{'file':'/x'}}"), "file");
        row("lesson", q("{'version':1,'recipe':{'version':2},'lesson':{'id':'../x'}}"), "link.lesson.id");
        row("step", q("{'version':1,'recipe':{'version':2},'lesson':{'id':'a','step':-1}}"),
            "link.lesson.step");
    }

    void whatNoLinkOfThisProgramHoldsIsRefused()
    {
        QFETCH(QString, text);
        QFETCH(QString, part);
        REFUSES(session::stateOfLink(packedLink(text.toStdString())), part.toStdString());
    }

    void aLinkOfVersionOneIsReadForEver()
    {
        // Written by hand from the description in docs/sharing.md, not by linkOf().
        const std::string link =
            packedLink(q("{'version':1,'recipe':{'version':2,'model':'shoes','steps':8},'view':{'place':0.5},"
                         "'lesson':{'id':'a'}}"));
        const SharedState state = session::stateOfLink(link);
        QCOMPARE(state.plan.recipe.model, std::string("shoes"));
        QCOMPARE(state.plan.recipe.steps, 8);
        QCOMPARE(state.view->place, 0.5);
        QCOMPARE(state.lesson->lesson, std::string("a"));
    }
};

QTEST_GUILESS_MAIN(ShareLinkTest)
#include "share_link_test.moc"
