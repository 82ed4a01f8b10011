package org.steadygrad.nn.loss;

import java.util.Objects;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/**
 * Cross-entropy of outputs that are each on or off, with sigmoid outputs p, from logits:
 *
 * <pre>
 * loss = -sum over outputs of positive * s * (1 - p)^focusing * log p + negative * (1 - s) * p^focusing * log(1 - p)
 * s    = (1 - smoothing) y + smoothing / 2
 * </pre>
 *
 * <p>{@code positive} is PyTorch's {@code pos_weight} of {@code binary_cross_entropy_with_logits}. With focusing it is the focal loss (Lin et
 * al. 2017, their gamma; torchvision's and Optax's {@code sigmoid_focal_loss} for labels of 0 and 1), whose alpha are positive = alpha and
 * negative = 1 - alpha. It is a sum over outputs; smoothing is Keras'.
 */
public final class LossSigmoid extends RowLoss {
    private static final long serialVersionUID = 1L;

    private final double smoothing;
    private final double focusing;
    private final double positive;
    private final double negative;

    /**
     * A loss.
     *
     * @param smoothing share of the labels that is spread over on and off, from 0, below 1
     * @param focusing gamma of the focal loss, 0 for none
     * @param positive weight of outputs that should be on, at least 0
     * @param negative weight of outputs that should be off, at least 0
     * @throws InvalidInputException when a number is outside its range
     */
    public LossSigmoid(
            @JsonProperty("smoothing") double smoothing,
            @JsonProperty("focusing") double focusing,
            @JsonProperty("positive") double positive,
            @JsonProperty("negative") double negative) {
        this.smoothing = Check.inHalfOpen(smoothing, 0, 1, "LossSigmoid", "smoothing");
        this.focusing = Check.nonNegative(focusing, "LossSigmoid", "focusing");
        this.positive = Check.nonNegative(positive, "LossSigmoid", "positive");
        this.negative = Check.nonNegative(negative, "LossSigmoid", "negative");
    }

    /** Share of the labels that is spread over on and off. */
    public double getSmoothing() {
        return smoothing;
    }

    /** Gamma of the focal loss. */
    public double getFocusing() {
        return focusing;
    }

    /** Weight of outputs that should be on. */
    public double getPositive() {
        return positive;
    }

    /** Weight of outputs that should be off. */
    public double getNegative() {
        return negative;
    }

    @Override
    public LossFormula formula(IActivation activation) {
        if (!(activation instanceof ActivationSigmoid)) {
            throw InvalidInputException.of(
                    "LossSigmoid", "a layer with activation sigmoid", activation, "For a softmax take LossSoftmax.");
        }
        return LossFormulas.sigmoid(smoothing, focusing, positive, negative);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LossSigmoid loss
                && loss.smoothing == smoothing
                && loss.focusing == focusing
                && loss.positive == positive
                && loss.negative == negative;
    }

    @Override
    public int hashCode() {
        return Objects.hash(smoothing, focusing, positive, negative);
    }

    @Override
    public String toString() {
        return "LossSigmoid(smoothing " + smoothing + ", focusing " + focusing + ", positive " + positive
                + ", negative " + negative + ")";
    }
}
