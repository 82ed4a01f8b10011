package org.steadygrad.engine.cuda.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.ChangeGuard;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * Parameters, their gradient and the updaters' state as three flat vectors with exactly DL4J's layouts, so that a model goes
 * in and out by plain copies and each row of the statistics is one of DL4J's parameters.
 */
public final class ModelMemory {
    /** Bytes that travel at once when a whole vector does. */
    private static final long PIECE = 16L << 20;

    private final CudaRuntime runtime;
    private final FlatLayout layout;
    private final DeviceMemory parameters;
    private final DeviceMemory gradient;
    private final DeviceMemory updaterState;
    private final ChangeGuard changes = new ChangeGuard(
            "parameters and the updaters' state",
            "Restore a snapshot or import a model, for example from the newest checkpoint.");

    /** @param stateLength number of elements of the updaters' state; may be 0 */
    public ModelMemory(CudaRuntime runtime, FlatLayout layout, long stateLength) {
        this.runtime = runtime;
        this.layout = layout;
        parameters = runtime.scope().floats(layout.length());
        gradient = runtime.scope().floats(layout.length());
        updaterState = runtime.scope().floats(stateLength);
        // passes leave the blocks of frozen parameters alone
        runtime.stream().zero(gradient);
    }

    public FlatLayout layout() {
        return layout;
    }

    public DeviceMemory parameters() {
        return parameters;
    }

    /** The sum over the minibatch; running statistics have old minus new. */
    public DeviceMemory gradient() {
        return gradient;
    }

    public DeviceMemory updaterState() {
        return updaterState;
    }

    /** Whether parameters and the updaters' state belong together. */
    public ChangeGuard changes() {
        return changes;
    }

    public DeviceMemory parameters(ParameterBlock block) {
        return parameters.floats(block.offset(), block.length());
    }

    public DeviceMemory gradient(ParameterBlock block) {
        return gradient.floats(block.offset(), block.length());
    }

    /** @param source a vector of the memory's length, of any floating-point type; null leaves the memory alone */
    public void write(INDArray source, DeviceMemory target) {
        if (source != null && target.bytes() > 0) {
            write(source.castTo(DataType.FLOAT).dup('c').data().asFloat(), target);
        }
    }

    public void write(float[] source, DeviceMemory target) {
        try (PinnedMemory pinned = runtime.device().pinned(Math.min(PIECE, target.bytes()))) {
            long step = PIECE / Float.BYTES;
            for (long first = 0; first < source.length; first += step) {
                int count = (int) Math.min(step, source.length - first);
                pinned.floats().put(source, (int) first, count);
                runtime.stream().upload(target.floats(first, count), pinned);
                runtime.stream().synchronize();
            }
        }
    }

    public float[] read(DeviceMemory source) {
        float[] target = new float[Math.toIntExact(source.length())];
        read(source, target);
        return target;
    }

    /** @param target of the memory's length */
    public void read(DeviceMemory source, float[] target) {
        try (PinnedMemory pinned = runtime.device().pinned(Math.min(PIECE, source.bytes()))) {
            long step = PIECE / Float.BYTES;
            for (long first = 0; first < target.length; first += step) {
                int count = (int) Math.min(step, target.length - first);
                runtime.stream().download(pinned, source.floats(first, count));
                runtime.stream().synchronize();
                pinned.floats().get(target, (int) first, count);
            }
        }
    }

    /** @param target a vector of the memory's length, of any floating-point type; null does nothing */
    public void read(DeviceMemory source, INDArray target) {
        if (target != null && source.bytes() > 0) {
            INDArray values = Nd4j.createFromArray(read(source)).reshape(target.shape());
            target.assign(values);
        }
    }
}
