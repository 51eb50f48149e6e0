// SPDX-License-Identifier: GPL-3.0-or-later
// Notices stand beneath the control that they speak of, quietly, and go when they no longer apply.
#include "tests/ui/window_fixture.h"
#include "ui/recipe/recipe_panel.h"
#include "ui/stage/timeline.h"
#include "ui/theme/theme_colors.h"
#include "ui/widgets/notice_list.h"
#include "ui/widgets/value_slider.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>

namespace diffuscope::test {

using ui::NoticeList;

namespace {

QString textOf(const WindowFixture& window, const char* name)
{
    const auto* label = window.window->findChild<QLabel*>(QLatin1String(name));
    return label && label->isVisible() ? label->text() : QString();
}

}  // namespace

class NoticesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leadingSaysWhatItNeverVisits()
    {
        WindowFixture window;
        auto recipe = fakeRecipe(2.0, 20);
        window.showSampled(recipe);
        QVERIFY(textOf(window, "gridBox.notices.0").contains(QStringLiteral("never visits")));
        auto& list = window.get<NoticeList>("gridBox.notices");
        QVERIFY(!list.accessibleDescription().isEmpty());
        const auto* label = window.window->findChild<QLabel*>(QStringLiteral("gridBox.notices.0"));
        QVERIFY(label->parentWidget()->toolTip().contains(QStringLiteral("Trailing")));
        // Beneath the list, above the steps.
        auto& grid = window.get<QComboBox>("gridBox");
        QVERIFY(list.mapTo(window.window.get(), QPoint()).y() >=
                grid.mapTo(window.window.get(), QPoint()).y() + grid.height());
        recipe.grid.rule = "trailing";
        window.document->setRecipe(recipe);
        QVERIFY(!list.isVisible());
        QVERIFY(textOf(window, "gridBox.notices.0").isEmpty());
    }

    void anotherScheduleIsSaidAtTheSchedule()
    {
        WindowFixture window;
        auto recipe = fakeRecipe(2.0);
        window.showSampled(recipe);
        QVERIFY(!window.get<NoticeList>("scheduleBox.notices").isVisible());
        recipe.schedule = schedule::ScheduleSpec{"cosine", {}};
        window.document->setRecipe(recipe);
        QVERIFY(textOf(window, "scheduleBox.notices.0").contains(QStringLiteral("log-SNR")));
        // The model of the clothes was trained on it.
        recipe.model = "fashion-mnist";
        recipe.condition = recipe::Condition::classLabel(0);
        window.document->setRecipe(recipe);
        QVERIFY(!window.get<NoticeList>("scheduleBox.notices").isVisible());
    }

    void aModelThatPredictsNoiseIsRefusedWhereThereIsNoSignal()
    {
        WindowFixture window;
        auto recipe = fakeRecipe(2.0);
        recipe.schedule = schedule::ScheduleSpec{"linear", {{"terminal_snr", std::string("zero")}}};
        recipe.grid.rule = "trailing";
        window.showSampled(recipe);
        const auto& all = window.get<NoticeList>("scheduleBox.notices").notices();
        QVERIFY(std::any_of(all.begin(), all.end(), [](const run::Notice& notice) {
            return notice.kind == run::NoticeKind::refusal;
        }));
        auto models = twoModels();
        models[0].target = "v";
        window.window->setModels(models, {});
        for (const auto& notice : window.get<NoticeList>("scheduleBox.notices").notices())
            QVERIFY(notice.kind == run::NoticeKind::information);
    }

    void noticesAreQuietAndDoNotWidenThePanel()
    {
        WindowFixture window;
        auto recipe = fakeRecipe(2.0, 20);
        recipe.grid.rule = "trailing";
        recipe.clipping = {"dynamic", {{"maximum", 2.0}}};
        window.showSampled(recipe);
        auto& panel = window.get<ui::RecipePanel>("recipePanel");
        const int width = panel.minimumWidth();
        const QSize hint = panel.sizeHint();
        recipe.grid.rule = "leading";
        recipe.clipping = {"dynamic", {{"maximum", 1.0}}};
        window.document->setRecipe(recipe);
        QCoreApplication::processEvents();
        QVERIFY(textOf(window, "clippingBox.notices.0").contains(QStringLiteral("plain clipping")));
        QCOMPARE(panel.minimumWidth(), width);
        QCOMPARE(panel.sizeHint().width(), hint.width());
        const auto* label = window.window->findChild<QLabel*>(QStringLiteral("gridBox.notices.0"));
        QCOMPARE(label->foregroundRole(), QPalette::PlaceholderText);
        // Wrapped lines have the height they need.
        QVERIFY(label->height() >= label->heightForWidth(label->width()));
        QVERIFY(ui::contrastRatio(ui::lightColors().mutedText, ui::lightColors().window) >= 4.5);
        QVERIFY(ui::contrastRatio(ui::darkColors().mutedText, ui::darkColors().window) >= 4.5);
    }

    void aFrameOnTheWayIsNotTheResultOfSoManySteps()
    {
        WindowFixture window;
        window.showSampled(fakeRecipe(2.0, 40));
        auto& sign = window.get<ui::NoticeSign>("wayNotice");
        QVERIFY(!sign.isVisible());
        window.document->commitFrame(19);
        QVERIFY(sign.isVisible());
        QVERIFY(sign.toolTip().contains(QStringLiteral("Step 20 of 40 is not the result of 20 steps")));
        QVERIFY(window.get<QLabel>("timelineLabel").toolTip().contains(QStringLiteral("Step 20 of 40")));
        window.press(Qt::Key_End);
        QVERIFY(!sign.isVisible());
        QVERIFY(!window.get<QLabel>("timelineLabel").toolTip().contains(QStringLiteral("not the result")));
    }

    void aSlowDragOfASliderIsOneUndoStep()
    {
        WindowFixture window;
        window.showSampled();
        window.document->setMergeWindow(std::chrono::milliseconds(0));
        auto& slider = window.get<ui::ValueSlider>("guidanceSlider");
        const auto at = [&](double part) {
            return QPoint(10 + int(part * (slider.width() - 20)), slider.height() / 2);
        };
        const int undoable = window.document->undoStack().count();
        QTest::mousePress(&slider, Qt::LeftButton, {}, at(0.6));
        for (const double part : {0.7, 0.8, 0.9})
            QTest::mouseMove(&slider, at(part));
        QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(0.9));
        QCOMPARE(window.document->undoStack().count(), undoable + 1);
        QTest::mousePress(&slider, Qt::LeftButton, {}, at(0.2));
        QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(0.2));
        QCOMPARE(window.document->undoStack().count(), undoable + 2);
        window.press(Qt::Key_Z, Qt::ControlModifier);
        window.press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window.recipe().guidance.scale, 2.0);
    }
};

}  // namespace diffuscope::test

QTEST_MAIN(diffuscope::test::NoticesTest)
#include "notices_test.moc"
