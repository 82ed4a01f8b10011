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
 * Applies an initialiser to each gate's block of a recurrent layer's matrix, [units, gates * units] or
 * [inputs, gates * units], with the block's rows for fan-in and its columns for fan-out. DL4J initialises such a matrix as one,
 * which makes "orthogonal" a matrix of orthonormal rows whose gates aren't orthogonal, and "identity" impossible; and its
 * LSTM takes the number of units for the fan-in of both matrices, and that of inputs and units together for their fan-out. A
 * vanilla recurrent layer has one block.
 */
public final class WeightInitPerGate implements IWeightInit {
    private static final long serialVersionUID = 1L;

    private static final int SQUARE = 0;

    private final IWeightInit gate;

    /** Number of blocks; 0 for as many as are square. */
    private final int gates;

    /** For recurrent matrices. @param gate initialises a [units, units] matrix */
    public WeightInitPerGate(IWeightInit gate) {
        this(gate, SQUARE);
    }

    /**
     * @param gate initialises a block
     * @param gates number of blocks; 0 for as many as are square
     */
    public WeightInitPerGate(@JsonProperty("gate") IWeightInit gate, @JsonProperty("gates") int gates) {
        this.gate = Check.notNull(gate, "WeightInitPerGate", "gate");
        this.gates = Math.toIntExact(Check.nonNegative(gates, "WeightInitPerGate", "gates"));
    }

    /** @return what initialises a block */
    public IWeightInit getGate() {
        return gate;
    }

    @Override
    public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
        boolean fits = shape.length == 2 && shape[1] % (gates == SQUARE ? shape[0] : gates) == 0 && order == 'f';
        if (!fits) {
            throw InvalidInputException.of(
                    "WeightInitPerGate",
                    gates == SQUARE
                            ? "a recurrent matrix [units, gates * units] in 'f' order"
                            : "a matrix [inputs, " + gates + " * units] in 'f' order",
                    Arrays.toString(shape) + " in '" + order + "' order",
                    "Use it for weights of recurrent layers only.");
        }
        long inputs = shape[0];
        long units = gates == SQUARE ? inputs : shape[1] / gates;
        long size = inputs * units;
        INDArray flat = paramView.reshape(paramView.length());
        for (long start = 0; start < flat.length(); start += size) {
            INDArray block = flat.get(NDArrayIndex.interval(start, start + size));
            gate.init(inputs, units, new long[] {inputs, units}, order, block);
        }
        return paramView.reshape(order, shape);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WeightInitPerGate that && gate.equals(that.gate) && gates == that.gates;
    }

    @Override
    public int hashCode() {
        return Objects.hash(gate, gates);
    }

    @Override
    public String toString() {
        return "WeightInitPerGate(" + gate + (gates == SQUARE ? ")" : ", " + gates + ")");
    }
}
