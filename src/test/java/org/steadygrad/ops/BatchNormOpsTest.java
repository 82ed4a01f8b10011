package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.golden.Golden.assertClose;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;

class BatchNormOpsTest {
    private final BatchNormOps tanh = new BatchNormOps(1e-3, new ActivationTanH());
    private final java.util.Random random = new java.util.Random(5);

    private INDArray normal(long... shape) {
        INDArray array = Nd4j.create(DataType.DOUBLE, shape, 'c');
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, random.nextGaussian());
        }
        return array;
    }

    private BatchNormAffine affine(long features) {
        return new BatchNormAffine(normal(features).addi(1), normal(features));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 1, 1", "3, 1, 7", "1, 7, 3", "17, 33, 1", "5, 3, 4"})
    void sequencesAreNormalisedLikeTheSameRows(long batch, long features, long time) {
        INDArray x = normal(batch, features, time);
        INDArray dy = normal(batch, features, time);
        BatchNormAffine affine = affine(features);
        BatchNormForward sequence = tanh.train(x, null, affine);
        BatchNormForward flat = tanh.train(asRows(x), null, affine);
        assertClose(flat.output(), asRows(sequence.output()), 1e-12, "output");
        BatchNormGradients ofSequence = tanh.backward(sequence, affine, dy);
        BatchNormGradients ofRows = tanh.backward(flat, affine, asRows(dy));
        assertClose(ofRows.input(), asRows(ofSequence.input()), 1e-12, "dx");
        assertClose(ofRows.gamma(), ofSequence.gamma(), 1e-12, "dgamma");
    }

    @ParameterizedTest
    @CsvSource({"c, 1, 1", "c, 7, 1", "f, 3, 3", "c, 5, 17", "f, 2, 1"})
    void normalisesAnyMemoryOrder(char order, long batch, long features) {
        INDArray x = normal(batch, features);
        BatchNormAffine affine =
                new BatchNormAffine(Nd4j.ones(DataType.DOUBLE, features), Nd4j.zeros(DataType.DOUBLE, features));
        INDArray y = new BatchNormOps(1e-12, new ActivationIdentity())
                .train(x.dup(order), null, affine)
                .output();
        for (long f = 0; f < features; f++) {
            double mean = 0;
            double square = 0;
            for (long b = 0; b < batch; b++) {
                mean += y.getDouble(b, f) / batch;
                square += y.getDouble(b, f) * y.getDouble(b, f) / batch;
            }
            assertEquals(0, mean, 1e-9);
            assertEquals(batch == 1 ? 0 : 1, square, 1e-6);
        }
    }

    @Test
    void gradientsEqualDifferenceQuotientsWithAndWithoutMask() {
        INDArray x = normal(4, 3, 5);
        INDArray mask = mask();
        BatchNormAffine affine = affine(3);
        INDArray dy = normal(4, 3, 5);
        for (INDArray m : new INDArray[] {null, mask}) {
            BatchNormGradients gradients = tanh.backward(tanh.train(x, m, affine), affine, dy);
            assertClose(numerical(x, x, m, affine, dy), gradients.input(), 1e-7, "dx");
            assertClose(numerical(affine.gamma(), x, m, affine, dy), gradients.gamma(), 1e-7, "dgamma");
            assertClose(numerical(affine.beta(), x, m, affine, dy), gradients.beta(), 1e-7, "dbeta");
        }
    }

    @Test
    void inferenceHasItsOwnGradient() {
        INDArray x = normal(4, 3);
        INDArray dy = normal(4, 3);
        BatchNormAffine affine = affine(3);
        BatchNormMoments moments =
                new BatchNormMoments(normal(3), normal(3).mul(0.1).addi(1), 0);
        BatchNormGradients gradients = tanh.backward(tanh.infer(x, null, affine, moments), affine, dy);
        double h = 1e-5;
        for (long i = 0; i < x.length(); i++) {
            INDArray up = x.dup();
            up.putScalar(i, up.getDouble(i) + h);
            INDArray down = x.dup();
            down.putScalar(i, down.getDouble(i) - h);
            double quotient = (tanh.infer(up, null, affine, moments)
                                    .output()
                                    .mul(dy)
                                    .sumNumber()
                                    .doubleValue()
                            - tanh.infer(down, null, affine, moments)
                                    .output()
                                    .mul(dy)
                                    .sumNumber()
                                    .doubleValue())
                    / (2 * h);
            assertEquals(quotient, gradients.input().getDouble(i), 1e-7);
        }
    }

    @Test
    void whatIsMaskedCountsForNothing() {
        INDArray x = normal(4, 3, 5);
        INDArray dirty = x.dup();
        INDArray dy = normal(4, 3, 5);
        INDArray dirtyDy = dy.dup();
        INDArray mask = mask();
        for (int b = 0; b < 4; b++) {
            for (int t = 0; t < 5; t++) {
                if (mask.getDouble(b, t) == 0) {
                    dirty.putScalar(new int[] {b, 1, t}, b == 0 ? Double.NaN : Double.POSITIVE_INFINITY);
                    dirtyDy.putScalar(new int[] {b, 2, t}, Double.NaN);
                }
            }
        }
        BatchNormAffine affine = affine(3);
        // sigmoid(0) isn't 0: a masked output that is 0 was masked after the activation
        BatchNormOps sigmoid = new BatchNormOps(1e-3, new ActivationSigmoid());
        BatchNormForward clean = sigmoid.train(x, mask, affine);
        BatchNormForward same = sigmoid.train(dirty, mask, affine);
        assertEquals(clean.output(), same.output());
        assertEquals(
                sigmoid.backward(clean, affine, dy).input(),
                sigmoid.backward(same, affine, dirtyDy).input());
        assertEquals(0, clean.output().getDouble(0, 1, 4), 0);
        assertEquals(mask.sumNumber().doubleValue(), clean.moments().count(), 0);
        assertEquals(expectedMean(x, mask, 1), clean.moments().mean().getDouble(1), 1e-12);
    }

    @Test
    void aWhollyMaskedBatchYieldsZeros() {
        BatchNormAffine affine = affine(3);
        BatchNormForward forward = tanh.train(normal(2, 3), Nd4j.zeros(DataType.DOUBLE, 2, 1), affine);
        assertEquals(0, forward.output().amaxNumber().doubleValue(), 0);
        assertEquals(0, forward.moments().count(), 0);
        assertEquals(
                0,
                tanh.backward(forward, affine, normal(2, 3))
                        .input()
                        .amaxNumber()
                        .doubleValue(),
                0);
    }

    @Test
    void nothingThatWasPassedIsModified() {
        INDArray x = normal(4, 3);
        INDArray dy = normal(4, 3);
        INDArray xBefore = x.dup();
        INDArray dyBefore = dy.dup();
        BatchNormAffine affine = affine(3);
        tanh.backward(tanh.train(x, null, affine), affine, dy);
        BatchNormOps identity = new BatchNormOps(1e-3, new ActivationIdentity());
        identity.backward(identity.train(x, Nd4j.ones(DataType.DOUBLE, 4, 1), affine), affine, dy);
        assertEquals(xBefore, x);
        assertEquals(dyBefore, dy);
    }

    @Test
    void aNonFiniteInputShows() {
        INDArray x = normal(4, 3);
        x.putScalar(0, 1, Double.NaN);
        INDArray y = tanh.train(x, null, affine(3)).output();
        assertTrue(Double.isNaN(y.getDouble(3, 1)));
        assertTrue(Double.isFinite(y.getDouble(3, 2)));
    }

    @Test
    void floatsWithALargeMeanKeepTheirVariance() {
        INDArray x = normal(64, 2).castTo(DataType.FLOAT).addi(1e4);
        BatchNormAffine affine = BatchNormAffine.constant(1, 0, 2, DataType.FLOAT);
        BatchNormMoments moments = tanh.train(x, null, affine).moments();
        assertEquals(DataType.FLOAT, moments.mean().dataType());
        assertEquals(
                x.castTo(DataType.DOUBLE).var(false, 0).getDouble(1),
                moments.variance().getDouble(1),
                2e-3);
    }

    @Test
    void refusesWhatDoesNotFit() {
        BatchNormAffine affine = affine(3);
        assertThrows(InvalidInputException.class, () -> tanh.train(normal(2, 4), null, affine));
        assertThrows(InvalidInputException.class, () -> tanh.train(normal(2, 3, 2, 2), null, affine));
        assertThrows(InvalidInputException.class, () -> tanh.train(normal(2, 3, 4), normal(2, 3), affine));
        assertThrows(InvalidInputException.class, () -> new BatchNormOps(0, new ActivationTanH()));
        assertThrows(
                InvalidInputException.class,
                () -> tanh.train(normal(1, 3), null, affine).moments().unbiasedVariance());
    }

    private INDArray numerical(INDArray by, INDArray x, INDArray mask, BatchNormAffine affine, INDArray dy) {
        double h = 1e-5;
        INDArray result = Nd4j.create(DataType.DOUBLE, by.shape(), 'c');
        for (long i = 0; i < by.length(); i++) {
            double value = by.getDouble(i);
            by.putScalar(i, value + h);
            double up = tanh.train(x, mask, affine).output().mul(dy).sumNumber().doubleValue();
            by.putScalar(i, value - h);
            double down =
                    tanh.train(x, mask, affine).output().mul(dy).sumNumber().doubleValue();
            by.putScalar(i, value);
            result.putScalar(i, (up - down) / (2 * h));
        }
        return result;
    }

    private static double expectedMean(INDArray x, INDArray mask, int feature) {
        double sum = 0;
        for (int b = 0; b < x.size(0); b++) {
            for (int t = 0; t < x.size(2); t++) {
                sum += mask.getDouble(b, t) == 0 ? 0 : x.getDouble(b, feature, t);
            }
        }
        return sum / mask.sumNumber().doubleValue();
    }

    /** [4, 5]; lengths 3, 5, 1 and 0. */
    private static INDArray mask() {
        INDArray mask = Nd4j.zeros(DataType.DOUBLE, 4, 5);
        int[] lengths = {3, 5, 1, 0};
        for (int b = 0; b < lengths.length; b++) {
            if (lengths[b] > 0) {
                mask.get(NDArrayIndex.point(b), NDArrayIndex.interval(0, lengths[b]))
                        .assign(1);
            }
        }
        return mask;
    }

    private static INDArray asRows(INDArray x) {
        return x.permute(0, 2, 1).dup('c').reshape(x.size(0) * x.size(2), x.size(1));
    }
}
