// SPDX-License-Identifier: GPL-3.0-or-later
// Several runs of the session on one playhead: which frame of each stands beside which, and how far they are
// from one of them. Numbers only, no widget.
#pragma once

#include "core/explain/run_reader.h"
#include "ui/compare/divergence.h"
#include "ui/engine/run_update.h"
#include "ui/plots/frame_keys.h"

#include <QObject>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace diffuscope::ui {

class BackgroundRuns;
class SessionDocument;

/// By what frames of different runs stand beside each other. The end of one always stands beside the end of
/// every other.
enum class Alignment {
    noiseLevel,   ///< the nearest signal-to-noise ratio
    step,         ///< after as many steps
    evaluations,  ///< after as many network evaluations
};

class Comparison : public QObject
{
    Q_OBJECT

public:
    static constexpr int mostRuns = 4;

    struct Entry
    {
        int run = 0;
        RunUpdate update{};                          ///< without frames while it is being sampled
        std::optional<explain::RunReader> reader{};  ///< of `update`; absent without frames
        FrameKeys keys{};
        /// Of each planned frame of the first run: the planned frame of this one that stands beside it.
        std::vector<int> beside{};
        FrameKeys alignedWith{};  ///< the first run's, for which that holds
        /// Root mean square of x0Hat − x0Hat of the reference, for each frame of the first run as far as it
        /// is known; NaN where they cannot be compared. Empty for the reference itself.
        std::vector<double> divergence{};
        QString problem{};  ///< why it cannot be sampled

        bool hasFrames() const { return !update.trajectory->frames.empty(); }
    };

    /// Document and background must outlive it.
    Comparison(SessionDocument& document, BackgroundRuns& background, QObject* parent = nullptr);

    /// The first becomes the session's current run, whose playhead the others follow. Those that are not in
    /// memory are sampled in the background. Fewer than two end the comparison.
    void setRuns(std::vector<int> runs);
    bool isOn() const { return m_entries.size() >= 2; }
    const std::vector<Entry>& entries() const { return m_entries; }
    /// The entry that the others are compared with: the one that was chosen while it is there, otherwise the
    /// first.
    std::size_t reference() const;
    void setReference(std::size_t entry);
    /// The one after it, and after the last the first.
    void takeNextReference();
    Alignment alignment() const { return m_alignment; }
    void setAlignment(Alignment alignment);
    /// The frames beside the playhead are of noise levels that differ by more than a fifth in σ/α.
    bool showsUnlikeLevels() const;
    /// The frame of run `i` of entries() that stands beside the playhead; −1 where there is none.
    int frameOf(std::size_t i) const;
    record::FramePtr framePtr(std::size_t i) const;

Q_SIGNALS:
    /// Other runs, more of one, another alignment, another reference.
    void changed();
    /// The frames beside the playhead are others.
    void framesChanged();
    /// An entry's divergence is another.
    void divergenceChanged();

private:
    void refresh();
    void take(const RunUpdate& update);
    void align();
    int besideFrame(const Entry& entry, int frame, int arrived) const;
    void measure();
    std::vector<Divergence::Pair> pairsOf(const Entry& entry) const;

    SessionDocument& m_document;
    BackgroundRuns& m_background;
    std::vector<Entry> m_entries;
    Alignment m_alignment = Alignment::noiseLevel;
    int m_reference = 0;  ///< the run that was chosen; 0 for the first, whichever it is
    // Last, so that their threads end first.
    std::array<std::unique_ptr<Divergence>, mostRuns> m_divergence;
};

}  // namespace diffuscope::ui
