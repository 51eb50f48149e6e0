// SPDX-License-Identifier: GPL-3.0-or-later
// A sampler without a network: runs whose evaluations can be held up, counted and made to fail. No torch in
// here.
#pragma once

#include "core/run/run.h"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace diffuscope::test {

struct FakeState;

/// What the test's thread holds of the fake; every function may be called from any thread.
/// An evaluation that is held up does not look at the stop token, as a real network would not.
class FakeSampling
{
public:
    FakeSampling();
    ~FakeSampling();  ///< lets everything that is held up go on

    /// What a SamplingService is given.
    std::function<std::unique_ptr<run::RunFactory>()> factory() const;

    // Steering
    /// From now on evaluations wait until they are allowed.
    void block();
    /// Lets that many evaluations pass, those that wait first.
    void allow(int evaluations);
    /// From now on evaluations do not wait.
    void unblock();
    /// `raise` is called by each of the next `times` calls of the factory's maker.
    void failToMakeFactory(std::function<void()> raise, int times = 1);
    /// `raise` is called in place of making a run, until clearFailures().
    void failToStart(std::function<void()> raise);
    /// `raise` is called in place of the evaluation of this frame, until clearFailures().
    void failAtFrame(int frame, std::function<void()> raise);
    void clearFailures();

    /// `raise` is called by whoever asks for attention, until clearFailures().
    void failAttention(std::function<void()> raise);

    // Observing
    /// Frames whose attention was asked for.
    int attentionsAsked() const;
    /// The recipes of the runs that were started, in order.
    std::vector<recipe::Recipe> startedRecipes() const;
    int runsStarted() const { return int(startedRecipes().size()); }
    /// Evaluations that began, over all runs.
    int evaluationsBegun() const;
    /// Evaluations that ended, over all runs.
    int evaluationsEnded() const;
    /// An evaluation is going or held up.
    bool isEvaluating() const { return evaluationsBegun() > evaluationsEnded(); }
    /// Waits until the evaluation that is held up has been asked to stop (which it does not heed).
    void waitForStopRequest() const;
    /// Factories and runs that exist.
    int liveObjects() const;
    /// The threads on which factories and runs were made, used and destroyed.
    std::vector<std::thread::id> threads() const;

private:
    std::shared_ptr<FakeState> m_state;
};

/// A recipe of a fake run; everything else as usual.
recipe::Recipe fakeRecipe(double guidanceScale, int steps = 4, int batch = 2);

/// Where a fake network looks at a frame: the prompt's words in turn get most of the attention, word 0 at
/// frame 0, word 1 at frame 1 …, and a word twice as much in the left half of the picture as in the right.
/// Two layers, 4×4 "down0_0" and 7×7 "middle0", alike.
record::TextAttention fakeAttention(const recipe::Recipe& recipe, const record::Frame& frame);

/// The frame `index` of a fake run of this recipe: images of one channel, 28×28, that depend on the recipe.
record::FramePtr fakeFrame(const recipe::Recipe& recipe, int index);

}  // namespace diffuscope::test
