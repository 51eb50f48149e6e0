// SPDX-License-Identifier: GPL-3.0-or-later
// Targets of a few-step student: the teacher's velocity for no step at all, its own two half steps for longer
// ones.
#include "core/train/tasks/shortcut_task.h"

#include "core/base/error.h"
#include "core/train/data/counter_random.h"
#include "core/train/data/image_sheet.h"
#include "core/train/tasks/flow_path.h"
#include "core/train/tasks/flow_teacher.h"
#include "core/train/tasks/transformer_task.h"

#include <algorithm>

namespace diffuscope::train {
namespace {

/// Velocities beyond this come from a network that has not learned them yet (the paper's code clips there).
constexpr double mostVelocity = 4.0;

const TrainingOptions& checkedStudent(const TrainingOptions& options, const LabelledImages& images)
{
    checkTransformerImages(options, images);
    if (options.teacher.empty())
        throw Error(ErrorCode::invalidOption, "A student needs a teacher.",
                    "Name the folder of a flow's training, or of its model, with --teacher.");
    return options;
}

torch::Tensor asColumn(const torch::Tensor& values)
{
    return values.view({-1, 1, 1, 1});
}

}  // namespace

ShortcutTask::ShortcutTask(std::shared_ptr<const LabelledImages> images, const TrainingOptions& options,
                           int replicas)
    : m_options(checkedStudent(options, *images)),
      m_teacher(loadFlowTeacher(options.teacher).net),
      m_nets(options, replicas,
             [this] {
                 auto config = m_teacher->config();
                 config.readsStep = true;
                 if (config != m_options.dit)
                     throw Error(
                         ErrorCode::invalidOption,
                         "The student is another network than its teacher in " + m_options.teacher + ".",
                         "Leave the options of the network away: the student has its teacher's.");
                 model::Dit student(config);
                 model::copyWeights(*m_teacher, *student);
                 return student;
             }),
      m_batches(images, options)
{
    m_teacher->to(m_nets.device());
}

torch::Tensor ShortcutTask::velocity(model::Dit& net, const Inputs& at) const
{
    // The flow's level k of T lies at u = (k + 1)/T.
    return net(at.x, at.u * m_options.levels - 1.0, at.ids, at.step);
}

torch::Tensor ShortcutTask::teacherVelocity(const Inputs& at)
{
    const auto asked = velocity(m_teacher, at);
    if (m_options.teacherGuidance == 1.0)
        return asked;
    const auto none = torch::full_like(at.ids, m_teacher->nullClass());
    const auto plain = velocity(m_teacher, {at.x, at.u, at.step, none});
    // Without a condition both are the same.
    return plain + m_options.teacherGuidance * (asked - plain);
}

torch::Tensor ShortcutTask::targetOfTwoHalves(int replica, const Inputs& at)
{
    const auto half = at.step / 2;
    // Half of the shortest step is a step of the flow.
    const auto told = torch::where(half < 1.0 / (1 << (lengths - 1)), torch::zeros_like(half), half);
    const auto first =
        velocity(m_nets[replica], {at.x, at.u, told, at.ids}).clamp(-mostVelocity, mostVelocity);
    const auto between = at.x - asColumn(half) * first;
    const auto second =
        velocity(m_nets[replica], {between, at.u - half, told, at.ids}).clamp(-mostVelocity, mostVelocity);
    return (first + second) / 2;
}

ShortcutTask::Inputs ShortcutTask::inputsOf(const BatchShare& share, int64_t longOnes) const
{
    const auto x0 = share.of(m_batch.x0), eps = share.of(m_batch.eps);
    auto u = (share.of(m_batch.t).to(torch::kFloat32) + 1.0) / m_options.levels;
    auto step = torch::zeros_like(u);
    // A long step begins at a multiple of its length.
    auto times = u.to(torch::kCPU), steps = step.to(torch::kCPU);
    for (int64_t k = 0; k < longOnes; ++k) {
        CounterRandom random(m_options.seed, RandomStream::Step,
                             positionOf(m_options, m_batch.step, share.begin + k));
        const uint64_t parts = uint64_t{1} << random.below(lengths);
        steps.data_ptr<float>()[k] = 1.0f / static_cast<float>(parts);
        times.data_ptr<float>()[k] = static_cast<float>(random.below(parts) + 1) / static_cast<float>(parts);
    }
    u = times.to(x0.device());
    step = steps.to(x0.device());
    const auto sigma = asColumn(u);
    return {(1.0 - sigma) * x0 + sigma * eps, u, step, share.of(m_batch.classIds)};
}

torch::Tensor ShortcutTask::loss(int replica)
{
    const BatchShare share = m_nets.share(replica, m_batch.x0);
    const int64_t count = share.end - share.begin;
    const auto longOnes = static_cast<int64_t>(m_options.consistencyShare * static_cast<double>(count));
    const Inputs all = inputsOf(share, longOnes);
    const auto part = [&all](int64_t begin, int64_t end) {
        return Inputs{all.x.slice(0, begin, end), all.u.slice(0, begin, end), all.step.slice(0, begin, end),
                      all.ids.slice(0, begin, end)};
    };
    torch::Tensor target;
    {
        const torch::NoGradGuard noGrad;
        std::vector<torch::Tensor> targets;
        if (longOnes > 0)
            targets.push_back(targetOfTwoHalves(replica, part(0, longOnes)));
        if (longOnes < count)
            targets.push_back(teacherVelocity(part(longOnes, count)));
        target = torch::cat(targets);
    }
    return torch::mse_loss(velocity(m_nets[replica], all), target) * share.weight();
}

void ShortcutTask::writePreview(const std::string& path)
{
    const torch::NoGradGuard noGrad;
    const auto& config = m_options.dit;
    const int64_t count = 2 * std::max(1, config.classes);
    auto noise = torch::empty({count, config.imageChannels, config.imageHeight, config.imageWidth});
    CounterRandom(m_options.seed, RandomStream::Preview, 0)
        .fillNormal(noise.data_ptr<float>(), noise.numel());
    noise = noise.to(m_nets.device());
    const auto ids = torch::arange(count, torch::TensorOptions(torch::kInt64).device(m_nets.device())) %
                     std::max(1, config.classes);
    std::vector<torch::Tensor> rows;
    for (const int steps : {1, 2, 4, 8})
        rows.push_back(followFlow(
            [&](const torch::Tensor& x, double u, double step) {
                return velocity(m_nets[0], {x, torch::full({count}, u, x.options()),
                                            torch::full({count}, step, x.options()), ids});
            },
            noise, steps));
    writeImageSheet(path, torch::cat(rows), static_cast<int>(count));
}

}  // namespace diffuscope::train
