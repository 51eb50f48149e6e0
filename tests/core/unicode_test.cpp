// SPDX-License-Identifier: GPL-3.0-or-later
// Words in other alphabets, cases, compositions and encodings.
#include "core/base/unicode.h"
#include "core/model/text/vocabulary.h"

#include <QtTest>

using namespace diffuscope;
using model::Vocabulary;

class UnicodeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void casesAndCompositionsAreOneWord()
    {
        QCOMPARE(base::foldedText("КОШКА"), std::string("кошка"));
        QCOMPARE(base::foldedText("cafe\u0301"), std::string("caf\u00e9"));
        QCOMPARE(base::foldedText("CAF\u00c9"), std::string("caf\u00e9"));
        const auto words = Vocabulary::ofTexts({"КОШКА Café", "кошка cafe\u0301", "it\u2019s it's"}).words();
        QCOMPARE(words, (std::vector<std::string>{"caf\u00e9", "it's", "кошка"}));
        const Vocabulary vocabulary(words);
        QCOMPARE(vocabulary.read("Кошка CAFE\u0301", 8), (std::vector<std::int64_t>{2, 0}));
        QCOMPARE(vocabulary.completions("КОШ"), std::vector<std::string>{"кошка"});
    }

    void marksAndBlanksOfAnyAlphabetPartWords()
    {
        const auto words =
            Vocabulary::ofTexts({"\ufeffred\u00a0cat \u2014 \u00abblue\u00bb\u3000dog\u2026"}).words();
        QCOMPARE(words, (std::vector<std::string>{"blue", "cat", "dog", "red"}));
    }

    void vocabulariesOfOlderModelsAreStillRead()
    {
        const Vocabulary older({"КОШКА", "red"});
        QCOMPARE(older.words().front(), std::string("КОШКА"));
        QCOMPARE(older.read("кошка red", 8), (std::vector<std::int64_t>{0, 1}));
    }

    void longCaptionsAreCutAtWords()
    {
        const Vocabulary vocabulary({"a", "cat", "red"});
        QCOMPARE(vocabulary.knownIds("a red, unknown cat a", 3), (std::vector<std::int64_t>{0, 2, 1}));
        QCOMPARE(Vocabulary::shortened("a red cat", 2), std::string("a red"));
        QCOMPARE(Vocabulary::shortened("a red cat", 3), std::string("a red cat"));
        const std::string prose = [] {
            std::string text;
            for (int word = 0; word < 900; ++word)
                text += "word ";
            return text;
        }();
        QVERIFY(Vocabulary::shortened(prose, 900).size() <= Vocabulary::longestPrompt);
        QCOMPARE(Vocabulary::wordCount(prose), 900);
        QCOMPARE(vocabulary.knownIds(prose + "cat", 16), std::vector<std::int64_t>{1});
    }

    void encodingsAreToldApart()
    {
        QVERIFY(base::isUtf8("café"));
        QVERIFY(!base::isUtf8("caf\xe9"));
        QVERIFY(base::encodingGuess("caf\xe9").find("Windows-1252") != std::string::npos);
        QCOMPARE(base::encodingGuess(std::string("\xff\xfe"
                                                 "a\0",
                                                 4)),
                 std::string("UTF-16"));
        QCOMPARE(base::plainLine("\xef\xbb\xbfred cat\r\n"), std::string("red cat"));
        QCOMPARE(base::plainLine(" a\tb\x01\n\nc "), std::string("a b c"));
    }
};

QTEST_APPLESS_MAIN(UnicodeTest)
#include "unicode_test.moc"
