package org.steadygrad.engine.dl4j;

import java.util.function.DoubleBinaryOperator;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.ActivationFunction;

/**
 * An activation function of ND4J by its definition, as every engine has it. ND4J 1.0.0-M2.1 loses digits in many tails and
 * near 0 and takes derivatives from saturated outputs; its relu6 and thresholded ReLU turn NaN into numbers. Stands in a
 * model's configuration only within an engine, which never writes its configuration anywhere.
 */
final class ExactActivation extends BaseActivationFunction {
    private static final long serialVersionUID = 1L;

    private final transient ActivationFunction function;
    private final String name;

    /** @param original the function as ND4J has it */
    ExactActivation(ActivationFunction function, IActivation original) {
        this.function = function;
        name = original.toString();
    }

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        // an overflow shows in training, where the function's limit would hide it
        return replace(in, in, (x, unused) -> training && Double.isInfinite(x) ? Double.NaN : function.value(x));
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        assertShape(in, epsilon);
        return new Pair<>(replace(in, epsilon, (x, above) -> above * function.slope(x)), null);
    }

    /** Puts what is made of the elements of both arrays into the first. */
    private static INDArray replace(INDArray in, INDArray other, DoubleBinaryOperator element) {
        double[] x = TensorReading.doubles(in);
        double[] second = other == in ? x : TensorReading.doubles(other);
        if (in.dataType() == DataType.DOUBLE) {
            for (int i = 0; i < x.length; i++) {
                x[i] = element.applyAsDouble(x[i], second[i]);
            }
            return in.assign(Nd4j.createFromArray(x).reshape(in.shape()));
        }
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            result[i] = (float) element.applyAsDouble(x[i], second[i]);
        }
        return in.assign(Nd4j.createFromArray(result).reshape(in.shape()));
    }

    @Override
    public String toString() {
        return name;
    }
}
