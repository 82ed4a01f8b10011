package org.steadygrad.diagnose;

import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What the state of a vanilla recurrent layer is multiplied by, step by step: dh_t / dh_(t-1) = diag(f'(a_t)) R' with a_t the
 * pre-activation (Pascanu et al. 2013, arXiv 1211.5063, section 2).
 *
 * @param slope root mean square of f'(a_t) over examples, steps and units
 * @param factor by which the product of these matrices over the sequence changes the length of a random vector, per step as a
 *     geometric mean over steps and examples
 */
record VanillaRecursion(double slope, double factor) {

    /**
     * Runs the layer forward over sequences, then a random vector per example back through its steps.
     *
     * @param part a vanilla layer
     * @param input [batch, features, time], not changed; masks aren't looked at
     */
    static VanillaRecursion of(RecurrentPart part, INDArray input) {
        IActivation activation = ((SimpleRnn) part.cell()).getActivationFn();
        INDArray recurrent = part.parameter("RW");
        INDArray bias = part.parameter("b").reshape(1, -1);
        int steps = (int) input.size(2);
        INDArray[] slopes = new INDArray[steps];
        INDArray h = Nd4j.zeros(DataType.DOUBLE, input.size(0), part.units());
        for (int t = 0; t < steps; t++) {
            int step = part.direction().equals("backward") ? steps - 1 - t : t;
            INDArray x = input.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step));
            INDArray before = x.mmul(part.parameter("W")).addiRowVector(bias).addi(h.mmul(recurrent));
            slopes[t] = activation
                    .backprop(before.dup(), Nd4j.onesLike(before))
                    .getFirst()
                    .dup();
            h = activation.getActivation(before, true);
        }
        return new VanillaRecursion(rootMeanSquare(slopes), factor(slopes, recurrent.transpose()));
    }

    private static double rootMeanSquare(INDArray[] slopes) {
        double squares = 0;
        for (INDArray slope : slopes) {
            squares += slope.mul(slope).meanNumber().doubleValue() / slopes.length;
        }
        return Math.sqrt(squares);
    }

    private static double factor(INDArray[] slopes, INDArray transposed) {
        Nd4j.getRandom().setSeed(transposed.rows());
        INDArray vectors = unit(Nd4j.randn(DataType.DOUBLE, slopes[0].shape()));
        double logarithm = 0;
        for (int t = slopes.length - 1; t >= 0; t--) {
            vectors = vectors.mul(slopes[t]).mmul(transposed);
            for (int example = 0; example < vectors.rows(); example++) {
                logarithm += Math.log(vectors.getRow(example).norm2Number().doubleValue());
            }
            vectors = unit(vectors);
        }
        return Math.exp(logarithm / slopes.length / vectors.rows());
    }

    /** A row of zeros, whose gradient is gone, becomes NaN. */
    private static INDArray unit(INDArray rows) {
        return rows.diviColumnVector(rows.norm2(1));
    }
}
