package org.steadygrad.nn.loss;

import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/**
 * Cross-entropy of K classes with softmax outputs p, from logits:
 *
 * <pre>
 * loss = -sum over classes of weight * s * (1 - p)^focusing * log p
 * s    = (1 - smoothing) y + smoothing sum(y) / K          (Szegedy et al. 2016)
 * </pre>
 *
 * <p>The rules are PyTorch's {@code cross_entropy}: weights go class by class, for the share that smoothing spreads too. (Keras multiplies
 * the whole loss of an example by the weight of its class, which is the same without smoothing.) What the sum over examples is divided by
 * can't be seen from here: DL4J's {@code fit} divides by the number of examples, as Keras does and PyTorch for labels that are probabilities.
 * {@code Trainer} and {@code Evaluator} divide by the sum of the weights of the examples' classes, as PyTorch does for numbers of classes, if
 * {@code overWeights} says so. With focusing it is
 * the focal loss (Lin et al. 2017, their gamma; Keras' {@code CategoricalFocalCrossentropy}, whose alpha are the weights), whose gradient
 * here doesn't vanish where p is rounded to 0 or 1.
 *
 * <p>Labels are [rows, K]: one-hot, or shares of any sum; a row of zeros has no loss.
 */
public final class LossSoftmax extends RowLoss {
    private static final long serialVersionUID = 1L;

    private final double smoothing;
    private final double focusing;
    private final List<Double> weights;
    private final boolean overWeights;

    /**
     * A loss that is divided by the number of examples.
     *
     * @param smoothing share of the labels that is spread over all classes, from 0, below 1
     * @param focusing gamma of the focal loss, 0 for none
     * @param weights of the classes, at least 0; null when all count alike
     * @throws InvalidInputException when a number is outside its range
     */
    public LossSoftmax(double smoothing, double focusing, List<Double> weights) {
        this(smoothing, focusing, weights, false);
    }

    /**
     * A loss.
     *
     * @param smoothing share of the labels that is spread over all classes, from 0, below 1
     * @param focusing gamma of the focal loss, 0 for none
     * @param weights of the classes, at least 0; null when all count alike
     * @param overWeights whether trainers divide by the weights of the examples' classes
     * @throws InvalidInputException when a number is outside its range
     */
    public LossSoftmax(
            @JsonProperty("smoothing") double smoothing,
            @JsonProperty("focusing") double focusing,
            @JsonProperty("weights") List<Double> weights,
            @JsonProperty("overWeights") boolean overWeights) {
        this.overWeights = overWeights;
        this.smoothing = Check.inHalfOpen(smoothing, 0, 1, "LossSoftmax", "smoothing");
        this.focusing = Check.nonNegative(focusing, "LossSoftmax", "focusing");
        this.weights = weights == null ? null : List.copyOf(weights);
        if (weights != null) {
            weights.forEach(weight -> Check.nonNegative(weight, "LossSoftmax", "weights"));
            Check.that(weights.stream().anyMatch(weight -> weight > 0), "LossSoftmax", "a weight above 0", weights);
        }
    }

    /** Share of the labels that is spread over all classes. */
    public double getSmoothing() {
        return smoothing;
    }

    /** Gamma of the focal loss. */
    public double getFocusing() {
        return focusing;
    }

    /** Of the classes; null when all count alike. */
    public List<Double> getWeights() {
        return weights;
    }

    /** Whether trainers divide by the weights of the examples' classes. */
    public boolean getOverWeights() {
        return overWeights;
    }

    @Override
    public LossFormula formula(IActivation activation) {
        if (!(activation instanceof ActivationSoftmax)) {
            throw InvalidInputException.of(
                    "LossSoftmax", "a layer with activation softmax", activation, "For a sigmoid take LossSigmoid.");
        }
        return LossFormulas.softmax(smoothing, focusing);
    }

    @Override
    public double[] outputWeights() {
        return weights == null
                ? null
                : weights.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LossSoftmax loss
                && loss.smoothing == smoothing
                && loss.focusing == focusing
                && loss.overWeights == overWeights
                && Objects.equals(loss.weights, weights);
    }

    @Override
    public int hashCode() {
        return Objects.hash(smoothing, focusing, weights, overWeights);
    }

    @Override
    public String toString() {
        return "LossSoftmax(smoothing " + smoothing + ", focusing " + focusing + ", weights " + weights
                + (overWeights ? ", over weights)" : ")");
    }
}
