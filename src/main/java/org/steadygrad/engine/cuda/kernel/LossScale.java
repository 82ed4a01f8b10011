package org.steadygrad.engine.cuda.kernel;

import java.nio.ByteBuffer;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.spec.Precision;

/**
 * Dynamic loss scaling (Micikevicius et al. 2018, arXiv 1710.03740, section 3.2, with PyTorch's numbers): with 16-bit floats
 * the gradient of the loss is multiplied by a power of two, so that what follows from it doesn't vanish, and the update
 * divides by it. A gradient that overflows halves it, and the step is left out; many good steps in a row double it. All of
 * this happens in device memory.
 */
public final class LossScale {
    private static final float FIRST = 65536;
    private static final float LEAST = 1;
    private static final float MOST = 1 << 24;

    /** Good steps until it is doubled. */
    private static final int PATIENCE = 2000;

    /** The scale as a float and the number of good steps as an int; null where the loss isn't scaled. */
    private final DeviceMemory memory;

    private final CudaRuntime runtime;

    /**
     * What is kept from step to step, for snapshots.
     *
     * @param scale what the gradient of the loss is multiplied by
     * @param goodSteps number of steps in a row since it last changed
     */
    public record State(float scale, int goodSteps) {}

    LossScale(CudaRuntime runtime) {
        this.runtime = runtime;
        boolean scales = runtime.precision() == Precision.FP16;
        memory = scales ? runtime.scope().bytes(Float.BYTES + Integer.BYTES) : null;
        restore(new State(FIRST, 0));
    }

    /** Waits for the device; always the same where the loss isn't scaled. */
    public State state() {
        if (memory == null) {
            return new State(1, 0);
        }
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            runtime.stream().download(host, memory);
            runtime.stream().synchronize();
            ByteBuffer values = host.content();
            return new State(values.getFloat(), values.getInt());
        }
    }

    /** Does nothing where the loss isn't scaled. */
    public void restore(State state) {
        if (memory != null) {
            try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
                host.content().putFloat(state.scale()).putInt(state.goodSteps());
                runtime.stream().upload(memory, host);
                runtime.stream().synchronize();
            }
        }
    }

    /** One float, which the gradient of the loss is to be multiplied by; null where the loss isn't scaled. */
    public DeviceMemory memory() {
        return memory == null ? null : memory.slice(0, Float.BYTES);
    }

    /** Appends what kernels need to change it. */
    public Launch appendTo(Launch launch) {
        return launch.with(memory).with(PATIENCE).with(LEAST).with(MOST);
    }
}
