package org.steadygrad.engine.dl4j;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.ActivationFunction;

/**
 * ND4J's own activation functions where a layer or a loss knows them by their class, except that what is infinite becomes NaN:
 * tanh, sigmoid and ReLU would make an innocent number of a sum that overflowed. Outside of training only recurrent cells do so;
 * a layer's function alone has its limits.
 */
final class ShownOverflow {
    private ShownOverflow() {}

    /**
     * @param function one of ND4J's, as {@link ActivationFunction} has it
     * @param always whether in inference, too
     * @return the function itself where it has no limits
     */
    static IActivation in(IActivation function, boolean always) {
        if (function instanceof ActivationTanH) {
            return new Tanh(always);
        }
        if (function instanceof ActivationSigmoid) {
            return new Sigmoid(always);
        }
        boolean relu = ActivationFunction.of(function)
                .filter(ActivationFunction::isRelu)
                .isPresent();
        return relu && function instanceof ActivationReLU ? new Relu(always) : function;
    }

    private static INDArray shown(INDArray in, boolean wanted) {
        if (!wanted || Double.isFinite(in.sumNumber().doubleValue())) {
            return in;
        }
        double[] values = TensorReading.doubles(in);
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.isFinite(values[i]) ? values[i] : Double.NaN;
        }
        return in.assign(Nd4j.createFromArray(values).reshape(in.shape()).castTo(in.dataType()));
    }

    private static final class Tanh extends ActivationTanH {
        private static final long serialVersionUID = 1L;

        private final boolean always;

        Tanh(boolean always) {
            this.always = always;
        }

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return super.getActivation(shown(in, training || always), training);
        }
    }

    private static final class Sigmoid extends ActivationSigmoid {
        private static final long serialVersionUID = 1L;

        private final boolean always;

        Sigmoid(boolean always) {
            this.always = always;
        }

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return super.getActivation(shown(in, training || always), training);
        }
    }

    private static final class Relu extends ActivationReLU {
        private static final long serialVersionUID = 1L;

        private final boolean always;

        Relu(boolean always) {
            this.always = always;
        }

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return super.getActivation(shown(in, training || always), training);
        }
    }
}
