# SPDX-License-Identifier: GPL-3.0-or-later
# diffuscope_torch: LibTorch from the distribution's package or from CMAKE_PREFIX_PATH, its headers as system headers.
# Two precompiled headers, which the libraries of core reuse (a bare include costs 20 s a file):
#   diffuscope_torch     tensors and their operators, what samplers and denoisers are made of
#   diffuscope_torch_nn  modules and the few layers that the networks are made of; <torch/torch.h> with all of them
#                        costs each file 15 s more, for templates that nobody uses
find_package(Torch 1.13 REQUIRED CONFIG)
separate_arguments(TORCH_FLAGS NATIVE_COMMAND "${TORCH_CXX_FLAGS}")

add_library(diffuscope_torch STATIC ${CMAKE_SOURCE_DIR}/core/inference/torch_version.cpp)
target_include_directories(diffuscope_torch SYSTEM PUBLIC ${TORCH_INCLUDE_DIRS})
target_include_directories(diffuscope_torch PUBLIC ${CMAKE_SOURCE_DIR})
target_compile_options(diffuscope_torch PUBLIC ${TORCH_FLAGS})
target_link_libraries(diffuscope_torch PUBLIC ${TORCH_LIBRARIES} diffuscope_settings)
target_precompile_headers(diffuscope_torch PRIVATE
  <torch/types.h> <algorithm> <cmath> <functional> <memory> <optional> <string> <vector>)

# A library must have a source: an empty one, made here.
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/torch_nn.cpp CONTENT "")
add_library(diffuscope_torch_nn STATIC ${CMAKE_BINARY_DIR}/torch_nn.cpp)
target_link_libraries(diffuscope_torch_nn PUBLIC diffuscope_torch)
target_precompile_headers(diffuscope_torch_nn PRIVATE
  <torch/types.h> <torch/nn/module.h> <torch/nn/pimpl.h> <torch/nn/modules/embedding.h>
  <torch/nn/modules/linear.h> <torch/nn/modules/normalization.h> <algorithm> <cmath> <functional> <memory> <optional> <string> <vector>)
