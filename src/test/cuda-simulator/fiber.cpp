#include "fiber.h"

#include <sys/mman.h>

#include <cstdint>

#include "machine.h"

#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace cudasim {

namespace {

constexpr size_t kStack = 128 * 1024;
constexpr size_t kMostGuarded = 16384;
constexpr size_t kGuardPage = 4096;

char* newStack() {
    void* memory = mmap(nullptr, kStack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) die("no memory for another thread's stack");
    // The lowest page stays closed: a stack that overflows ends the process, and harms no other one. Each closed page is a
    // mapping of its own, of which a process has 65,530 at most: the stacks of many threads go without.
    static size_t stacks = 0;
    if (++stacks > kMostGuarded) {
        if (mprotect(memory, kStack, PROT_READ | PROT_WRITE) != 0) die("mprotect of a stack");
        return static_cast<char*>(memory);
    }
    char* stack = static_cast<char*>(memory);
    if (mprotect(stack + kGuardPage, kStack - kGuardPage, PROT_READ | PROT_WRITE) != 0) die("mprotect of a stack");
    return stack;
}

}  // namespace

#ifdef __x86_64__

// Saves what a callee has to keep, exchanges the stacks, restores.
asm(R"(
    .text
    .globl cudasim_switch
    .hidden cudasim_switch
    .type cudasim_switch, @function
cudasim_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size cudasim_switch, .-cudasim_switch
)");
extern "C" void cudasim_switch(void** from, void** to);

Fiber* makeFiber(void (*entry)()) {
    auto* fiber = new Fiber;
    fiber->stack = newStack();
    auto* top = reinterpret_cast<uint64_t*>(fiber->stack + kStack) - 2;
    top[0] = reinterpret_cast<uint64_t>(entry);  // where the first switch returns to, with the stack as after a call
    top[1] = 0;
    fiber->context = top - 6;
    return fiber;
}

void switchFiber(Fiber* from, Fiber* to) { cudasim_switch(&from->context, &to->context); }

#else

Fiber* makeFiber(void (*entry)()) {
    auto* fiber = new Fiber;
    fiber->stack = newStack();
    auto* context = new ucontext_t;
    getcontext(context);
    context->uc_stack.ss_sp = fiber->stack + kGuardPage;
    context->uc_stack.ss_size = kStack - kGuardPage;
    makecontext(context, entry, 0);
    fiber->context = context;
    return fiber;
}

void switchFiber(Fiber* from, Fiber* to) {
    if (from->context == nullptr) from->context = new ucontext_t;
    swapcontext(static_cast<ucontext_t*>(from->context), static_cast<ucontext_t*>(to->context));
}

#endif

}  // namespace cudasim
