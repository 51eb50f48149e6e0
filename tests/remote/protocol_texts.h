// SPDX-License-Identifier: GPL-3.0-or-later
// Requests of the Open Inference Protocol as texts, apart from the tests: moc reads no raw string of several
// lines.
#pragma once

#include <string>

namespace diffuscope::test {

/// github.com/kserve/open-inference-protocol, inference_rest.md, "Inference Request Examples", but for the
/// data of input1: the example itself gives one value for its shape of three.
inline const std::string jsonExample = R"({
      "id" : "42",
      "inputs" : [
        { "name" : "input0", "shape" : [ 2, 2 ], "datatype" : "UINT32", "data" : [ 1, 2, 3, 4 ] },
        { "name" : "input1", "shape" : [ 3 ], "datatype" : "BOOL", "data" : [ true, false, true ] }
      ],
      "outputs" : [ { "name" : "output0" } ]
    })";

/// The same of the "Binary Tensor Data Extension".
inline const std::string binaryExample = R"({
  "model_name" : "mymodel",
  "inputs" : [
    { "name" : "input0", "shape" : [ 2, 2 ], "datatype" : "UINT32", "parameters" : { "binary_data_size" : 16 } },
    { "name" : "input1", "shape" : [ 3 ], "datatype" : "BOOL", "parameters" : { "binary_data_size" : 3 } }
  ],
  "outputs" : [ { "name" : "output0", "parameters" : { "binary_data" : true } } ]
})";

inline const std::string twoImages = R"({"id": "7", "inputs": [
    {"name": "x", "shape": [2, 1, 1, 2], "datatype": "FP32", "data": [1, 2, 3, 4]},
    {"name": "t", "shape": [2], "datatype": "FP32", "data": [10, 20]},
    {"name": "class", "shape": [2], "datatype": "INT64", "data": [0, 3]}]})";

/// As Triton and OpenVINO Model Server describe a model.
inline const std::string foreignMetadata =
    R"({"name":"densenet","versions":["1"],"platform":"onnxruntime_onnx", )"
    R"("inputs":[{"name":"data_0","datatype":"FP32","shape":[3,224,224]}], )"
    R"("outputs":[{"name":"fc6_1","datatype":"FP32","shape":[1000]}]})";

/// Ten lines of the standard library ask for a prediction; %1 is the port.
inline constexpr const char* pythonClient = R"(
import array, json, urllib.request
x, t = array.array('f', [1, 2, 3, 4]), array.array('f', [10, 20])
head = json.dumps({"inputs": [
    {"name": "x", "shape": [2, 1, 1, 2], "datatype": "FP32", "parameters": {"binary_data_size": 16}},
    {"name": "t", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": 8}},
    {"name": "class", "shape": [2], "datatype": "INT64", "data": [0, 3]}],
    "outputs": [{"name": "prediction", "parameters": {"binary_data": True}}]}).encode()
request = urllib.request.Request("http://127.0.0.1:%1/v2/models/linear/infer", head + x.tobytes() + t.tobytes(),
                                 {"Inference-Header-Content-Length": len(head)})
with urllib.request.urlopen(request) as answer:
    body, start = answer.read(), int(answer.headers["Inference-Header-Content-Length"])
print(array.array('f', body[start:]).tolist())
)";

}  // namespace diffuscope::test
