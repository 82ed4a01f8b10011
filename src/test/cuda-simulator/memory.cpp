#include "memory.h"

#include "faults.h"

#include <sys/mman.h>

#include <cstring>
#include <map>

namespace cudasim {

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kGuard = 512;
constexpr size_t kGranularity = 512;
constexpr unsigned char kGuardByte = 0xA5;

struct Allocation {
    size_t size;    // bytes asked for
    size_t mapped;  // bytes of the mapping, which begins a page below the address
    int serial;
    bool freed;
    int device;
};

// Never destroyed, like every registry here: threads may still call while the process exits.
std::map<uintptr_t, Allocation>& device = *new std::map<uintptr_t, Allocation>;
std::map<uintptr_t, Allocation>& pinned = *new std::map<uintptr_t, Allocation>;
/// Bytes by device, and whether the context is there.
std::map<int, size_t>& inUse = *new std::map<int, size_t>;
std::map<int, bool>& contexts = *new std::map<int, bool>;
int serials = 0;
int live = 0;

char* map(size_t bytes, Allocation* made) {
    size_t mapped = kPage + (bytes + kGuard + kPage - 1) / kPage * kPage;
    void* base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return nullptr;
    *made = {bytes, mapped, ++serials, false, currentDevice()};
    return static_cast<char*>(base) + kPage;
}

size_t rounded(size_t bytes) { return (bytes + kGranularity - 1) / kGranularity * kGranularity; }

std::map<uintptr_t, Allocation>::iterator owner(std::map<uintptr_t, Allocation>& all, const void* address) {
    auto next = all.upper_bound(reinterpret_cast<uintptr_t>(address));
    return next == all.begin() ? all.end() : std::prev(next);
}

bool holds(std::map<uintptr_t, Allocation>& all, const void* address) {
    auto found = owner(all, address);
    if (found == all.end() || found->second.freed) return false;
    size_t offset = reinterpret_cast<uintptr_t>(address) - found->first;
    return offset < found->second.size || offset == 0;
}

void checkZone(const unsigned char* zone, uintptr_t address, const Allocation& a, const char* after) {
    for (size_t i = 0; i < kGuard; i++) {
        if (zone[i] != kGuardByte) {
            long offset = static_cast<long>(reinterpret_cast<uintptr_t>(zone) + i - address);
            die("written outside an allocation: byte %ld of allocation %d, which has %zu bytes at %p (found after %s)",
                offset, a.serial, a.size, reinterpret_cast<void*>(address), after);
        }
    }
}

void checkGuard(uintptr_t address, const Allocation& a, const char* after) {
    checkZone(reinterpret_cast<unsigned char*>(address - kGuard), address, a, after);
    checkZone(reinterpret_cast<unsigned char*>(address + a.size), address, a, after);
}

}  // namespace

void* allocateDevice(size_t bytes) {
    if (rounded(bytes) > deviceMemoryFree(currentDevice())) return nullptr;
    Allocation a;
    char* address = map(bytes, &a);
    if (address == nullptr) return nullptr;
    memset(address - kGuard, kGuardByte, kGuard);
    memset(address, 0xFF, bytes);
    memset(address + bytes, kGuardByte, kGuard);
    inUse[a.device] += rounded(bytes);
    live++;
    device[reinterpret_cast<uintptr_t>(address)] = a;
    return address;
}

bool freeDevice(void* address) {
    auto found = device.find(reinterpret_cast<uintptr_t>(address));
    if (found == device.end() || found->second.freed) return false;
    checkGuard(found->first, found->second, "its last use, at cudaFree");
    // The addresses stay taken, so that a later use of them is an error and not another allocation's data.
    char* base = static_cast<char*>(address) - kPage;
    mmap(base, found->second.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    found->second.freed = true;
    inUse[found->second.device] -= rounded(found->second.size);
    live--;
    return true;
}

void* allocatePinned(size_t bytes) {
    Allocation a;
    char* address = map(bytes, &a);
    if (address != nullptr) {
        memset(address, 0xFF, bytes);
        pinned[reinterpret_cast<uintptr_t>(address)] = a;
    }
    return address;
}

bool freePinned(void* address) {
    auto found = pinned.find(reinterpret_cast<uintptr_t>(address));
    if (found == pinned.end()) return false;
    munmap(static_cast<char*>(address) - kPage, found->second.mapped);
    pinned.erase(found);
    return true;
}

bool isDevice(const void* address) { return holds(device, address); }

bool isPinned(const void* address) { return holds(pinned, address); }

bool insideDevice(const void* address, size_t bytes, const char* what) {
    if (bytes == 0) return true;
    auto found = owner(device, address);
    if (found != device.end() && !found->second.freed) {
        size_t offset = reinterpret_cast<uintptr_t>(address) - found->first;
        if (offset <= found->second.size && bytes <= found->second.size - offset) return true;
    }
    complain("%s: %zu bytes at %p are not inside one allocation (%s)", what, bytes, address,
             describeAddress(address).c_str());
    return false;
}

size_t deviceMemoryInUse() {
    size_t all = 0;
    for (const auto& entry : inUse) all += entry.second;
    return all;
}

size_t deviceMemoryFree(int device) {
    size_t used = inUse[device] + (contexts[device] ? settings().context : 0) + takenByOthers();
    return used > settings().memory ? 0 : settings().memory - used;
}

Error makeContext(int device) {
    if (contexts[device]) return kSuccess;
    if (settings().taken == device) return kDevicesUnavailable;
    if (deviceMemoryFree(device) < settings().context) return kOutOfMemory;
    contexts[device] = true;
    return kSuccess;
}

int deviceOf(const void* address) { return isDevice(address) ? owner(device, address)->second.device : -1; }

long pinnedInUse() { return static_cast<long>(pinned.size()); }

void forgetMemory() {
    for (auto& entry : device) {
        if (!entry.second.freed) freeDevice(reinterpret_cast<void*>(entry.first));
    }
    while (!pinned.empty()) freePinned(reinterpret_cast<void*>(pinned.begin()->first));
    contexts.clear();
}

void checkGuards(const char* after) {
    for (const auto& entry : device) {
        if (!entry.second.freed) checkGuard(entry.first, entry.second, after);
    }
}

void checkGuardsIfFew(const char* after) {
    if (live <= 128) checkGuards(after);
}

std::string describeAddress(const void* address) {
    if (isPinned(address)) return "pinned host memory";
    auto found = owner(device, address);
    if (found == device.end()) return "no device memory";
    size_t offset = reinterpret_cast<uintptr_t>(address) - found->first;
    if (offset > found->second.mapped + (1u << 20)) return "no device memory";
    char text[128];
    snprintf(text, sizeof text, "byte %zu of allocation %d, which has %zu bytes%s", offset, found->second.serial,
             found->second.size, found->second.freed ? " and was freed" : "");
    return text;
}

}  // namespace cudasim
