// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/model_hash.h"

#include "core/base/error.h"
#include "core/model/catalog.h"

#include <QCryptographicHash>
#include <QFile>

#include <map>

namespace diffuscope {

namespace {

namespace fs = std::filesystem;

struct HashedModel
{
    fs::file_time_type cardTime;
    fs::file_time_type weightsTime;
    std::string hash;
};

}  // namespace

std::function<std::string(const std::string&)> modelHasher(std::vector<fs::path> folders)
{
    auto known = std::make_shared<std::map<fs::path, HashedModel>>();
    return [folders = std::move(folders), known](const std::string& model) -> std::string {
        try {
            const fs::path folder = model::findModel(folders, model).folder;
            const fs::path card = folder / "model.json";
            const fs::path weights = folder / "model.safetensors";
            HashedModel& hashed = (*known)[folder];
            const auto cardTime = fs::last_write_time(card);
            const auto weightsTime = fs::last_write_time(weights);
            if (!hashed.hash.empty() && hashed.cardTime == cardTime && hashed.weightsTime == weightsTime)
                return hashed.hash;
            QCryptographicHash hash(QCryptographicHash::Sha256);
            for (const fs::path& path : {card, weights}) {
                QFile file(QString::fromStdString(path.string()));
                if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
                    return {};
            }
            hashed = {cardTime, weightsTime, hash.result().toHex().toStdString()};
            return hashed.hash;
        } catch (const Error&) {
            return {};
        } catch (const fs::filesystem_error&) {
            return {};
        }
    };
}

}  // namespace diffuscope
