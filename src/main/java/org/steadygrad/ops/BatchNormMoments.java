package org.steadygrad.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Mean and biased variance of each feature.
 *
 * @param mean [features]
 * @param variance sum of squared deviations divided by {@code count}, [features]
 * @param count number of values behind them, which is the same for every feature; 0 if all were masked
 */
public record BatchNormMoments(INDArray mean, INDArray variance, double count) {

    public BatchNormMoments {
        Check.notNull(mean, "BatchNormMoments", "mean");
        Check.notNull(variance, "BatchNormMoments", "variance");
        Check.nonNegative(count, "BatchNormMoments", "count");
        mean = mean.reshape(mean.length());
        variance = variance.reshape(variance.length());
    }

    /**
     * The variance with {@code count - 1} as the divisor. It is what PyTorch keeps as its running variance; DL4J keeps
     * the biased one.
     *
     * @throws InvalidInputException if {@code count} is below 2
     */
    public INDArray unbiasedVariance() {
        if (count < 2) {
            throw InvalidInputException.of(
                    "BatchNormMoments", "at least 2 values for an unbiased variance", count, "Use a larger batch.");
        }
        return variance.mul(count / (count - 1));
    }
}
