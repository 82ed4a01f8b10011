#include "module.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include "faults.h"
#include "launch.h"

namespace cudasim {

struct Module {
    int device;
    void* library;
    const cudasim_module_table* table;
    std::vector<std::unique_ptr<Function>> functions;
};

namespace {

std::map<void*, std::unique_ptr<Module>>& modules = *new std::map<void*, std::unique_ptr<Module>>;
std::map<void*, Function*>& functions = *new std::map<void*, Function*>;

/// Loads a shared object that lies in memory; each load is a library of its own, with its own variables.
void* loadLibrary(const char* bytes, size_t size) {
    const char* folder = getenv("TMPDIR");
    std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/cudasim-module-XXXXXX";
    int file = mkstemp(&path[0]);
    if (file < 0) {
        complain("module can't be written to %s", path.c_str());
        return nullptr;
    }
    bool complete = write(file, bytes, size) == static_cast<ssize_t>(size);
    close(file);
    void* library = complete ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (library == nullptr) complain("module can't be loaded: %s", complete ? dlerror() : "not written");
    unlink(path.c_str());
    return library;
}

}  // namespace

uint64_t checksum(const void* data, size_t bytes, uint64_t start) {
    const unsigned char* p = static_cast<const unsigned char*>(data);
    uint64_t h = start;
    for (size_t i = 0; i < bytes; i++) h = (h ^ p[i]) * 1099511628211ull;
    return h;
}

const cudasim_module_table& Function::table() const { return *module->table; }

Arguments::Arguments(const Function& function, void** from) {
    for (int i = 0; i < function.arguments(); i++) {
        const char* value = static_cast<const char*>(from[i]);
        values_.emplace_back(value, value + function.kernel->sizes[i]);
    }
    for (auto& value : values_) pointers_.push_back(value.data());
}

Error loadModule(const char* image, void** module) {
    if (image == nullptr) return kInvalidValue;
    if (memcmp(image, kImageMagic, sizeof kImageMagic) != 0) return kInvalidImage;
    ImageHeader header;
    memcpy(&header, image, sizeof header);
    const char* bytes = image + sizeof header;
    if (header.bytes > (1u << 28) || checksum(bytes, header.bytes) != header.checksum) return kInvalidImage;
    // As for a CUBIN: the same major number, and no newer than the device.
    int device = settings().capability;
    int built = static_cast<int>(header.capability);
    if (built / 10 != device / 10 || built > device) return kNoBinaryForDevice;
    void* library = loadLibrary(bytes, header.bytes);
    if (library == nullptr) return kInvalidImage;
    auto* table = static_cast<const cudasim_module_table*>(dlsym(library, "cudasim_module"));
    if (table == nullptr) return kInvalidImage;
    *table->hooks = launchHooks();
    auto made = std::make_unique<Module>();
    made->device = currentDevice();
    made->library = library;
    made->table = table;
    *module = made.get();
    modules[made.get()] = std::move(made);
    return kSuccess;
}

Error unloadModule(void* module) {
    auto found = modules.find(module);
    if (found == modules.end()) return kInvalidHandle;
    for (auto& function : found->second->functions) functions.erase(function.get());
    dlclose(found->second->library);
    modules.erase(found);
    return kSuccess;
}

Error findFunction(void* module, const char* name, void** function) {
    auto found = modules.find(module);
    if (found == modules.end()) return kInvalidHandle;
    Module& m = *found->second;
    for (const cudasim_kernel* k = m.table->kernels; k->name != nullptr; k++) {
        if (strcmp(k->name, name) != 0) continue;
        for (auto& known : m.functions) {
            if (known->kernel == k) {
                *function = known.get();
                return kSuccess;
            }
        }
        auto made = std::make_unique<Function>();
        made->module = &m;
        made->kernel = k;
        *function = made.get();
        functions[made.get()] = made.get();
        m.functions.push_back(std::move(made));
        return kSuccess;
    }
    return kNotFound;
}

int deviceOfModule(const Module* module) { return module->device; }

void forgetModules() {
    functions.clear();
    modules.clear();
}

long modulesInUse() { return static_cast<long>(modules.size()); }

Function* functionOf(void* handle) {
    auto found = functions.find(handle);
    return found == functions.end() ? nullptr : found->second;
}

}  // namespace cudasim
