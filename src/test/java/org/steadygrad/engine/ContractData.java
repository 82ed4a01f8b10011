package org.steadygrad.engine;

import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Seeded random batches. */
public final class ContractData {
    private final Random random;

    public ContractData(long seed) {
        random = new Random(seed);
    }

    /** Normally distributed numbers. */
    public INDArray normal(long... shape) {
        INDArray array = Nd4j.create(shape);
        INDArray flat = array.reshape(array.length());
        for (long i = 0; i < flat.length(); i++) {
            flat.putScalar(i, random.nextGaussian());
        }
        return array;
    }

    /** Zeros and ones. */
    public INDArray bits(long... shape) {
        INDArray array = normal(shape);
        return array.gt(0).castTo(array.dataType());
    }

    /** One 1 along axis 1, zeros elsewhere. */
    public INDArray oneHot(long... shape) {
        INDArray array = Nd4j.zeros(shape);
        for (long example = 0; example < shape[0]; example++) {
            if (shape.length == 2) {
                array.putScalar(example, random.nextInt((int) shape[1]), 1);
                continue;
            }
            for (long t = 0; t < shape[2]; t++) {
                array.putScalar(new long[] {example, random.nextInt((int) shape[1]), t}, 1);
            }
        }
        return array;
    }

    /** Whole numbers from 0 to below the bound. */
    public INDArray indices(int bound, long... shape) {
        INDArray array = Nd4j.create(shape);
        INDArray flat = array.reshape(array.length());
        for (long i = 0; i < flat.length(); i++) {
            flat.putScalar(i, random.nextInt(bound));
        }
        return array;
    }

    /** [batch, steps]: as many ones as the example is long, then zeros. */
    public static INDArray mask(int steps, int... lengths) {
        INDArray mask = Nd4j.zeros(lengths.length, steps);
        for (int example = 0; example < lengths.length; example++) {
            for (int t = 0; t < lengths[example]; t++) {
                mask.putScalar(example, t, 1);
            }
        }
        return mask;
    }

    public static MultiDataSet batch(INDArray features, INDArray labels) {
        return new org.nd4j.linalg.dataset.MultiDataSet(features, labels);
    }

    /** @param featureMask and labelMask may be null */
    public static MultiDataSet batch(INDArray features, INDArray labels, INDArray featureMask, INDArray labelMask) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {features},
                new INDArray[] {labels},
                featureMask == null ? null : new INDArray[] {featureMask},
                labelMask == null ? null : new INDArray[] {labelMask});
    }
}
