package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaDeviceGetLimit;
import static org.bytedeco.cuda.global.cudart.cudaDeviceSetLimit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.bytedeco.javacpp.SizeTPointer;

/**
 * What tests ask the simulated machine to do wrong while it runs, and what it counts for them; the numbers are those of
 * cuda-simulator/faults.cpp.
 */
public final class DeviceFaults {
    /** The device has no memory left. */
    public static final int OUT_OF_MEMORY = 2;

    private static final int CALLS = 1000;
    private static final int DEVICE_BYTES = 1001;
    private static final int LAST_KIND = 1008;
    private static final int CALLS_WHEN_LOST = 1009;
    private static final int FAILURE = 2000;
    private static final int FAILING_CALL = 2001;
    private static final int LOSING_LAUNCH = 2002;
    private static final int TAKEN = 2003;
    private static final int NEW_PROCESS = 2004;

    private DeviceFaults() {}

    /** Skips a test on a real device, which fails when it wants to. */
    public static void require() {
        assumeFalse(TestGpu.real(), "only the simulated machine can be told to fail");
        TestGpu.require();
    }

    /** The machine as a new process finds it: nothing taken, no device lost, nothing going to fail. */
    public static void newProcess() {
        set(NEW_PROCESS, 1);
    }

    /**
     * Has one call fail.
     *
     * @param number of the call from now on, from 1; 0 for none
     * @param error CUDA's number for what it answers; the device is lost with those that end a context
     */
    public static void failCall(long number, int error) {
        set(FAILURE, error);
        set(FAILING_CALL, number);
    }

    /**
     * Has the device lost while it works, which the next call that waits finds out.
     *
     * @param number of the kernel, product or layer from now on, from 1, counted as they run
     */
    public static void loseDeviceAt(long number, int error) {
        set(FAILURE, error);
        set(LOSING_LAUNCH, number);
    }

    /** Has other processes take that much of each device's memory. */
    public static void takeMemory(long bytes) {
        set(TAKEN, bytes);
    }

    /** Number of calls so far. */
    public static long calls() {
        return get(CALLS);
    }

    /** Number of calls that were made although the device was lost. */
    public static long callsOnLostDevice() {
        return get(CALLS_WHEN_LOST);
    }

    /** What the process has: bytes, pieces of pinned memory, streams, events, graphs, modules, handles, descriptors. */
    public static String held() {
        StringBuilder text = new StringBuilder();
        String[] kinds = {"bytes", "pinned", "streams", "events", "graphs", "modules", "blas", "dnn"};
        for (int kind = DEVICE_BYTES; kind <= LAST_KIND; kind++) {
            text.append(get(kind))
                    .append(' ')
                    .append(kinds[kind - DEVICE_BYTES])
                    .append(", ");
        }
        return text.toString();
    }

    private static void set(int what, long value) {
        assertEquals(0, cudaDeviceSetLimit(what, value));
    }

    private static long get(int what) {
        try (SizeTPointer value = new SizeTPointer(1)) {
            assertEquals(0, cudaDeviceGetLimit(value, what));
            return value.get();
        }
    }
}
