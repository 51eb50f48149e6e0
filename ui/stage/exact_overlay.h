// SPDX-License-Identifier: GPL-3.0-or-later
// The exact answer beneath the points of the stage: density and score of the noised data at the playhead, and
// what is known of the place under the pointer.
#pragma once

#include "core/schedule/noise_level.h"
#include "ui/engine/analysis_thread.h"

#include <QObject>
#include <QPointF>
#include <QString>

#include <memory>
#include <optional>
#include <string>

namespace diffuscope::model {
class ExactField;
}

namespace diffuscope::ui {

class ScatterCanvas;
class SessionDocument;

/// For runs of exact models; does nothing for others. Computes on a thread of its own; the newest request
/// wins.
class ExactOverlay : public QObject
{
    Q_OBJECT

public:
    /// Document and canvas must outlive it.
    ExactOverlay(SessionDocument& document, ScatterCanvas& canvas, QObject* parent = nullptr);

private:
    struct Asked
    {
        std::string model;
        schedule::NoiseLevel level{};
        int label = -1;
        double reachX = 0, reachY = 0;
        bool withScore = false;
        bool operator==(const Asked&) const = default;
    };

    void ask();
    void describe(const QPointF& place);

    SessionDocument& m_document;
    ScatterCanvas& m_canvas;
    std::optional<Asked> m_asked;
    int m_request = 0;
    std::string m_seen;     ///< the model of the run that was shown last
    std::string m_fieldOf;  ///< the model that m_field is of
    std::shared_ptr<const model::ExactField> m_field;
    AnalysisThread m_thread;
};

}  // namespace diffuscope::ui
