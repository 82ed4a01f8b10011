package org.steadygrad.engine;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * What all engines ask of a mask of labels: its entries are weights of examples, time steps or outputs, by which losses are
 * multiplied.
 */
public final class LabelMasks {
    private LabelMasks() {}

    /**
     * @param masks one per output; null, and null entries, stand for none
     * @throws InvalidInputException when an entry is negative, infinite or NaN
     */
    public static void check(String who, INDArray[] masks) {
        if (masks == null) {
            return;
        }
        for (INDArray mask : masks) {
            if (mask != null) {
                check(who, mask);
            }
        }
    }

    private static void check(String who, INDArray mask) {
        for (float weight : mask.dup('c').data().asFloat()) {
            if (!(weight >= 0 && weight <= Float.MAX_VALUE)) {
                throw InvalidInputException.of(
                        who,
                        "weights that are finite and not negative in the mask of the labels",
                        weight,
                        "Use 0 for what doesn't count, 1 for what does, or how much it counts.");
            }
        }
    }
}
