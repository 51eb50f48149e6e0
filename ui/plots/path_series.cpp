// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/path_series.h"

#include <algorithm>
#include <cstdint>

namespace diffuscope::ui {

namespace {

std::vector<int> followedImages(const record::BatchShape& shape)
{
    const int count = std::min(shape.batch, PathSeries::mostImages);
    std::vector<int> images;
    for (int i = 0; i < count; ++i)
        images.push_back(int(std::int64_t(i) * shape.batch / count));
    return images;
}

/// All frames of all runs, one run after the other.
std::vector<record::FramePtr> allFrames(const std::vector<RunUpdate>& runs)
{
    std::vector<record::FramePtr> frames;
    for (const RunUpdate& run : runs)
        frames.insert(frames.end(), run.trajectory->frames.begin(), run.trajectory->frames.end());
    return frames;
}

/// Images of frames, evenly taken from all of them; the first and the last frame are among them.
std::vector<std::vector<float>> pointsForPlane(const std::vector<record::FramePtr>& frames,
                                               record::Layer layer)
{
    const std::vector<int> images = followedImages(frames.front()->shape);
    const int fewerImages = std::min(int(images.size()), 16);
    const int fewerFrames = std::min(int(frames.size()), std::max(PathSeries::planePoints / fewerImages, 2));
    std::vector<std::vector<float>> points;
    for (int f = 0; f < fewerFrames; ++f) {
        const auto frame =
            std::size_t(std::int64_t(f) * (int(frames.size()) - 1) / std::max(fewerFrames - 1, 1));
        for (int i = 0; i < fewerImages; ++i) {
            const int k = images[std::size_t(std::int64_t(i) * int(images.size()) / fewerImages)];
            points.push_back(frames[frame]->layer(layer, std::min(k, frames[frame]->shape.batch - 1)));
        }
    }
    return points;
}

bool hasSameImages(const RunUpdate& run, const record::BatchShape& shape)
{
    return !run.trajectory->frames.empty() &&
           run.trajectory->frames.front()->shape.imageValues() == shape.imageValues();
}

}  // namespace

PathSeries::PathSeries(QObject* parent)
    : QObject(parent), m_planes([this] { takePlane(); }), m_places([this] { takePlaces(); })
{
}

void PathSeries::follow(const std::vector<RunUpdate>& runs, record::Layer layer)
{
    std::vector<RunUpdate> wanted = runs;
    if (!runs.empty() && !runs.back().trajectory->frames.empty()) {
        const record::BatchShape shape = runs.back().trajectory->frames.front()->shape;
        const RunUpdate shown = wanted.back();
        wanted.pop_back();
        std::erase_if(wanted, [&](const RunUpdate& run) {
            return !hasSameImages(run, shape) || !run.trajectory->isComplete();
        });
        wanted.push_back(shown);
    } else {
        wanted.clear();
    }
    const bool isSame =
        layer == m_layer && std::equal(wanted.begin(), wanted.end(), m_runs.begin(), m_runs.end(),
                                       [](const RunUpdate& a, const RunUpdate& b) {
                                           // Runs that were sampled in the background count by themselves.
                                           return a.run == b.run && a.recipe == b.recipe;
                                       });
    const bool hadAll = !m_runs.empty() && m_runs.back().trajectory->isComplete();
    m_runs = std::move(wanted);
    m_layer = layer;
    m_given = 0;
    for (const RunUpdate& run : m_runs)
        m_given += run.trajectory->size();
    m_isUpToDate = false;
    if (m_given == 0)
        return;
    const bool hasAll = m_runs.back().trajectory->isComplete();
    if (!isSame) {
        m_isPlaneOfRuns = false;
        m_places.restart();
    }
    if (!isSame || (hasAll && !hadAll) || m_given > m_foundWith + m_foundWith / 2) {
        findPlane();
    } else if (m_isPlaneOfRuns) {
        project();
        takePlaces();
    }
}

void PathSeries::findPlane()
{
    m_foundWith = m_given;
    m_planes.restart();
    m_planes.extend(1, [frames = allFrames(m_runs), layer = m_layer](int) {
        return std::optional<Plane>(std::make_shared<const measure::PrincipalPlane>(
            measure::PrincipalPlane::fit(pointsForPlane(frames, layer))));
    });
}

void PathSeries::takePlane()
{
    auto plane = std::make_shared<measure::PrincipalPlane>(*m_planes.values().front());
    if (m_plane)
        plane->alignWith(*m_plane);
    m_plane = std::move(plane);
    m_isPlaneOfRuns = true;
    m_places.restart();
    project();
}

void PathSeries::project()
{
    m_places.extend(m_given, [frames = allFrames(m_runs), layer = m_layer, plane = m_plane](int index) {
        const record::Frame& frame = *frames[std::size_t(index)];
        std::vector<Place> places;
        for (const int k : followedImages(frame.shape))
            places.push_back(plane->project(frame.layer(layer, k)));
        return std::optional(std::move(places));
    });
}

void PathSeries::takePlaces()
{
    const auto& places = m_places.values();
    const int arrived = m_runs.back().trajectory->size();
    const int before = m_given - arrived;
    const bool isShown = !m_paths.empty() && m_paths.back().run == m_runs.back().run;
    const int least = isShown ? int(m_paths.back().places.size()) : 1;
    if (!m_isPlaneOfRuns || int(places.size()) < before + std::min(least, arrived))
        return;
    m_paths.clear();
    auto next = places.begin();
    for (const RunUpdate& run : m_runs) {
        Path path{run.run, followedImages(run.trajectory->frames.front()->shape), {}};
        const auto end = next + std::min(std::ptrdiff_t(run.trajectory->size()), places.end() - next);
        path.places.assign(next, end);
        next = end;
        m_paths.push_back(std::move(path));
    }
    m_explained = m_plane->explained();
    m_isUpToDate = next - places.begin() >= m_given;
    Q_EMIT changed();
}

}  // namespace diffuscope::ui
