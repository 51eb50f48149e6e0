#include "ui/views/comparison.h"

#include "core/record/step_quantities.h"
#include "ui/document/session_document.h"
#include "ui/engine/background_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace diffuscope::ui {

namespace {

/// Of image estimates of the same images.
double rootMeanSquareApart(const record::Frame& a, const record::Frame& b, const std::vector<int>& images)
{
    double sum = 0;
    std::size_t count = 0;
    for (const int k : images) {
        const std::vector<float> left = a.layer(record::Layer::x0Hat, k);
        const std::vector<float> right = b.layer(record::Layer::x0Hat, k);
        for (std::size_t i = 0; i < left.size(); ++i)
            sum += (double(left[i]) - double(right[i])) * (double(left[i]) - double(right[i]));
        count += left.size();
    }
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(sum / double(count));
}

bool haveSameImages(const record::Frame& a, const record::Frame& b)
{
    return a.shape.channels == b.shape.channels && a.shape.height == b.shape.height &&
           a.shape.width == b.shape.width;
}

}  // namespace

Comparison::Comparison(SessionDocument& document, BackgroundRuns& background, QObject* parent)
    : QObject(parent), m_document(document), m_background(background)
{
    connect(&document, &SessionDocument::sessionChanged, this, &Comparison::refresh);
    connect(&document, &SessionDocument::currentRunChanged, this, &Comparison::refresh);
    connect(&document, &SessionDocument::trajectoryChanged, this, &Comparison::take);
    connect(&document, &SessionDocument::playheadChanged, this, &Comparison::framesChanged);
    connect(&document.cursors(), &PlotCursors::axisChanged, this, &Comparison::align);
    connect(&background, &BackgroundRuns::runAdvanced, this, &Comparison::take);
    connect(&background, &BackgroundRuns::runFinished, this, &Comparison::take);
    connect(
        &background, &BackgroundRuns::runFailed, this,
        [this](const session::RunPlan& plan, const Failure& failure) {
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
    if (runs.size() >= 2)
        for (const int run : runs)
            m_entries.push_back({.run = run});
    m_document.setComparedRuns(isOn() ? runs : std::vector<int>());
    if (isOn())
        m_document.selectRun(runs.front());
    refresh();
}

/// A run that was deleted leaves; one that was edited is sampled again. The run that is edited is the first.
void Comparison::refresh()
{
    if (m_entries.empty()) {
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
        const session::RunPlan plan = session.planOf(entry.run);
        if (entry.hasFrames() && entry.update.plan() == plan)
            continue;
        entry.update = {};
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
    for (Entry& entry : m_entries)
        entry.keys = entry.hasFrames() ? FrameKeys(m_document.cursors().axis(), entry.update) : FrameKeys();
    for (Entry& entry : m_entries)
        measure(entry);
    Q_EMIT changed();
    Q_EMIT framesChanged();
}

void Comparison::measure(Entry& entry) const
{
    const Entry& first = m_entries.front();
    entry.divergence.assign(std::size_t(first.update.trajectory->size()),
                            std::numeric_limits<double>::quiet_NaN());
    if (!entry.hasFrames() || !first.hasFrames() || &entry == &first)
        return;
    const auto& frames = entry.update.trajectory->frames;
    record::BatchShape shape = first.update.trajectory->frames.front()->shape;
    shape.batch = std::min(shape.batch, frames.front()->shape.batch);
    const std::vector<int> images = record::figureImages(shape, m_document.selectedImage());
    for (int i = 0; i < first.update.trajectory->size(); ++i) {
        const int beside = entry.keys.nearest(first.keys.key(i), int(frames.size()));
        const record::Frame& a = *first.update.trajectory->frames[std::size_t(i)];
        if (beside >= 0 && haveSameImages(a, *frames[std::size_t(beside)]))
            entry.divergence[std::size_t(i)] = rootMeanSquareApart(a, *frames[std::size_t(beside)], images);
    }
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
    return entry.keys.nearest(first.keys.key(playhead), entry.update.trajectory->size());
}

record::FramePtr Comparison::framePtr(std::size_t i) const
{
    const int frame = frameOf(i);
    return frame < 0 ? nullptr : m_entries[i].update.trajectory->frames[std::size_t(frame)];
}

}  // namespace diffuscope::ui
