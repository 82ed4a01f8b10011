// A kernel source on its way to an image.
#pragma once

#include <utility>
#include <vector>

#include "machine.h"

namespace cudasim {

struct Program {
    std::string source, name;
    std::vector<std::pair<std::string, std::string>> headers;  // name as included, text
    int capability = 75;
    bool virtualTarget = false;  // compute_XX: no image
    std::vector<std::string> options;  // for the C++ compiler
    std::string log, image;
};

/// Takes one option of NVRTC; false for one that NVRTC doesn't know.
bool takeOption(Program* program, const std::string& option);
/// Fills in log and image.
bool compile(Program* program);

/// Changes in a source text that no macro can make: dynamic shared memory.
std::string rewriteShared(const std::string& source);

/// Adds to a preprocessed source what a module exports, and removes the marks of kernels. Empty without a kernel.
std::string addModuleTable(const std::string& preprocessed);

}  // namespace cudasim
