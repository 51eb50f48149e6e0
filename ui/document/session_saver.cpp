// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/session_saver.h"

#include <QElapsedTimer>

#include <algorithm>
#include <set>
#include <utility>

namespace diffuscope::ui {

using RecordPtr = std::shared_ptr<const session::RunRecord>;

SessionSaver::SessionSaver(HashModel hashModel, QObject* parent)
    : QObject(parent),
      m_hashModel(std::move(hashModel)),
      m_thread([this](const std::stop_token& stop) { loop(stop); })
{
    qRegisterMetaType<recipe::RunPlan>();
    qRegisterMetaType<Failure>();
    qRegisterMetaType<RecordPtr>();
    qRegisterMetaType<std::map<std::string, std::string>>();
}

SessionSaver::~SessionSaver()
{
    flush();
}

void SessionSaver::save(SaveJob job)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto older = job.isAutosave ? std::ranges::find_if(m_jobs, &SaveJob::isAutosave) : m_jobs.end();
        if (older == m_jobs.end()) {
            m_jobs.push_back(std::move(job));
        } else {
            // In its place: a save that was asked for after it counts on the records that it makes.
            job.toRecord.insert(job.toRecord.begin(), older->toRecord.begin(), older->toRecord.end());
            *older = std::move(job);
        }
    }
    m_changed.notify_all();
}

void SessionSaver::hashModels(std::vector<std::string> models)
{
    {
        const std::lock_guard lock(m_mutex);
        m_toHash = std::move(models);
    }
    m_changed.notify_all();
}

void SessionSaver::flush()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_jobs.empty() && m_toHash.empty() && !m_isBusy; });
}

void SessionSaver::loop(const std::stop_token& stop)
{
    const auto hasWork = [this] { return !m_jobs.empty() || !m_toHash.empty(); };
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, hasWork)) {
        m_isBusy = true;
        if (!m_jobs.empty()) {
            SaveJob job = std::move(m_jobs.front());
            m_jobs.pop_front();
            lock.unlock();
            perform(std::move(job));
        } else {
            const std::vector<std::string> models = std::exchange(m_toHash, {});
            lock.unlock();
            std::map<std::string, std::string> hashes;
            for (const std::string& model : models)
                hashes[model] = m_hashModel(model);
            Q_EMIT modelsHashed(hashes);
        }
        lock.lock();
        m_isBusy = false;
        m_changed.notify_all();
    }
}

void SessionSaver::perform(SaveJob job)
{
    const QElapsedTimer clock = [] {
        QElapsedTimer started;
        started.start();
        return started;
    }();
    try {
        for (RunToRecord& run : job.toRecord) {
            const session::SessionRun* stays = job.file.session.find(run.run);
            if (!stays || job.file.session.planOf(run.run) != run.plan)
                continue;
            auto record = std::make_shared<const session::RunRecord>(session::recordOf(*run.trajectory));
            run.trajectory.reset();
            m_made[run.run] = {run.plan, record};
            Q_EMIT recorded(run.run, run.plan, record);
        }
        for (const auto& [run, made] : m_made)
            if (!job.file.records.contains(run) && job.file.session.find(run) &&
                job.file.session.planOf(run) == made.plan)
                job.file.records[run] = made.record;
        std::set<std::string> models;
        for (const session::SessionRun& run : job.file.session.runs())
            models.insert(run.recipe.model);
        for (const std::string& model : models)
            if (std::string hash = m_hashModel(model); !hash.empty())
                job.file.made.models[model] = std::move(hash);
        session::writeSession(job.path.toStdString(), job.file);
        Q_EMIT saved(job.path, job.isAutosave, int(clock.elapsed()));
    } catch (...) {
        Q_EMIT saveFailed(job.path, job.isAutosave, failureOf(std::current_exception()));
    }
}

}  // namespace diffuscope::ui
