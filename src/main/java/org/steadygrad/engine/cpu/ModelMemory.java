package org.steadygrad.engine.cpu;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * Parameters, their gradient and the updaters' state as three flat vectors with exactly DL4J's layouts, so that a model
 * goes in and out by plain copies and each row of the statistics is one of DL4J's parameters.
 */
final class ModelMemory implements AutoCloseable {
    private final FlatLayout layout;
    private final FloatMemory parameters;
    private final FloatMemory gradient;
    private final FloatMemory updaterState;
    private long version;

    /** @param stateLength number of elements of the updaters' state; may be 0 */
    ModelMemory(FlatLayout layout, long stateLength) {
        this.layout = layout;
        parameters = FloatMemory.allocate(layout.length());
        gradient = FloatMemory.allocate(layout.length());
        updaterState = FloatMemory.allocate(stateLength);
    }

    FlatLayout layout() {
        return layout;
    }

    FloatMemory parameters() {
        return parameters;
    }

    /** The sum over the minibatch; running statistics have old minus new. */
    FloatMemory gradient() {
        return gradient;
    }

    FloatMemory updaterState() {
        return updaterState;
    }

    FloatMemory parameters(ParameterBlock block) {
        return parameters.slice(block.offset(), block.length());
    }

    FloatMemory gradient(ParameterBlock block) {
        return gradient.slice(block.offset(), block.length());
    }

    /** Changes whenever the parameters do. */
    long version() {
        return version;
    }

    void parametersChanged() {
        version++;
    }

    /** @param source a vector of the memory's length, of any floating-point type; null leaves the memory alone */
    static void copy(INDArray source, FloatMemory target) {
        if (source != null) {
            target.copyFrom(NdMemory.of(source));
        }
    }

    /** @param target a vector of the memory's length, of any floating-point type; null does nothing */
    static void copy(FloatMemory source, INDArray target) {
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
