// The runtime interface: streams, events, capture, graphs, synchronisation.
#include <map>

#include "count.h"
#include "entry.h"
#include "memory.h"

using namespace cudasim;

namespace {

constexpr unsigned kNonBlocking = 1;
constexpr unsigned kDisableTiming = 2;

std::map<void*, std::shared_ptr<Graph>>& graphs = *new std::map<void*, std::shared_ptr<Graph>>;
std::map<void*, std::shared_ptr<Graph>>& executables = *new std::map<void*, std::shared_ptr<Graph>>;

int makeStream(void** stream, unsigned flags) {
    return runtimeCall([&]() -> int {
        if (flags > kNonBlocking) return kInvalidValue;
        *stream = createStream((flags & kNonBlocking) == 0);
        return kSuccess;
    });
}

}  // namespace

namespace cudasim {

long graphsInUse() { return static_cast<long>(graphs.size() + executables.size()); }

void forgetGraphs() {
    graphs.clear();
    executables.clear();
}

}  // namespace cudasim

namespace {

template <typename Body>
int onStream(void* handle, Body body, Does does = Does::Work) {
    return runtimeCall(
        [&]() -> int {
            StreamRef stream = streamOf(handle);
            return stream == nullptr ? kInvalidHandle : body(stream);
        },
        does);
}

template <typename Body>
int onEvent(void* handle, Body body) {
    return runtimeCall([&]() -> int {
        Event* event = eventOf(handle);
        return event == nullptr ? kInvalidHandle : body(event);
    });
}

}  // namespace

CUDASIM_API int cudaStreamCreateWithFlags(void** stream, unsigned flags) { return makeStream(stream, flags); }

CUDASIM_API int cudaStreamCreateWithPriority(void** stream, unsigned flags, int) { return makeStream(stream, flags); }

CUDASIM_API int cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    return runtimeCall([&]() -> int {
        *least = 0;
        *greatest = -5;
        return kSuccess;
    });
}

CUDASIM_API int cudaStreamDestroy(void* stream) {
    return runtimeCall([&]() -> int { return destroyStream(stream); }, Does::Release);
}

/// To wait or ask is refused on a capturing stream, and on any other while this thread captures.
static int await(void* handle, Error (*body)(const StreamRef&)) {
    return onStream(handle, [&](const StreamRef& stream) -> int {
        Error error = stream->capture == nullptr ? refuseInCapture() : kSuccess;
        return error == kSuccess ? body(stream) : error;
    });
}

static int await(void* handle, Error (*body)(Event*)) {
    return onEvent(handle, [&](Event* event) -> int {
        Error error = event->capture == nullptr ? refuseInCapture() : kSuccess;
        return error == kSuccess ? body(event) : error;
    });
}

CUDASIM_API int cudaStreamSynchronize(void* stream) { return await(stream, synchronizeStream); }

CUDASIM_API int cudaStreamQuery(void* stream) { return await(stream, queryStream); }

CUDASIM_API int cudaStreamWaitEvent(void* stream, void* event, unsigned) {
    return onStream(stream, [&](const StreamRef& s) -> int {
        Event* e = eventOf(event);
        return e == nullptr ? kInvalidHandle : waitEvent(s, e);
    });
}

CUDASIM_API int cudaEventCreateWithFlags(void** event, unsigned flags) {
    return runtimeCall([&]() -> int {
        *event = createEvent((flags & kDisableTiming) == 0);
        return kSuccess;
    });
}

CUDASIM_API int cudaEventDestroy(void* event) {
    return runtimeCall([&]() -> int { return destroyEvent(event); }, Does::Release);
}

CUDASIM_API int cudaEventRecord(void* event, void* stream) {
    return onStream(stream, [&](const StreamRef& s) -> int {
        Event* e = eventOf(event);
        return e == nullptr ? kInvalidHandle : recordEvent(e, s);
    });
}

CUDASIM_API int cudaEventQuery(void* event) { return await(event, queryEvent); }

CUDASIM_API int cudaEventSynchronize(void* event) { return await(event, synchronizeEvent); }

CUDASIM_API int cudaEventElapsedTime(float* milliseconds, void* start, void* end) {
    return onEvent(start, [&](Event* from) -> int {
        Event* to = eventOf(end);
        if (to == nullptr || !from->timing || !to->timing) return kInvalidHandle;
        if (from->capture != nullptr || to->capture != nullptr) return kInvalidHandle;
        if (from->stream == nullptr || to->stream == nullptr) return kInvalidHandle;
        if (from->stream->done < from->count || to->stream->done < to->count) return kNotReady;
        *milliseconds = static_cast<float>(1e3 * (*to->seconds - *from->seconds));
        return kSuccess;
    });
}

CUDASIM_API int cudaDeviceSynchronize() {
    return runtimeCallOutsideCapture([&]() -> int {
        runAll();
        checkGuards("cudaDeviceSynchronize");
        return lossError();
    });
}

CUDASIM_API int cudaDeviceReset() {
    return runtimeCallOutsideCapture([&]() -> int {
        runAll();
        checkGuards("cudaDeviceReset");
        return kSuccess;
    });
}

CUDASIM_API int cudaStreamBeginCapture(void* stream, int mode) {
    return onStream(stream, [&](const StreamRef& s) -> int { return beginCapture(s, mode); });
}

// A capture has ended whatever the call answers.
CUDASIM_API int cudaStreamEndCapture(void* stream, void** graph) {
    std::lock_guard<std::recursive_mutex> hold(lock());
    *graph = nullptr;
    Error failure = fault();
    return onStream(
        stream,
        [&](const StreamRef& s) -> int {
            std::shared_ptr<Graph> made;
            Error error = endCapture(s, &made);
            if (failure != kSuccess || error != kSuccess) return failure != kSuccess ? failure : error;
            graphs[made.get()] = made;
            *graph = made.get();
            return kSuccess;
        },
        Does::Release);
}

CUDASIM_API int cudaStreamIsCapturing(void* stream, int* status) {
    return onStream(stream, [&](const StreamRef& s) -> int {
        *status = captureStatus(s);
        return kSuccess;
    });
}

CUDASIM_API int cudaGraphGetNodes(void* graph, void** nodes, size_t* count) {
    return runtimeCall([&]() -> int {
        auto found = graphs.find(graph);
        if (found == graphs.end() || nodes != nullptr) return kInvalidValue;
        *count = found->second->nodes.size();
        return kSuccess;
    });
}

CUDASIM_API int cudaGraphInstantiate(void** executable, void* graph, unsigned long long) {
    return runtimeCallOutsideCapture([&]() -> int {
        auto found = graphs.find(graph);
        if (found == graphs.end()) return kInvalidValue;
        auto copy = std::make_shared<Graph>(*found->second);
        executables[copy.get()] = copy;
        *executable = copy.get();
        return kSuccess;
    });
}

static int withExecutable(void* executable, void* stream,
                          const std::function<int(const std::shared_ptr<Graph>&, const StreamRef&)>& body) {
    return onStream(stream, [&](const StreamRef& s) -> int {
        auto found = executables.find(executable);
        return found == executables.end() ? kInvalidValue : body(found->second, s);
    });
}

CUDASIM_API int cudaGraphUpload(void* executable, void* stream) {
    return withExecutable(executable, stream, [](const std::shared_ptr<Graph>&, const StreamRef&) -> int {
        return kSuccess;
    });
}

CUDASIM_API int cudaGraphLaunch(void* executable, void* stream) {
    return withExecutable(executable, stream, [](const std::shared_ptr<Graph>& graph, const StreamRef& s) -> int {
        return push(s, "graph", [graph] {
            countWork("graph", 0);
            runGraph(*graph);
        });
    });
}

CUDASIM_API int cudaGraphExecDestroy(void* executable) {
    return runtimeCall([&]() -> int { return executables.erase(executable) == 1 ? kSuccess : kInvalidValue; },
                       Does::Release);
}

CUDASIM_API int cudaGraphDestroy(void* graph) {
    return runtimeCall([&]() -> int { return graphs.erase(graph) == 1 ? kSuccess : kInvalidValue; }, Does::Release);
}
