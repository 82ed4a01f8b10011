package org.steadygrad.nn;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.same.TimesOneMinus;
import org.nd4j.linalg.factory.Nd4j;

/** A DL4J activation with its slope; sigmoid and tanh give it from their value alone: a(1 - a) and 1 - a². */
record ElementwiseActivation(IActivation function) {
    /** Whether {@link #slope} needs what the function was applied to. */
    boolean needsInput() {
        return !(function instanceof ActivationSigmoid || function instanceof ActivationTanH);
    }

    /** Replaces {@code values} by the function of them. */
    void applyInPlace(INDArray values, boolean training) {
        function.getActivation(values, training);
    }

    /**
     * @param value the function's value; left as it is
     * @param before what it was applied to; overwritten; may be null if not {@link #needsInput()}
     * @return the derivative, in an array of its own
     */
    INDArray slope(INDArray value, INDArray before) {
        if (function instanceof ActivationSigmoid) {
            return Nd4j.getExecutioner().exec(new TimesOneMinus(value, value.ulike()));
        }
        if (function instanceof ActivationTanH) {
            return value.mul(value).rsubi(1);
        }
        INDArray ones = Nd4j.ones(before.dataType(), before.shape());
        return function.backprop(before, ones).getFirst();
    }
}
