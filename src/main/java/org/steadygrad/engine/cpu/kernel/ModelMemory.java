package org.steadygrad.engine.cpu.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NdMemory;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * Parameters, their gradient and the updaters' state as three flat vectors with exactly DL4J's layouts, so that a model
 * goes in and out by plain copies and each row of the statistics is one of DL4J's parameters.
 */
public final class ModelMemory implements AutoCloseable {
    private final FlatLayout layout;
    private final FloatMemory parameters;
    private final FloatMemory gradient;
    private final FloatMemory updaterState;
    private long version;

    /** @param stateLength number of elements of the updaters' state; may be 0 */
    public ModelMemory(FlatLayout layout, long stateLength) {
        this.layout = layout;
        parameters = FloatMemory.allocate(layout.length());
        gradient = FloatMemory.allocate(layout.length());
        updaterState = FloatMemory.allocate(stateLength);
    }

    public FlatLayout layout() {
        return layout;
    }

    public FloatMemory parameters() {
        return parameters;
    }

    /** The sum over the minibatch; running statistics have old minus new. */
    public FloatMemory gradient() {
        return gradient;
    }

    public FloatMemory updaterState() {
        return updaterState;
    }

    public FloatMemory parameters(ParameterBlock block) {
        return parameters.slice(block.offset(), block.length());
    }

    public FloatMemory gradient(ParameterBlock block) {
        return gradient.slice(block.offset(), block.length());
    }

    /** Changes whenever the parameters do. */
    long version() {
        return version;
    }

    public void parametersChanged() {
        version++;
    }

    /** @param source a vector of the memory's length, of any floating-point type; null leaves the memory alone */
    public static void copy(INDArray source, FloatMemory target) {
        if (source != null) {
            target.copyFrom(NdMemory.of(source));
        }
    }

    /** @param target a vector of the memory's length, of any floating-point type; null does nothing */
    public static void copy(FloatMemory source, INDArray target) {
        if (target != null) {
            INDArray values = Nd4j.create(DataType.FLOAT, target.shape());
            NdMemory.of(values).copyFrom(source);
            target.assign(values);
            values.close();
        }
    }

    @Override
    public void close() {
        parameters.close();
        gradient.close();
        updaterState.close();
    }
}
