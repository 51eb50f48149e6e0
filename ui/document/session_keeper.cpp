// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/session_keeper.h"

#include "core/base/error.h"
#include "core/session/autosaved_session.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocale>
#include <QSettings>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace diffuscope::ui {

namespace {

const QString recentKey = QStringLiteral("session/recent");
constexpr int mostInstances = 16;
/// Rounding of another device or number of threads stays below this.
constexpr double roundingApart = 1e-3;
/// What sketches tell apart at the least (see state_sketch.h).
constexpr double leastSketched = 1e-7;

QString amountText(double amount)
{
    return QLocale().toString(amount, 'g', 2);
}

QString differenceText(const session::ReplayDifference& difference, const QString& made, const QString& now)
{
    QString text =
        SessionKeeper::tr("The replay first differs from the stored run at frame %1").arg(difference.frame);
    double largest = std::max(difference.largest.value_or(0), difference.largestLater.value_or(0));
    if (difference.largest) {
        text += SessionKeeper::tr(", by up to %1").arg(amountText(*difference.largest));
        if (difference.largestLater && difference.largestLater != difference.largest)
            text += SessionKeeper::tr(" (later by up to %1)").arg(amountText(*difference.largestLater));
    } else if (difference.about) {
        const double about = std::max(difference.about->rms, leastSketched);
        const double later = std::max(difference.aboutLater.value_or(0), leastSketched);
        text += SessionKeeper::tr(", in image %1 by about %2")
                    .arg(difference.about->image + 1)
                    .arg(amountText(about));
        if (later > about)
            text += SessionKeeper::tr(" (later by about %1)").arg(amountText(later));
        largest = std::max({largest, about, later});
    }
    text += QLatin1Char('.');
    if (made != now)
        text += QLatin1Char(' ') + SessionKeeper::tr("It was computed on %1, here on %2.").arg(made, now);
    if (largest > 0 && largest < roundingApart)
        text += QLatin1Char(' ') + SessionKeeper::tr("That is rounding; the images look the same.");
    return text;
}

QString computerText(const QString& device)
{
    return device.isEmpty() ? SessionKeeper::tr("an unknown computer") : device;
}

}  // namespace

SessionKeeper::SessionKeeper(Parts parts, QObject* parent)
    : QObject(parent),
      m_parts(std::move(parts)),
      m_document(m_parts.document),
      m_saver(m_parts.hashModel ? m_parts.hashModel : [](const std::string&) { return std::string(); }),
      m_autosave(m_parts.autosaveFolder)
{
    connect(&m_autosave, &Autosave::wholeIsDue, this, &SessionKeeper::autosave);
    connect(&m_autosave, &Autosave::treeIsDue, this, [this] {
        session::SessionFile tree;
        tree.session = m_document.session();
        tree.view = viewToSave(true);
        m_autosave.writeTree(std::move(tree));
    });
    connect(&m_document, &SessionDocument::sessionChanged, this, [this] {
        m_isEditedSinceFailure = true;
        m_autosave.schedule();
    });
    connect(&m_document, &SessionDocument::currentRunChanged, &m_autosave, &Autosave::schedule);
    connect(&m_document, &SessionDocument::branchModeChanged, &m_autosave, &Autosave::schedule);
    connect(&m_document, &SessionDocument::layerChanged, &m_autosave, &Autosave::schedule);
    connect(&m_document.view(), &ViewState::changed, &m_autosave, &Autosave::schedule);
    connect(&m_document.undoStack(), &QUndoStack::cleanChanged, this, &SessionKeeper::titleChanged);
    connect(&m_document.service(), &SamplingService::runFinished, this, &SessionKeeper::noteFinished);
    connect(&m_parts.background, &BackgroundRuns::runFinished, this, [this](const RunUpdate& update) {
        m_document.noteResult(update);
        noteFinished(update);
    });
    connect(&m_saver, &SessionSaver::recorded, this,
            [this](int run, const recipe::RunPlan& plan,
                   const std::shared_ptr<const session::RunRecord>& record) {
                m_stored[run] = {plan, record, false};
            });
    connect(&m_saver, &SessionSaver::saved, this, [this](const QString& path, bool isAutosave, int ms) {
        if (isAutosave)
            return m_autosave.noteWritten(ms);
        m_savesUnderWay = std::max(0, m_savesUnderWay - 1);
        if (path == m_path)
            m_stamp = stampOf(path);
        Q_EMIT saved(path);
    });
    connect(&m_saver, &SessionSaver::saveFailed, this,
            [this](const QString&, bool isAutosave, const Failure& failure) {
                if (isAutosave)
                    return retryAutosave(failure);
                m_savesUnderWay = std::max(0, m_savesUnderWay - 1);
                m_document.undoStack().resetClean();
                Q_EMIT problem(failure.message, failure.hint);
            });
    connect(&m_saver, &SessionSaver::modelsHashed, this, &SessionKeeper::compareHashes);
}

SessionKeeper::~SessionKeeper()
{
    flush();
}

void SessionKeeper::setComputer(const QString& device, int threads)
{
    m_device = device;
    m_threads = threads;
}

QString SessionKeeper::title() const
{
    return m_path.isEmpty() ? tr("Untitled session") : QFileInfo(m_path).completeBaseName();
}

bool SessionKeeper::isModified() const
{
    return !m_document.undoStack().isClean();
}

void SessionKeeper::autosave()
{
    m_saver.save(jobFor(m_autosave.path(), true));
}

/// Until there is room again; said once after each edit.
void SessionKeeper::retryAutosave(const Failure& failure)
{
    m_autosave.retryLater();
    if (std::exchange(m_isEditedSinceFailure, false))
        Q_EMIT problem(tr("The session cannot be kept safe: %1").arg(failure.message), failure.hint);
}

session::ViewState SessionKeeper::viewToSave(bool isAutosave)
{
    session::ViewState view{.run = m_document.currentRun(),
                            .place = m_document.playheadPlace(),
                            .selectedImage = m_document.selectedImage(),
                            .layer = int(m_document.layer()),
                            .branchMode = m_document.isBranchMode(),
                            .compared = m_document.comparedRuns(),
                            .isEnlarged = m_document.view().isEnlarged(),
                            .showsAllLayers = m_document.view().showsAllLayers(),
                            .ranges = m_document.view().ranges().toStdString(),
                            .curve = m_document.view().curve().toStdString()};
    for (const QString& dock : m_document.view().openDocks())
        view.docks.push_back(dock.toStdString());
    if (isAutosave) {
        view.file = m_path.toStdString();
        view.isModified = isModified();
        view.autosaves = m_autosave.nextNumber();
    }
    return view;
}

SaveJob SessionKeeper::jobFor(const QString& path, bool isAutosave)
{
    SaveJob job{.path = path, .isAutosave = isAutosave, .file = {}};
    job.file.session = m_document.session();
    job.file.view = viewToSave(isAutosave);
    job.file.made = {.program = m_parts.program.toStdString(),
                     .device = m_device.toStdString(),
                     .threads = m_threads,
                     .models = m_openedFrom.models};
    for (const auto& [id, stored] : m_stored)
        if (m_document.session().find(id) && m_document.session().planOf(id) == stored.plan)
            job.file.records[id] = stored.record;
    for (auto& [id, run] : m_toRecord)
        job.toRecord.push_back(run);
    m_toRecord.clear();
    return job;
}

void SessionKeeper::flush()
{
    if (m_autosave.takeScheduled() || (m_autosave.isOn() && !m_toRecord.empty()))
        autosave();
    m_saver.flush();
    m_autosave.flush();
}

/// A name beside the autosaved session that no file has yet.
QString SessionKeeper::keptPath(const QString& title) const
{
    const QDir folder = QFileInfo(m_autosave.path()).dir();
    const QString name =
        title + QDateTime::currentDateTime().toString(QStringLiteral(" yyyy-MM-dd hh-mm-ss"));
    QString path = folder.filePath(name + QStringLiteral(".diffuscope"));
    for (int next = 2; QFileInfo::exists(path); ++next)
        path = folder.filePath(QStringLiteral("%1 (%2).diffuscope").arg(name).arg(next));
    return path;
}

/// What has no file, or edits that its file lacks, becomes a file of its own beside the autosaved one.
QString SessionKeeper::keepUnsaved()
{
    const bool isWorthIt = m_path.isEmpty() ? m_document.session().runs().size() > 1 : isModified();
    if (!isWorthIt || m_autosave.path().isEmpty())
        return {};
    const QString kept = keptPath(m_path.isEmpty() ? tr("Session") : title());
    ++m_savesUnderWay;
    m_saver.save(jobFor(kept, false));
    addRecent(kept);
    return kept;
}

QString SessionKeeper::newSession()
{
    QString kept = keepUnsaved();
    m_stored.clear();
    m_checks.clear();
    m_toRecord.clear();
    m_openedFrom = {};
    m_parts.background.clear();
    m_document.loadRecipe(m_document.recipe());
    setPath({});
    return kept;
}

bool SessionKeeper::open(const QString& path)
{
    try {
        session::SessionFile file = session::readSession(path.toStdString());
        keepUnsaved();
        adopt(std::move(file));
    } catch (const Error& error) {
        Q_EMIT problem(QString::fromStdString(error.what()), QString::fromStdString(error.hint()));
        return false;
    }
    setPath(path);
    m_stamp = stampOf(path);
    addRecent(path);
    m_autosave.schedule();
    return true;
}

SessionKeeper::FileStamp SessionKeeper::stampOf(const QString& path)
{
    const QFileInfo file(path);
    return file.exists() ? FileStamp{file.lastModified(), file.size()} : FileStamp{};
}

bool SessionKeeper::isChangedOnDisk() const
{
    return !m_path.isEmpty() && m_savesUnderWay == 0 && QFileInfo::exists(m_path) && m_stamp.size >= 0 &&
           stampOf(m_path) != m_stamp;
}

bool SessionKeeper::losesOnClose() const
{
    const bool isInFile = !m_path.isEmpty() && !isModified();
    return m_autosave.isRefused() && !isInFile && (isModified() || m_document.session().runs().size() > 1);
}

/// Sessions that say nothing about these leave the window as it is.
void SessionKeeper::adoptView(const session::ViewState& stored)
{
    ViewState& view = m_document.view();
    if (!stored.ranges.empty())
        view.setRanges(QString::fromStdString(stored.ranges));
    if (!stored.curve.empty())
        view.setCurve(QString::fromStdString(stored.curve));
    view.setShowsAllLayers(stored.showsAllLayers);
    view.setEnlarged(stored.isEnlarged && stored.selectedImage >= 0);
    QStringList docks;
    for (const std::string& id : stored.docks)
        docks.append(QString::fromStdString(id));
    if (!docks.isEmpty())
        view.setOpenDocks(docks);
}

/// Shows what was stored at once, and checks it in the background.
void SessionKeeper::adopt(session::SessionFile file)
{
    m_stored.clear();
    m_checks.clear();
    m_toRecord.clear();
    m_openedFrom = file.made;
    m_parts.background.clear();
    m_document.setBranchMode(file.view.branchMode);
    m_document.setLayer(record::Layer(std::clamp(file.view.layer, 0, int(record::Layer::x0HatChange))));
    m_document.loadSession(file.session, file.view.run);
    m_document.setPlayheadPlace(file.view.place);
    m_document.selectImage(file.view.selectedImage);
    adoptView(file.view);
    std::set<std::string> models;
    for (const session::SessionRun& run : file.session.runs())
        models.insert(run.recipe.model);
    for (auto& [id, record] : file.records) {
        m_document.setStoredResult(id, record->resultFrame());
        const recipe::RunPlan plan = file.session.planOf(id);
        m_stored[id] = {plan, std::move(record), true};
        m_parts.background.add(plan);
    }
    m_saver.hashModels({models.begin(), models.end()});
    if (file.view.compared.size() >= 2)
        Q_EMIT comparisonRestored(file.view.compared);
    if (!file.problems.empty())
        Q_EMIT problem(QString::fromStdString(file.problems.front()),
                       file.problems.size() > 1
                           ? tr("And %1 more; everything else is there.").arg(file.problems.size() - 1)
                           : tr("Everything else is there."));
}

void SessionKeeper::compareHashes(const std::map<std::string, std::string>& hashes)
{
    for (const auto& [model, hash] : hashes) {
        const QString name = QString::fromStdString(model);
        const auto stored = m_openedFrom.models.find(model);
        if (hash.empty() && stored != m_openedFrom.models.end())
            Q_EMIT problem(tr("The model “%1” of this session is not here.").arg(name),
                           tr("Its runs show their stored results; put the model back to sample them."));
        else if (stored != m_openedFrom.models.end() && stored->second != hash)
            Q_EMIT problem(tr("The model “%1” has changed since this session was saved.").arg(name),
                           tr("Its runs are sampled with the model that is here now, and may differ."));
    }
}

bool SessionKeeper::save()
{
    if (m_path.isEmpty())
        return false;
    saveAs(m_path);
    return true;
}

void SessionKeeper::saveAs(const QString& path)
{
    ++m_savesUnderWay;
    m_saver.save(jobFor(path, false));
    m_document.undoStack().setClean();
    setPath(path);
    addRecent(path);
    m_autosave.schedule();
}

bool SessionKeeper::restore()
{
    const bool isRestored = restoreOwn();
    if (m_autosave.isRefused()) {
        Q_EMIT problem(tr("Nothing of this session is kept when the window closes: the folder %1 cannot be "
                          "written.")
                           .arg(m_parts.autosaveFolder),
                       tr("Save it to a file, or make the folder writable and start again."));
    }
    keepLeftSessions();
    return isRestored;
}

/// The windows of last time may have been more than there are now.
void SessionKeeper::keepLeftSessions()
{
    QStringList kept;
    for (const Autosave::LeftSession& left : m_autosave.leftSessions()) {
        const std::string path = left.path.toStdString();
        try {
            const session::SessionFile file = session::readAutosavedSession(path).file;
            const bool isInFile = !file.view.file.empty() && !file.view.isModified;
            QString place = QString::fromStdString(file.view.file);
            if (!isInFile) {
                place = keptPath(place.isEmpty() ? tr("Session") : QFileInfo(place).completeBaseName());
                session::writeSession(place.toStdString(), file);
            }
            addRecent(place);
            kept.append(QFileInfo(place).completeBaseName());
            QFile::remove(left.path);
            QFile::remove(QString::fromStdString(session::editsPathOf(path)));
        } catch (const Error&) {
            continue;  // it stays where it is, for the next start
        }
    }
    if (!kept.isEmpty()) {
        Q_EMIT problem(
            tr("%n other window(s) held a session when the program last ended.", nullptr, int(kept.size())),
            tr("Open it with File, Open Recent: %1.").arg(kept.join(QStringLiteral(", "))));
    }
}

bool SessionKeeper::restoreOwn()
{
    const std::string path = m_autosave.path().toStdString();
    if (!m_autosave.isOn() || !session::hasAutosavedSession(path))
        return false;
    const auto setAside = [this] {
        const QString aside = m_autosave.path() + QStringLiteral(".damaged");
        QFile::remove(aside);
        QFile::rename(m_autosave.path(), aside);
        return aside;
    };
    session::ViewState restored;
    try {
        auto [file, isWholeDamaged] = session::readAutosavedSession(path);
        restored = file.view;
        m_autosave.continueFrom(restored.autosaves);
        adopt(std::move(file));
        if (isWholeDamaged)
            Q_EMIT problem(tr("What this session had stored of its runs cannot be read."),
                           tr("Its runs are sampled again; the file was set aside as %1.").arg(setAside()));
    } catch (const Error& error) {
        Q_EMIT problem(QString::fromStdString(error.what()), tr("It was set aside as %1.").arg(setAside()));
        return false;
    }
    setPath(QString::fromStdString(restored.file));
    m_stamp = stampOf(m_path);
    if (restored.isModified)
        m_document.undoStack().resetClean();
    Q_EMIT titleChanged();
    return true;
}

void SessionKeeper::noteFinished(const RunUpdate& update)
{
    for (const session::SessionRun& run : m_document.session().runs()) {
        if (run.recipe != *update.recipe || m_document.session().planOf(run.id) != update.plan())
            continue;
        const auto stored = m_stored.find(run.id);
        if (stored != m_stored.end() && stored->second.plan == update.plan()) {
            if (std::exchange(stored->second.isToCheck, false))
                check(run.id, stored->second, update);
            continue;
        }
        m_checks.erase(run.id);
        m_toRecord[run.id] = {run.id, update.plan(), update.trajectory};
        m_autosave.schedule();
    }
}

void SessionKeeper::check(int run, Stored& stored, const RunUpdate& update)
{
    const auto difference = session::firstDifference(*stored.record, *update.trajectory);
    ReplayCheck result{difference.has_value(), tr("The replay is the stored run, bit for bit.")};
    if (difference)
        result.text = differenceText(*difference, computerText(QString::fromStdString(m_openedFrom.device)),
                                     computerText(m_device));
    m_checks[run] = result;
    Q_EMIT checked(run, result);
}

const ReplayCheck* SessionKeeper::checkOf(int run) const
{
    const auto found = m_checks.find(run);
    return found == m_checks.end() ? nullptr : &found->second;
}

void SessionKeeper::setPath(const QString& path)
{
    m_path = path;
    Q_EMIT titleChanged();
}

QStringList SessionKeeper::recent() const
{
    return m_parts.settings.value(recentKey).toStringList();
}

void SessionKeeper::addRecent(const QString& path)
{
    QStringList files = recent();
    files.removeAll(path);
    files.prepend(path);
    while (files.size() > mostRecent)
        files.removeLast();
    m_parts.settings.setValue(recentKey, files);
    Q_EMIT recentChanged();
}

}  // namespace diffuscope::ui
