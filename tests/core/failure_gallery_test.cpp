// SPDX-License-Identifier: GPL-3.0-or-later
// The gallery of failures: pairs of recipes that can be had, of models that come with the program.
#include "core/base/error.h"
#include "core/recipe/failure_gallery.h"

#include <QTest>

#include <filesystem>
#include <set>

using namespace diffuscope;

class FailureGalleryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFailureStandsBesideAHealthyRun()
    {
        std::set<std::string> ids;
        QVERIFY(recipe::failureGallery().size() >= 7);
        for (const recipe::GalleryEntry& entry : recipe::failureGallery()) {
            QVERIFY2(ids.insert(entry.id).second, entry.id.c_str());
            QVERIFY2(entry.healthy != entry.failing, entry.id.c_str());
            // The same noise, so that what differs is what is wrong.
            QCOMPARE(entry.failing.seed, entry.healthy.seed);
            QCOMPARE(entry.failing.batch, entry.healthy.batch);
            for (const recipe::Recipe& each : {entry.healthy, entry.failing}) {
                QVERIFY2(recipe::recipeFromJson(recipe::toJson(each)) == each, entry.id.c_str());
                QVERIFY2(std::filesystem::exists(std::string(DIFFUSCOPE_SOURCE_DIR) + "/models/" +
                                                 each.model + "/model.safetensors"),
                         each.model.c_str());
            }
            for (const std::string* text : {&entry.title, &entry.cause, &entry.cure, &entry.betrays})
                QVERIFY2(!text->empty(), entry.id.c_str());
        }
    }

    void anUnknownFailureIsRefusedWithTheNamesThereAre()
    {
        QCOMPARE(recipe::galleryEntry("too_few_steps").id, std::string("too_few_steps"));
        try {
            recipe::galleryEntry("bad_luck");
            QFAIL("It was found.");
        } catch (const Error& error) {
            QVERIFY2((std::string(error.what()) + error.hint()).find("too_few_steps") != std::string::npos,
                     error.what());
        }
    }
};

QTEST_GUILESS_MAIN(FailureGalleryTest)
#include "failure_gallery_test.moc"
