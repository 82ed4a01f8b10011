// Capture of streams into graphs, and how graphs run.
#include <pthread.h>

#include <set>

#include "faults.h"
#include "memory.h"
#include "streams.h"

namespace cudasim {

namespace {

std::set<std::shared_ptr<Capture>>& active = *new std::set<std::shared_ptr<Capture>>;

uint64_t thisThread() { return static_cast<uint64_t>(pthread_self()); }

/// Whether every node comes before one of the tail.
bool allJoined(const Graph& graph, const std::vector<int>& tail) {
    std::vector<char> reached(graph.nodes.size(), 0);
    std::vector<int> open = tail;
    while (!open.empty()) {
        int node = open.back();
        open.pop_back();
        if (reached[node]) continue;
        reached[node] = 1;
        open.insert(open.end(), graph.nodes[node].after.begin(), graph.nodes[node].after.end());
    }
    for (char r : reached) {
        if (!r) return false;
    }
    return true;
}

void finish(const std::shared_ptr<Capture>& capture) {
    capture->ended = true;
    for (const StreamRef& member : capture->members) {
        member->capture = nullptr;
        member->tail.clear();
    }
    capture->members.clear();
    active.erase(capture);
}

}  // namespace

Error beginCapture(const StreamRef& stream, int mode) {
    if (stream == streamOf(nullptr)) return kCaptureUnsupported;
    if (stream->capture != nullptr || mode < 0 || mode > 2) return kInvalidValue;
    auto capture = std::make_shared<Capture>();
    capture->origin = stream.get();
    capture->mode = mode;
    capture->thread = thisThread();
    capture->members.push_back(stream);
    stream->capture = capture;
    stream->tail.clear();
    active.insert(capture);
    return kSuccess;
}

Error endCapture(const StreamRef& stream, std::shared_ptr<Graph>* graph) {
    std::shared_ptr<Capture> capture = stream->capture;
    if (capture == nullptr) return kInvalidValue;
    if (capture->mode != 2 && capture->thread != thisThread()) return kCaptureWrongThread;
    if (capture->origin != stream.get()) {
        capture->invalid = true;
        return kCaptureUnmatched;
    }
    bool joined = allJoined(*capture->graph, stream->tail);
    finish(capture);
    if (capture->invalid) return kCaptureInvalidated;
    if (!joined) return kCaptureUnjoined;
    *graph = capture->graph;
    return kSuccess;
}

void forgetCaptures() { active.clear(); }

int captureStatus(const StreamRef& stream) {
    if (stream->capture == nullptr) return 0;
    return stream->capture->invalid ? 2 : 1;
}

Error refuseInCapture() {
    Error error = kSuccess;
    for (const auto& capture : active) {
        if (capture->mode == 0 || (capture->mode == 1 && capture->thread == thisThread())) {
            capture->invalid = true;
            error = kCaptureUnsupported;
        }
    }
    return error;
}

void runGraph(const Graph& graph) {
    size_t count = graph.nodes.size();
    std::vector<int> open(count);
    std::vector<std::vector<int>> next(count);
    std::vector<int> ready;
    for (size_t i = 0; i < count; i++) {
        std::set<int> after(graph.nodes[i].after.begin(), graph.nodes[i].after.end());
        open[i] = static_cast<int>(after.size());
        for (int before : after) next[before].push_back(static_cast<int>(i));
        if (after.empty()) ready.push_back(static_cast<int>(i));
    }
    while (!ready.empty() && !deviceLost()) {
        size_t choice = nextRandom() % ready.size();
        int node = ready[choice];
        ready.erase(ready.begin() + static_cast<long>(choice));
        if (settings().trace) complain("graph runs %s", graph.nodes[node].what.c_str());
        graph.nodes[node].run();
        checkGuardsIfFew(graph.nodes[node].what.c_str());
        for (int i : next[node]) {
            if (--open[i] == 0) ready.push_back(i);
        }
    }
}

}  // namespace cudasim
