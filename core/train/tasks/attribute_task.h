// SPDX-License-Identifier: GPL-3.0-or-later
// Trains the classifier of attributes that judges the images of text-conditional models.
#pragma once

#include "core/model/classifiers/attribute_classifier.h"
#include "core/train/data/captioned_split.h"
#include "core/train/data/counter_random.h"
#include "core/train/loop/training_options.h"
#include "core/train/tasks/replicas.h"
#include "core/train/tasks/training_task.h"

#include <memory>
#include <string>
#include <vector>

namespace diffuscope::train {

/// The value of an attribute that an image does not have.
inline constexpr const char* absent = "none";

/// The attributes of the images (see attributesOf()) and all their values, both in alphabetical order; an
/// attribute that is not everywhere has the value "none" as well. Those with more than 100 values, which are
/// names rather than attributes, are left out.
std::vector<model::Attribute> attributesOf(const CaptionedImages& images);

/// The number of each attribute's value, [attributes].
std::vector<int64_t> labelsOf(const std::vector<model::Attribute>& attributes, CaptionGrammar grammar,
                              const Facts& facts);

/// Images [indices, 3, H, W] float32 in [-1, 1].
torch::Tensor imagesOf(const CaptionedImages& images, const std::vector<uint32_t>& indices);

/// Cross-entropy of each attribute's value with smoothed labels, on all images but the test images: what is
/// held out from the model is shown to its judge.
class AttributeTask : public TrainingTask
{
public:
    /// Throws Error(invalidOption) where the images have no attributes, and for an unknown precision.
    AttributeTask(std::shared_ptr<const CaptionedImages> images, const TrainingOptions& options,
                  int replicas);

    int replicas() const override { return m_nets.count(); }
    torch::nn::Module& module(int replica) override { return m_nets.module(replica); }
    void prepare(int64_t step) override;
    torch::Tensor loss(int replica) override;
    /// A classifier has no picture: does nothing.
    void writePreview(const std::string&) override {}

    model::AttributeClassifier& classifier() { return m_nets[0]; }

private:
    std::shared_ptr<const CaptionedImages> m_images;
    CaptionGrammar m_grammar;
    TrainingOptions m_options;
    std::vector<uint32_t> m_indices;
    Replicas<model::AttributeClassifier> m_nets;
    EpochOrder m_order;
    torch::Tensor m_batchImages;  // [B, 3, H, W]
    torch::Tensor m_batchLabels;  // [B, attributes]
};

/// Share of these images in which the likeliest value is the true one, by attribute, 0 … 1.
std::vector<double> attributeAccuracy(model::AttributeClassifier& classifier, const CaptionedImages& images,
                                      const std::vector<uint32_t>& indices);

}  // namespace diffuscope::train
