// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest and largest values of layers over all frames of a run, found in the background.
#pragma once

#include "ui/engine/background_frames.h"
#include "ui/engine/run_update.h"
#include "ui/widgets/image_renderer.h"
#include "ui/widgets/layers.h"

#include <QObject>

#include <array>
#include <vector>

namespace diffuscope::ui {

/// The range that each layer is shown in.
class LayerModes
{
public:
    LayerModes();

    RangeMode of(record::Layer layer) const { return m_modes[std::size_t(layerPlace(layer))]; }
    void set(record::Layer layer, RangeMode mode) { m_modes[std::size_t(layerPlace(layer))] = mode; }
    /// For settings; what reading does not understand it leaves alone.
    QString toText() const;
    void read(const QString& text);

private:
    std::array<RangeMode, 10> m_modes{};
};

/// How the values of one layer of a run become colours.
struct LayerColoring
{
    record::Layer layer = record::Layer::xt;
    RangeMode mode = RangeMode::data;
    ValueRange runRange =
        extremesOf({});  ///< where mode is `run`: over the frames that were looked at so far

    /// For values with these extremes.
    ColorScale scale(ValueRange extremes) const
    {
        return colorScale(mode, isSigned(layer),
                          mode == RangeMode::run ? united(runRange, extremes) : extremes);
    }
    bool operator==(const LayerColoring&) const = default;
};

/// Follows a run that grows; the ranges only widen until another run or other layers are followed.
class LayerRanges : public QObject
{
    Q_OBJECT

public:
    explicit LayerRanges(QObject* parent = nullptr);

    void follow(const RunUpdate& run, const std::vector<record::Layer>& layers);
    /// Over the frames that were looked at so far; low > high where the layer was in none of them.
    ValueRange range(record::Layer layer) const;
    /// Every frame that was given has been looked at.
    bool isUpToDate() const { return int(m_frames.values().size()) == m_given; }

Q_SIGNALS:
    /// A range has widened.
    void changed();

private:
    void takeFrames();

    RunId m_run = 0;
    std::vector<record::Layer> m_layers;
    std::vector<ValueRange> m_ranges;  ///< of m_layers
    int m_given = 0;
    std::size_t m_taken = 0;
    BackgroundFrames<std::vector<ValueRange>> m_frames;
};

}  // namespace diffuscope::ui
