// SPDX-License-Identifier: GPL-3.0-or-later
// Writes sessions on a thread of its own, so that saving never holds up the window.
#pragma once

#include "core/session/session_file.h"
#include "ui/engine/failure.h"

#include <QObject>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace diffuscope::ui {

/// A run whose record is to be made before a session is written.
struct RunToRecord
{
    int run = 0;
    recipe::RunPlan plan;
    std::shared_ptr<const record::Trajectory> trajectory;
};

struct SaveJob
{
    QString path;
    bool isAutosave = false;
    session::SessionFile file;
    std::vector<RunToRecord> toRecord{};
};

class SessionSaver : public QObject
{
    Q_OBJECT

public:
    /// The hash of a model's files, empty where there is no such model; called on the saver's thread.
    using HashModel = std::function<std::string(const std::string& model)>;

    explicit SessionSaver(HashModel hashModel, QObject* parent = nullptr);
    /// Writes what waits.
    ~SessionSaver() override;

    /// An autosave that waits gives way to a newer one; other saves are all written, in order.
    void save(SaveJob job);
    /// Answers with modelsHashed().
    void hashModels(std::vector<std::string> models);
    /// Waits until everything is written.
    void flush();

Q_SIGNALS:
    void recorded(int run, const diffuscope::recipe::RunPlan& plan,
                  const std::shared_ptr<const diffuscope::session::RunRecord>& record);
    /// `ms`: what it took.
    void saved(const QString& path, bool isAutosave, int ms);
    void saveFailed(const QString& path, bool isAutosave, const diffuscope::ui::Failure& failure);
    void modelsHashed(const std::map<std::string, std::string>& hashes);

private:
    void loop(const std::stop_token& stop);
    void perform(SaveJob job);

    struct MadeRecord
    {
        recipe::RunPlan plan;
        std::shared_ptr<const session::RunRecord> record;
    };

    HashModel m_hashModel;
    /// By run; of the saver's thread. A save that was asked for before recorded() arrived has them from here.
    std::map<int, MadeRecord> m_made;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<SaveJob> m_jobs;
    std::vector<std::string> m_toHash;
    bool m_isBusy = false;
    std::jthread m_thread;  // last, so that it is joined before what it uses goes
};

}  // namespace diffuscope::ui
