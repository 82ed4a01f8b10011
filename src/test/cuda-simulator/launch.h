// Runs a kernel: its blocks one after another, or all at once for a cooperative launch.
#pragma once

#include "module.h"

namespace cudasim {

struct Shape {
    cudasim_dim3 grid, block;
    bool cooperative;

    unsigned threads() const { return block.x * block.y * block.z; }
    uint64_t blocks() const { return static_cast<uint64_t>(grid.x) * grid.y * grid.z; }
};

int residentBlocks(const Function& function, int threads, size_t shared);
Error checkLaunch(const Function& function, const Shape& shape, size_t shared);
void runKernel(const Function& function, const Shape& shape, size_t shared, void** arguments);
const cudasim_hooks* launchHooks();

}  // namespace cudasim
