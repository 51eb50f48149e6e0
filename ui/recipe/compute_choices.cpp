// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/recipe/compute_choices.h"

#include <QCoreApplication>

namespace diffuscope::ui {

namespace {

QString choiceText(const char* text)
{
    return QCoreApplication::translate("ComputeMenu", text);
}

/// What "Automatic" came to; empty while that is not known.
QString foundBy(const ComputeQuestion& question, const ComputeSettings& settings)
{
    if (question.value == &ComputeChoice::device)
        return settings.abilities().hasGpu ? choiceText("GPU") : choiceText("processor");
    return question.chosenIn(settings) == QLatin1String("auto") ? settings.report().precision : QString();
}

}  // namespace

ComputeChoice ComputeQuestion::with(const ComputeOption& option, const ComputeSettings& settings) const
{
    ComputeChoice choice = settings.choice();
    choice.*value = option.value;
    return choice;
}

bool ComputeQuestion::isPossible(const ComputeOption& option, const ComputeSettings& settings) const
{
    return settings.canChoose(with(option, settings));
}

void ComputeQuestion::choose(const ComputeOption& option, ComputeSettings& settings) const
{
    settings.choose(with(option, settings));
}

QString ComputeQuestion::textOf(const ComputeOption& option, const ComputeSettings& settings) const
{
    const QString found = option.value == QLatin1String("auto") ? foundBy(*this, settings) : QString();
    return found.isEmpty() ? option.text : choiceText("%1: %2").arg(option.text, found);
}

QString ComputeQuestion::tipOf(const ComputeOption& option, const ComputeSettings& settings) const
{
    if (!isPossible(option, settings))
        return option.whyNot;
    const ComputeReport& report = settings.report();
    const bool isMeasured = option.value == QLatin1String("auto") && value == &ComputeChoice::precision &&
                            !foundBy(*this, settings).isEmpty();
    return isMeasured ? option.tip + u' ' + choiceText("Now %1: %2.").arg(report.precision, report.reason)
                      : option.tip;
}

ComputeQuestion deviceQuestion()
{
    return {&ComputeChoice::device,
            {{"action.deviceAuto",
              QStringLiteral("auto"),
              choiceText("&Automatic"),
              choiceText("The GPU if there is one, otherwise the processor."),
              {}},
             {"action.deviceCpu",
              QStringLiteral("cpu"),
              choiceText("&Processor"),
              choiceText("Compute on the processor."),
              {}},
             {"action.deviceCuda", QStringLiteral("cuda"), choiceText("&GPU"),
              choiceText("Compute on the GPU, through CUDA; the images are the same, but for rounding."),
              choiceText("LibTorch finds no GPU here: that needs a LibTorch with CUDA, and a GPU with its "
                         "driver.")}}};
}

ComputeQuestion precisionQuestion()
{
    return {
        &ComputeChoice::precision,
        {{"action.precisionAuto",
          QStringLiteral("auto"),
          choiceText("&Automatic"),
          choiceText("Both are tried on the model when it is loaded, and the faster one is used."),
          {}},
         {"action.precisionFloat32",
          QStringLiteral("float32"),
          choiceText("&float32"),
          choiceText("Compute the network at full precision."),
          {}},
         {"action.precisionBFloat16", QStringLiteral("bfloat16"), choiceText("&bfloat16"),
          choiceText(
              "Compute the network's convolutions with 8 significant bits: faster, and the images differ "
              "a little (43 dB PSNR over 256 digits)."),
          choiceText("This processor has no bfloat16 instructions (AVX-512 BF16 or AMX), so it would only be "
                     "slower.")}}};
}

}  // namespace diffuscope::ui
