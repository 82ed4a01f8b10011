package org.steadygrad.nn.loss;

import java.util.List;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/**
 * The pinball loss of quantiles t (Koenker and Bassett 1978): mean over a row's outputs o of {@code max(t (y - o), (t - 1) (y - o))}, which
 * is scikit-learn's {@code mean_pinball_loss}. A layer has an output for each quantile of each label: first all quantiles of the first
 * label, then those of the second. Labels are [rows, outputs / number of quantiles]. The slope is 0 where label and output are equal.
 */
public final class LossPinball extends RowLoss {
    private static final long serialVersionUID = 1L;

    private final List<Double> quantiles;

    /**
     * A loss.
     *
     * @param quantiles between 0 and 1, each larger than the one before
     * @throws InvalidInputException when they aren't
     */
    public LossPinball(@JsonProperty("quantiles") List<Double> quantiles) {
        Check.notNull(quantiles, "LossPinball", "quantiles");
        this.quantiles = List.copyOf(quantiles);
        Check.that(!quantiles.isEmpty(), "LossPinball", "at least one quantile", quantiles);
        double last = 0;
        for (double quantile : quantiles) {
            Check.that(
                    quantile > last && quantile < 1,
                    "LossPinball",
                    "quantiles between 0 and 1, each larger than the one before",
                    quantiles);
            last = quantile;
        }
    }

    /** In ascending order. */
    public List<Double> getQuantiles() {
        return quantiles;
    }

    @Override
    public LossFormula formula(IActivation activation) {
        return LossFormulas.pinball(quantiles);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LossPinball loss && loss.quantiles.equals(quantiles);
    }

    @Override
    public int hashCode() {
        return quantiles.hashCode();
    }

    @Override
    public String toString() {
        return "LossPinball(quantiles " + quantiles + ")";
    }
}
