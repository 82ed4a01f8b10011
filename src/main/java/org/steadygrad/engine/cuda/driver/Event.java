package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaEventCreateWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaEventDestroy;
import static org.bytedeco.cuda.global.cudart.cudaEventDisableTiming;
import static org.bytedeco.cuda.global.cudart.cudaEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cudaEventSynchronize;

import org.bytedeco.cuda.cudart.CUevent_st;

/** A point in the work of a stream. */
public final class Event implements AutoCloseable {
    private final CUevent_st handle = new CUevent_st();
    private boolean closed;

    Event(boolean timing) {
        Status.runtime(cudaEventCreateWithFlags(handle, timing ? 0 : cudaEventDisableTiming), "cudaEventCreate");
    }

    CUevent_st handle() {
        return handle;
    }

    /** Waits until the device has come by; returns at once when the event was never recorded. */
    public void await() {
        Status.runtime(cudaEventSynchronize(handle), "cudaEventSynchronize");
    }

    /** Milliseconds from an earlier event to this one; both made with timing, recorded and passed. */
    public double millisecondsSince(Event earlier) {
        float[] milliseconds = new float[1];
        Status.runtime(cudaEventElapsedTime(milliseconds, earlier.handle, handle), "cudaEventElapsedTime");
        return milliseconds[0];
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.release(() -> Status.runtime(cudaEventDestroy(handle), "cudaEventDestroy"));
        }
    }
}
