// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/model_list.h"

#include "core/base/error.h"
#include "core/model/text/vocabulary.h"
#include "core/schedule/schedule_registry.h"

#include <QCoreApplication>
#include <QDir>

namespace diffuscope {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("diffuscope::ModelList", text);
}

int levelsOf(const schedule::ScheduleSpec& spec)
{
    constexpr int usualLevels = 1000;
    try {
        return schedule::makeSchedule(spec).levels();
    } catch (const Error&) {
        return usualLevels;  // the run says what is wrong with it
    }
}

}  // namespace

QList<ui::ModelEntry> modelList(const std::vector<model::Entry>& models)
{
    QList<ui::ModelEntry> list;
    for (const auto& model : models) {
        ui::ModelEntry entry;
        entry.id = QString::fromStdString(model.id);
        entry.displayName = entry.id;
        entry.problem = QString::fromStdString(model.problem);
        if (model.card) {
            const model::ModelCard& card = *model.card;
            if (!card.title.empty())
                entry.displayName = QString::fromStdString(card.title);
            entry.description =
                QString::fromStdString(card.description + '\n' + model::architectureSummary(card)).trimmed();
            for (const auto& name : card.classNames)
                entry.classes.append(QString::fromStdString(name));
            entry.schedule = card.schedule;
            entry.target = card.target;
            entry.arePoints = card.space.kind == model::SampleKind::points;
            entry.dimensions = entry.arePoints ? card.space.channels : 0;
            entry.guidance = card.guidance;
            entry.usual = model::usualSettings(card);
            entry.network = QString::fromStdString(card.network);
            entry.architecture = QString::fromStdString(model::architectureSummary(card));
            if (const auto loss = card.training.find("loss"); loss != card.training.end())
                entry.loss = QString::fromStdString(loss->second);
            entry.quality = card.quality;
            entry.hasNoiseClassifier = model.hasNoiseClassifier;
            entry.levels = levelsOf(card.schedule);
            if (card.readsText())
                entry.reader = {std::make_shared<const model::Vocabulary>(card.vocabulary), card.mostWords};
        }
        list.append(entry);
    }
    return list;
}

QString missingModelsText(const std::vector<std::filesystem::path>& folders,
                          const std::vector<model::Entry>& models)
{
    QStringList lines;
    for (const auto& model : models)
        if (!model.isUsable())
            lines.append(QString::fromStdString(model.problem));
    QStringList names;
    for (const auto& folder : folders)
        names.append(QDir::toNativeSeparators(QString::fromStdString(folder.string())));
    if (names.isEmpty())
        lines.append(tr("There is no folder of models where Diffuscope looks for one."));
    else
        lines.append(tr("Diffuscope looked in %1.").arg(names.join(QStringLiteral(", "))));
    lines.append(
        tr("A model is a folder with model.safetensors and model.json in it. Start the program from its "
           "source folder with ./dev run, or name the folder that holds models with --models FOLDER."));
    return lines.join(u'\n');
}

}  // namespace diffuscope
