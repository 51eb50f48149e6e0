// SPDX-License-Identifier: GPL-3.0-or-later
// An exact field as a Model.
#include "core/model/exact/exact_model.h"

#include "core/base/error.h"
#include "core/model/exact/data_sets.h"
#include "core/model/exact/exact_field.h"
#include "core/model/exact/point_denoiser.h"
#include "core/model/model.h"
#include "core/schedule/schedule_registry.h"

#include <torch/types.h>

namespace diffuscope::model {

namespace {

class ExactModel final : public Model
{
public:
    ExactModel(ModelCard card, PointMixture mixture)
        : Model(std::move(card)), m_field(std::make_shared<const ExactField>(std::move(mixture)))
    {
    }

    /// E[x0 | x], at whole and fractional times of the card's schedule.
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const EncodedCondition& condition,
                          const std::stop_token& stop) override
    {
        if (stop.stop_requested())
            throw Cancelled();
        const schedule::NoiseSchedule schedule = schedule::makeSchedule(card().schedule);
        const torch::Tensor times = t.to(torch::kCPU, torch::kDouble).contiguous();
        torch::Tensor output = torch::empty_like(x);
        PointDenoiser denoiser(m_field, 1);
        for (std::int64_t k = 0; k < x.size(0); ++k) {
            const auto level = schedule.levelAt(times.data_ptr<double>()[k]);
            output.slice(0, k, k + 1)
                .copy_(denoiser.predict(x.slice(0, k, k + 1), level, conditionOf(condition, k)).x0Hat);
        }
        return output;
    }

    std::unique_ptr<denoise::Denoiser> exactDenoiser() const override
    {
        return std::make_unique<PointDenoiser>(m_field, 0);
    }

private:
    recipe::Condition conditionOf(const EncodedCondition& condition, std::int64_t row) const
    {
        if (!condition.classIds.defined())
            return recipe::Condition::none();
        const auto id = condition.classIds[row].item<std::int64_t>();
        return id < std::int64_t(card().classNames.size()) ? recipe::Condition::classLabel(int(id))
                                                           : recipe::Condition::none();
    }

    std::shared_ptr<const ExactField> m_field;
};

ModelCard cardOf(const std::string& source, const PointMixture& mixture)
{
    const ExactName name = parsedExactName(source);
    ModelCard card;
    card.name = canonicalExactName(name);
    card.title = exactTitle(name);
    card.description =
        name.id == "file" ? "Data from a file, with its exact score." : dataSet(name.id).description;
    card.licence = "none needed: a formula";
    card.data = std::to_string(mixture.components.size()) + " Gaussians";
    card.space = SampleSpace::points(mixture.dimensions);
    card.network = "exact";
    card.target = "x0";  // holds at every level, also where there is no signal
    for (int label = 0; label < mixture.classes(); ++label)
        card.classNames.push_back(std::to_string(label));
    return card;
}

bool acceptsExact(const std::string& source)
{
    return isExactName(source);
}

std::unique_ptr<Model> loadExact(const std::string& source)
{
    PointMixture mixture = exactData(source);
    ModelCard card = cardOf(source, mixture);
    return std::make_unique<ExactModel>(std::move(card), std::move(mixture));
}

/// Every data set with its usual options.
std::vector<std::string> offeredNames()
{
    std::vector<std::string> names;
    for (const DataSet& set : dataSets())
        names.push_back(canonicalExactName(ExactName{.id = set.id}));
    return names;
}

}  // namespace

ModelCard exactCard(const std::string& name)
{
    return cardOf(name, exactData(name));
}

ModelLoader exactLoader()
{
    return {.id = "exact",
            .accepts = acceptsExact,
            .readCard = exactCard,
            .load = loadExact,
            .offers = offeredNames};
}

}  // namespace diffuscope::model
