// SPDX-License-Identifier: GPL-3.0-or-later
// Where the network looked for each word in every step of a run, worked out behind the run when it is asked
// for.
#pragma once

#include "ui/engine/run_update.h"

#include <QObject>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diffuscope::ui {

class SamplingService;

/// The attention of one step.
struct FrameAttention
{
    std::vector<std::string> tokens;  ///< as in record::TextAttention; empty for an empty prompt
    int batch = 0;
    std::vector<float> shares;  ///< [batch, tokens]: see record::TextAttention::shares()
    /// The largest share at any place of any image: of the mean over layers first, then of each layer.
    std::vector<std::vector<float>> peaks;  ///< [1 + layers][tokens]
    /// Where memory does not suffice for all of them only those about the playhead are kept.
    std::shared_ptr<const record::TextAttention> maps;

    int tokenCount() const { return int(tokens.size()); }
    /// The share of a token in image k, in the mean over all images for k = −1.
    float share(int k, int token) const;
};

/// Frames that were recorded with attention are read; for the others the worker evaluates the network again,
/// once a step, while no run is going. Nothing is done while it is off.
class AttentionRecorder : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t usualBytes = std::size_t(192) << 20;

    /// The service must outlive the recorder.
    explicit AttentionRecorder(SamplingService& service, QObject* parent = nullptr);
    ~AttentionRecorder() override;

    bool isOn() const { return m_isOn; }
    void setOn(bool on);
    /// The maps that are kept take at most this.
    void setMemory(std::size_t bytes) { m_mostBytes = bytes; }

    /// The run that is shown.
    void follow(const RunUpdate& run);
    /// The step that is worked out first.
    void setStep(int step);

    /// Steps of the run, as far as their frames have arrived; the result's frame is none.
    int steps() const { return int(m_steps.size()); }
    /// Null while it is not known.
    const FrameAttention* at(int step) const;
    int knownSteps() const;
    /// Why it cannot be worked out; absent where it can.
    const std::optional<Failure>& failure() const { return m_failure; }

Q_SIGNALS:
    /// Another run, or more of it is known.
    void changed();

private:
    struct Tray;
    struct Kept
    {
        std::weak_ptr<const record::Frame> first;
        std::vector<std::optional<FrameAttention>> steps;
    };

    void ask();
    std::vector<int> wantedSteps() const;
    void take(const std::shared_ptr<Tray>& tray);
    void leave();
    void keepWithinMemory();
    std::size_t bytes() const;

    SamplingService& m_service;
    bool m_isOn = false;
    std::size_t m_mostBytes = usualBytes;
    RunUpdate m_run;
    std::vector<std::optional<FrameAttention>> m_steps;
    int m_step = 0;
    std::deque<Kept> m_kept;  ///< of runs before, newest first
    std::shared_ptr<Tray> m_asked;
    std::optional<Failure> m_failure;
};

}  // namespace diffuscope::ui
