// Stacks that a kernel's threads run on, and the switch between them.
#pragma once

#include <cstddef>

namespace cudasim {

/// A stack with its own flow of control. The machine's own thread is a Fiber without a stack.
struct Fiber {
    void* context = nullptr;
    char* stack = nullptr;
};

/// A fiber that runs `entry`, which must not return, when it is first switched to.
Fiber* makeFiber(void (*entry)());
/// Goes on in `to`; returns when something switches back to `from`.
void switchFiber(Fiber* from, Fiber* to);

}  // namespace cudasim
