package org.steadygrad.forensics;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The largest magnitudes in a tensor of double precision.
 *
 * @param largest of all; infinite where a double overflows too
 * @param example where the largest is
 * @param byStep the largest of each time step; of length 1 without a time axis
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Magnitudes(double largest, int example, double[] byStep) {

    /**
     * @param array [examples, units], [examples, units, steps], or [steps * examples, units] for sequences unrolled for a
     *     dense layer
     * @param examples number of examples of the batch
     */
    static Magnitudes of(INDArray array, int examples) {
        double[] values = Tensors.doubles(array);
        boolean inside = array.rank() == 3;
        int steps = inside ? (int) array.size(2) : (int) Math.max(1, array.size(0) / examples);
        int perOuter = (int) Math.max(1, values.length / Math.max(1, array.size(0)));
        double[] byStep = new double[steps];
        double largest = 0;
        int example = 0;
        for (int i = 0; i < values.length; i++) {
            double size = Double.isNaN(values[i]) ? Double.POSITIVE_INFINITY : Math.abs(values[i]);
            int outer = i / perOuter;
            int step = inside ? i % steps : outer / examples;
            byStep[step] = Math.max(byStep[step], size);
            if (size > largest) {
                largest = size;
                example = inside ? outer : outer % examples;
            }
        }
        return new Magnitudes(largest, example, byStep);
    }

    /** The same without the leading steps. */
    Magnitudes from(int step) {
        if (step == 0 || byStep.length == 1) {
            return this;
        }
        double[] rest = Arrays.copyOfRange(byStep, Math.min(step, byStep.length - 1), byStep.length);
        return new Magnitudes(Arrays.stream(rest).max().orElse(0), example, rest);
    }

    /** First time step at which a limit is exceeded; -1 if there is none. */
    int firstAbove(double limit) {
        for (int t = 0; t < byStep.length; t++) {
            if (byStep[t] > limit) {
                return t;
            }
        }
        return -1;
    }
}
