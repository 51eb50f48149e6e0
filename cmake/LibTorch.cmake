# diffuscope_torch: LibTorch from the distribution's package or from CMAKE_PREFIX_PATH, its headers as system headers,
# and one precompiled header that every library of core with torch in it reuses (a bare include costs 20 s a file).
find_package(Torch 1.13 REQUIRED CONFIG)
separate_arguments(TORCH_FLAGS NATIVE_COMMAND "${TORCH_CXX_FLAGS}")

add_library(diffuscope_torch STATIC ${CMAKE_SOURCE_DIR}/core/network/torch_version.cpp)
target_include_directories(diffuscope_torch SYSTEM PUBLIC ${TORCH_INCLUDE_DIRS})
target_include_directories(diffuscope_torch PUBLIC ${CMAKE_SOURCE_DIR})
target_compile_options(diffuscope_torch PUBLIC ${TORCH_FLAGS})
target_link_libraries(diffuscope_torch PUBLIC ${TORCH_LIBRARIES} diffuscope_settings)
target_precompile_headers(diffuscope_torch PRIVATE
  <torch/torch.h> <algorithm> <cmath> <functional> <memory> <optional> <string> <vector>)
