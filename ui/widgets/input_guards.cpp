// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/input_guards.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSpinBox>
#include <QTextDocument>
#include <QTextDocumentFragment>
#include <QWidget>

#include <cmath>

namespace diffuscope::ui {

namespace {

bool isCursorKey(int key)
{
    switch (key) {
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_Home:
        case Qt::Key_End:
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            return true;
        default:
            return false;
    }
}

/// Whether the control does something of its own with the key.
bool works(const QObject* control, const QKeyEvent& event)
{
    if (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return false;
    const int key = event.key();
    if (qobject_cast<const QAbstractButton*>(control))
        return key == Qt::Key_Space;
    if (qobject_cast<const QAbstractSlider*>(control))
        return isCursorKey(key) && control->objectName() != QLatin1String("timelineSlider");
    if (control->objectName() == QLatin1String("sessionTree"))
        return isCursorKey(key) && key != Qt::Key_Left && key != Qt::Key_Right;
    if (qobject_cast<const QComboBox*>(control) || qobject_cast<const QAbstractItemView*>(control))
        return isCursorKey(key) || key == Qt::Key_Space || !event.text().isEmpty();
    if (qobject_cast<const QAbstractSpinBox*>(control))
        return isCursorKey(key) || !event.text().isEmpty();
    return false;
}

/// Whether all that was typed into the field has become its value.
bool isTaken(const QObject* control)
{
    if (const auto* whole = qobject_cast<const QSpinBox*>(control))
        return whole->locale().toInt(whole->cleanText()) == whole->value();
    if (const auto* number = qobject_cast<const QDoubleSpinBox*>(control)) {
        const double typed = number->locale().toDouble(number->cleanText());
        return std::abs(typed - number->value()) < 0.5 * std::pow(10, -number->decimals());
    }
    if (const auto* other = qobject_cast<const QAbstractSpinBox*>(control))
        return other->hasAcceptableInput();  // takes every key at once
    const auto* line = qobject_cast<const QLineEdit*>(control);
    return line && !line->isModified();
}

/// Fields would undo their own letters, and the recipe's edits stay: undo is the window's.
bool leavesUndo(const QObject* control, const QKeyEvent& event)
{
    if (!event.matches(QKeySequence::Undo) && !event.matches(QKeySequence::Redo))
        return false;
    const QObject* panel = control;
    while (panel && panel->objectName() != QLatin1String("recipePanel"))
        panel = panel->parent();
    return panel && isTaken(control);
}

}  // namespace

bool FocusKeyGuard::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ShortcutOverride)
        return QObject::eventFilter(watched, event);
    const auto& key = static_cast<const QKeyEvent&>(*event);
    if (leavesUndo(watched, key)) {
        event->ignore();
        return true;
    }
    if (works(watched, key))
        event->accept();
    return QObject::eventFilter(watched, event);
}

bool PlainDescriptions::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ToolTipChange || !watched->isWidgetType())
        return QObject::eventFilter(watched, event);
    static const char* const given = "plainDescription";
    auto& widget = static_cast<QWidget&>(*watched);
    const QString before = widget.property(given).toString();
    if (widget.accessibleDescription() == before && Qt::mightBeRichText(widget.toolTip())) {
        const QString plain = QTextDocumentFragment::fromHtml(widget.toolTip()).toPlainText();
        widget.setProperty(given, plain);
        widget.setAccessibleDescription(plain);
    }
    return QObject::eventFilter(watched, event);
}

void WheelGuard::guard(QWidget* panel)
{
    for (auto* child : panel->findChildren<QWidget*>()) {
        const bool turns = qobject_cast<QAbstractSpinBox*>(child) || qobject_cast<QComboBox*>(child) ||
                           qobject_cast<QAbstractSlider*>(child);
        if (!turns)
            continue;
        child->installEventFilter(this);
        if (child->focusPolicy() == Qt::WheelFocus)
            child->setFocusPolicy(Qt::StrongFocus);
    }
}

bool WheelGuard::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
        event->ignore();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace diffuscope::ui
