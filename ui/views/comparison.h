// Several runs of the session on one playhead: which frame of each stands beside which, and how far they are
// apart. Numbers only, no widget.
#pragma once

#include "ui/engine/run_update.h"
#include "ui/views/frame_keys.h"

#include <QObject>

#include <vector>

namespace diffuscope::ui {

class BackgroundRuns;
class SessionDocument;

class Comparison : public QObject
{
    Q_OBJECT

public:
    static constexpr int mostRuns = 4;

    struct Entry
    {
        int run = 0;
        RunUpdate update{};  ///< without frames while it is being sampled
        FrameKeys keys{};
        /// Root mean square of x0Hat − x0Hat of the first run, for each of that run's frames; NaN where a
        /// frame is not there.
        std::vector<double> divergence{};
        QString problem{};  ///< why it cannot be sampled

        bool hasFrames() const { return !update.trajectory->frames.empty(); }
    };

    /// Document and background must outlive it.
    Comparison(SessionDocument& document, BackgroundRuns& background, QObject* parent = nullptr);

    /// The first is the one that the others are compared with; it becomes the session's current run. Those
    /// that are not in memory are sampled in the background. Fewer than two end the comparison.
    void setRuns(std::vector<int> runs);
    bool isOn() const { return m_entries.size() >= 2; }
    const std::vector<Entry>& entries() const { return m_entries; }
    /// The frame of run `i` of entries() that stands beside the playhead, by the axis that all plots share;
    /// −1 where there is none.
    int frameOf(std::size_t i) const;
    record::FramePtr framePtr(std::size_t i) const;

Q_SIGNALS:
    /// Other runs, more of one, another axis.
    void changed();
    /// The frames beside the playhead are others.
    void framesChanged();

private:
    void refresh();
    void take(const RunUpdate& update);
    void align();
    void measure(Entry& entry) const;

    SessionDocument& m_document;
    BackgroundRuns& m_background;
    std::vector<Entry> m_entries;
};

}  // namespace diffuscope::ui
