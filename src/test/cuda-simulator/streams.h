// Streams that run nothing until a result is asked for, events, and captured graphs.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "machine.h"

namespace cudasim {

using Work = std::function<void()>;

struct Node {
    std::string what;
    Work run;
    std::vector<int> after;
};

struct Graph {
    std::vector<Node> nodes;
};

struct Stream;

/// A capture under way: its graph, and the streams that take part.
struct Capture {
    std::shared_ptr<Graph> graph = std::make_shared<Graph>();
    Stream* origin = nullptr;
    int mode = 0;  // 0 global, 1 thread-local, 2 relaxed
    uint64_t thread = 0;
    bool invalid = false;
    bool ended = false;
    std::vector<std::shared_ptr<Stream>> members;
};

struct Operation {
    std::string what;
    Work run;
    std::shared_ptr<Stream> needs;  // runs only when this stream ...
    uint64_t needsCount = 0;        // ... has done so many operations
};

struct Stream {
    uint64_t id = 0;
    int device = 0;
    bool blocking = false;  // waits for the legacy default stream, as CUDA says
    std::deque<Operation> queue;
    uint64_t pushed = 0;
    uint64_t done = 0;
    std::shared_ptr<Capture> capture;
    std::vector<int> tail;  // the captured nodes that the next one comes after
};

struct Event {
    int device = 0;
    bool timing = true;
    std::shared_ptr<Stream> stream;  // where it was last recorded, and ...
    uint64_t count = 0;              // ... how many operations that stream has done when it is complete
    std::shared_ptr<double> seconds;
    std::shared_ptr<Capture> capture;
    std::vector<int> captured;
};

using StreamRef = std::shared_ptr<Stream>;

/// The stream of a handle: nullptr and cudaStreamLegacy are the default stream; empty for an unknown handle.
StreamRef streamOf(void* handle);
void* createStream(bool blocking);
Error destroyStream(void* handle);
Event* eventOf(void* handle);
void* createEvent(bool timing);
Error destroyEvent(void* handle);

/// Queues work on a stream, or records it when the stream is capturing.
Error push(const StreamRef& stream, const char* what, Work work);
Error recordEvent(Event* event, const StreamRef& stream);
Error waitEvent(const StreamRef& stream, Event* event);

/// Runs work, in an order that events and streams allow, until the stream has done `count` operations.
void runUntil(const StreamRef& stream, uint64_t count);
void runAll();
/// Runs a little of what is queued anywhere: what a query does.
void runALittle();

Error synchronizeStream(const StreamRef& stream);
Error queryStream(const StreamRef& stream);
Error synchronizeEvent(Event* event);
Error queryEvent(Event* event);

Error beginCapture(const StreamRef& stream, int mode);
Error endCapture(const StreamRef& stream, std::shared_ptr<Graph>* graph);
/// 0 not capturing, 1 capturing, 2 invalidated.
int captureStatus(const StreamRef& stream);
/// For calls that no capture allows on this thread: the error, after which the captures are invalid.
Error refuseInCapture();
void runGraph(const Graph& graph);

}  // namespace cudasim
