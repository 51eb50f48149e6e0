// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/comparison.h"

#include "core/record/step_quantities.h"
#include "ui/document/run_facts.h"
#include "ui/document/session_document.h"
#include "ui/engine/background_runs.h"

#include <algorithm>
#include <utility>

namespace diffuscope::ui {

namespace {

FrameAxis axisOf(Alignment alignment)
{
    switch (alignment) {
        case Alignment::noiseLevel:
            return FrameAxis::logSnr;
        case Alignment::step:
            return FrameAxis::step;
        case Alignment::evaluations:
            return FrameAxis::evaluations;
    }
    return FrameAxis::logSnr;
}

/// Noise over signal of one is more than a fifth larger than that of the other.
bool areUnlike(const schedule::NoiseLevel& a, const schedule::NoiseLevel& b)
{
    constexpr double most = 1.2;
    const double first = a.sigma * b.alpha, second = b.sigma * a.alpha;
    return std::max(first, second) > most * std::min(first, second);
}

}  // namespace

Comparison::Comparison(SessionDocument& document, BackgroundRuns& background, QObject* parent)
    : QObject(parent), m_document(document), m_background(background)
{
    for (std::size_t i = 0; i < m_divergence.size(); ++i)
        m_divergence[i] = std::make_unique<Divergence>([this, i] {
            m_entries.at(i).divergence = m_divergence[i]->values();
            Q_EMIT divergenceChanged();
        });
    connect(&document, &SessionDocument::sessionChanged, this, &Comparison::refresh);
    connect(&document, &SessionDocument::currentRunChanged, this, &Comparison::refresh);
    connect(&document, &SessionDocument::trajectoryChanged, this, &Comparison::take);
    connect(&document, &SessionDocument::playheadChanged, this, &Comparison::framesChanged);
    connect(&document, &SessionDocument::selectionChanged, this, &Comparison::measure);
    connect(&background, &BackgroundRuns::runAdvanced, this, &Comparison::take);
    connect(&background, &BackgroundRuns::runFinished, this, &Comparison::take);
    connect(
        &background, &BackgroundRuns::runFailed, this,
        [this](const recipe::RunPlan& plan, const Failure& failure) {
            for (Entry& entry : m_entries)
                if (m_document.session().find(entry.run) && m_document.session().planOf(entry.run) == plan)
                    entry.problem = failure.message;
            Q_EMIT changed();
        });
}

void Comparison::setRuns(std::vector<int> runs)
{
    runs.resize(std::min(runs.size(), std::size_t(mostRuns)));
    m_entries.clear();
    m_reference = 0;
    if (runs.size() >= 2)
        for (const int run : runs)
            m_entries.push_back({.run = run});
    m_document.setComparedRuns(isOn() ? runs : std::vector<int>());
    if (isOn())
        m_document.selectRun(runs.front());
    refresh();
}

std::size_t Comparison::reference() const
{
    const auto chosen = std::ranges::find(m_entries, m_reference, &Entry::run);
    return chosen == m_entries.end() ? 0 : std::size_t(chosen - m_entries.begin());
}

void Comparison::setReference(std::size_t entry)
{
    if (entry >= m_entries.size() || entry == reference())
        return;
    m_reference = m_entries[entry].run;
    measure();
    Q_EMIT changed();
}

void Comparison::takeNextReference()
{
    if (isOn())
        setReference((reference() + 1) % m_entries.size());
}

/// A run that was deleted leaves; one that was edited is sampled again. The run that is edited is the first.
void Comparison::refresh()
{
    if (m_entries.empty()) {
        measure();
        Q_EMIT changed();
        return;
    }
    const session::Session& session = m_document.session();
    std::erase_if(m_entries, [&session](const Entry& entry) { return !session.find(entry.run); });
    const int current = m_document.currentRun();
    const auto first = std::ranges::find(m_entries, current, &Entry::run);
    if (first != m_entries.end())
        std::rotate(m_entries.begin(), first, first + 1);
    else if (!m_entries.empty())
        m_entries.front() = {.run = current};  // a branch of it, or one that was chosen in its place
    if (m_entries.size() < 2) {
        m_entries.clear();
        m_document.setComparedRuns({});
    }
    for (Entry& entry : m_entries) {
        const recipe::RunPlan plan = session.planOf(entry.run);
        if (entry.hasFrames() && entry.update.plan() == plan)
            continue;
        entry.update = {};
        entry.reader.reset();
        entry.divergence.clear();
        entry.problem.clear();
        if (m_document.shownRun().run != 0 && m_document.shownRun().plan() == plan)
            entry.update = m_document.shownRun();
        else if (const auto known = m_document.service().known(plan))
            entry.update = *known;
        else if (entry.run != current)
            m_background.addFirst(plan);
    }
    align();
}

void Comparison::take(const RunUpdate& update)
{
    bool isOurs = false;
    for (Entry& entry : m_entries)
        if (!update.trajectory->frames.empty() && m_document.session().find(entry.run) &&
            m_document.session().planOf(entry.run) == update.plan()) {
            entry.update = update;
            isOurs = true;
        }
    if (isOurs)
        align();
}

void Comparison::align()
{
    for (Entry& entry : m_entries) {
        entry.reader.reset();
        if (entry.hasFrames())
            entry.reader.emplace(factsOf(entry.update));
        FrameKeys keys = entry.hasFrames() ? FrameKeys(axisOf(m_alignment), entry.update) : FrameKeys();
        const bool isFirst = &entry == &m_entries.front();
        const bool isAligned = !isFirst && keys == entry.keys && entry.alignedWith == m_entries.front().keys;
        entry.keys = std::move(keys);
        if (isAligned)
            continue;
        const FrameKeys& first = m_entries.front().keys;
        entry.alignedWith = first;
        entry.beside.clear();
        for (int frame = 0; frame < first.size(); ++frame)
            entry.beside.push_back(isFirst ? frame : besideFrame(entry, frame, entry.keys.size()));
    }
    measure();
    Q_EMIT changed();
}

void Comparison::setAlignment(Alignment alignment)
{
    if (std::exchange(m_alignment, alignment) == alignment || !isOn())
        return;
    align();
    Q_EMIT framesChanged();
}

/// Of the first `arrived` frames of an entry, the one beside this frame of the first entry.
int Comparison::besideFrame(const Entry& entry, int frame, int arrived) const
{
    const FrameKeys& first = m_entries.front().keys;
    const bool isEnd = frame == first.size() - 1;
    if (isEnd)
        return arrived - 1;
    if (entry.keys == first)  // levels that a sampler visits twice too
        return std::min(frame, arrived - 1);
    return entry.keys.nearest(first.key(frame), arrived);
}

bool Comparison::showsUnlikeLevels() const
{
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
            const record::FramePtr one = framePtr(i), other = framePtr(k);
            if (one && other && areUnlike(one->level, other->level))
                return true;
        }
    return false;
}

/// Those whose frames have both arrived, up to the first that has not.
std::vector<Divergence::Pair> Comparison::pairsOf(const Entry& entry) const
{
    const Entry& reference = m_entries[this->reference()];
    std::vector<Divergence::Pair> pairs;
    if (&entry == &reference)
        return pairs;
    const auto frameAt = [](const Entry& of, std::size_t i) {
        const auto& frames = of.update.trajectory->frames;
        const int frame = i < of.beside.size() ? of.beside[i] : -1;
        return frame >= 0 && frame < int(frames.size()) ? frames[std::size_t(frame)] : nullptr;
    };
    for (int i = 0; i < m_entries.front().update.trajectory->size(); ++i) {
        Divergence::Pair pair{frameAt(reference, std::size_t(i)), frameAt(entry, std::size_t(i))};
        if (!pair.reference || !pair.compared)
            break;
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

void Comparison::measure()
{
    for (std::size_t i = 0; i < m_divergence.size(); ++i) {
        std::vector<Divergence::Pair> pairs =
            i < m_entries.size() ? pairsOf(m_entries[i]) : std::vector<Divergence::Pair>();
        std::vector<int> images;
        if (!pairs.empty()) {
            record::BatchShape shape = pairs.front().reference->shape;
            shape.batch = std::min(shape.batch, pairs.front().compared->shape.batch);
            images = record::figureImages(shape, m_document.selectedImage());
        } else if (i < m_entries.size()) {
            m_entries[i].divergence.clear();
        }
        m_divergence[i]->follow(std::move(pairs), images);
        if (i < m_entries.size() && m_divergence[i]->isUpToDate())
            m_entries[i].divergence = m_divergence[i]->values();
    }
    Q_EMIT divergenceChanged();
}

int Comparison::frameOf(std::size_t i) const
{
    const int playhead = m_document.playhead();
    const Entry& first = m_entries.front();
    const Entry& entry = m_entries[i];
    if (!entry.hasFrames())
        return -1;
    if (i == 0)
        return std::clamp(playhead, 0, entry.update.trajectory->size() - 1);
    if (playhead < 0 || playhead >= first.keys.size())
        return entry.update.trajectory->size() - 1;
    return besideFrame(entry, playhead, entry.update.trajectory->size());
}

record::FramePtr Comparison::framePtr(std::size_t i) const
{
    const int frame = frameOf(i);
    return frame < 0 ? nullptr : m_entries[i].update.trajectory->frames[std::size_t(frame)];
}

}  // namespace diffuscope::ui
