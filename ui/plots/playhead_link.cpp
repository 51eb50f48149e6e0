// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/playhead_link.h"

#include "ui/document/session_document.h"
#include "ui/plots/playhead_line.h"

#include <algorithm>
#include <limits>

namespace diffuscope::ui {

void linkPlayhead(PlayheadLine& line, SessionDocument& document, std::function<int(double key)> frameAt)
{
    const auto commit = [&document](int frame) {
        const int last = document.trajectory().size() - 1;
        if (last >= 0)
            document.commitFrame(std::clamp(frame, 0, last));
    };
    QObject::connect(&line, &PlayheadLine::hovered, &document, [&document, frameAt](double key) {
        if (const int frame = frameAt(key); frame >= 0)
            document.previewFrame(frame);
    });
    QObject::connect(&line, &PlayheadLine::picked, &document, [commit, frameAt](double key) {
        if (const int frame = frameAt(key); frame >= 0)
            commit(frame);
    });
    QObject::connect(&line, &PlayheadLine::secondPicked, &document, [&document, frameAt](double key) {
        if (const int frame = frameAt(key); frame >= 0)
            document.cursors().placeSecond(frame);
    });
    QObject::connect(&line, &PlayheadLine::left, &document, &SessionDocument::leavePreview);
    QObject::connect(&line, &PlayheadLine::stepRequested, &document,
                     [&document, commit](int frames) { commit(document.committedFrame() + frames); });
    QObject::connect(&line, &PlayheadLine::startRequested, &document, [commit] { commit(0); });
    QObject::connect(&line, &PlayheadLine::endRequested, &document,
                     [commit] { commit(std::numeric_limits<int>::max()); });
}

}  // namespace diffuscope::ui
