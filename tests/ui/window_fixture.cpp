// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_fixture.h"

namespace diffuscope::test {

QList<ui::ModelEntry> twoModels()
{
    QStringList digits;
    for (int digit = 0; digit < 10; ++digit)
        digits.append(QString::number(digit));
    return {{.id = "mnist",
             .displayName = "Digits",
             .description = "Handwritten digits.",
             .classes = digits,
             .schedule = {}},
            {.id = "fashion-mnist",
             .displayName = "Clothes",
             .description = "Pictures of clothes.",
             .classes = {"T-shirt", "Trouser", "Pullover"},
             .schedule = {.family = "cosine", .options = {}}}};
}

WindowFixture::WindowFixture()
{
    open();
}

WindowFixture::~WindowFixture()
{
    close();
}

void WindowFixture::open()
{
    settings = std::make_unique<QSettings>(folder.filePath("settings.ini"), QSettings::IniFormat);
    theme = std::make_unique<ui::Theme>();
    service = std::make_unique<ui::SamplingService>(sampling.factory());
    document = std::make_unique<ui::SessionDocument>(*service);
    player = std::make_unique<ui::Player>(*document);
    window = std::make_unique<ui::MainWindow>(ui::MainWindow::Parts{*document, *player, *theme, *settings});
    window->setModels(twoModels(), QStringLiteral("Put a model there."));
    window->resize(1280, 720);
}

void WindowFixture::close()
{
    if (window)
        window->close();
    sampling.unblock();
    window.reset();
    player.reset();
    document.reset();
    service.reset();
    theme.reset();
    settings.reset();
}

void WindowFixture::restart()
{
    close();
    open();
}

void WindowFixture::show()
{
    window->show();
    window->activateWindow();
    if (!QTest::qWaitForWindowActive(window.get()))
        qFatal("The window did not become active.");
}

void WindowFixture::showSampled(const recipe::Recipe& recipe)
{
    show();
    document->loadRecipe(recipe);
    const auto sampled = [&] {
        return document->state() == ui::RunState::finished && *document->shownRun().recipe == recipe;
    };
    if (!QTest::qWaitFor(sampled))
        qFatal("The fake run did not finish.");
}

void WindowFixture::press(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QWidget* focused = QApplication::focusWidget();
    QTest::keyClick(focused ? focused : window.get(), key, modifiers);
}

QImage WindowFixture::picture() const
{
    return window->stage().grid().grab().toImage();
}

}  // namespace diffuscope::test
