package org.steadygrad.engine.cuda;

import java.nio.ByteBuffer;
import org.steadygrad.spec.Precision;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;

/**
 * Dynamic loss scaling (Micikevicius et al. 2018, arXiv 1710.03740, section 3.2, with PyTorch's numbers): with 16-bit floats
 * the gradient of the loss is multiplied by a power of two, so that what follows from it doesn't vanish, and the update
 * divides by it. A gradient that overflows halves it, and the step is left out; many good steps in a row double it. All of
 * this happens in device memory.
 */
final class LossScale {
    private static final float FIRST = 65536;
    private static final float LEAST = 1;
    private static final float MOST = 1 << 24;

    /** Good steps until it is doubled. */
    private static final int PATIENCE = 2000;

    /** The scale as a float and the number of good steps as an int; null where the loss isn't scaled. */
    private final DeviceMemory state;

    LossScale(CudaRuntime runtime) {
        if (runtime.precision() == Precision.FP16) {
            ByteBuffer start = UpdateTables.buffer(Float.BYTES + Integer.BYTES);
            state = UpdateTables.upload(runtime, start.putFloat(FIRST).putInt(0));
        } else {
            state = null;
        }
    }

    /** One float, which the gradient of the loss is to be multiplied by; null where the loss isn't scaled. */
    DeviceMemory memory() {
        return state == null ? null : state.slice(0, Float.BYTES);
    }

    /** Appends what kernels need to change it. */
    Launch appendTo(Launch launch) {
        return launch.with(state).with(PATIENCE).with(LEAST).with(MOST);
    }
}
