// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine/failure.h"

#include <QCoreApplication>

#include <new>

namespace diffuscope::ui {

namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("diffuscope::ui::Failure", text);
}

Failure outOfMemory()
{
    return {ErrorCode::outOfMemory, translated("There is not enough memory for this run."),
            translated("Use fewer images or fewer steps, or close other programs.")};
}

/// What to do where the Error itself does not say.
QString usualHint(ErrorCode code)
{
    switch (code) {
        case ErrorCode::invalidOption:
            return translated("Change the named setting in the recipe, or undo the last edit.");
        case ErrorCode::invalidFile:
            return translated("Choose another model, or fetch the file again.");
        case ErrorCode::missingFile:
            return translated("Put the file back, or choose another model.");
        case ErrorCode::writeFailed:
            return translated("Free some space or choose a folder that you may write to.");
        case ErrorCode::notFinite:
            return translated("Lower the guidance scale, take more steps, or choose another sampler.");
        case ErrorCode::outOfMemory:
            return outOfMemory().hint;
        case ErrorCode::internal:
            break;
    }
    return translated(
        "This is a defect of the program; the last good run is kept. Please report the sentence above.");
}

Failure failureOf(const Error& error)
{
    const QString hint = QString::fromStdString(error.hint());
    return {error.code(), QString::fromStdString(error.what()),
            hint.isEmpty() ? usualHint(error.code()) : hint};
}

Failure failureOf(const std::exception& exception)
{
    const QString whole = QString::fromUtf8(exception.what());
    // LibTorch's allocators report with exceptions of their own: "DefaultCPUAllocator: can't allocate memory:
    // …", "CUDA out of memory. …".
    if (whole.contains(QLatin1String("can't allocate memory")) ||
        whole.contains(QLatin1String("out of memory"), Qt::CaseInsensitive))
        return outOfMemory();
    const QString firstLine = whole.section(QLatin1Char('\n'), 0, 0).trimmed();
    return {ErrorCode::internal,
            firstLine.isEmpty() ? translated("The run stopped for an unknown reason.") : firstLine,
            usualHint(ErrorCode::internal)};
}

}  // namespace

Failure failureOf(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        return failureOf(error);
    } catch (const std::bad_alloc&) {
        return outOfMemory();
    } catch (const std::exception& other) {
        return failureOf(other);
    } catch (...) {
        return {ErrorCode::internal, translated("The run stopped for an unknown reason."),
                usualHint(ErrorCode::internal)};
    }
}

QString sentencesOf(const Error& error)
{
    return QString::fromUtf8(error.what()) + u' ' + QString::fromStdString(error.hint());
}

}  // namespace diffuscope::ui
