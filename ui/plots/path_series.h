// SPDX-License-Identifier: GPL-3.0-or-later
// The ways that the images of runs take, projected into one plane, worked out in the background.
#pragma once

#include "core/measure/principal_plane.h"
#include "ui/engine/background_frames.h"
#include "ui/engine/run_update.h"

#include <QObject>

#include <array>
#include <vector>

namespace diffuscope::ui {

/// Follows a run that grows, and finished ones beside it. All are seen in the plane of the first two
/// principal components of points taken evenly from all of them; while a run grows the plane is found anew
/// from time to time. What was shown stays until what replaces it is complete.
class PathSeries : public QObject
{
    Q_OBJECT

public:
    using Place = std::array<double, 2>;

    /// Of the images of a batch, so many are followed: evenly spaced ones.
    static constexpr int mostImages = 64;
    /// As many points find the plane.
    static constexpr int planePoints = 160;

    /// One run's way: places[frame][i] is that of image images[i].
    struct Path
    {
        RunId run = 0;
        std::vector<int> images;
        std::vector<std::vector<Place>> places;
    };

    explicit PathSeries(QObject* parent = nullptr);

    /// The last of the runs may still grow. `layer` is xt or x0Hat. Others that have not ended, or whose
    /// images have another size, are left out.
    void follow(const std::vector<RunUpdate>& runs, record::Layer layer);

    /// What it takes to show the paths: see BackgroundFrames.
    void setShowingMs(double ms) { m_places.setShowingMs(ms); }

    /// In the order of the runs.
    const std::vector<Path>& paths() const { return m_paths; }
    /// The share of the variance along each axis of the plane, 0 … 1.
    std::array<double, 2> explained() const { return m_explained; }
    /// paths() holds every frame that was given.
    bool isUpToDate() const { return m_isUpToDate; }

Q_SIGNALS:
    /// paths() has changed.
    void changed();

private:
    using Plane = std::shared_ptr<const measure::PrincipalPlane>;

    void findPlane();
    void takePlane();
    void project();
    void takePlaces();

    std::vector<RunUpdate> m_runs;
    record::Layer m_layer = record::Layer::x0Hat;
    int m_given = 0;      ///< frames of all runs
    int m_foundWith = 0;  ///< frames when the plane was looked for
    Plane m_plane;
    bool m_isPlaneOfRuns = false;  ///< and not of those before
    std::vector<Path> m_paths;
    std::array<double, 2> m_explained{};
    bool m_isUpToDate = false;

    // Last, so that their threads end first.
    BackgroundFrames<Plane> m_planes;
    BackgroundFrames<std::vector<Place>> m_places;
};

}  // namespace diffuscope::ui
