// Modules: compiled kernels, as NVRTC's stand-in makes them.
#pragma once

#include <vector>

#include "kernel/abi.h"
#include "machine.h"

namespace cudasim {

struct Module;

struct Function {
    Module* module;
    const cudasim_kernel* kernel;
    int dynamicShared = kSharedPerBlock;  // the most that a launch may ask for

    const char* name() const { return kernel->name; }
    int arguments() const { return kernel->arguments; }
    int maxThreads() const { return kernel->maxThreads; }
    const cudasim_module_table& table() const;
};

/// A launch's arguments, copied when it is queued.
class Arguments {
   public:
    Arguments(const Function& function, void** from);
    void** pointers() { return pointers_.data(); }

   private:
    std::vector<std::vector<char>> values_;
    std::vector<void*> pointers_;
};

/// An image: this header, then a shared object of `bytes` bytes.
struct ImageHeader {
    char magic[8];
    uint32_t capability;
    uint32_t reserved;
    uint64_t bytes;
    uint64_t checksum;
};
constexpr char kImageMagic[8] = {'C', 'U', 'D', 'A', 'S', 'I', 'M', '1'};

uint64_t checksum(const void* data, size_t bytes, uint64_t start = 1469598103934665603ull);

Error loadModule(const char* image, void** module);
Error unloadModule(void* module);
Error findFunction(void* module, const char* name, void** function);
Function* functionOf(void* handle);
int deviceOfModule(const Module* module);

}  // namespace cudasim
