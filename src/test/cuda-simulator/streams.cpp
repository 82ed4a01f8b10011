#include "streams.h"

#include <ctime>
#include <map>

#include "faults.h"
#include "memory.h"

namespace cudasim {

namespace {

constexpr size_t kLongestQueue = 512;

std::map<void*, StreamRef>& streams = *new std::map<void*, StreamRef>;
std::map<void*, std::unique_ptr<Event>>& events = *new std::map<void*, std::unique_ptr<Event>>;
uint64_t streamIds = 0;

double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

const StreamRef& legacyStream() {
    static const StreamRef& stream = *new StreamRef([] {
        auto s = std::make_shared<Stream>();
        s->blocking = true;
        return s;
    }());
    return stream;
}

bool runnable(const Stream& stream) {
    if (stream.queue.empty()) return false;
    const Operation& head = stream.queue.front();
    return head.needs == nullptr || head.needs->done >= head.needsCount;
}

void runHead(Stream& stream) {
    Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    if (operation.run && !deviceLost()) {
        if (settings().trace) {
            complain("stream %llu runs %s", static_cast<unsigned long long>(stream.id), operation.what.c_str());
        }
        operation.run();
        checkGuardsIfFew(operation.what.c_str());
    }
    stream.done++;
}

/// One operation of the stream, or of another that its next operation waits for.
void runTowards(StreamRef stream) {
    while (!runnable(*stream)) {
        StreamRef needed = stream->queue.front().needs;
        stream = needed;
    }
    runHead(*stream);
}

/// One operation of the youngest stream that can run one.
bool runYoungest() {
    StreamRef best = runnable(*legacyStream()) ? legacyStream() : nullptr;
    for (const auto& entry : streams) {
        if (runnable(*entry.second) && (best == nullptr || entry.second->id > best->id)) best = entry.second;
    }
    if (best == nullptr) return false;
    runHead(*best);
    return true;
}

void enqueue(const StreamRef& stream, Operation operation) {
    stream->queue.push_back(std::move(operation));
    stream->pushed++;
    while (stream->queue.size() > kLongestQueue) runTowards(stream);
}

void enqueueWait(const StreamRef& stream, const StreamRef& needs, uint64_t count) {
    if (needs == stream || needs->done >= count) return;
    Operation wait;
    wait.what = "wait";
    wait.needs = needs;
    wait.needsCount = count;
    enqueue(stream, std::move(wait));
}

/// The default stream waits for all blocking streams, and they for it.
void orderWithLegacy(const StreamRef& stream) {
    if (stream == legacyStream()) {
        for (const auto& entry : streams) {
            if (entry.second->blocking) enqueueWait(stream, entry.second, entry.second->pushed);
        }
    } else if (stream->blocking) {
        enqueueWait(stream, legacyStream(), legacyStream()->pushed);
    }
}

}  // namespace

StreamRef streamOf(void* handle) {
    if (handle == nullptr || handle == reinterpret_cast<void*>(1)) return legacyStream();
    auto found = streams.find(handle);
    return found == streams.end() ? nullptr : found->second;
}

void* createStream(bool blocking) {
    auto stream = std::make_shared<Stream>();
    stream->id = ++streamIds;
    stream->device = currentDevice();
    stream->blocking = blocking;
    void* handle = stream.get();
    streams[handle] = stream;
    return handle;
}

Error destroyStream(void* handle) {
    auto found = streams.find(handle);
    if (found == streams.end()) return kInvalidHandle;
    StreamRef stream = found->second;
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return kCaptureUnsupported;
    }
    runUntil(stream, stream->pushed);
    streams.erase(found);
    return kSuccess;
}

long streamsInUse() { return static_cast<long>(streams.size()); }

long eventsInUse() { return static_cast<long>(events.size()); }

void forgetStreams() {
    legacyStream()->queue.clear();
    legacyStream()->done = legacyStream()->pushed;
    streams.clear();
    events.clear();
}

Event* eventOf(void* handle) {
    auto found = events.find(handle);
    return found == events.end() ? nullptr : found->second.get();
}

void* createEvent(bool timing) {
    auto event = std::make_unique<Event>();
    event->device = currentDevice();
    event->timing = timing;
    void* handle = event.get();
    events[handle] = std::move(event);
    return handle;
}

Error destroyEvent(void* handle) { return events.erase(handle) == 1 ? kSuccess : kInvalidHandle; }

Error push(const StreamRef& stream, const char* what, Work work) {
    if (stream->capture != nullptr) {
        if (stream->capture->invalid) return kCaptureInvalidated;
        std::vector<Node>& nodes = stream->capture->graph->nodes;
        nodes.push_back({what, std::move(work), stream->tail});
        stream->tail = {static_cast<int>(nodes.size()) - 1};
        return kSuccess;
    }
    if (stream == legacyStream()) {
        for (const auto& entry : streams) {
            if (entry.second->blocking && entry.second->capture != nullptr) {
                entry.second->capture->invalid = true;
                return kCaptureImplicit;
            }
        }
    }
    orderWithLegacy(stream);
    Operation operation;
    operation.what = what;
    operation.run = std::move(work);
    enqueue(stream, std::move(operation));
    return kSuccess;
}

Error recordEvent(Event* event, const StreamRef& stream) {
    if (event->device != stream->device) return kInvalidHandle;
    if (stream->capture != nullptr) {
        if (stream->capture->invalid) return kCaptureInvalidated;
        event->capture = stream->capture;
        event->captured = stream->tail;
        return kSuccess;
    }
    auto seconds = std::make_shared<double>(0);
    Error error = push(stream, "event record", [seconds] { *seconds = now(); });
    if (error != kSuccess) return error;
    event->capture = nullptr;
    event->stream = stream;
    event->count = stream->pushed;
    event->seconds = seconds;
    return kSuccess;
}

Error waitEvent(const StreamRef& stream, Event* event) {
    if (event->capture != nullptr) {
        const std::shared_ptr<Capture>& capture = event->capture;
        if (capture->ended) return kCapturedEvent;
        if (capture->invalid) return kCaptureInvalidated;
        if (stream->capture == nullptr) {
            stream->capture = capture;
            stream->tail.clear();
            capture->members.push_back(stream);
        } else if (stream->capture != capture) {
            stream->capture->invalid = capture->invalid = true;
            return kCaptureMerge;
        }
        stream->tail.insert(stream->tail.end(), event->captured.begin(), event->captured.end());
        return kSuccess;
    }
    if (event->stream == nullptr) return kSuccess;
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return kCaptureIsolation;
    }
    orderWithLegacy(stream);
    enqueueWait(stream, event->stream, event->count);
    return kSuccess;
}

void runUntil(const StreamRef& stream, uint64_t count) {
    while (stream->done < count) {
        // Others get ahead now and then: whoever relies on their being late, or early, is found out.
        if (nextRandom() % 2 == 0) runYoungest();
        if (stream->done < count) runTowards(stream);
    }
}

void runAll() {
    while (runYoungest()) {
    }
}

void runALittle() {
    for (int i = 0; i < 3; i++) runYoungest();
}

Error synchronizeStream(const StreamRef& stream) {
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return kCaptureUnsupported;
    }
    if (stream == legacyStream()) orderWithLegacy(stream);
    runUntil(stream, stream->pushed);
    return lossError();
}

Error queryStream(const StreamRef& stream) {
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return kCaptureUnsupported;
    }
    if (stream->done == stream->pushed) return kSuccess;
    runALittle();
    if (deviceLost()) return lossError();
    return stream->done == stream->pushed ? kSuccess : kNotReady;
}

Error synchronizeEvent(Event* event) {
    if (event->capture != nullptr) return kCapturedEvent;
    if (event->stream != nullptr) runUntil(event->stream, event->count);
    return lossError();
}

Error queryEvent(Event* event) {
    if (event->capture != nullptr) return kCapturedEvent;
    if (event->stream == nullptr || event->stream->done >= event->count) return kSuccess;
    runALittle();
    if (deviceLost()) return lossError();
    return event->stream->done >= event->count ? kSuccess : kNotReady;
}

}  // namespace cudasim
