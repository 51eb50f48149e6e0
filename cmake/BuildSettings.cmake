# SPDX-License-Identifier: GPL-3.0-or-later
# Language level, warnings, sanitizers and output folders shared by every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Qt asks for it; given to every file, so that libraries, programs and tests can share precompiled headers.
add_compile_options(-fPIC)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Warnings that every target of ours takes; system headers (torch, Qt) are exempt.
add_library(diffuscope_settings INTERFACE)
target_compile_options(diffuscope_settings INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wshadow)
if(DIFFUSCOPE_WARNINGS_AS_ERRORS)
  target_compile_options(diffuscope_settings INTERFACE -Werror)
endif()

if(DIFFUSCOPE_SANITIZE)
  add_compile_options(-fsanitize=${DIFFUSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # The checks that sanitizers put in hide from the compiler what is set (GCC's manual, -Wmaybe-uninitialized).
  add_compile_options(-Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${DIFFUSCOPE_SANITIZE})
endif()

# Only the libraries that are used are loaded at start-up: LibTorch's list of dependencies is long.
add_link_options(-Wl,--as-needed)

# The release preset compiles files in batches (CMAKE_UNITY_BUILD): LibTorch's headers cost each file seconds. So the
# names in unnamed namespaces differ within a library. A program that is a few files without torch gains nothing and is
# left out.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # In a batch every file is an included one; what this warns of in headers is meant there.
  add_compile_options(-Wno-subobject-linkage)
endif()
