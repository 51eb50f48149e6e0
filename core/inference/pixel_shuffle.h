// SPDX-License-Identifier: GPL-3.0-or-later
// The way between images as they come and go, [C, H, W], and pixels with their channels side by side, in
// which a square of patch × patch pixels may be one.
#pragma once

#include "core/inference/operation.h"

namespace diffuscope::inference {

/// From the plan's input, as torch::pixel_unshuffle.
class PixelUnshuffle final : public Operation
{
public:
    PixelUnshuffle(std::string name, int patch, const View& result);

    std::string description() const override;
    std::vector<View> views() const override { return {m_result}; }
    void execute(const Pass& pass) const override;

private:
    int m_patch;
    View m_result;
};

/// To the plan's output, as torch::pixel_shuffle.
class PixelShuffle final : public Operation
{
public:
    PixelShuffle(std::string name, int patch, const View& source);

    std::string description() const override;
    std::vector<View> views() const override { return {m_source}; }
    void execute(const Pass& pass) const override;

private:
    int m_patch;
    View m_source;
};

}  // namespace diffuscope::inference
