package org.steadygrad.nn.loss;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/**
 * Mean over a row's outputs of {@code e^2 / 2} for errors e up to delta, else {@code delta (|e| - delta / 2)} (Huber 1964): PyTorch's
 * {@code HuberLoss} and Keras' {@code Huber}. PyTorch's {@code SmoothL1Loss} is this divided by delta.
 */
public final class LossHuber extends RowLoss {
    private static final long serialVersionUID = 1L;

    private final double delta;

    /**
     * A loss.
     *
     * @param delta error from which on it is linear, above 0
     * @throws org.steadygrad.check.InvalidInputException when it isn't
     */
    public LossHuber(@JsonProperty("delta") double delta) {
        this.delta = Check.positive(delta, "LossHuber", "delta");
    }

    /** Error from which on the loss is linear. */
    public double getDelta() {
        return delta;
    }

    @Override
    public LossFormula formula(IActivation activation) {
        return LossFormulas.huber(delta);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LossHuber loss && loss.delta == delta;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(delta);
    }

    @Override
    public String toString() {
        return "LossHuber(delta " + delta + ")";
    }
}
