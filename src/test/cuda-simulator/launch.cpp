#include "launch.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "count.h"
#include "memory.h"
#include "scheduler.h"

namespace cudasim {

namespace {

/// The kernel that runs at the moment, for the handler of bad accesses.
const Function* inKernel = nullptr;
const Scheduler* inScheduler = nullptr;
pthread_t kernelThread;
struct sigaction earlier[2];
const int kSignals[2] = {SIGSEGV, SIGBUS};

void onBadAccess(int signal, siginfo_t* info, void* context) {
    if (inKernel != nullptr && pthread_equal(kernelThread, pthread_self())) {
        die("kernel %s, %s: bad access to %p (%s)", inKernel->name(), inScheduler->where().c_str(), info->si_addr,
            describeAddress(info->si_addr).c_str());
    }
    // Another thread of the process, whose own handler may well expect this signal.
    const struct sigaction& before = earlier[signal == SIGSEGV ? 0 : 1];
    if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(signal, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
        before.sa_handler(signal);
    } else {
        sigaction(signal, &before, nullptr);
    }
}

/// Catches bad accesses while a kernel runs.
class Watch {
   public:
    Watch(const Function* function, const Scheduler* scheduler) {
        kernelThread = pthread_self();
        struct sigaction action = {};
        action.sa_sigaction = onBadAccess;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        // Known before it is replaced, since other threads may be signalled at once.
        for (int i = 0; i < 2; i++) sigaction(kSignals[i], nullptr, &earlier[i]);
        for (int i = 0; i < 2; i++) sigaction(kSignals[i], &action, nullptr);
        inScheduler = scheduler;
        inKernel = function;
    }
    ~Watch() {
        inKernel = nullptr;
        for (int i = 0; i < 2; i++) sigaction(kSignals[i], &earlier[i], nullptr);
    }
};

}  // namespace

int residentBlocks(const Function& function, int threads, size_t shared) {
    if (threads > function.maxThreads() || shared > static_cast<size_t>(function.dynamicShared)) return 0;
    size_t bySharedMemory = sharedPerMultiprocessor() / (shared + 1024);
    int byThreads = kThreadsPerMultiprocessor / ((threads + 31) / 32 * 32);
    return std::min({byThreads, static_cast<int>(bySharedMemory), kBlocksPerMultiprocessor});
}

Error checkLaunch(const Function& function, const Shape& shape, size_t shared) {
    if (shape.blocks() == 0 || shape.threads() == 0) return kInvalidValue;
    if (shape.grid.x > 2147483647u || shape.grid.y > 65535 || shape.grid.z > 65535) return kInvalidValue;
    if (shape.block.x > kMaxThreads || shape.block.y > kMaxThreads || shape.block.z > 64) return kInvalidValue;
    if (shape.threads() > kMaxThreads) return kInvalidValue;
    if (shape.threads() > static_cast<unsigned>(function.maxThreads())) return kTooManyResources;
    if (shared > static_cast<size_t>(function.dynamicShared)) return kInvalidValue;
    if (shape.cooperative) {
        int resident = residentBlocks(function, static_cast<int>(shape.threads()), shared);
        if (shape.blocks() > static_cast<uint64_t>(resident) * settings().multiprocessors) return kCooperativeTooLarge;
    }
    return kSuccess;
}

void runKernel(const Function& function, const Shape& shape, size_t shared, void** arguments) {
    Scheduler scheduler(function, shape, shared, arguments);
    Watch watch(&function, &scheduler);
    scheduler.run();
    if (counts()) countKernel(function.name(), shape.blocks(), shape.threads(), shared);
}

}  // namespace cudasim
