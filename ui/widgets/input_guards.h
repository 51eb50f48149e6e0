// SPDX-License-Identifier: GPL-3.0-or-later
// Courtesies of the window's input: a control that has the focus keeps the keys it works with, and a
// wheel that scrolls the panel does not change the control it happens to pass.
#pragma once

#include <QObject>

namespace diffuscope::ui {

/// Installed on the application: the window's shortcuts (Space, the arrows, Home, End, …) leave a focused
/// slider, button, list or field the keys that operate it. A field of the recipe keeps undo and redo only
/// while it holds something typed that the recipe does not have yet.
class FocusKeyGuard : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override;
};

/// An event filter of the application: a widget whose tooltip is rich text is described by its plain text, so
/// that a screen reader reads no markup. A description of its own stays.
class PlainDescriptions : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override;
};

/// Installed on the controls of a scrolling panel: without the focus they let the wheel pass to the panel.
class WheelGuard : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    /// Guards all spin boxes, combo boxes and sliders in `panel`, and takes from them the focus by wheel.
    void guard(QWidget* panel);
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace diffuscope::ui
