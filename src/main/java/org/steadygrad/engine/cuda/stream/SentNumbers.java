package org.steadygrad.engine.cuda.stream;

import java.nio.ByteBuffer;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Event;
import org.steadygrad.engine.cuda.driver.PinnedMemory;

/**
 * A few numbers in device memory that differ from step to step: seeds, learning rates, thresholds. The host sends them
 * without waiting for the steps that use them; the work on the stream finds those sent before it.
 */
public final class SentNumbers {
    /** Steps that may be under way before the host has to wait. */
    private static final int SLOTS = 16;

    private final CudaRuntime runtime;
    private final DeviceMemory target;
    private final PinnedMemory slots;
    private final Event[] sent = new Event[SLOTS];
    private final int stride;
    private int turn;

    /** @param bytes number of bytes that are sent at once */
    public SentNumbers(CudaRuntime runtime, int bytes) {
        this.runtime = runtime;
        stride = Math.max(Long.BYTES, (bytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
        target = runtime.scope().bytes(stride);
        slots = runtime.scope().own(runtime.device().pinned((long) SLOTS * stride));
        for (int i = 0; i < SLOTS; i++) {
            sent[i] = runtime.scope().own(runtime.device().newEvent(false));
        }
    }

    /** Where the device finds them. */
    public DeviceMemory memory() {
        return target;
    }

    /** Where to put the next numbers: position 0, in the machine's order of bytes. Waits if too many are under way. */
    public ByteBuffer next() {
        turn = (turn + 1) % SLOTS;
        sent[turn].await();
        return slots.content()
                .position(turn * stride)
                .slice()
                .order(slots.content().order());
    }

    /** Enqueues the copy of what was put into the last {@link #next}. */
    public void send() {
        runtime.stream().upload(target, slots, (long) turn * stride);
        runtime.stream().record(sent[turn]);
    }
}
