package org.steadygrad.ops;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Scale and shift of batch norm.
 *
 * @param gamma scale, [features]
 * @param beta shift, [features]
 */
public record BatchNormAffine(INDArray gamma, INDArray beta) {

    public BatchNormAffine {
        Check.notNull(gamma, "BatchNormAffine", "gamma");
        Check.notNull(beta, "BatchNormAffine", "beta");
        if (gamma.length() != beta.length()) {
            throw InvalidInputException.of(
                    "BatchNormAffine",
                    "gamma and beta of one length",
                    "lengths " + gamma.length() + " and " + beta.length(),
                    "");
        }
        gamma = gamma.reshape(gamma.length());
        beta = beta.reshape(beta.length());
    }

    /** The same scale and shift for every feature. */
    public static BatchNormAffine constant(double gamma, double beta, long features, DataType type) {
        long[] shape = {features};
        return new BatchNormAffine(Nd4j.valueArrayOf(shape, gamma, type), Nd4j.valueArrayOf(shape, beta, type));
    }

    /** Number of features. */
    public long features() {
        return gamma.length();
    }
}
