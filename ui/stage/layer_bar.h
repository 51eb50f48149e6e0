// SPDX-License-Identifier: GPL-3.0-or-later
// The row of buttons that choose which layer of a run is shown, or all of them.
#pragma once

#include "core/record/frame.h"

#include <QWidget>

#include <vector>

class QToolButton;

namespace diffuscope::ui {

/// One button a layer with its symbol over its colour; what a run has not is disabled, and its tooltip says
/// why.
class LayerBar : public QWidget
{
    Q_OBJECT

public:
    explicit LayerBar(QWidget* parent = nullptr);

    void setLayer(record::Layer layer);
    void setShowingAll(bool all);
    /// `reason` is why this run has no such layer; empty where it has.
    void setMissing(record::Layer layer, const QString& reason);

Q_SIGNALS:
    void layerChosen(diffuscope::record::Layer layer);
    void showAllToggled(bool all);

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateFonts();

    std::vector<QToolButton*> m_buttons;  ///< of allLayers()
    QToolButton* m_all = nullptr;
};

}  // namespace diffuscope::ui
