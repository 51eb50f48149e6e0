// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/shared_state.h"

#include "ui/document/session_document.h"

#include <algorithm>

namespace diffuscope::ui {

session::SharedState sharedStateOf(const SessionDocument& document)
{
    const ViewState& view = document.view();
    session::SharedState state{.plan = document.plan(),
                               .view = session::ViewState{.place = document.playheadPlace(),
                                                          .selectedImage = document.selectedImage(),
                                                          .layer = int(document.layer()),
                                                          .isEnlarged = view.isEnlarged(),
                                                          .showsAllLayers = view.showsAllLayers(),
                                                          .ranges = view.ranges().toStdString(),
                                                          .curve = view.curve().toStdString()},
                               .lesson = {}};
    for (const QString& dock : view.openDocks())
        state.view->docks.push_back(dock.toStdString());
    if (!view.lesson().isEmpty())
        state.lesson = session::LessonPlace{view.lesson().toStdString(), view.lessonStep()};
    return state;
}

void takeSharedView(SessionDocument& document, const session::ViewState& shared)
{
    ViewState& view = document.view();
    document.setLayer(record::Layer(std::clamp(shared.layer, 0, int(record::Layer::x0HatChange))));
    document.setPlayheadPlace(shared.place);
    document.selectImage(shared.selectedImage);
    if (!shared.ranges.empty())
        view.setRanges(QString::fromStdString(shared.ranges));
    if (!shared.curve.empty())
        view.setCurve(QString::fromStdString(shared.curve));
    view.setShowsAllLayers(shared.showsAllLayers);
    view.setEnlarged(shared.isEnlarged && shared.selectedImage >= 0);
    QStringList docks;
    for (const std::string& id : shared.docks)
        docks.append(QString::fromStdString(id));
    if (!docks.isEmpty())
        view.setOpenDocks(docks);
}

}  // namespace diffuscope::ui
