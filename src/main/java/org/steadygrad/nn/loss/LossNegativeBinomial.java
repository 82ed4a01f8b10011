package org.steadygrad.nn.loss;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/**
 * Mean over a row's outputs of the negative log likelihood of counts y under negative binomial distributions whose mean is e to the output,
 * with variance {@code mean + mean^2 / dispersion}. It is {@code -NegativeBinomial(total_count=dispersion, logits=output -
 * log(dispersion)).log_prob(y)} of {@code torch.distributions}. The larger the dispersion, the nearer to Poisson's. A label below 0 makes
 * the loss NaN.
 */
public final class LossNegativeBinomial extends RowLoss {
    private static final long serialVersionUID = 1L;

    private final double dispersion;

    /**
     * A loss.
     *
     * @param dispersion above 0
     * @throws org.steadygrad.check.InvalidInputException when it isn't
     */
    public LossNegativeBinomial(@JsonProperty("dispersion") double dispersion) {
        this.dispersion = Check.positive(dispersion, "LossNegativeBinomial", "dispersion");
    }

    /** Of {@code mean + mean^2 / dispersion}. */
    public double getDispersion() {
        return dispersion;
    }

    @Override
    public LossFormula formula(IActivation activation) {
        return LossFormulas.negativeBinomial(dispersion);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LossNegativeBinomial loss && loss.dispersion == dispersion;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(dispersion);
    }

    @Override
    public String toString() {
        return "LossNegativeBinomial(dispersion " + dispersion + ")";
    }
}
