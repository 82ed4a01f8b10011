package org.steadygrad.nn;

import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Applies an initialiser to each gate's square block of a recurrent matrix [units, gates * units]. DL4J initialises such
 * a matrix as one, which makes "orthogonal" a matrix of orthonormal rows whose gates aren't orthogonal, and "identity"
 * impossible. A vanilla recurrent layer has one block.
 */
public final class WeightInitPerGate implements IWeightInit {
    private static final long serialVersionUID = 1L;

    private final IWeightInit gate;

    /** @param gate initialises a [units, units] matrix */
    public WeightInitPerGate(@JsonProperty("gate") IWeightInit gate) {
        this.gate = Check.notNull(gate, "WeightInitPerGate", "gate");
    }

    public IWeightInit getGate() {
        return gate;
    }

    @Override
    public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
        boolean gates = shape.length == 2 && shape[1] % shape[0] == 0 && order == 'f';
        if (!gates) {
            throw InvalidInputException.of(
                    "WeightInitPerGate",
                    "a recurrent matrix [units, gates * units] in 'f' order",
                    Arrays.toString(shape) + " in '" + order + "' order",
                    "Use it for recurrent weights only.");
        }
        long units = shape[0];
        long size = units * units;
        INDArray flat = paramView.reshape(paramView.length());
        for (long start = 0; start < flat.length(); start += size) {
            INDArray block = flat.get(NDArrayIndex.interval(start, start + size));
            gate.init(units, units, new long[] {units, units}, order, block);
        }
        return paramView.reshape(order, shape);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WeightInitPerGate that && gate.equals(that.gate);
    }

    @Override
    public int hashCode() {
        return Objects.hash(gate);
    }

    @Override
    public String toString() {
        return "WeightInitPerGate(" + gate + ")";
    }
}
