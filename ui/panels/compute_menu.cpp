#include "ui/panels/compute_menu.h"

#include "ui/engine/compute_settings.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>

namespace diffuscope::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ComputeMenu", text);
}

/// One of several that exclude each other; `choice` gives the choice that it stands for.
struct Entry
{
    const char* name;
    QString text;
    QString tip;
    QString why;  ///< it may be disabled
    QString value;
};

using WithValue = ComputeChoice (*)(ComputeChoice, const QString&);

void addEntries(QMenu& menu, ComputeSettings& settings, const QList<Entry>& entries, WithValue with,
                void (ComputeSettings::*choose)(const QString&))
{
    menu.setToolTipsVisible(true);
    auto* group = new QActionGroup(&menu);
    for (const Entry& entry : entries) {
        QAction* action = menu.addAction(entry.text);
        action->setObjectName(QLatin1String(entry.name));
        action->setCheckable(true);
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, &settings,
                         [&settings, choose, value = entry.value] { (settings.*choose)(value); });
        const auto update = [&settings, action, entry, with] {
            const ComputeChoice standsFor = with(settings.choice(), entry.value);
            const bool isPossible = settings.canChoose(standsFor);
            action->setChecked(settings.choice() == standsFor);
            action->setEnabled(isPossible);
            action->setToolTip(isPossible ? entry.tip : entry.why);
            action->setStatusTip(isPossible ? entry.tip : entry.why);
        };
        QObject::connect(&settings, &ComputeSettings::changed, action, update);
        update();
    }
}

/// Says at "Automatic" what it came to, and why.
void followReport(QMenu& precisions, ComputeSettings& settings)
{
    auto* automatic = precisions.findChild<QAction*>(QStringLiteral("action.precisionAuto"));
    const QString usual = automatic->text(), usualTip = automatic->toolTip();
    const auto update = [&settings, automatic, usual, usualTip] {
        const ComputeReport& report = settings.report();
        const bool isKnown =
            settings.choice().precision == QLatin1String("auto") && !report.precision.isEmpty();
        automatic->setText(isKnown ? tr("%1: %2").arg(usual, report.precision) : usual);
        const QString tip =
            isKnown ? usualTip + u' ' + tr("Now %1: %2.").arg(report.precision, report.reason) : usualTip;
        automatic->setToolTip(tip);
        automatic->setStatusTip(tip);
    };
    QObject::connect(&settings, &ComputeSettings::reported, automatic, update);
    update();
}

}  // namespace

void addComputeActions(QMenu& menu, ComputeSettings& settings)
{
    QMenu* devices = menu.addMenu(tr("&Compute On"));
    devices->setObjectName(QStringLiteral("deviceMenu"));
    addEntries(
        *devices, settings,
        {{"action.deviceAuto",
          tr("&Automatic"),
          tr("The GPU if there is one, otherwise the processor."),
          {},
          QStringLiteral("auto")},
         {"action.deviceCpu", tr("&Processor"), tr("Compute on the processor."), {}, QStringLiteral("cpu")},
         {"action.deviceCuda", tr("&GPU"),
          tr("Compute on the GPU, through CUDA; the images are the same, but for rounding."),
          tr("LibTorch finds no GPU here: that needs a LibTorch with CUDA, and a GPU with its driver."),
          QStringLiteral("cuda")}},
        [](ComputeChoice choice, const QString& value) {
            choice.device = value;
            return choice;
        },
        &ComputeSettings::setDevice);

    QMenu* precisions = menu.addMenu(tr("&Precision"));
    precisions->setObjectName(QStringLiteral("precisionMenu"));
    addEntries(
        *precisions, settings,
        {{"action.precisionAuto",
          tr("&Automatic"),
          tr("Both are tried on the model when it is loaded, and the faster one is used."),
          {},
          QStringLiteral("auto")},
         {"action.precisionFloat32",
          tr("&float32"),
          tr("Compute the network at full precision."),
          {},
          QStringLiteral("float32")},
         {"action.precisionBFloat16", tr("&bfloat16"),
          tr("Compute the network's convolutions with 8 significant bits: faster, and the images differ a "
             "little (43 dB PSNR over 256 digits)."),
          tr("This processor has no bfloat16 instructions (AVX-512 BF16 or AMX), so it would only be "
             "slower."),
          QStringLiteral("bfloat16")}},
        [](ComputeChoice choice, const QString& value) {
            choice.precision = value;
            return choice;
        },
        &ComputeSettings::setPrecision);
    followReport(*precisions, settings);
}

}  // namespace diffuscope::ui
