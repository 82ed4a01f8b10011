#include "visible.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

namespace cudasim {

namespace {

std::string id(const char* format, int first, int last) {
    char text[64];
    snprintf(text, sizeof text, format, first, last);
    return text;
}

Seen gpu(int number) { return {number, -1, "Simulated CUDA device " + std::to_string(number)}; }

Seen instance(int number, int part) { return {number, part, gpu(number).name + " MIG 1g"}; }

std::vector<Seen> everything(int gpus, int instances) {
    std::vector<Seen> all;
    for (int i = 0; i < gpus; i++) {
        if (instances == 0) all.push_back(gpu(i));
        for (int k = 0; k < instances; k++) all.push_back(instance(i, k));
    }
    return all;
}

std::string idOf(const Seen& seen) { return seen.instance < 0 ? gpuId(seen.gpu) : instanceId(seen.gpu, seen.instance); }

/// The devices whose id begins with the word: one and no more, or the word names none.
const Seen* named(const std::vector<Seen>& all, const std::string& word) {
    const Seen* found = nullptr;
    for (const Seen& seen : all) {
        if (idOf(seen).compare(0, word.size(), word) != 0) continue;
        if (found != nullptr) return nullptr;
        found = &seen;
    }
    return found;
}

/// Like strtol: blanks, a sign, digits, and whatever follows them is passed over; negative when there is no number.
const Seen* numbered(const std::vector<Seen>& all, const std::string& word) {
    char* end = nullptr;
    long number = strtol(word.c_str(), &end, 10);
    bool there = end != word.c_str() && number >= 0 && number < static_cast<long>(all.size());
    return there ? &all[static_cast<size_t>(number)] : nullptr;
}

}  // namespace

std::string gpuId(int gpu) { return id("GPU-%08x-0000-0000-0000-0000000000%02x", 0x5eed0000 + gpu, gpu); }

std::string instanceId(int gpu, int instance) {
    return id("MIG-%08x-0000-0000-0000-0000000000%02x", 0x5eed0000 + gpu, instance);
}

std::vector<Seen> visibleDevices(int gpus, int instances, const char* variable) {
    std::vector<Seen> all = everything(gpus, instances);
    // A process sees one instance at most, the first unless another is named.
    if (instances > 0 && all.size() > 1 && variable == nullptr) all.resize(1);
    if (variable == nullptr) return all;
    std::string text = variable;
    bool byId = text.compare(0, 4, "GPU-") == 0 || text.compare(0, 4, "MIG-") == 0;
    std::vector<Seen> seen;
    std::set<std::string> known;
    std::stringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
        const Seen* device = byId ? named(all, word) : numbered(all, word);
        if (device == nullptr) break;
        if (!known.insert(idOf(*device)).second) return {};
        seen.push_back(*device);
    }
    if (instances > 0 && seen.size() > 1) seen.resize(1);
    return seen;
}

const std::vector<Seen>& visibleDevices() {
    static const std::vector<Seen> seen = [] {
        auto number = [](const char* name, int otherwise) {
            const char* text = getenv(name);
            return text == nullptr || *text == 0 ? otherwise : atoi(text);
        };
        return visibleDevices(number("CUDASIM_DEVICES", 1), number("CUDASIM_MIG", 0), getenv("CUDA_VISIBLE_DEVICES"));
    }();
    return seen;
}

}  // namespace cudasim
