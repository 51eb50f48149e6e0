// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/layers.h"

#include "core/exports/color_scale.h"
#include "core/record/layer_ids.h"
#include "ui/theme/symbols.h"

#include <QCoreApplication>

#include <algorithm>

namespace diffuscope::ui {

using record::Layer;

namespace {

QString layerText(const char* text)
{
    return withHats(QCoreApplication::translate("diffuscope::ui::Layers", text));
}

}  // namespace

const std::vector<Layer>& allLayers()
{
    static const std::vector<Layer> layers{Layer::xt,
                                           Layer::x0Hat,
                                           Layer::epsHat,
                                           Layer::epsConditional,
                                           Layer::epsUnconditional,
                                           Layer::guidanceDifference,
                                           Layer::mean,
                                           Layer::noise,
                                           Layer::x0HatChange,
                                           Layer::score};
    return layers;
}

int layerPlace(Layer layer)
{
    const auto& layers = allLayers();
    return int(std::find(layers.begin(), layers.end(), layer) - layers.begin());
}

QString layerSymbol(Layer layer)
{
    switch (layer) {
        case Layer::xt:
            return QStringLiteral("xₜ");
        case Layer::x0Hat:
            return x0HatSymbol();
        case Layer::epsHat:
            return QStringLiteral("ε̂");
        case Layer::epsConditional:
            return QStringLiteral("ε̂ᶜ");
        case Layer::epsUnconditional:
            return QStringLiteral("ε̂ᵘ");
        case Layer::guidanceDifference:
            return QStringLiteral("Δ");
        case Layer::mean:
            return QStringLiteral("μ");
        case Layer::noise:
            return QStringLiteral("z");
        case Layer::x0HatChange:
            return QStringLiteral("Δ") + x0HatSymbol();
        case Layer::score:
            return QStringLiteral("s");
    }
    return {};
}

QString layerName(Layer layer)
{
    switch (layer) {
        case Layer::xt:
            return layerText("State xₜ");
        case Layer::x0Hat:
            return layerText("Estimate x̂₀");
        case Layer::epsHat:
            return layerText("Noise Estimate ε̂");
        case Layer::epsConditional:
            return layerText("Conditional Estimate ε̂ᶜ");
        case Layer::epsUnconditional:
            return layerText("Unconditional Estimate ε̂ᵘ");
        case Layer::guidanceDifference:
            return layerText("Guidance Difference Δ");
        case Layer::mean:
            return layerText("Mean μ of the Next State");
        case Layer::noise:
            return layerText("Injected Noise z");
        case Layer::x0HatChange:
            return layerText("Change of x̂₀");
        case Layer::score:
            return layerText("Score s");
    }
    return {};
}

QString layerTip(Layer layer)
{
    switch (layer) {
        case Layer::xt:
            return layerText("The state that the sampler holds at this step, noise and all.");
        case Layer::x0Hat:
            return layerText("What the network takes the clean image to be at this step.");
        case Layer::epsHat:
            return layerText("What the network takes the noise in the state to be, guidance included.");
        case Layer::epsConditional:
            return layerText("The network's noise estimate under the condition.");
        case Layer::epsUnconditional:
            return layerText("The network's noise estimate without the condition.");
        case Layer::guidanceDifference:
            return layerText("Δ = ε̂ᶜ − ε̂ᵘ: what the condition changes, and guidance multiplies.");
        case Layer::mean:
            return layerText("The next state without the noise that this step adds.");
        case Layer::noise:
            return layerText("The noise that this step adds, before it is scaled.");
        case Layer::x0HatChange:
            return layerText("How the estimate of the clean image changed since the step before.");
        case Layer::score:
            return layerText("s = ∇ log p(xₜ) = −ε̂/σ: the direction in which states become likelier.");
    }
    return {};
}

QString layerId(Layer layer)
{
    return QString::fromStdString(record::layerId(layer));
}

QKeySequence layerShortcut(Layer layer)
{
    return QKeySequence(Qt::Key_0 + (layerPlace(layer) + 1) % 10);
}

bool isSigned(Layer layer)
{
    return exports::isSigned(layer);
}

}  // namespace diffuscope::ui
