// SPDX-License-Identifier: GPL-3.0-or-later
// A classifier that says several things of an image, one value of each attribute, with which the images of
// text-conditional models are judged.
#pragma once

#include "core/model/classifiers/classifier.h"

#include <string>
#include <vector>

namespace diffuscope::model {

/// What can be said of an image under one name: "skin": brown, dark, light, tan.
struct Attribute
{
    std::string name;
    std::vector<std::string> values;  ///< the classifier has one logit for each

    /// The number of a value, or −1.
    int indexOf(const std::string& value) const;
    bool operator==(const Attribute&) const = default;
};

/// The logits of all attributes lie one after the other.
struct AttributeClassifier
{
    std::vector<Attribute> attributes;
    Classifier net{nullptr};
};

/// The number of all values together.
int valueCount(const std::vector<Attribute>& attributes);

/// A classifier with random weights.
AttributeClassifier makeAttributeClassifier(std::vector<Attribute> attributes, int channels);

/// The likeliest value of each attribute, [B, attributes] int64 on the processor, of images [B, C, H, W] in
/// [-1, 1]; on the classifier's device, in batches and without gradients.
torch::Tensor judgedValues(AttributeClassifier& classifier, const torch::Tensor& images);

/// Writes FOLDER/classifier.safetensors and FOLDER/attributes.json. Throws Error(writeFailed).
void saveAttributeClassifier(const std::string& folder, AttributeClassifier& classifier);

/// Reads both. Throws Error that names the file and what to do.
AttributeClassifier loadAttributeClassifier(const std::string& folder);

}  // namespace diffuscope::model
