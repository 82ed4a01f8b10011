#include "count.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "memory.h"

namespace cudasim {

namespace {

constexpr uintptr_t kSector = 32;
constexpr uintptr_t kPage = 4096;
constexpr unsigned char kRead = 1, kWritten = 2;

/// What happened to the sectors of a page of device memory during the kernel that runs.
struct Page {
    bool device = false;
    unsigned char sectors[kPage / kSector] = {};
};

std::map<uintptr_t, Page> pages;
uint64_t sectorsRead = 0, sectorsWritten = 0;

/// Pages that were asked for lately, by the low digits of their number.
struct Recent {
    uintptr_t number;
    Page* page;
};
Recent recent[4096];

Page& pageOf(uintptr_t number) {
    Recent& entry = recent[number % 4096];
    if (entry.number != number || entry.page == nullptr) {
        auto found = pages.find(number);
        if (found == pages.end()) {
            found = pages.emplace(number, Page()).first;
            found->second.device = isDevice(reinterpret_cast<const void*>(number * kPage)) ||
                                   isDevice(reinterpret_cast<const void*>(number * kPage + kPage - 1));
        }
        entry = {number, &found->second};
    }
    return *entry.page;
}

FILE* file() {
    static FILE* f = fopen(getenv("CUDASIM_COUNT"), "a");
    if (f == nullptr) die("CUDASIM_COUNT names no file that can be written: %s", getenv("CUDASIM_COUNT"));
    return f;
}

}  // namespace

bool counts() {
    static const bool named = getenv("CUDASIM_COUNT") != nullptr && *getenv("CUDASIM_COUNT") != 0;
    return named;
}

void countAccess(const void* address, size_t bytes, bool write) {
    uintptr_t first = reinterpret_cast<uintptr_t>(address) / kSector;
    uintptr_t last = (reinterpret_cast<uintptr_t>(address) + bytes - 1) / kSector;
    for (uintptr_t sector = first; sector <= last; sector++) {
        Page& page = pageOf(sector / (kPage / kSector));
        if (!page.device) return;
        unsigned char& seen = page.sectors[sector % (kPage / kSector)];
        if (write && !(seen & kWritten)) {
            seen |= kWritten;
            sectorsWritten++;
        } else if (!write && seen == 0) {
            seen |= kRead;
            sectorsRead++;
        }
    }
}

void countKernel(const char* name, uint64_t blocks, uint64_t threads, size_t shared) {
    fprintf(file(), "kernel %s %llu %llu %zu %llu %llu\n", name, static_cast<unsigned long long>(blocks),
            static_cast<unsigned long long>(threads), shared, static_cast<unsigned long long>(sectorsRead * kSector),
            static_cast<unsigned long long>(sectorsWritten * kSector));
    fflush(file());
    pages.clear();
    memset(recent, 0, sizeof recent);
    sectorsRead = sectorsWritten = 0;
}

void countProduct(int m, int n, int k, int batch, bool adds) {
    if (!counts()) return;
    unsigned long long size = sizeof(float) * static_cast<unsigned long long>(batch);
    unsigned long long result = size * m * n;
    unsigned long long factors = size * (static_cast<unsigned long long>(m) + n) * k;
    fprintf(file(), "product %d %d %d %d %llu %llu\n", m, n, k, batch, factors + (adds ? result : 0), result);
    fflush(file());
}

void countWork(const char* what, size_t bytes) {
    if (!counts()) return;
    std::string word = what;
    for (char& c : word) {
        if (c == ' ') c = '-';
    }
    fprintf(file(), "%s %zu\n", word.c_str(), bytes);
    fflush(file());
}

}  // namespace cudasim
