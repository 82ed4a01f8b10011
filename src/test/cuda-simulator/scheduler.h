// Threads of a running kernel: which waits for what, and which runs next.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "fiber.h"
#include "launch.h"

namespace cudasim {

struct Block;

enum class State { Unstarted, Running, Ready, AtBarrier, AtExchange, Exited };

struct Thread {
    cudasim_thread seen;  // what the kernel's code sees of it
    Block* block;
    Fiber* fiber;
    unsigned index;
    State state;
    int line, predicate;  // at a barrier
    int kind;             // at an exchange, with mask, value, source
    unsigned mask;
    unsigned source;
    unsigned long long value;
};

/// Lanes of a warp that wait for the others of their mask; `mask` is 0 where nobody waits.
struct Group {
    unsigned mask, arrived;
    int kind;
};

struct Warp {
    Group groups[4];
};

struct Block {
    cudasim_dim3 index;
    std::vector<Warp> warps;
    std::vector<Thread> threads;
    std::vector<unsigned> order;  // in which the threads start
    unsigned started = 0, exited = 0, atBarrier = 0;
    std::vector<char> dynamicShared;
    std::vector<char> staticShared;  // while another block runs
};

/// One running kernel. Only one runs at a time in the process.
class Scheduler {
   public:
    Scheduler(const Function& function, const Shape& shape, size_t shared, void** arguments);
    void run();

    int barrier(int line, int predicate);
    unsigned long long exchange(int kind, unsigned mask, unsigned long long value, unsigned source);
    void yield();
    [[noreturn]] void trap(const char* what);

    /// Which thread runs, in words.
    std::string where() const;

   private:
    static void fiberMain();
    Thread* nextUnstarted();
    void setUp(Block* block, uint64_t number);
    void start(Thread* thread);
    void finish(Thread* thread);
    void makeCurrent(Thread* thread);
    void suspend(Thread* thread);
    void wake(Thread* thread);
    bool exchangeComplete(const Thread* arrived);
    bool unstarted() const;
    Fiber* next();
    void deliver(const Thread* arrived);
    void checkExchangePartners(const Thread* arrived, const Thread* partner) const;
    [[noreturn]] void deadlock() const;
    void enter(Block* block);

    const Function& function_;
    const Shape shape_;
    const size_t shared_;
    void** arguments_;
    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<unsigned> warpOrder_;
    uint64_t nextBlock_ = 0;
    uint64_t blockStep_ = 1;
    size_t firstOpen_ = 0;  // blocks_ before it have started all their threads
    uint64_t live_ = 0;
    uint64_t idleYields_ = 0;
    std::deque<Thread*> ready_;
    std::vector<Fiber*> idleFibers_;
    Fiber main_;
    Thread* current_ = nullptr;
    Block* entered_ = nullptr;
};

}  // namespace cudasim
