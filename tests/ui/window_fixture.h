// SPDX-License-Identifier: GPL-3.0-or-later
// A whole window over fake sampling, with its settings in a temporary file.
#pragma once

#include "tests/support/fake_run.h"
#include "ui/document/player.h"
#include "ui/document/session_document.h"
#include "ui/engine/sampling_service.h"
#include "ui/stage/stage_view.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace diffuscope::test {

/// Two models: digits, whose classes are buttons, and clothes, whose classes are a list.
QList<ui::ModelEntry> twoModels();

class WindowFixture
{
public:
    WindowFixture();
    ~WindowFixture();

    /// A window that shows the finished run of a small recipe.
    void showSampled(const recipe::Recipe& recipe = fakeRecipe(2.0));
    /// A window, shown and active; nothing is sampled yet.
    void show();
    /// Closes the window and everything behind it, and starts again with the same settings.
    void restart();

    /// The widget or object of this name; fails the test where there is none.
    template <typename T>
    T& get(const char* name) const
    {
        T* found = window->findChild<T*>(QLatin1String(name));
        if (!found)
            qFatal("The window has no \"%s\" of type %s.", name, T::staticMetaObject.className());
        return *found;
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
    /// What the stage shows, in pixels.
    QImage picture() const;
    const recipe::Recipe& recipe() const { return document->recipe(); }

    QTemporaryDir folder;
    FakeSampling sampling;
    std::unique_ptr<QSettings> settings;
    std::unique_ptr<ui::Theme> theme;
    std::unique_ptr<ui::SamplingService> service;
    std::unique_ptr<ui::SessionDocument> document;
    std::unique_ptr<ui::Player> player;
    std::unique_ptr<ui::MainWindow> window;

private:
    void open();
    void close();
};

}  // namespace diffuscope::test
