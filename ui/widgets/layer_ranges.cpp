// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/layer_ranges.h"

#include "ui/document/run_facts.h"
#include "ui/widgets/layer_absence.h"

#include <QStringList>

#include <algorithm>

namespace diffuscope::ui {

namespace {

using explain::Absence;

const ValueRange noRange = extremesOf({});

/// Images as an image viewer shows them; what is noise to within three standard deviations; what is small as
/// large as it gets in the run; the score, which grows beyond all bounds, frame by frame.
RangeMode usualMode(record::Layer layer)
{
    if (!isSigned(layer))
        return RangeMode::data;
    if (layer == record::Layer::guidanceDifference || layer == record::Layer::x0HatChange)
        return RangeMode::run;
    return layer == record::Layer::score ? RangeMode::fit : RangeMode::wide;
}

/// The extremes of each layer in one frame, or nothing while some layer is yet to come.
std::optional<std::vector<ValueRange>> extremesOfFrame(const explain::RunReader& reader, int frame,
                                                       const std::vector<record::Layer>& layers)
{
    std::vector<ValueRange> ranges;
    for (const record::Layer layer : layers) {
        const Absence absence = reader.whyAbsent(frame, layer);
        if (isYetToCome(absence))
            return std::nullopt;
        ranges.push_back(absence == Absence::none ? extremesOf(reader.read(frame, layer).values) : noRange);
    }
    return ranges;
}

}  // namespace

LayerModes::LayerModes()
{
    for (const record::Layer layer : allLayers())
        set(layer, usualMode(layer));
}

QString LayerModes::toText() const
{
    QStringList modes;
    for (const RangeMode mode : m_modes)
        modes.append(QString::number(int(mode)));
    return modes.join(QLatin1Char(' '));
}

void LayerModes::read(const QString& text)
{
    const QStringList parts = text.split(QLatin1Char(' '));
    for (std::size_t i = 0; i < m_modes.size() && int(i) < parts.size(); ++i) {
        bool isNumber = false;
        const int mode = parts[int(i)].toInt(&isNumber);
        if (isNumber && mode >= 0 && mode <= int(RangeMode::run))
            m_modes[i] = RangeMode(mode);
    }
}

LayerRanges::LayerRanges(QObject* parent) : QObject(parent), m_frames([this] { takeFrames(); })
{
}

void LayerRanges::follow(const RunUpdate& run, const std::vector<record::Layer>& layers)
{
    if (run.run != m_run || layers != m_layers) {
        m_run = run.run;
        m_layers = layers;
        m_ranges.assign(layers.size(), noRange);
        m_taken = 0;
        m_frames.restart();
    }
    m_given = layers.empty() ? 0 : run.trajectory->size();
    m_frames.extend(m_given, [reader = explain::RunReader(factsOf(run)), layers](int frame) {
        return extremesOfFrame(reader, frame, layers);
    });
}

ValueRange LayerRanges::range(record::Layer layer) const
{
    const auto found = std::find(m_layers.begin(), m_layers.end(), layer);
    return found == m_layers.end() ? noRange : m_ranges[std::size_t(found - m_layers.begin())];
}

void LayerRanges::takeFrames()
{
    const std::vector<ValueRange> before = m_ranges;
    for (; m_taken < m_frames.values().size(); ++m_taken)
        for (std::size_t i = 0; i < m_ranges.size(); ++i)
            m_ranges[i] = united(m_ranges[i], m_frames.values()[m_taken][i]);
    if (m_ranges != before)
        Q_EMIT changed();
}

}  // namespace diffuscope::ui
